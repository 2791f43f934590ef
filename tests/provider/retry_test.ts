import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RetryBudget, waitFromServer } from "../../lib/provider/retry.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

function wait(headers: Record<string, string>, said = ""): number | undefined {
  return waitFromServer(new Headers(headers), said, now);
}

Deno.test("waitFromServer() reads every form of a wait", () => {
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "Wed, 31 Dec 2025 23:59:00 GMT" }, 0],
    [{ "x-ratelimit-reset-requests": "250ms" }, 250],
    [{ "x-ratelimit-reset-tokens": "2h1m" }, 7_260_000],
    [{ "x-ratelimit-reset": "30" }, 30_000],
    [{ "x-ratelimit-reset": String(now + 5_000) }, 5_000],
    [{ "x-ratelimit-reset": String(now / 1_000 + 9) }, 9_000],
  ];
  for (const [headers, expected] of cases) {
    assertEquals(wait(headers), expected, JSON.stringify(headers));
  }
});

Deno.test("waitFromServer() reads a wait in words, and no other number", () => {
  const cases: [string, number | undefined][] = [
    ["Please try again in 7.66s.", 7_660],
    ["Please retry after 2 minutes", 120_000],
    ["try again in 1m30s", 90_000],
    ["Wait 500 ms", 500],
    ["limit is 20 s per call", undefined],
    ["Try again later. Code 42s", undefined],
  ];
  for (const [said, expected] of cases) {
    assertEquals(wait({}, said), expected, said);
  }
});

Deno.test("RetryBudget.next() stays within the rule's times and time", () => {
  const rules = [
    "connect",
    "transport",
    "server",
    "rate",
    "loading",
    "stream",
    "idle",
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.array(
        fc.option(fc.integer({ min: 0, max: 700_000 }), { nil: undefined }),
        {
          minLength: 120,
          maxLength: 120,
        },
      ),
      (rule, asked) => {
        const budget = new RetryBudget(() => 0.999);
        let waited = 0;
        let times = 0;
        for (const ms of asked) {
          const next = budget.next(rule, ms);
          if (next === null) continue;
          times++;
          waited += next.waitMs;
          assertEquals(next.attempt, times);
          assert(next.attempt <= next.of);
        }
        const hasBudget = ["server", "rate", "loading"].includes(rule);
        if (hasBudget) assert(waited <= 600_000);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("RetryBudget.next() never repeats what must not be", () => {
  assertEquals(new RetryBudget(() => 0).next("none", 1), null);
});

Deno.test("RetryBudget.next() spreads its waits over half of each step", () => {
  const low = new RetryBudget(() => 0);
  const high = new RetryBudget(() => 1);
  assertEquals([1, 2, 3].map(() => low.next("server")?.waitMs), [
    500,
    1_000,
    2_000,
  ]);
  assertEquals([1, 2, 3].map(() => high.next("server")?.waitMs), [
    1_000,
    2_000,
    4_000,
  ]);
});
