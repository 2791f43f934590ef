import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AgentEvent } from "../../lib/core/event.ts";
import type { ModelEvent } from "../../lib/core/model.ts";
import {
  agentOptions,
  collect,
  fakeModel,
  ofType,
  reply,
} from "../support/agent.ts";

const prices = { input: 1000, output: 1000, cached: 100 };

/** A reply that uses so many tokens; each costs a tenth of a cent. */
function dear(
  input: number,
  ...rest: Parameters<typeof reply>
): ModelEvent[] {
  const usage = { input, output: 0, cached: 0, reasoning: 0 };
  return reply(...rest).map((event) =>
    event.type === "finish" ? { ...event, usage } : event
  );
}

function endOf(events: readonly AgentEvent[]) {
  const [end] = ofType(events, "run_end");
  assert(end !== undefined);
  return end;
}

Deno.test("runAgent() ends with reason budget before the request after the limit, each call answered", async () => {
  const spending = { limitUsd: 5, spentUsd: 0 };
  const look = [{ name: "Look" }];
  const model = fakeModel([
    dear(2_000, "", look),
    dear(2_000, "", look),
    dear(2_000, "", look),
  ]);
  const events = await collect(agentOptions({ model, prices, spending }));
  const { reason, because = "" } = endOf(events);
  assertEquals([reason, model.requests.length], ["budget", 3]);
  assertStringIncludes(because, "the limit of $5.00 (--max-budget-usd)");
  assertStringIncludes(because, "$6.00 spent");
  assertEquals(spending.spentUsd, 6);
  const results = ofType(events, "message")
    .filter(({ message }) => message.role === "tool");
  assertEquals(results.length, 3);
});

Deno.test("runAgent() sends no prompt that alone goes beyond the limit, and says what it costs", async () => {
  const spending = { limitUsd: 1, spentUsd: 0.999 };
  const model = fakeModel([]);
  const events = await collect(
    agentOptions({ model, prices, priceSource: "table", spending }),
  );
  const { reason, because = "" } = endOf(events);
  assertEquals([reason, model.requests.length], ["budget", 0]);
  assertStringIncludes(because, "~$0.9990 spent, and its prompt costs ~$");
});

Deno.test("runAgent() ends as done when the last reply reaches the limit", async () => {
  const spending = { limitUsd: 1, spentUsd: 0 };
  const model = fakeModel([dear(2_000, "Done.")]);
  const events = await collect(agentOptions({ model, prices, spending }));
  assertEquals(endOf(events).reason, "done");
});

Deno.test("runAgent() counts what a repetition used, and repeats nothing beyond the limit", async () => {
  const usage = { input: 2_000, output: 0, cached: 0, reasoning: 0 };
  const retry: ModelEvent = {
    type: "retry",
    attempt: 1,
    of: 3,
    waitMs: 0,
    because: "cut off",
    usage,
  };
  for (const [limitUsd, reason] of [[9, "done"], [1, "budget"]] as const) {
    const spending = { limitUsd, spentUsd: 0 };
    const model = fakeModel([[retry, ...dear(1_000, "Done.")]]);
    const events = await collect(agentOptions({ model, prices, spending }));
    assertEquals(endOf(events).reason, reason);
    const counted = ofType(events, "usage").map(({ usage }) => usage.input);
    assertEquals(counted, reason === "done" ? [2_000, 1_000] : [2_000]);
    assert(!("usage" in (ofType(events, "retry")[0] ?? {})));
  }
});

Deno.test("runAgent() counts a reply that was interrupted", async () => {
  const usage = { input: 70, output: 3, cached: 0, reasoning: 0 };
  const failure = { code: "aborted", message: "", transient: false } as const;
  const model = fakeModel([[{ type: "failure", failure, usage }]]);
  const events = await collect(agentOptions({ model }));
  assertEquals(ofType(events, "usage").map((event) => event.usage), [usage]);
  assertEquals(ofType(events, "usage")[0]?.costUsd, undefined);
  assertEquals(endOf(events).reason, "aborted");
});

Deno.test("runAgent() shortens without the model when a summary would go beyond the limit", async () => {
  const spending = { limitUsd: 1, spentUsd: 0.9999 };
  const long = "word ".repeat(60_000);
  const history = Array.from({ length: 6 }, (_, at) => [
    {
      role: "user" as const,
      content: [{ type: "text" as const, text: `${at}` }],
    },
    { role: "assistant" as const, text: long, calls: [] },
  ]).flat();
  const model = fakeModel([]);
  const events = await collect(
    agentOptions({ model, prices, spending }),
    { history },
  );
  assertEquals(ofType(events, "compaction").map(({ by }) => by), [
    "mechanical",
  ]);
  assertEquals([endOf(events).reason, model.requests.length], ["budget", 0]);
});

Deno.test("runAgent() says of each usage whose it is and who said what it costs", async () => {
  const model = fakeModel([dear(1_000, "Done.")]);
  const [event] = ofType(
    await collect(agentOptions({ model, prices, priceSource: "server" })),
    "usage",
  );
  assertEquals(
    [event?.model, event?.agent, event?.costUsd, event?.priceSource],
    ["fake", "main", 1, "server"],
  );
});
