import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addToGroup,
  addToTally,
  costOf,
  describeCost,
  formatUsd,
  noTally,
  type Tally,
  type UsageRecord,
} from "../../lib/core/cost.ts";
import type { Usage } from "../../lib/core/model.ts";

function usage(input: number, output = 0, cached = 0): Usage {
  return { input, output, cached, reasoning: 0 };
}

const tokens = fc.nat({ max: 2_000_000 });

const records: fc.Arbitrary<UsageRecord> = fc.record({
  usage: fc.record({
    input: tokens,
    output: tokens,
    cached: tokens,
    reasoning: tokens,
  }),
  ms: fc.nat(),
  costUsd: fc.double({ min: 0, max: 100, noNaN: true }),
}, { requiredKeys: ["usage", "ms"] });

Deno.test("addToTally() and addToGroup() count every token once, whatever the order and the groups", () => {
  const keyed = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), records));
  fc.assert(fc.property(keyed, (items) => {
    let whole = noTally;
    let groups: ReadonlyMap<string, Tally> = new Map();
    for (const [key, record] of items) {
      whole = addToTally(whole, record);
      groups = addToGroup(groups, key, record);
    }
    const backwards = items.toReversed()
      .reduce((tally, [, record]) => addToTally(tally, record), noTally);
    const counts = [
      "requests",
      "input",
      "cached",
      "output",
      "reasoning",
    ] as const;
    for (const field of [...counts, "ms", "unpriced"] as const) {
      const parts = [...groups.values()]
        .reduce((sum, tally) => sum + tally[field], 0);
      assertEquals(parts, whole[field], field);
      assertEquals(backwards[field], whole[field], field);
    }
    const sum = items.reduce((all, [, { usage }]) => all + usage.input, 0);
    assertEquals([whole.input, whole.requests], [sum, items.length]);
    const dollars = [...groups.values()]
      .reduce((all, { costUsd }) => all + costUsd, 0);
    assert(Math.abs(dollars - whole.costUsd) <= 1e-9 * (1 + whole.costUsd));
  }));
});

Deno.test("costOf() counts cached tokens at their own price, and never below nothing", () => {
  const prices = { input: 2, output: 8, cached: 0.5 };
  assertEquals(costOf(usage(1_000_000), prices), 2);
  assertEquals(costOf(usage(1_000_000, 0, 800_000), prices), 0.8);
  assertEquals(costOf(usage(0, 500_000), prices), 4);
  // Without a price of their own they cost what others do.
  assertEquals(
    costOf(usage(1_000_000, 0, 800_000), { input: 2, output: 8 }),
    2,
  );
  // A server that counts them beside the input.
  assertEquals(costOf(usage(1_000_000, 0, 3_000_000), prices), 0.5);
});

Deno.test("describeCost() marks what is about right and what is missing, and gives no amount for an unknown price", () => {
  const record = { usage: usage(1000, 10), ms: 5 };
  const priced = { ...record, costUsd: 0.5 };
  const of = (...items: UsageRecord[]) =>
    describeCost(items.reduce(addToTally, noTally));
  assertEquals(of(), null);
  assertEquals(of(record), null);
  assertEquals(of(priced), "$0.5000");
  assertEquals(of(priced, record), "$0.5000+");
  assertEquals(of({ ...priced, priceSource: "table" }), "~$0.5000");
  assertEquals(of({ ...priced, priceSource: "server" }), "$0.5000");
  const guess = { ...priced, usage: { ...usage(1), estimated: true as const } };
  assertEquals(of(guess), "~$0.5000");
  assertEquals(of({ ...record, costUsd: 0 }), "$0.00");
});

Deno.test("formatUsd() never rounds a cost to nothing", () => {
  assertEquals(
    [0, 0.00001, 0.0123, 4.2].map(formatUsd),
    ["$0.00", "<$0.0001", "$0.0123", "$4.20"],
  );
});
