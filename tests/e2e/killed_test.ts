import { assert, assertEquals } from "@std/assert";
import { eventsOf, killAt } from "./killed.ts";

/** Two at a time: more would only wait for one another. */
async function inPairs<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 2) {
    results.push(...await Promise.all(items.slice(at, at + 2).map(work)));
  }
  return results;
}

Deno.test("a run that is killed at an event of any kind goes on with all that it told", async () => {
  const name = "edit_and_run";
  const types = await eventsOf(name);
  // The last of each kind: the more there is to lose, the better.
  const numbers = [...new Set(types)].map((type) =>
    types.lastIndexOf(type) + 1
  );
  const killed = await inPairs(numbers, (number) => killAt(name, number));
  assertEquals(killed.reduce((sum, { lost }) => sum + lost, 0), 0);
  const resumed = killed.filter((each) => each.resumed);
  assert(resumed.length >= killed.length - 1, JSON.stringify(killed));
});
