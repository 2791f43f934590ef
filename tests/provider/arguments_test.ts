import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseArguments } from "../../lib/provider/arguments.ts";
import { fastest } from "../support/fastest.ts";

function read(text: string) {
  return parseArguments(text, { tool: "Read", readOnly: true });
}

function write(text: string) {
  return parseArguments(text, { tool: "Write", readOnly: false });
}

const jsonObjects = fc.dictionary(fc.string(), fc.jsonValue());

Deno.test("parseArguments() never changes what JSON.parse reads as an object", () => {
  const options = fc.record({
    tool: fc.constant("Tool"),
    readOnly: fc.boolean(),
    cut: fc.boolean(),
  });
  const spaces = fc.constantFrom(undefined, 2, "\t");
  fc.assert(fc.property(jsonObjects, options, spaces, (value, how, space) => {
    const text = JSON.stringify(value, null, space);
    const expected = JSON.parse(text);
    const parsed = parseArguments(text, how);
    assertEquals(parsed, { ok: true, value: expected, more: [], repairs: [] });
  }));
});

Deno.test("parseArguments() never throws and never invents a string", () => {
  const damaged = fc.tuple(jsonObjects, fc.nat(), fc.nat(), fc.string()).map(
    ([value, from, length, patch]) => {
      const text = JSON.stringify(value);
      const at = from % (text.length + 1);
      return text.slice(0, at) + patch + text.slice(at + length % 8);
    },
  );
  fc.assert(
    fc.property(damaged, (text) => {
      const parsed = write(text);
      if (!parsed.ok || parsed.repairs.includes("decoded twice")) return;
      for (const value of stringsIn(parsed.value)) {
        // What was read stands in the text, apart from its escapes.
        const plain = /^[\w .,-]{3,}$/.test(value);
        if (plain) assertStringIncludes(text, value);
      }
    }),
    { numRuns: 3000 },
  );
});

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

Deno.test("parseArguments() reads no text that was cut short as a whole", () => {
  const text = JSON.stringify({
    file_path: "src/a.ts",
    content: "if (a) {\n  b('}');\n}\n",
    deep: { list: [1, "x", null] },
  });
  for (let length = 2; length < text.length; length++) {
    const cut = parseArguments(text.slice(0, length), {
      tool: "Write",
      readOnly: false,
      cut: true,
    });
    assertEquals(cut.ok, false, text.slice(0, length));
    const parsed = write(text.slice(0, length));
    // Nothing but the very last bracket may be missing.
    const part = text.slice(0, length);
    assertEquals(parsed.ok, isJson(`${part}}`), part);
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("parseArguments() says what is wrong, where, and what to do", () => {
  const parsed = write(`{"file_path": "a.ts", "content": 'one'}`);
  assert(!parsed.ok);
  assertEquals(
    parsed.message,
    "Invalid JSON in arguments for Write: single quote where a double quote " +
      `belongs at char 33 near "…s", "content": 'one'}". Send the call ` +
      'again with valid JSON; escape newlines as \\n and quotes as \\". ' +
      "Nothing was executed.",
  );
});

Deno.test("parseArguments() echoes at most 300 characters, whatever was sent", () => {
  const parsed = write(`{"content": "${"x".repeat(5000)}`);
  assert(!parsed.ok && parsed.message.length <= 300);
});

Deno.test("parseArguments() keeps keys and numbers as JSON.parse means them", () => {
  const parsed = read(`{"__proto__": 1, "n": 12345678901234567890, "a": 1e3,}`);
  assert(parsed.ok);
  assertEquals(
    JSON.stringify(parsed.value),
    JSON.stringify(
      JSON.parse(`{"__proto__": 1, "n": 12345678901234567890, "a": 1e3}`),
    ),
  );
});

Deno.test("parseArguments() goes no further than its level", () => {
  const options = { tool: "Read", readOnly: true, maxLevel: 2 } as const;
  assertEquals(parseArguments(`{"a": 1,}`, options).ok, true);
  assertEquals(parseArguments(`{'a': 1}`, options).ok, false);
  assertEquals(read(`{'a': 1}`).ok, true);
});

Deno.test("parseArguments() splits joined objects for tools that read alone", () => {
  const joined = `{"a": 1}\n{"a": 2}`;
  const parsed = read(joined);
  assertEquals(parsed.ok && [parsed.value, ...parsed.more], [
    { a: 1 },
    { a: 2 },
  ]);
  assertEquals(write(joined).ok, false);
});

Deno.test("parseArguments() takes time in line with the text", () => {
  const texts = [
    "{".repeat(500_000),
    `{"a": "${"\n".repeat(500_000)}`,
    `{"a": "${'\n\\d"'.repeat(100_000)}`,
    `${" ".repeat(500_000)}x${" ".repeat(500_000)}`,
    `{"a": 1${" ".repeat(500_000)}x`,
    `{"a":1}`.repeat(50_000),
    "<".repeat(500_000),
    "/*".repeat(250_000),
  ];
  for (const text of texts) {
    const took = fastest(() => read(text));
    assert(took < 1000, `${took} ms for ${text.slice(0, 20)}`);
  }
});
