import { assert, assertRejects } from "@std/assert";
import { createBreather } from "../../lib/platform/breather.ts";

Deno.test("createBreather() is due after its time and lets timers run", async () => {
  const breather = createBreather(undefined, 5);
  let turns = 0;
  const other = setInterval(() => turns++, 0);
  let rests = 0;
  const end = performance.now() + 60;
  while (performance.now() < end) {
    if (!breather.isDue()) continue;
    await breather.rest();
    rests++;
  }
  clearInterval(other);
  assert(rests > 1 && turns > 0, `${rests} rests, ${turns} turns`);
});

Deno.test("createBreather() ends the computation that its signal stops", async () => {
  const breather = createBreather(AbortSignal.abort(new Error("stopped")), 0);
  await assertRejects(() => breather.rest(), Error, "stopped");
});
