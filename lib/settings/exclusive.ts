import { errorCode } from "../platform/file_error.ts";
import { path } from "../platform/paths.ts";

/** What file systems without locks say. */
const noLocks = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOLCK", "ENOSYS"]);

/**
 * Runs something while no other openclaude runs the like. The lock is the
 * kernel's, so it ends with the process however that ends; its file stays.
 * Needs `--allow-read` and `--allow-write` for the file.
 */
export async function exclusively<Result>(
  lockFile: string,
  run: () => Promise<Result>,
): Promise<Result> {
  await Deno.mkdir(path.dirname(lockFile), { recursive: true, mode: 0o700 });
  using handle = await Deno.open(lockFile, {
    write: true,
    create: true,
    mode: 0o600,
  });
  try {
    await handle.lock(true);
  } catch (error) {
    // Then it is as before there were locks: the last writer wins.
    if (!noLocks.has(errorCode(error))) throw error;
  }
  return await run();
}
