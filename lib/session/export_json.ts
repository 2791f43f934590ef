import { createBreather } from "../platform/breather.ts";
import type { Cleaner } from "./export_clean.ts";
import type { SessionView } from "./view.ts";

/**
 * A session as one JSON document: the header, what is true of the whole, and
 * the entries of the branch as they are in the file.
 */
export async function* jsonPieces(
  view: SessionView,
  cleaner: Cleaner,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const { header, facts } = view;
  const { labels, ...others } = facts;
  const whole = { ...others, labels: Object.fromEntries(labels) };
  yield `{\n"session": ${cleaner.json(header)},\n`;
  yield `"facts": ${cleaner.json(whole)},\n"entries": [`;
  const breather = createBreather(signal);
  let separator = "\n";
  for await (const entry of view.read(view.path())) {
    yield `${separator}${cleaner.json(entry)}`;
    separator = ",\n";
    if (breather.isDue()) await breather.rest();
  }
  yield "\n]\n}\n";
}
