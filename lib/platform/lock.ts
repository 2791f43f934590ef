import { errorCode } from "./file_error.ts";

/** Who holds a lock, as far as it said so. */
export interface LockHolder {
  readonly pid: number;
  /** When it took the lock, ISO 8601. */
  readonly since: string;
}

/** A lock that is held until it is disposed, or the process ends in any way. */
export interface FileLock extends AsyncDisposable {
  readonly file: string;
}

/** What came of an attempt; `holder` is null when it did not say who it is. */
export type LockAttempt =
  | { readonly ok: true; readonly lock: FileLock }
  | { readonly ok: false; readonly holder: LockHolder | null };

/** What can differ in an attempt. */
export interface LockOptions {
  /** Milliseconds since 1970. */
  now(): number;
}

/** How long a runtime that cannot try waits before it takes it for held. */
const patienceMs = 250;
/** Each round a lock file was removed under us; more is no accident. */
const maxRounds = 20;
/** Somebody who only asks who holds a lock holds it for less than this. */
const askingMs = 20;

/**
 * Takes a lock that only cooperating processes respect. `file` is the lock's
 * own: it is created, says who holds it, and is removed at the end.
 *
 * The lock is the kernel's (flock), so it ends with the process however that
 * ends, and no stale one is ever left; process ids could not tell, because
 * Deno reads another process's `/proc` entry under `--allow-all` alone
 * (spec/deno.md 11). Where the file system has no locks, it is not held by
 * anybody. Needs `--allow-read` and `--allow-write` for the file.
 *
 * @throws the file system's error when the file can't be made
 */
export async function lockFile(
  file: string,
  options: LockOptions,
): Promise<LockAttempt> {
  for (let round = 0; round < maxRounds; round++) {
    const handle = await Deno.open(file, {
      read: true,
      write: true,
      create: true,
      mode: 0o600,
    });
    if (!await tryLock(handle)) {
      if (round === 0) {
        await delay(askingMs);
        continue;
      }
      return { ok: false, holder: await readHolder(file) };
    }
    if (await isSame(handle, file)) {
      await writeHolder(handle, options.now());
      return { ok: true, lock: heldLock(file, handle) };
    }
    handle.close();
  }
  throw new Error(`Cannot lock "${file}": it is removed again and again`);
}

/** Tells who holds a lock file, or null when nobody does. */
export async function lockHolder(
  file: string,
): Promise<LockHolder | "unknown" | null> {
  let handle: Deno.FsFile;
  try {
    handle = await Deno.open(file, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (!await tryLock(handle)) return await readHolder(file) ?? "unknown";
  handle.close();
  return null;
}

function heldLock(file: string, handle: Deno.FsFile): FileLock {
  return {
    file,
    async [Symbol.asyncDispose]() {
      try {
        // Before the lock ends: who gets it next sees that the name is gone.
        await Deno.remove(file);
      } catch (error) {
        // Windows removes no open file; a lock without a holder is no harm.
        const isHarmless = error instanceof Deno.errors.NotFound ||
          Deno.build.os === "windows";
        if (!isHarmless) throw error;
      } finally {
        handle.close();
      }
    },
  };
}

/** Closes the handle when the lock can't be had, on 2.4 once it is free. */
async function tryLock(handle: Deno.FsFile): Promise<boolean> {
  try {
    if (typeof handle.tryLock === "function") {
      const isOurs = await handle.tryLock(true);
      if (!isOurs) handle.close();
      return isOurs;
    }
    return await lockWithin(handle, patienceMs);
  } catch (error) {
    if (noLocks.has(errorCode(error))) return true;
    handle.close();
    throw error;
  }
}

/** What file systems without locks say. */
const noLocks = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOLCK", "ENOSYS"]);

/** Deno before 2.9 can only wait for a lock, not try whether it is free. */
async function lockWithin(handle: Deno.FsFile, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve(false);
    }, ms);
  });
  const locked = handle.lock(true).then(() => {
    if (isLate) handle.close();
    return true;
  });
  try {
    return await Promise.race([locked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** False when the name was removed, or stands for another file by now. */
async function isSame(handle: Deno.FsFile, file: string): Promise<boolean> {
  try {
    const [held, named] = await Promise.all([handle.stat(), Deno.stat(file)]);
    return held.ino === named.ino && held.dev === named.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function writeHolder(handle: Deno.FsFile, now: number): Promise<void> {
  const holder: LockHolder = {
    pid: Deno.pid,
    since: new Date(now).toISOString(),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(holder));
  await handle.truncate(0);
  for (let at = 0; at < bytes.length;) {
    at += await handle.write(bytes.subarray(at));
  }
}

async function readHolder(file: string): Promise<LockHolder | null> {
  try {
    const { pid, since } = JSON.parse(await Deno.readTextFile(file));
    if (typeof pid !== "number" || typeof since !== "string") return null;
    return { pid, since };
  } catch {
    // Being written, removed, or (Windows) not to be read while it is locked.
    return null;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
