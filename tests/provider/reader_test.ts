import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ModelEvent } from "../../lib/core/model.ts";
import { type Assembled, Assembler } from "../../lib/provider/assemble.ts";
import { HoldBack } from "../../lib/provider/hold_back.ts";
import { BodyReader } from "../../lib/provider/reader.ts";
import { delta } from "./conformance.ts";

const offered = ["Read", "Write"];

/** Reads a body in the given pieces. */
function read(
  pieces: readonly Uint8Array[],
  contentType = "text/event-stream",
): { events: ModelEvent[]; assembled: Assembled; foreign: string | undefined } {
  const assembler = new Assembler({
    offered: new Set(offered),
    readFields: ["reasoning_content"],
    inlineTags: true,
    holdBack: new HoldBack(offered),
  });
  const reader = new BodyReader({ sink: assembler, contentType });
  const events: ModelEvent[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    events.push(...assembler.takeEvents());
  }
  reader.end();
  const assembled = assembler.end();
  events.push(...assembler.takeEvents());
  return { events: join(events), assembled, foreign: reader.foreign };
}

/** Neighbours of one kind as one: how deltas are cut means nothing. */
function join(events: readonly ModelEvent[]): ModelEvent[] {
  const joined: ModelEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (
      last !== undefined && "delta" in last && "delta" in event &&
      last.type === event.type && indexOf(last) === indexOf(event)
    ) {
      joined[joined.length - 1] = { ...last, delta: last.delta + event.delta };
    } else joined.push(event);
  }
  return joined;
}

function indexOf(event: ModelEvent): number | undefined {
  return event.type === "call_delta" ? event.index : undefined;
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

function call(piece: object) {
  return delta({ tool_calls: [piece] });
}

const chunks = [
  delta({ role: "assistant", content: "" }),
  delta({ content: "\n<think>Größe → 漢字 🙂" }),
  delta({ content: " weighed</think>\n\nLet me <look" }),
  delta({ content: "> at <tool_call" }),
  delta({ content: "ing> it." }),
  call({
    index: 0,
    id: "c1",
    function: { name: "Read", arguments: '{"path"' },
  }),
  call({ index: 0, function: { arguments: ':"ü\\n"}' } }),
  call({ index: 1, function: { name: "Write", arguments: { path: "b" } } }),
  delta({}, "tool_calls"),
  { choices: [], usage: { prompt_tokens: 30, completion_tokens: 9 } },
];

/** A stream with everything in it that a cut may fall into. */
function corpus(lineEnd: string): Uint8Array {
  const lines = chunks.flatMap((chunk, at) => [
    at === 2 ? ": ping" : "event: message",
    `data:${at % 2 === 0 ? " " : ""}${JSON.stringify(chunk)}`,
    "",
  ]);
  lines.push("data: {broken", "", "data: [DONE]", "");
  return new TextEncoder().encode(lines.join(lineEnd));
}

for (const [name, lineEnd] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]]) {
  const bytes = corpus(lineEnd ?? "");

  Deno.test(`BodyReader gives the same for a stream with ${name} cut at any byte`, () => {
    const whole = read([bytes]);
    assertEquals(
      whole.assembled.reply.text,
      "\n\nLet me <look> at <tool_calling> it.",
    );
    assertEquals(
      whole.assembled.reply.thinking?.text,
      "Größe → 漢字 🙂 weighed",
    );
    assertEquals(whole.assembled.reply.calls.map((each) => each.arguments), [
      '{"path":"ü\\n"}',
      '{"path":"b"}',
    ]);
    assertEquals(whole.assembled.malformed, 1);
    for (let at = 0; at <= bytes.length; at++) {
      assertEquals(read(cutAt(bytes, [at])), whole, `cut at ${at}`);
    }
  });

  Deno.test(`BodyReader gives the same for a stream with ${name} in many pieces`, () => {
    const whole = read([bytes]);
    const place = fc.integer({ min: 0, max: bytes.length });
    fc.assert(
      fc.property(fc.array(place, { minLength: 3, maxLength: 40 }), (cuts) => {
        assertEquals(read(cutAt(bytes, cuts)), whole);
      }),
      { numRuns: 200 },
    );
    assertEquals(read([...bytes].map((byte) => Uint8Array.of(byte))), whole);
  });
}

Deno.test("BodyReader gives any text as text, however it is cut into deltas and bytes", () => {
  const words = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      words,
      fc.array(fc.nat(2_000), { maxLength: 5 }),
      (texts, cuts) => {
        // A lone closing mark would make it reasoning, by rule.
        fc.pre(!texts.join("").includes("think"));
        const body = texts.map((content) =>
          `data: ${JSON.stringify(delta({ content }))}\n\n`
        ).join("");
        const bytes = new TextEncoder().encode(body);
        const places = cuts.map((cut) => cut % (bytes.length + 1));
        const { assembled } = read(cutAt(bytes, places));
        assertEquals(assembled.reply.text, texts.join(""));
        assertEquals(
          assembled.shown +
            (assembled.shown === ""
              ? assembled.held.trimStart()
              : assembled.held),
          texts.join("").trimStart(),
        );
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("BodyReader tells a page from a reply and keeps only its beginning", () => {
  const page = `<!doctype html>${"x".repeat(1_000_000)}`;
  const { foreign } = read([new TextEncoder().encode(page)], "text/html");
  assertEquals(foreign?.length, 16_384);
});

Deno.test("BodyReader reads lines of JSON that nobody announced", () => {
  const lines = chunks.map((chunk) => JSON.stringify(chunk)).join("\n");
  const { assembled } = read(
    [new TextEncoder().encode(lines)],
    "application/json",
  );
  assertEquals(assembled.reply.calls.length, 2);
  assertEquals(assembled.reply.finish, "tool_calls");
});

Deno.test("BodyReader refuses a line that never ends", () => {
  const assembler = new Assembler({
    offered: new Set(),
    readFields: [],
    inlineTags: false,
  });
  const reader = new BodyReader({
    sink: assembler,
    contentType: "text/event-stream",
  });
  const megabyte = new Uint8Array(1024 * 1024).fill(100);
  assertThrows(() => {
    for (let count = 0; count < 40; count++) reader.push(megabyte);
  }, RangeError);
});
