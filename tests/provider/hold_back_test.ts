import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HoldBack } from "../../lib/provider/hold_back.ts";
import { recoverCalls } from "../../lib/provider/text_tools.ts";
import { markedSamples, wholeSamples } from "../support/dialect_samples.ts";
import { fastest } from "../support/fastest.ts";
import { offeredTools } from "../support/offered_tools.ts";

const names = offeredTools.map((tool) => tool.name);
const samples = [...markedSamples, ...wholeSamples];

/** What is shown while the pieces come in, and what is held at the end. */
function stream(pieces: readonly string[]): { shown: string; held: string } {
  const holdBack = new HoldBack(names);
  const shown = pieces.map((piece) => holdBack.push(piece)).join("");
  return { shown, held: holdBack.end() };
}

for (const { family, text } of samples) {
  Deno.test(`TXT-24 HoldBack shows nothing of ${family}, however it is cut`, () => {
    assertEquals(stream([text]), { shown: "", held: text });
    assertEquals(stream([...text]), { shown: "", held: text });
  });
}

for (const { family, text } of markedSamples) {
  Deno.test(`HoldBack shows the prose before ${family} and no more`, () => {
    const pieces = [..."I will look.\n\n", ...text];
    const { shown, held } = stream(pieces);
    assertEquals(shown, "I will look.\n\n");
    assertEquals(held, text);
  });
}

Deno.test("TXT-24 HoldBack keeps a mark that is split over three pieces", () => {
  const holdBack = new HoldBack(names);
  const pieces = ["Now.\n<to", "ol_", 'call>\n{"name": "Read"'];
  const shown = pieces.map((piece) => holdBack.push(piece));
  assertEquals(shown, ["Now.\n", "", ""]);
});

Deno.test("TXT-24 HoldBack gives a text out as soon as it is no mark", () => {
  const holdBack = new HoldBack(names);
  assertEquals(holdBack.push("<tool"), "");
  assertEquals(holdBack.push("box> is"), "<toolbox> is");
  assertEquals(holdBack.push(" a tag"), " a tag");
});

Deno.test("HoldBack gives out 4 KiB after a mark without an offered name", () => {
  const holdBack = new HoldBack(names);
  assertEquals(holdBack.push("<tool_call>"), "");
  assertEquals(holdBack.push("x".repeat(4000)), "");
  assertEquals(holdBack.push("x".repeat(200)).length, 4211);
  assertEquals(holdBack.push("go on"), "go on");
});

Deno.test("HoldBack holds nothing in fences, in lines and in inline code", () => {
  const texts = [
    "```xml\n<tool_call>\n",
    "The tag <tool_call> is",
    "Use it. `<tool_call>",
    "> <tool_call>",
    "    <tool_call>",
    "Some text\n{",
  ];
  for (const text of texts) {
    assertEquals(stream([text]), { shown: text, held: "" }, text);
  }
});

Deno.test("HoldBack holds nothing when no tool was offered", () => {
  const holdBack = new HoldBack([]);
  assertEquals(holdBack.push("<tool_call>"), "<tool_call>");
});

Deno.test("HoldBack lets a JSON answer through", () => {
  const text = '{"version": "1.2.0", "names": []}';
  assertEquals(stream([...text]), { shown: text, held: "" });
});

const marks = samples.flatMap(({ text }) => text.split(/(?<=[>\]\n{}"])/));
const replies = fc.array(
  fc.oneof(
    fc.constantFrom(...marks),
    fc.constantFrom("\n", "```\n", "`", "Read", ". "),
    fc.string(),
  ),
  { maxLength: 16 },
).map((parts) => parts.join(""));

Deno.test("HoldBack gives out exactly the text that was pushed, however it is cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(replies, cuts, (text, sizes) => {
      const pieces: string[] = [];
      let at = 0;
      while (at < text.length) {
        const size = sizes[pieces.length % sizes.length] ?? 1;
        pieces.push(text.slice(at, at += size));
      }
      const { shown, held } = stream(pieces);
      assertEquals(shown + held, text);
      assertEquals(stream([text]).shown + stream([text]).held, text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("HoldBack has shown no part of a call that is then recovered", () => {
  fc.assert(
    fc.property(replies, (text) => {
      const found = recoverCalls(text, { tools: offeredTools });
      if (found === null || found.dialect === "harmony") return;
      const { shown } = stream([...text]);
      assert(
        found.text.startsWith(shown.trimEnd()),
        `${shown} / ${found.text}`,
      );
    }),
    { numRuns: 1000 },
  );
});

Deno.test("HoldBack takes 200 KB of adverse text in small pieces in less than a second", () => {
  for (
    const part of ["<", "\n<", "<tool_call>", "\n<tool_call>", "{", " \n{"]
  ) {
    const text = part.repeat(200_000 / part.length);
    const took = fastest(() => {
      const holdBack = new HoldBack(names);
      for (let at = 0; at < text.length; at += 20) {
        holdBack.push(text.slice(at, at + 20));
      }
    });
    assert(took < 1000, `${took} ms for ${JSON.stringify(part)}`);
  }
});
