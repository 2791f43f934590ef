import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { resolvePath } from "../platform/guard_path.ts";
import type { NamedFolder } from "./permission_setup.ts";

/** Folders that are there, by their real paths, and what to say of others. */
export interface MoreFolders {
  readonly paths: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Finds the folders that `--add-dir` and settings name. Needs `--allow-read`
 * for each; one that it does not cover counts as named.
 *
 * @throws {UserError} with exit code 2 for one of a flag that isn't there.
 */
export async function findFolders(
  folders: readonly NamedFolder[],
  cwd: string,
): Promise<MoreFolders> {
  const paths = new Set<string>();
  const warnings: string[] = [];
  for (const { path: named, by } of folders) {
    const folder = resolvePath(named, cwd);
    const state = await stateOf(folder);
    if (state.problem === undefined) {
      paths.add(state.real);
    } else if (by === "flag") {
      throw new UserError(
        `Cannot use --add-dir "${named}": ${state.problem}`,
        exitCodes.usage,
      );
    } else {
      warnings.push(
        `Left out "${named}" of additionalDirectories: ${state.problem}`,
      );
    }
  }
  return { paths: [...paths], warnings };
}

/** Settings in which commands may write to these folders, too. */
export function withFolders(
  settings: Settings,
  folders: readonly string[],
): Settings {
  const { sandbox = {} } = settings;
  const allowWrite = [...sandbox.allowWrite ?? [], ...folders];
  return { ...settings, sandbox: { ...sandbox, allowWrite } };
}

async function stateOf(
  folder: string,
): Promise<{ real: string; problem?: string }> {
  try {
    const real = await Deno.realPath(folder);
    const { isDirectory } = await Deno.stat(real);
    return isDirectory ? { real } : { real, problem: "it is not a folder" };
  } catch (error) {
    // Without read permission the tools say which flag is missing.
    if (error instanceof Deno.errors.NotCapable) return { real: folder };
    return { real: folder, problem: describeError(error) };
  }
}
