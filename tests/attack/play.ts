/**
 * Plays all attacks in one setting and prints a line of JSON for each:
 * `play.ts ID MODE on|off [ATTACK]`, started by `playCommand()`. With the name
 * of an attack it plays that one and prints all that was said.
 */
import { attacks } from "./table.ts";
import {
  type AttackMode,
  attackModes,
  type Played,
  type Setting,
} from "./attack.ts";
import { playAttack } from "./scene.ts";
import { openSurroundings } from "./surroundings.ts";

function settingOf(mode: string, ring2: string): Setting {
  if (!attackModes.some((each) => each === mode)) {
    throw new Error(`Cannot play in mode "${mode}"`);
  }
  return { mode: mode as AttackMode, ring2: ring2 === "on" };
}

async function main(): Promise<void> {
  const [id = "", mode = "", ring2 = "", only] = Deno.args;
  const setting = settingOf(mode, ring2);
  using surroundings = await openSurroundings(id, setting);
  for (const attack of attacks) {
    if (only !== undefined && attack.id !== only) continue;
    const start = performance.now();
    const { cell, evidence } = await playAttack(attack, surroundings);
    const ms = Math.round(performance.now() - start);
    const played: Played = { id: attack.id, cell, evidence, ms };
    const line = only === undefined
      ? JSON.stringify(played)
      : `${attack.id} ${cell} ${ms} ms\n${evidence}`;
    await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
  }
}

await main();
