import type { Message } from "../core/message.ts";
import type { FileVersion } from "../core/tool.ts";
import { readSpans } from "../platform/jsonl.ts";
import {
  decodeEntry,
  type Entry,
  type EntryOf,
  type HistoryPiece,
} from "./entry.ts";
import type { EntryNode } from "./scan.ts";

/** A message of a history, and by what name a later entry can refer to it. */
export interface HistoryItem {
  /** The entry's id; "ID.n" for the n-th piece of a compaction. */
  readonly id: string;
  readonly message: Message;
}

/** Where entries can be read again. */
export interface EntryReader {
  /** The entries of some nodes, in their order; damaged ones are left out. */
  read(nodes: readonly EntryNode[]): AsyncIterable<Entry>;
}

type Nodes = ReadonlyMap<string, EntryNode>;

/** The entries from the root to `leaf`. */
export function pathTo(nodes: Nodes, leaf: string | null): EntryNode[] {
  const path: EntryNode[] = [];
  for (let id = leaf; id !== null;) {
    const node = nodes.get(id);
    if (node === undefined) break;
    path.push(node);
    id = node.parentId;
  }
  return path.reverse();
}

/** The branches that leave an entry, in the order in which they began. */
export function childrenOf(nodes: Nodes, id: string | null): EntryNode[] {
  return [...nodes.values()].filter(({ parentId }) => parentId === id);
}

/** Reads entries of a file. Needs `--allow-read` for it. */
export function fileReader(file: string): EntryReader {
  return {
    async *read(nodes) {
      // A session without entries may have no file yet.
      if (nodes.length === 0) return;
      using handle = await Deno.open(file);
      for await (const values of readSpans(handle, nodes)) {
        for (const value of values) {
          const entry = decodeEntry(value);
          if (entry !== null) yield entry;
        }
      }
    },
  };
}

/**
 * The history at the end of a path, as it was recorded. Only what is in it is
 * read: what compactions left out costs nothing, however much it is.
 */
export async function historyOf(
  path: readonly EntryNode[],
  reader: EntryReader,
): Promise<HistoryItem[]> {
  const compactions = new Map<string, EntryOf<"compaction">>();
  const compacted = path.filter(({ type }) => type === "compaction");
  for await (const entry of reader.read(compacted)) {
    if (entry.type === "compaction") compactions.set(entry.id, entry);
  }
  const items = foldPath(path, compactions);
  const byId = new Map(path.map((node) => [node.id, node]));
  const missing = items
    .filter((item) => !("message" in item))
    .map(({ id }) => byId.get(id) as EntryNode);
  const read = new Map<string, HistoryItem>();
  for await (const entry of reader.read(missing)) {
    if (entry.type === "message") {
      read.set(entry.id, { id: entry.id, message: entry.message });
    }
  }
  return items.flatMap((item) => {
    if ("message" in item) return [item];
    const found = read.get(item.id);
    return found === undefined ? [] : [found];
  });
}

/** A message that has not been read yet, or one that need not be. */
type Reference = { readonly id: string } | HistoryItem;

function foldPath(
  path: readonly EntryNode[],
  compactions: ReadonlyMap<string, EntryOf<"compaction">>,
): Reference[] {
  let items: Reference[] = [];
  for (const { id, type } of path) {
    if (type === "message") items.push({ id });
    const compaction = compactions.get(id);
    if (compaction) items = expand(items, id, compaction.history);
  }
  return items;
}

/** The history that pieces make of the one before. */
export function expand<Item extends Reference>(
  items: readonly Item[],
  compactionId: string,
  pieces: readonly HistoryPiece[],
): (Item | HistoryItem)[] {
  const places = new Map(items.map(({ id }, index) => [id, index]));
  return pieces.flatMap((piece, index): (Item | HistoryItem)[] => {
    if ("message" in piece) {
      return [{ id: `${compactionId}.${index}`, message: piece.message }];
    }
    const from = places.get(piece.from);
    const to = places.get(piece.to);
    // An end that was lost with its line: what is left of the run counts.
    if (from === undefined && to === undefined) return [];
    return items.slice(from ?? to, (to ?? from ?? 0) + 1);
  });
}

/**
 * Describes a history by the one before it, so that a compaction costs what
 * it added and not the whole again.
 */
export function piecesOf(
  history: readonly Message[],
  before: readonly HistoryItem[],
): HistoryPiece[] {
  const find = finder(before);
  const pieces: HistoryPiece[] = [];
  let run: { from: string; to: string; end: number } | undefined;
  for (const message of history) {
    const at = find(message, run === undefined ? 0 : run.end + 1);
    const id = before[at]?.id;
    if (id === undefined) {
      run = undefined;
      pieces.push({ message });
    } else if (run !== undefined && at === run.end + 1) {
      run.to = id;
      run.end = at;
      pieces[pieces.length - 1] = { from: run.from, to: id };
    } else {
      run = { from: id, to: id, end: at };
      pieces.push({ from: id, to: id });
    }
  }
  return pieces;
}

/** Finds a message among others: itself, else one that says the same. */
function finder(
  items: readonly HistoryItem[],
): (message: Message, hint: number) => number {
  const places = new Map(items.map(({ message }, index) => [message, index]));
  let written: Map<string, number> | undefined;
  return (message, hint) => {
    if (items[hint]?.message === message) return hint;
    const place = places.get(message);
    if (place !== undefined) return place;
    written ??= new Map(
      items.map((item, index) => [JSON.stringify(item.message), index]),
    );
    return written.get(JSON.stringify(message)) ?? -1;
  };
}

/** What a path's calls left behind: the next one's folder, files seen. */
export function stateOf(
  path: readonly EntryNode[],
): { readonly cwd: string | null; readonly seen: Map<string, FileVersion> } {
  const seen = new Map<string, FileVersion>();
  let cwd: string | null = null;
  for (const node of path) {
    cwd = node.cwd ?? cwd;
    for (const { path: file, version } of node.touched ?? []) {
      if (version === null) seen.delete(file);
      else seen.set(file, version);
    }
  }
  return { cwd, seen };
}
