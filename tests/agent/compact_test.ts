import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { compact, type CompactOptions } from "../../lib/agent/compact.ts";
import { historyTokens } from "../../lib/agent/squeeze.ts";
import { limitsFor } from "../../lib/core/budget.ts";
import {
  type Message,
  text,
  textOf,
  type UserMessage,
} from "../../lib/core/message.ts";
import { estimateTokens } from "../../lib/core/tokens.ts";

const preamble = [text("<environment>\nFolder: /w\n</environment>")];

/** What compaction is given for a window, as lib/agent/context.ts does. */
function optionsFor(
  window: number,
  changes: Partial<CompactOptions> = {},
): CompactOptions {
  const target = Math.max(Math.floor(window * 0.55) - 1_500, 500);
  return {
    target,
    keep: Math.min(limitsFor(window).keep, Math.floor(target * 0.6)),
    requestRoom: Math.floor(window * 0.75) - 1_500,
    preamble,
    mustSummarise: false,
    summarise: () => Promise.resolve("Goal: the task"),
    ...changes,
  };
}

/** A turn: what the user says, then calls with their results. */
interface Turn {
  readonly request: string;
  readonly calls: readonly { readonly result: string; readonly file: string }[];
  readonly answer: string;
}

function historyOf(turns: readonly Turn[]): Message[] {
  let id = 0;
  return turns.flatMap(({ request, calls, answer }, index): Message[] => {
    const asked: UserMessage = index === 0
      ? {
        role: "user",
        content: [...preamble, text(request)],
        preamble: preamble.length,
      }
      : { role: "user", content: [text(request)] };
    const worked = calls.flatMap(({ result, file }): Message[] => {
      const callId = `call-${id++}`;
      return [
        {
          role: "assistant",
          text: "",
          calls: [{ id: callId, name: "Read", input: { file_path: file } }],
        },
        {
          role: "tool",
          callId,
          tool: "Read",
          content: [text(result)],
          isError: false,
        },
      ];
    });
    return [asked, ...worked, { role: "assistant", text: answer, calls: [] }];
  });
}

const words = fc.array(
  fc.constantFrom("alpha", "beta\n", "x1 = 2;", "日本語", "🙂", "    ", "{}"),
  { maxLength: 60 },
).map((parts) => parts.join(" "));
const long = fc.tuple(words, fc.integer({ min: 1, max: 200 })).map((
  [part, times],
) => part.repeat(times));
const turn: fc.Arbitrary<Turn> = fc.record({
  request: fc.tuple(words, fc.nat(9_999)).map(([said, id]) =>
    `ask ${id} ${said}`
  ),
  calls: fc.array(fc.record({ result: long, file: words }), { maxLength: 8 }),
  answer: words,
});

/** Every call has its one result right after it, and no result stands alone. */
function assertPairs(history: readonly Message[]): void {
  const open = new Set<string>();
  for (const message of history) {
    if (message.role === "tool") {
      assert(open.delete(message.callId), `no call for ${message.callId}`);
      continue;
    }
    assertEquals([...open], [], "calls without results");
    if (message.role !== "assistant") continue;
    for (const { id } of message.calls) open.add(id);
  }
  assertEquals([...open], []);
}

function allText(history: readonly Message[]): string {
  return history.map((message) =>
    message.role === "assistant" ? message.text : textOf(message.content)
  ).join("\n\n");
}

Deno.test("compact() fits, keeps pairs and the last request, at any window, again and again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 4_097, max: 1_000_000 }),
      fc.boolean(),
      fc.option(words, { nil: null }),
      async (turns, window, mustSummarise, summary) => {
        const requests: number[] = [];
        const options = optionsFor(window, {
          mustSummarise,
          summarise(history) {
            assertPairs(history);
            requests.push(historyTokens(history));
            return Promise.resolve(summary);
          },
        });
        let history: readonly Message[] = historyOf(turns);
        const request = turns.at(-1)?.request ?? "";
        for (let round = 0; round < 3; round++) {
          const compacted = await compact(history, options);
          if (compacted === null) break;
          history = compacted.history;
          assertPairs(history);
          assert(
            historyTokens(history) <= options.target,
            `${historyTokens(history)} tokens for ${options.target}`,
          );
          if (estimateTokens(request) < options.target / 2) {
            assertStringIncludes(allText(history), request);
          }
        }
        for (const tokens of requests) assert(tokens <= options.requestRoom);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("compact() puts back what a summary forgot, through four compactions", async () => {
  const early = historyOf([
    {
      request: "Rename foo to bar. Never touch legacy/. Ticket ABC-123",
      calls: [],
      answer: "Yes",
    },
  ]);
  const changed: Message[] = [
    {
      role: "assistant",
      text: "- [x] rename\n- [ ] update the docs",
      calls: [{ id: "e", name: "Edit", input: { file_path: "src/foo.ts" } }],
    },
    {
      role: "tool",
      callId: "e",
      tool: "Edit",
      content: [text("Edited")],
      isError: false,
    },
  ];
  let history: readonly Message[] = [...early, ...changed];
  for (let round = 0; round < 4; round++) {
    history = [
      ...history,
      ...historyOf([{ request: `Go on ${round}`, calls: [], answer: "Done" }])
        .map((message) => ({ ...message, preamble: 0 })),
    ];
    const compacted = await compact(
      history,
      optionsFor(16_000, { mustSummarise: true, keep: 0 }),
    );
    assert(compacted !== null);
    history = compacted.history;
  }
  const left = allText(history);
  assertStringIncludes(left, "Never touch legacy/. Ticket ABC-123");
  assertStringIncludes(left, "Changed file: src/foo.ts");
  assertStringIncludes(left, "Open todo: update the docs");
  assertStringIncludes(left, "Go on 3");
  assertEquals(left.split("Ticket ABC-123").length, 2, left);
});

Deno.test("compact() repeats no fact that the summary has", async () => {
  const history = historyOf([
    { request: "Mend a.ts", calls: [], answer: "Yes" },
    { request: "And now b.ts", calls: [], answer: "Yes" },
  ]);
  const compacted = await compact(
    history,
    optionsFor(16_000, {
      mustSummarise: true,
      keep: 0,
      summarise: () => Promise.resolve("Goal: Mend a.ts\nNext: And now b.ts"),
    }),
  );
  const left = allText(compacted?.history ?? []);
  assertEquals(left.includes("Request: "), false, left);
});
