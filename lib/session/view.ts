import type { Entry, SessionHeader } from "./entry.ts";
import type { SessionFacts } from "./facts.ts";
import { type EntryNode, scanSession } from "./scan.ts";
import { fileReader, pathTo } from "./tree.ts";

/** What can be read of a session, whether or not it is open. */
export interface SessionView {
  readonly header: SessionHeader;
  /** Null for a session that is written nowhere. */
  readonly file: string | null;
  /** The entry that the next one follows. */
  readonly leaf: string | null;
  readonly facts: SessionFacts;
  /** The entries from the root to the leaf. */
  path(): EntryNode[];
  /** Reads entries again, in the order of the nodes. */
  read(nodes: readonly EntryNode[]): AsyncIterable<Entry>;
}

/** A session as it is read from its file. */
export interface FileView extends SessionView {
  readonly file: string;
  /** What was found damaged, for the user. */
  readonly notices: readonly string[];
}

/**
 * Looks at a session as it is in its file. No lock is taken: another process
 * may have it open, and what that appends from now on is not seen. Needs
 * `--allow-read` for the file.
 *
 * @throws {SessionError} for what is no session file or a later version's
 */
export async function viewSession(
  file: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<FileView> {
  const { header, facts, leaf, nodes, notices } = await scanSession(
    file,
    options,
  );
  const { read } = fileReader(file);
  const path = () => pathTo(nodes, leaf);
  return { header, file, leaf, facts, notices, path, read };
}
