import { cellsOf, type Played, type Setting, settings } from "./attack.ts";
import { playSetting } from "./process.ts";
import { attacks } from "./table.ts";

/** Settings that are played at the same time. */
const atOnce = 2;

/** Plays all attacks in the given settings; resolves to the surprises. */
export async function playAll(playable: readonly Setting[]): Promise<string[]> {
  const found: string[] = [];
  const rest = [...playable];
  const play = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      found.push(...surprisesIn(await playSetting(next), next));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, play));
  return found;
}

/**
 * Where a run and the table differ, a text for each. An attack for which the
 * machine lacks something is no surprise; one that was not played is.
 */
function surprisesIn(
  played: readonly Played[],
  { mode, ring2 }: Setting,
): string[] {
  const column = settings.findIndex((setting) =>
    setting.mode === mode && setting.ring2 === ring2
  );
  const found = new Map(played.map((one) => [one.id, one]));
  return attacks.flatMap((attack) => {
    const expected = cellsOf(attack)[column];
    const one = found.get(attack.id);
    if (one?.cell === expected || one?.cell === null) return [];
    return [
      `${attack.id}, ${mode}, ring 2 ${ring2 ? "on" : "off"}: expected ` +
      `${expected}, found ${one?.cell}\n${one?.evidence}`,
    ];
  });
}
