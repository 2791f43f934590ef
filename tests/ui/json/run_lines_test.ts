import { assert, assertEquals } from "@std/assert";
import type { AgentEventBody } from "../../../lib/core/event.ts";
import type { OutputLine } from "../../../lib/ui/json/output_lines.ts";
import { RunLines } from "../../../lib/ui/json/run_lines.ts";
import { say } from "../../support/conversation.ts";
import { checkedLine, resultOf } from "../../support/json_lines.ts";

/** The lines of these events, each held against its schema. */
function linesOf(
  bodies: readonly AgentEventBody[],
  { partial = false, debug = false } = {},
): OutputLine[] {
  let uuids = 0;
  const lines = new RunLines({
    cwd: "/project",
    sessionId: "c1",
    version: "1.2.3",
    hasKey: false,
    replay: false,
    partial,
    debug,
    newUuid: () => `u${uuids++}`,
    now: () => 1000,
  });
  return bodies.flatMap((body, seq) =>
    lines.apply({ seq, at: 0, agent: "main", ...body })
  ).map((line) => checkedLine(JSON.stringify(line)));
}

/** What the stream events of these bodies are, shortly. */
function piecesOf(...bodies: readonly AgentEventBody[]): string[] {
  return linesOf([say.runStart, ...bodies], { partial: true }).flatMap(
    (line) => {
      if (line.type !== "stream_event") return [];
      const { event } = line;
      switch (event.type) {
        case "content_block_start":
          return [`start ${event.index} ${event.content_block.type}`];
        case "content_block_delta":
          return [`delta ${event.index} ${Object.values(event.delta)[1]}`];
        case "content_block_stop":
          return [`stop ${event.index}`];
        case "message_delta":
          return [`end ${event.delta.stop_reason}`];
        default:
          return [event.type];
      }
    },
  );
}

function turnEnd(
  stop: (AgentEventBody & { type: "turn_end" })["stop"],
): AgentEventBody {
  return { type: "turn_end", turn: 1, stop };
}

function used(
  input: number,
  rest: Partial<AgentEventBody & { type: "usage" }> = {},
): AgentEventBody {
  const usage = { input, output: 1, cached: 0, reasoning: 0 };
  return { ...say.usage, usage, ...rest };
}

Deno.test("RunLines tells a reply in pieces that a reader can put together", () => {
  assertEquals(
    piecesOf(
      say.turn(1),
      { type: "thinking_delta", delta: "Hm" },
      say.text("Look"),
      say.text("ing."),
      { type: "call_delta", index: 0, name: "Read", delta: "{" },
      say.usage,
      say.reply("Looking.", ["Read"]),
      turnEnd("tool_use"),
    ),
    [
      "message_start",
      "start 0 thinking",
      "delta 0 Hm",
      "stop 0",
      "start 1 text",
      "delta 1 Look",
      "delta 1 ing.",
      "stop 1",
      "start 2 tool_use",
      "delta 2 {}",
      "stop 2",
      "end tool_use",
      "message_stop",
    ],
  );
});

Deno.test("RunLines begins a reply anew after a retry, and ends no void one", () => {
  assertEquals(
    piecesOf(
      say.turn(1),
      say.text("Voi"),
      { type: "retry", attempt: 1, of: 3, waitMs: 0, because: "busy" },
      say.text("Cut"),
      say.reply("Cut"),
      turnEnd("length"),
      say.turn(2),
      say.text("Fail"),
      turnEnd("error"),
    ),
    [
      "message_start",
      "start 0 text",
      "delta 0 Voi",
      "message_start",
      "start 0 text",
      "delta 0 Cut",
      "stop 0",
      "end max_tokens",
      "message_stop",
      "message_start",
      "start 0 text",
      "delta 0 Fail",
    ],
  );
});

Deno.test("RunLines tells a reply whole that came without pieces", () => {
  assertEquals(
    piecesOf(say.turn(1), say.reply("All."), turnEnd("end")),
    [
      "message_start",
      "start 0 text",
      "delta 0 All.",
      "stop 0",
      "end end_turn",
      "message_stop",
    ],
  );
});

Deno.test("RunLines counts a run by itself, and the process as a whole", () => {
  const lines = linesOf([
    say.runStart,
    // A summary before the turn is the process's work, not the task's.
    used(500, { costUsd: 0.5 }),
    say.turn(1),
    used(100, { costUsd: 0.25 }),
    say.reply("One."),
    turnEnd("end"),
    say.end("done"),
    { ...say.runStart, model: "beta" },
    say.turn(1),
    used(70, { costUsd: 0.25 }),
    say.reply("Two."),
    turnEnd("end"),
    say.end("done"),
  ]);
  const [one, two] = lines.filter((line) => line.type === "result");
  assert(one && two);
  assertEquals([one.usage.input_tokens, two.usage.input_tokens], [100, 70]);
  assertEquals([one.total_cost_usd, two.total_cost_usd], [0.75, 1]);
  assertEquals([one.num_turns, two.num_turns], [1, 1]);
  assertEquals(one.modelUsage.alpha?.inputTokens, 600);
  assertEquals(Object.keys(two.modelUsage), ["alpha", "beta"]);
  assertEquals(two.modelUsage.beta?.costUSD, 0.25);
});

Deno.test("RunLines says no cost once the price of a request is unknown", () => {
  const lines = linesOf([
    say.runStart,
    say.turn(1),
    used(100, { costUsd: 0.25 }),
    used(100),
    used(100, { costUsd: 0.25 }),
    say.end("done"),
  ]);
  const result = resultOf(lines);
  assertEquals("total_cost_usd" in result, false);
  assertEquals("costUSD" in (result.modelUsage.alpha ?? {}), false);
});

Deno.test("RunLines leaves out cached tokens of the input", () => {
  const result = resultOf(linesOf([
    say.runStart,
    say.turn(1),
    used(0, { usage: { input: 100, output: 5, cached: 80, reasoning: 0 } }),
    say.end("done"),
  ]));
  assertEquals(result.usage.input_tokens, 20);
  assertEquals(result.usage.cache_read_input_tokens, 80);
});

Deno.test("RunLines names each end of a run", () => {
  const ends = [
    ["done", "success", "completed"],
    ["max_turns", "error_max_turns", "max_turns"],
    ["budget", "error_max_budget_usd", "max_budget_usd"],
    ["aborted", "error_during_execution", "aborted_streaming"],
    ["loop", "error_during_execution", "loop"],
    ["denied", "error_during_execution", "denied"],
    ["unverified", "error_during_execution", "unverified"],
    ["schema", "error_max_structured_output_retries", "schema"],
    ["error", "error_during_execution", "error"],
  ] as const;
  for (const [reason, subtype, terminal] of ends) {
    const result = resultOf(linesOf([say.runStart, say.end(reason)]));
    assertEquals(result.subtype, subtype);
    assertEquals(result.terminal_reason, terminal);
    assertEquals(result.is_error, reason !== "done");
    assertEquals(result.errors?.length, reason === "done" ? undefined : 1);
  }
});

Deno.test("RunLines gives debug notices where they are asked for", () => {
  const notice = { type: "notice", level: "debug", text: "hm" } as const;
  assertEquals(linesOf([notice]).length, 0);
  assertEquals(linesOf([notice], { debug: true }).length, 1);
});
