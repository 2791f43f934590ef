import { describeError, exitCodes, UserError } from "../core/error.ts";
import { path } from "../platform/paths.ts";

/**
 * The folder to work in, with links followed: `wanted`, else where the
 * program was started.
 *
 * @throws {UserError} with exit code 2 for what is no folder.
 */
export async function workingFolder(
  wanted: string | undefined,
): Promise<string> {
  const folder = path.resolve(wanted ?? Deno.cwd());
  try {
    const real = await Deno.realPath(folder);
    if ((await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    // Without read permission the tools that need it are not offered.
    if (error instanceof Deno.errors.NotCapable) return folder;
    throw badFolder(folder, describeError(error));
  }
  throw badFolder(folder, "it is not a folder");
}

function badFolder(folder: string, reason: string): UserError {
  return new UserError(
    `Cannot work in "${folder}": ${reason}`,
    exitCodes.usage,
  );
}
