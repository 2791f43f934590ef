import { count } from "../core/text.ts";
import { type FileLock, lockFile, type LockHolder } from "../platform/lock.ts";
import { readSpans } from "../platform/jsonl.ts";
import { path } from "../platform/paths.ts";
import { shareCopies } from "./copies.ts";
import { decodeEntry, type SessionHeader, sessionVersion } from "./entry.ts";
import { initialFacts } from "./facts.ts";
import { memoryLog, openLog } from "./log.ts";
import { lockFileOf, readFileName, sessionFileOf } from "./places.ts";
import {
  checkIsFile,
  type EntryNode,
  scanSession,
  SessionError,
} from "./scan.ts";
import {
  liveSession,
  type Resumed,
  type Session,
  type SessionPorts,
} from "./session.ts";
import { type EntryReader, fileReader, pathTo } from "./tree.ts";

/** What a new session is made with. */
export interface CreateOptions extends SessionPorts {
  /** A UUID, where the user gave one; else a new one. */
  readonly id?: string;
  readonly cwd: string;
  readonly model: string;
  readonly oneshot?: boolean;
  readonly parentSession?: string;
}

/** A session that was gone on with. */
export interface OpenedSession {
  readonly session: Session;
  readonly resumed: Resumed;
  /** What was found damaged, for the user. */
  readonly notices: readonly string[];
}

/** Thrown when another process has the session open. */
export class SessionBusyError extends SessionError {
  override name = "SessionBusyError";
  constructor(readonly file: string, readonly holder: LockHolder | null) {
    const who = holder === null
      ? "another process"
      : `process ${holder.pid}, since ${holder.since},`;
    super(
      `Cannot open session "${file}": ${who} has it open. End that one, or ` +
        "go on in a copy with --fork-session",
    );
  }
}

/**
 * Begins a session in the sessions folder `root`. Its file comes into being
 * with the first entry, readable by the user alone. Needs `--allow-read` and
 * `--allow-write` for `root`.
 *
 * @throws {SessionError} when a session has that id already
 */
export async function createSession(
  root: string,
  options: CreateOptions,
): Promise<Session> {
  const header = newHeader(options);
  const file = sessionFileOf(root, header);
  const folder = path.dirname(file);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (options.id !== undefined && await hasSession(root, options.id)) {
    throw new SessionError(
      `Cannot begin session "${options.id}": there is one; resume it instead`,
    );
  }
  const lock = await takeLock(file, options);
  return liveSession({
    header,
    file,
    lock,
    log: openLog(file, header, null),
    reader: fileReader(file),
    nodes: new Map(),
    leaf: null,
    facts: initialFacts(header),
    ports: options,
  });
}

/** A session that is kept in memory alone and leaves no trace. */
export function createMemorySession(options: CreateOptions): Session {
  const header = newHeader(options);
  const log = memoryLog();
  const reader: EntryReader = {
    async *read(nodes) {
      for (const { start } of nodes) {
        const entry = decodeEntry(JSON.parse(log.line(start)));
        if (entry !== null) yield entry;
      }
    },
  };
  return liveSession({
    header,
    file: null,
    lock: null,
    log,
    reader,
    nodes: new Map(),
    leaf: null,
    facts: initialFacts(header),
    ports: options,
  });
}

/**
 * Goes on with a session. An entry that was cut off at the end is taken away
 * before the first new one is written; opening alone changes nothing. Needs
 * `--allow-read` and `--allow-write` for the file and its folder.
 *
 * @throws {SessionBusyError} when another process has it open
 * @throws {SessionError} for what is no session file or a later version's
 */
export async function openSession(
  file: string,
  options: SessionPorts & { readonly cwd?: string },
): Promise<OpenedSession> {
  // Before the lock, which would make a file beside what is none.
  await checkIsFile(file);
  const lock = await takeLock(file, options);
  try {
    const scan = await scanSession(file, options);
    const session = liveSession({
      ...scan,
      file,
      lock,
      log: openLog(file, scan.header, scan),
      reader: fileReader(file),
      ports: options,
    });
    const resumed = await session.resume();
    const lost = resumed.lost === 0 ? [] : [
      `${count(resumed.lost, "call")} had no result, since the program ended ` +
      "before; the model is told so",
    ];
    return { session, resumed, notices: [...scan.notices, ...lost] };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Copies a session's path, up to an entry or to its leaf, into a session of
 * its own, which it then goes on with. The old one is only read, so another
 * process may have it open. Ids stay, so that what refers to them still does.
 *
 * @throws {SessionError} as `openSession()`
 * @throws {RangeError} when there is no such entry
 */
export async function forkSession(
  file: string,
  root: string,
  options: CreateOptions & { readonly at?: string },
): Promise<OpenedSession> {
  const scan = await scanSession(file, { cwd: options.cwd });
  const { header, nodes, facts } = scan;
  const leaf = options.at ?? scan.leaf;
  if (leaf !== null && !nodes.has(leaf)) {
    throw new RangeError(`Cannot fork at entry "${leaf}": there is none`);
  }
  const forked = newHeader({ ...options, parentSession: header.id });
  const target = sessionFileOf(root, forked);
  // The copies first: without a session they are swept some day.
  await shareCopies(file, target);
  await copyPath(file, target, {
    header: forked,
    nodes: pathTo(nodes, leaf),
  });
  const opened = await openSession(target, options);
  if (facts.name !== null) {
    const name = `${facts.name} (fork)`;
    opened.session.append({ type: "session_info", name });
  }
  return opened;
}

/** Writes a path as a session of its own; the file appears when it is whole. */
async function copyPath(
  from: string,
  to: string,
  { header, nodes }: {
    readonly header: SessionHeader;
    readonly nodes: readonly EntryNode[];
  },
): Promise<void> {
  await Deno.mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  const temporary = `${to}.tmp`;
  const log = openLog(temporary, header, null);
  try {
    if (nodes.length === 0) log.append("");
    using source = await Deno.open(from);
    let index = 0;
    for await (const values of readSpans(source, nodes)) {
      for (const value of values) {
        const { id, parentId } = nodes[index++] as EntryNode;
        log.append(JSON.stringify({ ...value as object, id, parentId }));
      }
    }
    await log.sync();
    log.close();
    await Deno.rename(temporary, to);
  } catch (error) {
    log.close();
    await Deno.remove(temporary);
    throw error;
  }
}

function newHeader(options: CreateOptions): SessionHeader {
  const { cwd, model, oneshot, parentSession, id } = options;
  if (id !== undefined && !/^[A-Za-z0-9-]{8,64}$/.test(id)) {
    throw new SessionError(
      `Cannot begin session "${id}": an id has 8 to 64 letters, digits and -`,
    );
  }
  return {
    type: "session",
    version: sessionVersion,
    id: id ?? crypto.randomUUID(),
    timestamp: new Date(options.now()).toISOString(),
    cwd,
    model,
    ...(parentSession === undefined ? {} : { parentSession }),
    ...(oneshot ? { oneshot } : {}),
  };
}

/** Whether any folder holds a session of this id. */
async function hasSession(root: string, id: string): Promise<boolean> {
  for await (const folder of Deno.readDir(root)) {
    if (!folder.isDirectory) continue;
    for await (const { name } of Deno.readDir(path.join(root, folder.name))) {
      if (readFileName(name)?.id === id) return true;
    }
  }
  return false;
}

async function takeLock(
  file: string,
  ports: SessionPorts,
): Promise<FileLock> {
  const attempt = await lockFile(lockFileOf(file), ports);
  if (attempt.ok) return attempt.lock;
  throw new SessionBusyError(file, attempt.holder);
}
