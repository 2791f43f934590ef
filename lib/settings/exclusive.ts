import { exitCodes, UserError } from "../core/error.ts";
import { systemClock } from "../platform/clock.ts";
import { lockFile } from "../platform/lock.ts";
import { path } from "../platform/paths.ts";
import { shown } from "./read_file.ts";

/** Milliseconds that another process may hold a lock: each needs a few. */
const patienceMs = 30_000;
/** Milliseconds between two attempts. */
const retryMs = 25;

/**
 * Runs something while no other openclaude runs the like. The lock ends with
 * the process however that ends. Needs `--allow-read` and `--allow-write` for
 * the file.
 *
 * @param limitMs how long the lock is waited for.
 * @throws {UserError} with exit code 1 when another process keeps the lock.
 */
export async function exclusively<Result>(
  file: string,
  run: () => Promise<Result>,
  limitMs: number = patienceMs,
): Promise<Result> {
  await Deno.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const giveUp = AbortSignal.timeout(limitMs);
  for (;;) {
    const attempt = await lockFile(file, systemClock);
    if (attempt.ok) {
      await using _lock = attempt.lock;
      return await run();
    }
    if (giveUp.aborted) {
      const { holder } = attempt;
      const who = holder === null ? "another process" : `process ${holder.pid}`;
      throw new UserError(
        `Cannot lock ${shown(file)}: ${who} has held it for more than ` +
          `${limitMs / 1000} seconds`,
        exitCodes.failed,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
