import { assert, assertEquals } from "@std/assert";
import { longRun } from "./long_run.ts";

Deno.test("a task of sixty turns at a window of 16,384 tokens fits, and forgets nothing that was laid down", async () => {
  const run = await longRun(60);
  const compactions = Object.values(run.compactions)
    .reduce((sum, count) => sum + count, 0);
  assert(compactions >= 2, JSON.stringify(run));
  assert((run.compactions.model ?? 0) >= 1, "a summary took the place of all");
  assertEquals(run.forgotten, []);
  assert(run.largest <= run.window, JSON.stringify(run));
  assert(run.refused <= 1, JSON.stringify(run));
});
