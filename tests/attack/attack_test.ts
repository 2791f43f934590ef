import { assert, assertEquals } from "@std/assert";
import { needsBwrap } from "../support/sandbox.ts";
import { cellsOf, settings } from "./attack.ts";
import { pageFile, pageText } from "./page.ts";
import { playAll } from "./surprises.ts";
import { attacks } from "./table.ts";

const isLinux = Deno.build.os === "linux";
const hasBwrap = isLinux && await needsBwrap();

const playable = settings.filter(({ ring2 }) => !ring2 || hasBwrap);

Deno.test({
  name: "attacks end as the table says, in each mode, with and without ring 2",
  ignore: !isLinux,
  fn: async () => assertEquals(await playAll(playable), []),
});

Deno.test({
  name: "attacks are played with ring 2",
  ignore: !hasBwrap,
  fn: () => assertEquals(playable.length, settings.length),
});

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
