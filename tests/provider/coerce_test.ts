import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ToolSpec } from "../../lib/core/model.ts";
import { coerceInput, valueFromText } from "../../lib/provider/coerce.ts";
import { exampleOf } from "../../lib/provider/input_errors.ts";
import { matches } from "../../lib/provider/schema_check.ts";
import { offeredTools, otherTools } from "../support/offered_tools.ts";

const tools = [...offeredTools, ...otherTools];

function tool(name: string): ToolSpec {
  const found = tools.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`No tool "${name}"`);
  return found;
}

function coerced(name: string, value: unknown) {
  const fitted = coerceInput(value, tool(name));
  return fitted.ok ? fitted.input : null;
}

Deno.test("coerceInput() follows the table of spec/providers.md 4.3", () => {
  const rows: [tool: string, given: unknown, expected: unknown][] = [
    ["Plan", { ratio: "0.5" }, { ratio: 0.5 }],
    ["Plan", { ratio: "half" }, null],
    ["Plan", { options: '{"depth": 2}' }, { options: { depth: 2 } }],
    ["Plan", { options: { depth: "2" } }, { options: { depth: 2 } }],
    ["Plan", { options: { depth: null } }, { options: {} }],
    ["Plan", { items: [1, true] }, { items: ["1", "true"] }],
    ["Plan", { items: "one" }, { items: ["one"] }],
    ["Plan", { items: "[broken" }, null],
    ["Plan", { steps: '[{"title": "a", "done": "false"}]' }, {
      steps: [{ title: "a", done: false }],
    }],
    ["Plan", { steps: [{ done: true }] }, null],
    ["Plan", { either: "5" }, { either: "5" }],
    ["Plan", { either: true }, null],
    ["Plan", { maybe: null }, { maybe: null }],
    ["Plan", { maybe: "null" }, { maybe: "null" }],
    ["Plan", { items: null }, {}],
    ["Edit", {
      file_path: '"a.ts"',
      old_string: '"x"',
      new_string: " y\n",
    }, { file_path: "a.ts", old_string: '"x"', new_string: " y\n" }],
    ["Edit", { file_path: "a", old_string: "x", new_string: null }, null],
    ["Bash", { command: { a: 1 } }, null],
    ["Bash", ["ls", "-l"], null],
    ["Bash", 5, null],
    ["Grep", { pattern: "x", output_mode: '"COUNT"' }, {
      pattern: "x",
      output_mode: "count",
    }],
    ["Grep", { pattern: "x", output_mode: "" }, { pattern: "x" }],
    ["Grep", { pattern: "x", "-A": null, note: null }, { pattern: "x" }],
    ["Grep", { pattern: "x", "-A": 3 }, { pattern: "x", "-A": 3 }],
    ["Grep", { pattern: "a", query: "b" }, { pattern: "a", query: "b" }],
    ["Grep", { pattern: "x", ignoreCase: "true" }, {
      pattern: "x",
      "-i": true,
    }],
    ["Read", { arguments: { url: "x" } }, null],
    ["Read", { arguments: { path: "a" }, note: "x" }, null],
    ["Read", { input: { path: "a" }, id: "1" }, { file_path: "a" }],
  ];
  for (const [name, given, expected] of rows) {
    assertEquals(coerced(name, given), expected, JSON.stringify(given));
  }
});

Deno.test("coerceInput() leaves every valid input as it is", () => {
  const texts = fc.string({ minLength: 1 }).filter((text) =>
    // Quotes and line ends around a path are taken off.
    !/^["'`]|[\r\n]$|^file:/.test(text)
  );
  const input = fc.record({
    file_path: texts,
    old_string: fc.string(),
    new_string: fc.string(),
    replace_all: fc.boolean(),
  });
  fc.assert(fc.property(input, (given) => {
    const fitted = coerceInput(given, tool("Edit"));
    assertEquals(fitted, { ok: true, input: given, repairs: [] });
  }));
});

Deno.test("coerceInput() never throws and returns only what fits", () => {
  const names = fc.constantFrom(...tools.map(({ name }) => name));
  const keys = fc.constantFrom(
    "file_path",
    "path",
    "command",
    "items",
    "steps",
    "options",
    "arguments",
    "name",
    "-i",
    "__proto__",
    "constructor",
  );
  const inputs = fc.oneof(
    fc.dictionary(keys, fc.jsonValue()),
    fc.jsonValue(),
  );
  fc.assert(fc.property(names, inputs, (name, given) => {
    const fitted = coerceInput(given, tool(name));
    if (fitted.ok) {
      assertEquals(matches(fitted.input, tool(name).parameters), true);
    }
  }));
});

Deno.test("valueFromText() reads text as the schema's type", () => {
  const any = { type: ["null", "boolean", "integer", "array", "string"] };
  const rows: [string, Record<string, unknown> | undefined, unknown][] = [
    ["5", { type: "integer" }, 5],
    ["5", { type: "string" }, "5"],
    ["5", undefined, "5"],
    ["true", { type: "boolean" }, true],
    [" [1] ", { type: "array" }, [1]],
    ["None", any, null],
    ["False", any, false],
    ["7", any, 7],
    ["[2]", any, [2]],
    ["seven", any, "seven"],
    ["x", { type: "integer" }, "x"],
  ];
  for (const [text, schema, expected] of rows) {
    assertEquals(valueFromText(text, schema), expected, text);
  }
});

Deno.test("exampleOf() is valid for its own tool", () => {
  for (const spec of tools) {
    const example = JSON.parse(exampleOf(spec));
    assertEquals(matches(example, spec.parameters), true, spec.name);
  }
});
