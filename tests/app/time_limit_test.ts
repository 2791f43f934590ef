import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { startTimeLimit, timeoutOf } from "../../lib/app/time_limit.ts";
import { UserError } from "../../lib/core/error.ts";

Deno.test("timeoutOf() reads seconds and units", () => {
  const ms = (value: string) => timeoutOf(value)?.ms;
  assertEquals(
    ["90", "90s", "5m", "1.5h", "250ms"].map(ms),
    [90_000, 90_000, 300_000, 5_400_000, 250],
  );
  assertEquals(timeoutOf("90")?.written, "90s");
  assertEquals(timeoutOf(undefined), undefined);
  for (const value of ["", "0", "-5", "5d", "m", "1e3", "600h", " 5"]) {
    assertEquals(assertThrows(() => timeoutOf(value), UserError).exitCode, 2);
  }
});

Deno.test("startTimeLimit() leaves work that ends in time alone", async () => {
  const { limit, bound } = startTimeLimit({ ms: 60_000, written: "60s" });
  assertEquals(await bound(Promise.resolve(7)), 7);
  assertEquals(limit?.signal.aborted, false);
  assertEquals(startTimeLimit(undefined).limit, undefined);
});

Deno.test("startTimeLimit() tells work that its time is over, and waits for it", async () => {
  const { limit, bound } = startTimeLimit({ ms: 5, written: "5ms" });
  const ended = new Promise<string>((resolve) =>
    limit?.signal.addEventListener("abort", () => resolve("ended"))
  );
  assertEquals(await bound(ended), "ended");
});

Deno.test("startTimeLimit() gives up work that does not end", async () => {
  const { bound } = startTimeLimit({ ms: 5, written: "5ms" });
  const error = await assertRejects(() => bound(new Promise(() => {})));
  assertEquals(error instanceof UserError && error.exitCode, 124);
});
