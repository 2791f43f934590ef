import { assert, assertEquals } from "@std/assert";
import { goldenCases, goldenFolder, playCase } from "./golden.ts";

const cases = await goldenCases();

Deno.test("there are golden cases", () => assert(cases.length > 0));

for (const name of cases) {
  Deno.test(`the golden case ${name} gives the events that are kept`, async () => {
    const file = new URL(`${name}/events.out`, goldenFolder);
    const expected = await Deno.readTextFile(file);
    const got = await playCase(name);
    // By lines: a difference then shows as one event.
    assertEquals(got.split("\n"), expected.split("\n"));
  });
}
