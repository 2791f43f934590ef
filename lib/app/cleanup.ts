import { can } from "../platform/capabilities.ts";
import { fileFault } from "../platform/file_error.ts";
import { stateFolder } from "../platform/folders.ts";
import { SessionError } from "../session/scan.ts";
import { sessionsFolder } from "../session/places.ts";
import { pruneSessions } from "../session/remove.ts";

const dayMs = 24 * 60 * 60 * 1_000;
const defaultDays = 30;
/** Sessions that one end of the program removes. */
const mostAtOnce = 50;

/**
 * Removes old sessions, at most once a day and a few at a time: it is called
 * when all is done, and somebody waits for the prompt of the shell. Needs
 * `--allow-read` and `--allow-write` for the state folder; without them
 * nothing is removed.
 */
export async function cleanUpSessions(
  { days = defaultDays, now }: {
    readonly days?: number | undefined;
    now(): number;
  },
): Promise<void> {
  const state = stateFolder();
  if (state === undefined) return;
  const root = sessionsFolder(state);
  const stamp = `${root}.cleaned`;
  const isGranted = [root, stamp].every((place) =>
    can({ name: "read", path: place }) && can({ name: "write", path: place })
  );
  if (!isGranted) return;
  try {
    if (!await isDue(stamp, now())) return;
    await pruneSessions(root, { days, most: mostAtOnce, now });
  } catch (error) {
    // The next run tries again; what this one was for is done.
    if (fileFault(error) === null && !(error instanceof SessionError)) {
      throw error;
    }
  }
}

/** True once a day; a folder without sessions has nothing to clean up. */
async function isDue(stamp: string, now: number): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(stamp);
    if (now - (mtime?.getTime() ?? 0) < dayMs) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // First the stamp: of two that end together, one does the work.
  await Deno.writeTextFile(stamp, "", { mode: 0o600 });
  const time = new Date(now);
  await Deno.utime(stamp, time, time);
  return true;
}
