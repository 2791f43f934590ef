import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { recoverCalls } from "../../lib/provider/text_tools.ts";
import { markedSamples, wholeSamples } from "../support/dialect_samples.ts";
import { fastest } from "../support/fastest.ts";
import { offeredTools as tools } from "../support/offered_tools.ts";
import { runnable } from "../support/runnable_calls.ts";

const samples = [...markedSamples, ...wholeSamples];

Deno.test("recoverCalls() never throws, whatever the text", () => {
  const marks = fc.constantFrom(
    ...samples.flatMap(({ text }) => text.split(/(?<=[>\]\n{}"])/)),
  );
  const pieces = fc.array(fc.oneof(marks, fc.string()), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, fc.boolean(), (parts, leadIn) => {
      recoverCalls(parts.join(""), { tools, leadIn });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("recoverCalls() takes less than a second on 100 KB made to slow it down", () => {
  const size = 100_000;
  const fill = (part: string) => part.repeat(Math.ceil(size / part.length));
  const texts = [
    ...samples.map(({ text }) => fill(text)),
    ...samples.map(({ text }) => fill(text.slice(0, text.length / 2))),
    ...samples.map(({ text }) => fill(text.slice(0, 14) + "\n")),
    fill("<tool_call>"),
    fill("\n<"),
    fill("`"),
    fill("{"),
    fill('{"a":['),
    fill("["),
    fill(" \n"),
    `<tool_call>\n<function=Read>\n<parameter=file_path>${
      fill("</parameter>")
    }`,
    `<tool_call>\n<function=Read>\n<parameter=a>${fill("\n<x")}</parameter>`,
    `[TOOL_CALLS]${fill("a.")}`,
    `<|channel|>${fill("<|message|>")}`,
    `<tool_call>${fill('{"name":"Read","arguments":{}}\n')}`,
    `[${fill("Read(a=[")}`,
  ];
  for (const text of texts) {
    const took = fastest(() => recoverCalls(text, { tools, leadIn: true }));
    assert(took < 1000, `${took} ms for ${text.slice(0, 40)}`);
  }
});

Deno.test("recoverCalls() makes nothing else of a reply that breaks off anywhere", () => {
  for (const { text, calls } of samples) {
    for (let length = 0; length < text.length; length++) {
      const part = text.slice(0, length);
      const found = runnable(part)?.calls ?? [];
      for (const [index, [name, input]] of found.entries()) {
        const [meantName, meant = {}] = calls[index] ?? [];
        assertEquals(name, meantName);
        // Tools that only read may lack parameters that were to follow.
        assertEquals(input, { ...pick(meant, Object.keys(input ?? {})) });
      }
    }
  }
});

Deno.test("recoverCalls() runs no part of a call that changes things", () => {
  const input = { file_path: "a", old_string: "}x\n", new_string: "y" };
  const tags = Object.entries({ ...input, replace_all: true });
  const parameters = (open: string, close: string) =>
    tags.map(([key, value]) => `<${open.replace("K", key)}>${value}</${close}>`)
      .join("\n");
  const json = JSON.stringify({ ...input, replace_all: true });
  const texts = [
    `<function=Edit>\n${parameters("parameter=K", "parameter")}\n</function>`,
    `<invoke name="Edit">${
      parameters('parameter name="K"', "parameter")
    }</invoke>`,
    `<tool_call>\n{"name": "Edit", "arguments": ${json}}`,
    `[TOOL_CALLS]Edit[ARGS]${json}`,
    `<|python_tag|>Edit(file_path="a", old_string="}x\\n", new_string="y", replace_all=True)`,
    `<|tool_call>call:Edit{file_path:<|"|>a<|"|>,old_string:<|"|>}x\n<|"|>,new_string:<|"|>y<|"|>,replace_all:true}`,
  ];
  for (const text of texts) {
    const whole = runnable(text)?.calls;
    assertEquals(whole?.[0]?.[0], "Edit", text);
    for (let length = 0; length < text.length; length++) {
      const found = runnable(text.slice(0, length));
      // JSON may lack its last bracket.
      if (found !== null) assertEquals(found.calls, whole, text);
    }
  }
});

function pick(value: Record<string, unknown>, keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, value[key]]));
}
