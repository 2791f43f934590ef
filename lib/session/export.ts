import { createCleaner } from "./export_clean.ts";
import { htmlPieces } from "./export_html.ts";
import { jsonPieces } from "./export_json.ts";
import { markdownPieces } from "./export_markdown.ts";
import type { Cleaner } from "./export_clean.ts";
import type { SessionView } from "./view.ts";

/** What a session can be exported as. */
export const exportFormats = ["markdown", "json", "html"] as const;

/** One of them. */
export type ExportFormat = typeof exportFormats[number];

/** How a session is exported. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Take keys out: the known ones and what looks like one. True by default. */
  readonly scrub?: boolean;
  /** The known keys. */
  readonly secrets?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Makes one format, piece by piece. */
type Writer = (
  view: SessionView,
  cleaner: Cleaner,
  signal: AbortSignal | undefined,
) => AsyncIterable<string>;

const writers: Readonly<Record<ExportFormat, Writer>> = {
  markdown: markdownPieces,
  json: jsonPieces,
  html: htmlPieces,
};

/**
 * Writes the branch that a session stands on as a document for people
 * (Markdown, a page of HTML) or programs (JSON). It comes in pieces, so that
 * memory is bounded by one reply and its results, however long the session.
 * The page needs no network and may use none; what it shows cannot act.
 *
 * @throws the file system's error, or the signal's reason
 */
export function exportSession(
  view: SessionView,
  { format, scrub = true, secrets = [], signal }: ExportOptions,
): AsyncIterable<string> {
  const cleaner = createCleaner({ scrub, secrets });
  return writers[format](view, cleaner, signal);
}
