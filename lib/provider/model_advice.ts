import { count } from "../core/text.ts";

/** Ids that are named in an error text. */
const shownIds = 8;

/**
 * What to do about a model that a server does not know: the nearest of those
 * it has, some of the others, and how to get it. One or more sentences, the
 * last without its full stop.
 */
export function modelAdvice(
  model: string,
  ids: readonly string[],
  options: { readonly ollama: boolean },
): string {
  const sentences: string[] = [];
  const nearest = nearestId(model, ids);
  if (nearest !== undefined) sentences.push(`Did you mean "${nearest}"?`);
  if (ids.length > 0) {
    const more = ids.length - shownIds;
    const rest = more > 0 ? `, and ${count(more, "other")}` : "";
    sentences.push(`It has ${ids.slice(0, shownIds).join(", ")}${rest}.`);
  }
  sentences.push(
    options.ollama
      ? `Get it with \`ollama pull ${model}\`, or choose another with -m`
      : "Choose one with -m",
  );
  return sentences.join(" ");
}

/** The id that differs by a few letters, or only by its tag or owner. */
function nearestId(
  model: string,
  ids: readonly string[],
): string | undefined {
  const wanted = model.toLowerCase();
  const root = rootOf(wanted);
  let best: { id: string; distance: number } | undefined;
  for (const id of ids) {
    const known = id.toLowerCase();
    const distance = Math.min(
      editDistance(wanted, known),
      // A tag or an owner is the least that differs.
      editDistance(root, rootOf(known)) + 0.5,
    );
    if (best === undefined || distance < best.distance) best = { id, distance };
  }
  const most = Math.max(2, model.length / 3);
  return best !== undefined && best.distance <= most ? best.id : undefined;
}

function rootOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1).replace(/:.*$/, "");
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const replace = (row[column - 1] ?? 0) +
        (from[at - 1] === to[column - 1] ? 0 : 1);
      const shorter = Math.min(row[column] ?? 0, next[column - 1] ?? 0) + 1;
      next.push(Math.min(replace, shorter));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
