import { assert, assertEquals } from "@std/assert";
import { needsBwrap } from "../support/sandbox.ts";
import { attackModes, cellsOf } from "./attack.ts";
import { pageFile, pageText } from "./page.ts";
import { playSetting } from "./process.ts";
import { surprisesIn } from "./surprises.ts";
import { attacks } from "./table.ts";

const isLinux = Deno.build.os === "linux";
const hasBwrap = isLinux && await needsBwrap();

for (const mode of attackModes) {
  for (const ring2 of [true, false]) {
    Deno.test({
      name: `attacks end as the table says in mode ${mode}, ring 2 ${
        ring2 ? "on" : "off"
      }`,
      ignore: ring2 ? !hasBwrap : !isLinux,
      fn: async () => {
        const setting = { mode, ring2 };
        const surprises = surprisesIn(await playSetting(setting), setting);
        assertEquals(surprises, [], surprises.join("\n"));
      },
    });
  }
}

Deno.test("attacks are many, have names of their own, and reasons where they succeed", () => {
  assert(attacks.length >= 64);
  assertEquals(new Set(attacks.map(({ id }) => id)).size, attacks.length);
  for (const attack of attacks) {
    const cells = cellsOf(attack);
    const succeeds = cells.some((cell) => cell.endsWith("-"));
    assertEquals(attack.because !== undefined, succeeds, attack.id);
    const byMaking = cells.some((cell) => cell.endsWith("T"));
    assertEquals(attack.care !== undefined, byMaking, attack.id);
  }
});

Deno.test("attack-suite.md is what `deno task attacks` writes", async () => {
  assertEquals(await Deno.readTextFile(pageFile), await pageText());
});
