import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Assembler } from "../../lib/provider/assemble.ts";
import { delta } from "./conformance.ts";

const offered = ["Read", "Write"];

function assembler(): Assembler {
  return new Assembler({
    offered: new Set(offered),
    readFields: ["reasoning_content", "reasoning"],
    inlineTags: true,
  });
}

const calls = fc.array(
  fc.record({
    name: fc.constantFrom(...offered),
    // A piece that repeats the text so far is read as a restatement, and of
    // all keys only "{" can look like one.
    input: fc.dictionary(
      fc.string().filter((key) => key !== "{"),
      fc.oneof(fc.string(), fc.nat()),
    ),
    cuts: fc.array(fc.nat(200), { maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Cuts a text at the given places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => cut % (text.length + 1))
    .sort((a, b) => a - b);
  return [...places, text.length].map((end, at) =>
    text.slice(places[at - 1] ?? 0, end)
  );
}

for (const dialect of ["id and index", "index alone", "id alone"] as const) {
  Deno.test(`Assembler puts calls in any fragments together by ${dialect}`, () => {
    fc.assert(
      fc.property(calls, (sent) => {
        const reading = assembler();
        for (const [index, { cuts, input, name }] of sent.entries()) {
          const head = {
            ...(dialect === "id alone" ? {} : { index }),
            ...(dialect === "index alone" ? {} : { id: `c${index}` }),
          };
          const text = JSON.stringify(input);
          for (const [at, piece] of pieces(text, cuts).entries()) {
            const called = at === 0
              ? { name, arguments: piece }
              : { arguments: piece };
            const call = { ...head, function: called };
            reading.value(delta({ tool_calls: [call] }), "");
          }
        }
        reading.value(delta({}, "tool_calls"), "");
        const { reply } = reading.end();
        assertEquals(
          reply.calls.map((call) => [call.name, JSON.parse(call.arguments)]),
          sent.map(({ input, name }) => [name, input]),
        );
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("Assembler takes any chunk without throwing", () => {
  const part = fc.jsonValue();
  const chunk = fc.record({
    choices: fc.oneof(
      part,
      fc.array(fc.record({
        index: part,
        delta: fc.oneof(
          part,
          fc.record({
            content: part,
            reasoning: part,
            reasoning_details: part,
            function_call: part,
            refusal: part,
            tool_calls: fc.oneof(
              part,
              fc.array(fc.record({ index: part, id: part, function: part })),
            ),
          }, { requiredKeys: [] }),
        ),
        finish_reason: part,
        usage: part,
      }, { requiredKeys: [] })),
    ),
    usage: part,
    timings: part,
    x_groq: part,
    base_resp: part,
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.array(fc.oneof(part, chunk)), (chunks) => {
      const reading = assembler();
      for (const each of chunks) reading.value(each, "");
      reading.takeEvents();
      reading.end();
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("Assembler reads a hundred thousand pieces of a call, each once", () => {
  const reading = assembler();
  const call = (piece: string) => {
    const called = { name: "Write", arguments: piece };
    const deltas = { tool_calls: [{ index: 0, id: "c1", function: called }] };
    reading.value(delta(deltas), "");
    reading.takeEvents();
  };
  const started = performance.now();
  call('{"content":"');
  for (let at = 0; at < 100_000; at++) {
    call("{ some code }");
    // Takes 0.2 s; reading all of it again for each piece takes minutes.
    assert(performance.now() - started < 30_000, `${at} pieces`);
  }
  call('"}');
  const [written, ...others] = reading.end().reply.calls;
  assertEquals(written?.arguments.length, 1_300_014);
  assertEquals(others, []);
});
