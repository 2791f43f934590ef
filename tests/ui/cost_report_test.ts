import { assertEquals } from "@std/assert";
import type { AgentEvent, AgentEventBody } from "../../lib/core/event.ts";
import { costReport } from "../../lib/ui/cost_report.ts";
import { addToTotals, noTotals, statusLine } from "../../lib/ui/totals.ts";
import { say } from "../support/conversation.ts";

type UsageBody = AgentEventBody & { type: "usage" };

function totalsOf(
  ...bodies: readonly (AgentEventBody & { agent?: string })[]
) {
  return bodies.map((body, seq): AgentEvent => ({
    seq,
    at: 1_000,
    agent: "main",
    ...body,
  })).reduce(addToTotals, noTotals("alpha"));
}

function used(model: string, rest: Partial<UsageBody> = {}): UsageBody {
  return {
    ...say.usage,
    ms: 4_000,
    model,
    usage: { input: 1200, output: 30, cached: 800, reasoning: 20 },
    ...rest,
  };
}

Deno.test("costReport() shows money, tokens, time, lines, and a row for each model", () => {
  const outcome = {
    ok: true as const,
    touched: [],
    content: [],
    details: { added: 3, removed: 1 },
  };
  const end = {
    type: "tool_end",
    callId: "1",
    tool: "Edit",
    outcome,
    ms: 1,
  } as const;
  const totals = totalsOf(
    say.runStart,
    used("alpha", { costUsd: 0.25, priceSource: "settings" }),
    end,
    used("beta", { costUsd: 1, priceSource: "table" }),
    end,
  );
  assertEquals(
    costReport(totals, 61_000),
    [
      "cost    ~$1.25",
      "tokens  2.4k in (1.6k cached), 60 out (40 reasoning)",
      "time    8.0 s of the model, 1 min 0 s since the first prompt",
      "lines   +6 -2",
      "  alpha  1 request, 1.2k in (800 cached), 30 out (20 reasoning), $0.2500",
      "  beta  1 request, 1.2k in (800 cached), 30 out (20 reasoning), ~$1.00",
      "~ by an estimate, or by a table of prices that may be out of date",
    ].map((line) => line.replace("  beta  1", "  beta   1")),
  );
});

Deno.test("costReport() gives no amount where the price is unknown, and tells what is missing", () => {
  assertEquals(
    costReport(totalsOf(say.runStart, used("alpha")), 0)[0],
    "cost    unknown; the settings can give a price",
  );
  const partly = totalsOf(
    say.runStart,
    used("alpha", { costUsd: 0.5 }),
    used("beta"),
  );
  const lines = costReport(partly, 0);
  assertEquals(lines[0], "cost    $0.5000+");
  assertEquals(lines.at(-1), "+ 1 request of unknown price");
});

Deno.test("costReport() has a row for each agent where there are several", () => {
  const totals = totalsOf(
    say.runStart,
    used("alpha"),
    { ...used("alpha"), agent: "explore-1" },
  );
  const rows = costReport(totals, 0).filter((line) => line.startsWith("  "));
  assertEquals(rows.map((row) => row.trim().split(/ {2,}/)[0]), [
    "alpha",
    "main",
    "explore-1",
  ]);
});

Deno.test("costReport() says so when nothing was asked yet", () => {
  assertEquals(costReport(noTotals(), 0), [
    "Nothing was asked of a model yet",
  ]);
});

Deno.test("statusLine() marks an amount by the table, and shows none for an unknown price", () => {
  const table = used("alpha", { costUsd: 0.5, priceSource: "table" });
  const of = (...events: readonly UsageBody[]) =>
    statusLine(totalsOf(...events)).match(/~?\$[\d.]+\+?/)?.[0];
  assertEquals(of(table), "~$0.5000");
  assertEquals(of(table, used("alpha")), "~$0.5000+");
  assertEquals(of(used("alpha")), undefined);
  assertEquals(of(used("alpha", { costUsd: 0 })), undefined);
});
