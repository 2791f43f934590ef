import { lockFile } from "../platform/lock.ts";
import { isInside, path } from "../platform/paths.ts";
import { namesIn, type SessionSummary, summariseFile } from "./list.ts";
import { SessionBusyError } from "./open.ts";
import { copiesFolderOf, lockFileOf, readFileName } from "./places.ts";
import { SessionError } from "./scan.ts";

/**
 * Removes one session's file for good, and its copies of files. Only what lies
 * in the sessions folder `root`, is named as a session is, and no process has
 * open. Needs
 * `--allow-read` and `--allow-write` for `root`.
 *
 * @throws {SessionBusyError} when a process has it open
 * @throws {SessionError} for a file that is not one of ours
 */
export async function removeSession(
  root: string,
  file: string,
  options: { now(): number },
): Promise<void> {
  const { isFile } = await Deno.lstat(file);
  const [real, base] = await Promise.all([
    Deno.realPath(file),
    Deno.realPath(root),
  ]);
  // A link could stand for a file that is anywhere.
  const isOurs = isFile && isInside(real, base) && readFileName(real) !== null;
  if (!isOurs) {
    throw new SessionError(
      `Cannot remove "${file}": it is no session in "${root}"`,
    );
  }
  const attempt = await lockFile(lockFileOf(real), options);
  if (!attempt.ok) throw new SessionBusyError(real, attempt.holder);
  await using _ = attempt.lock;
  // The file first: copies without a session are swept some day.
  await Deno.remove(real);
  await removeCopies(real);
}

/** The folder of copies is there only where a run has changed files. */
async function removeCopies(file: string): Promise<void> {
  try {
    await Deno.remove(copiesFolderOf(file), { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What {@link pruneSessions} may do. */
export interface PruneOptions {
  readonly days: number;
  /** Sessions that one call removes; all by default. */
  readonly most?: number;
  now(): number;
}

/**
 * Removes the sessions that nobody wrote to for `days` days, and returns them.
 * One that has a name or is open stays. What processes left behind that were
 * killed goes, too: locks that nobody holds, forks that were never finished,
 * copies of files whose session is gone. Only files that are old are read.
 */
export async function pruneSessions(
  root: string,
  options: PruneOptions,
): Promise<SessionSummary[]> {
  const oldest = options.now() - options.days * 24 * 60 * 60 * 1_000;
  const removed: SessionSummary[] = [];
  const place = path.resolve(root);
  for await (const file of filesBefore(place, oldest)) {
    if (removed.length >= (options.most ?? Infinity)) break;
    const session = await summariseFile(file);
    if (session === null || session.name !== null) continue;
    try {
      await removeSession(place, file, options);
      removed.push(session);
    } catch (error) {
      const isKept = error instanceof SessionBusyError ||
        error instanceof Deno.errors.NotFound;
      if (!isKept) throw error;
    }
  }
  await sweepOrphans(place, options);
  return removed;
}

/** The session files that were not changed since, told by names and times. */
async function* filesBefore(
  root: string,
  oldest: number,
): AsyncGenerator<string> {
  for (const folder of await namesIn(root)) {
    for (const name of await namesIn(path.join(root, folder))) {
      const began = readFileName(name)?.timestamp;
      if (began === undefined || Date.parse(began) >= oldest) continue;
      const file = path.join(root, folder, name);
      if (await modifiedOf(file) < oldest) yield file;
    }
  }
}

/** Milliseconds for which a file beside sessions is not touched. */
const orphanMs = 24 * 60 * 60 * 1_000;

async function sweepOrphans(
  root: string,
  options: { now(): number },
): Promise<void> {
  const oldest = options.now() - orphanMs;
  for (const folder of await namesIn(root)) {
    const names = new Set(await namesIn(path.join(root, folder)));
    for (const name of names) {
      const kind = orphanKind(name, names);
      const file = path.join(root, folder, name);
      if (kind === null || await modifiedOf(file) >= oldest) continue;
      if (kind === "lock") {
        // Whoever gets the lock removes its file at the end.
        const attempt = await lockFile(file, options);
        if (attempt.ok) await attempt.lock[Symbol.asyncDispose]();
      } else await Deno.remove(file, { recursive: true });
    }
  }
}

/** What a name beside sessions may be left of; null for all else. */
function orphanKind(
  name: string,
  names: ReadonlySet<string>,
): "lock" | "fork" | "copies" | null {
  const [, stem = "", ending] =
    /^(.*?)(\.files|\.jsonl\.tmp|(?:\.jsonl|\.jsonl\.tmp)\.lock)$/.exec(name) ??
      [];
  const session = `${stem}.jsonl`;
  if (readFileName(session) === null) return null;
  if (ending === ".jsonl.tmp") return "fork";
  if (ending === ".files") return names.has(session) ? null : "copies";
  return "lock";
}

/** When a file was changed; never, so that it stays, where it is gone. */
async function modifiedOf(file: string): Promise<number> {
  try {
    return (await Deno.lstat(file)).mtime?.getTime() ?? Infinity;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return Infinity;
    throw error;
  }
}
