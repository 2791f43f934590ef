import { readJsonl } from "../platform/jsonl.ts";
import { path } from "../platform/paths.ts";
import { decodeEntry, decodeHeader, type SessionHeader } from "./entry.ts";
import { addFact, initialFacts, type SessionFacts } from "./facts.ts";
import { folderNameOf, readFileName } from "./places.ts";
import { eachOf } from "./pool.ts";
import { scanSession, SessionError } from "./scan.ts";

/** Bytes at the end of a file where the last run's summary is looked for. */
const tailBytes = 64 * 1024;
/** Bytes within which the first prompt is looked for. */
const headBytes = 1024 * 1024;

/** What a list shows of a session. */
export interface SessionSummary {
  readonly file: string;
  readonly header: SessionHeader;
  readonly name: string | null;
  readonly firstPrompt: string;
  readonly messages: number;
  readonly model: string;
  readonly oneshot: boolean;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly bytes: number;
}

/** What a search came to. */
export type FoundSession =
  | { readonly kind: "found"; readonly session: SessionSummary }
  | {
    readonly kind: "ambiguous";
    readonly candidates: readonly SessionSummary[];
  }
  | { readonly kind: "none" };

/**
 * The sessions in the sessions folder `root`, newest first; of one folder's
 * work where `cwd` is given. Only heads and tails are read, but for a session
 * whose last run did not end. Files that are no sessions are left out. Needs
 * `--allow-read` for `root`.
 */
export async function listSessions(
  root: string,
  options: { readonly cwd?: string } = {},
): Promise<SessionSummary[]> {
  const { cwd } = options;
  const folders = cwd === undefined ? await namesIn(root) : [folderNameOf(cwd)];
  const files: string[] = [];
  for (const folder of folders) {
    const place = path.join(root, folder);
    for (const name of await namesIn(place)) {
      if (readFileName(name) !== null) files.push(path.join(place, name));
    }
  }
  const found: SessionSummary[] = [];
  await eachOf(files, async (file) => {
    const summary = await summariseFile(file);
    const isWanted = cwd === undefined || summary?.header.cwd === cwd;
    if (summary !== null && isWanted) found.push(summary);
  });
  // Files of one moment, too, have one order.
  return found.sort((one, other) =>
    other.modified - one.modified || (one.file < other.file ? 1 : -1)
  );
}

/** The session that `--continue` goes on with: the newest conversation. */
export async function newestSession(
  root: string,
  options: { readonly cwd: string; readonly oneshot?: boolean },
): Promise<SessionSummary | null> {
  const sessions = await listSessions(root, options);
  return sessions.find((session) => options.oneshot || !session.oneshot) ??
    null;
}

/**
 * Finds a session by its file, the start of its id, its name, or a part of its
 * name or first prompt. The first of these that fits any session decides.
 */
export async function findSession(
  root: string,
  query: string,
): Promise<FoundSession> {
  if (query.endsWith(".jsonl")) {
    const session = await summariseFile(path.resolve(query));
    return session === null ? { kind: "none" } : { kind: "found", session };
  }
  const all = await listSessions(root);
  const part = query.toLowerCase();
  const ways: ((session: SessionSummary) => boolean)[] = [
    ({ header }) => header.id === query,
    ({ header }) => query.length >= 4 && header.id.startsWith(query),
    ({ name }) => name === query,
    ({ name }) => name?.toLowerCase().includes(part) ?? false,
    ({ firstPrompt }) => firstPrompt.toLowerCase().includes(part),
  ];
  for (const fits of query === "" ? [] : ways) {
    const candidates = all.filter(fits);
    const [session] = candidates;
    if (session === undefined) continue;
    if (candidates.length > 1) return { kind: "ambiguous", candidates };
    return { kind: "found", session };
  }
  return { kind: "none" };
}

/** Null for what is no session, or one of a later version. */
export async function summariseFile(
  file: string,
): Promise<SessionSummary | null> {
  try {
    const info = await Deno.stat(file);
    if (!info.isFile) return null;
    const { header, facts } = await quickFacts(file, info.size) ??
      await scanSession(file);
    const { name, firstPrompt, messages, model, oneshot } = facts;
    const modified = info.mtime?.getTime() ?? Date.parse(facts.latest);
    return {
      file,
      header,
      name,
      firstPrompt,
      messages,
      model,
      oneshot,
      modified,
      bytes: info.size,
    };
  } catch (error) {
    const isNone = error instanceof SessionError ||
      error instanceof RangeError || error instanceof Deno.errors.NotFound;
    if (isNone) return null;
    throw error;
  }
}

/** The facts by head and tail; null when these do not tell. */
async function quickFacts(
  file: string,
  size: number,
): Promise<{ header: SessionHeader; facts: SessionFacts } | null> {
  if (size <= tailBytes) return null;
  using handle = await Deno.open(file);
  const head = await readHead(handle);
  if (head === null) return null;
  let facts: SessionFacts | null = null;
  for await (const lines of readJsonl(handle, { from: size - tailBytes })) {
    for (const { value } of lines) {
      const entry = decodeEntry(value);
      if (entry === null) continue;
      if (entry.type === "run_end" && entry.summary !== undefined) {
        facts = { ...head.facts, ...entry.summary };
      } else if (facts !== null) facts = addFact(facts, entry);
    }
  }
  return facts === null ? null : { header: head.header, facts };
}

async function readHead(
  handle: Deno.FsFile,
): Promise<{ header: SessionHeader; facts: SessionFacts } | null> {
  let header: SessionHeader | null = null;
  let facts: SessionFacts | null = null;
  for await (const lines of readJsonl(handle)) {
    for (const { start, value } of lines) {
      if (start > headBytes) return null;
      if (header === null) {
        header = decodeHeader(value);
        if (header === null) return null;
        facts = initialFacts(header);
      }
      const entry = decodeEntry(value);
      if (entry !== null && facts !== null) facts = addFact(facts, entry);
      if (facts !== null && facts.firstPrompt !== "") return { header, facts };
    }
  }
  return null;
}

/** The names in a folder; none when it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) =>
      name
    );
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isNone) return [];
    throw error;
  }
}
