import type { Settings } from "../core/settings.ts";
import { configFolder, homeFolder } from "../platform/folders.ts";
import { isInside, path } from "../platform/paths.ts";
import type { LoadedSettings } from "../settings/layer.ts";
import { loadFile, loadLayers } from "../settings/load.ts";
import { findGitRoot } from "../workspace/git.ts";
import type { Invocation } from "./args.ts";

/** Where the user's settings are; undefined without a home. */
export function settingsFile(): string | undefined {
  const folder = configFolder();
  return folder === undefined ? undefined : path.join(folder, "settings.json");
}

/**
 * Reads the user's settings and no others. No file, or one that may not
 * be read, is no settings. Needs `--allow-read` for the file.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function loadSettings(
  file: string | undefined = settingsFile(),
): Promise<Settings> {
  return file === undefined
    ? {}
    : await loadFile(file, { workspace: Deno.cwd(), home: homeFolder() });
}

/** The parts of the command line that choose settings. */
export type SettingsFlags = Pick<
  Invocation,
  "cwd" | "settings" | "settingSources" | "trust"
>;

/**
 * Reads all settings of a session: those of flags, workspace and user.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function openSettings(
  flags: SettingsFlags,
): Promise<LoadedSettings> {
  return await loadLayers({
    workspace: await workspaceRoot(flags.cwd ?? Deno.cwd()),
    isTrusted: flags.trust,
    config: configFolder(),
    home: homeFolder(),
    flag: flags.settings,
    sources: flags.settingSources,
  });
}

/**
 * The folder whose `.openclaude` holds a workspace's settings, as a real path:
 * the root of the repository around `folder`, else `folder`. A repository
 * that holds the whole home folder does not count.
 */
export async function workspaceRoot(folder: string): Promise<string> {
  const real = await realOrNamed(path.resolve(folder));
  const root = await findGitRoot(real);
  const home = homeFolder();
  const isWide = root !== undefined && home !== undefined &&
    isInside(await realOrNamed(home), root);
  return root === undefined || isWide ? real : root;
}

async function realOrNamed(folder: string): Promise<string> {
  try {
    return await Deno.realPath(folder);
  } catch {
    // Missing or not to be read: who works in it says so better.
    return folder;
  }
}

/**
 * The model that settings name above the variables: `--settings` is a flag,
 * and the machine owner's word wins over all.
 */
export function modelAbove(
  flag: string | undefined,
  { layers }: LoadedSettings,
): string | undefined {
  const by = (name: string) =>
    layers.find(({ layer }) => layer === name)?.settings.model;
  return by("managed") ?? flag ?? by("flag");
}
