import { ownParts, type Part, textOf } from "../core/message.ts";
import type { FileVersion } from "../core/tool.ts";
import { fileFault } from "../platform/file_error.ts";
import { readVersion, sameVersion } from "../platform/file_version.ts";
import type { Entry } from "./entry.ts";
import { isPrompt, promptLine } from "./facts.ts";
import { eachOf } from "./pool.ts";
import type { EntryNode } from "./scan.ts";
import type { SessionView } from "./view.ts";

/** What is left of the files that a conversation has read. */
export interface FreshSeen {
  /** The files that are still as they were read. */
  readonly seen: Map<string, FileVersion>;
  /** The others: changed, gone, or not to be read any more. Sorted. */
  readonly stale: readonly string[];
}

/**
 * Drops the files that are not as the conversation read them, so that they
 * are read again before they are edited. Needs `--allow-read` for them; one
 * that it may not read counts as stale.
 */
export async function freshSeen(
  seen: ReadonlyMap<string, FileVersion>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<FreshSeen> {
  const stale = new Set<string>();
  await eachOf([...seen], async ([file, version]) => {
    options.signal?.throwIfAborted();
    if (!await isAsRead(file, version, options.signal)) stale.add(file);
  });
  const kept = [...seen].filter(([file]) => !stale.has(file));
  return { seen: new Map(kept), stale: [...stale].sort() };
}

async function isAsRead(
  file: string,
  version: FileVersion,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    // Another size tells without reading; a FIFO would be waited for.
    const { isFile, size } = await Deno.stat(file);
    if (!isFile || size !== version.size) return false;
    return sameVersion(version, await readVersion(file, signal));
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return false;
  }
}

/** Something that the user asked for, as a place to go back to. */
export interface SessionPrompt {
  readonly id: string;
  /** The entry before it: going there makes the prompt unsaid. */
  readonly parentId: string | null;
  /** When it was said, ISO 8601. */
  readonly timestamp: string;
  /** The first line, cut to 200 characters. */
  readonly line: string;
  /** The whole, for the input box. */
  readonly content: readonly Part[];
}

/** What the user asked for on this branch, oldest first. */
export async function* promptsOf(
  view: SessionView,
): AsyncGenerator<SessionPrompt> {
  for await (const entry of view.read(view.path().filter(isPromptNode))) {
    const prompt = promptOf(entry);
    if (prompt !== null) yield prompt;
  }
}

/** A request and what came of it, cut to be looked at. */
export interface Exchange {
  readonly id: string;
  readonly timestamp: string;
  readonly request: string;
  /** The last words of the model before the next request; "" for none. */
  readonly answer: string;
}

/** Bounds of what is shown of a conversation. */
export interface ExchangeOptions {
  /** How many; 1 by default. */
  readonly most?: number;
  /** Characters of each text; 600 by default. */
  readonly chars?: number;
}

/** The last exchanges of this branch, oldest first. */
export async function lastExchanges(
  view: SessionView,
  { most = 1, chars = 600 }: ExchangeOptions = {},
): Promise<Exchange[]> {
  const path = view.path();
  const places = path.flatMap((node, at) => node.isPrompt ? [at] : []);
  const [from] = places.slice(-most);
  if (from === undefined) return [];
  const exchanges: Exchange[] = [];
  const messages = path.slice(from).filter(({ type }) => type === "message");
  for await (const entry of view.read(messages)) {
    const prompt = promptOf(entry);
    if (prompt !== null) {
      const { id, timestamp, content } = prompt;
      const request = cut(textOf(content).trim(), chars);
      exchanges.push({ id, timestamp, request, answer: "" });
    } else if (entry.type === "message" && entry.message.role === "assistant") {
      const answer = cut(entry.message.text.trim(), chars);
      const last = exchanges.pop();
      if (last === undefined) continue;
      exchanges.push(answer === "" ? last : { ...last, answer });
    }
  }
  return exchanges;
}

function isPromptNode(node: EntryNode): boolean {
  return node.isPrompt === true;
}

function promptOf(entry: Entry): SessionPrompt | null {
  if (entry.type !== "message" || !isPrompt(entry.message)) return null;
  const { id, parentId, timestamp, message } = entry;
  const line = promptLine(message);
  return { id, parentId, timestamp, line, content: ownParts(message) };
}

function cut(text: string, chars: number): string {
  if (text.length <= chars) return text;
  return `${text.slice(0, chars - 1).toWellFormed().trimEnd()}…`;
}
