import { loadLexer } from "../term/markdown.ts";
import { MarkdownStream } from "../term/markdown_stream.ts";
import { createStyles, wantsColour } from "../term/style.ts";
import type { FrontEndIo } from "./io.ts";

/** Opens a drawer of Markdown for a stdout that is a terminal. */
export async function openMarkdown(io: FrontEndIo): Promise<MarkdownStream> {
  const styles = createStyles(wantsColour(true, io.variable));
  const columns = () => io.size().columns;
  return new MarkdownStream(await loadLexer(), { styles, columns });
}
