import { exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { systemClock } from "../platform/clock.ts";
import { configFolder, homeFolder, stateFolder } from "../platform/folders.ts";
import { isInside, path } from "../platform/paths.ts";
import type { LoadedSettings } from "../settings/layer.ts";
import { loadFile, loadLayers, type ReadSettings } from "../settings/load.ts";
import { isLooser } from "../settings/looser.ts";
import { workspaceFiles } from "../settings/places.ts";
import type { Trust } from "../settings/trust.ts";
import { findGitRoot } from "../workspace/git.ts";
import type { Invocation } from "./args.ts";
import { ruleFault } from "./rule_fault.ts";

/** Where the user's settings are; undefined without a home. */
export function settingsFile(): string | undefined {
  const folder = configFolder();
  return folder === undefined ? undefined : path.join(folder, "settings.json");
}

/**
 * Reads the user's settings and no others. No file, or one that may not
 * be read, is no settings; what of it can't be used goes to `warnings`. Needs
 * `--allow-read` for the file.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function loadSettings(
  file: string | undefined = settingsFile(),
  warnings: string[] = [],
): Promise<Settings> {
  return file === undefined ? {} : await loadFile(file, {
    workspace: Deno.cwd(),
    home: homeFolder(),
    warnings,
  });
}

/** The parts of the command line that choose settings. */
export type SettingsFlags = Pick<
  Invocation,
  "cwd" | "settings" | "settingSources" | "trust"
>;

/** What the user is asked before a workspace's settings are used. */
export interface TrustQuestion {
  readonly workspace: string;
  readonly files: readonly string[];
  /** What they give that was not accepted before. */
  readonly given: readonly string[];
}

/**
 * Reads all settings of a session: those of flags, workspace and user. What
 * a workspace brings is used as far as the user has accepted it; `--trust`
 * accepts it, for good unless the workspace holds the home folder.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function openSettings(
  flags: SettingsFlags,
  { ask }: {
    /** Asks whether a workspace is trusted; absent: nobody can be asked. */
    ask?: ((question: TrustQuestion) => Promise<boolean>) | undefined;
  } = {},
): Promise<LoadedSettings> {
  const workspace = await workspaceRoot(flags.cwd ?? Deno.cwd());
  const load = (trust: Trust) =>
    loadLayers({
      workspace,
      isTrusted: trust.isTrusted,
      accepts: trust.accepts,
      config: configFolder(),
      home: homeFolder(),
      flag: flags.settings,
      sources: flags.settingSources,
      ruleFault,
    });
  const nothing = () => Promise.resolve(false);
  if (!await bringsSettings(workspace)) {
    return await load({ isTrusted: false, accepts: nothing });
  }
  const kept = await keptTrust(workspace);
  const loaded = await load(kept.trust);
  const seen = flags.trust
    ? await load({ ...kept.trust, isTrusted: true })
    : await tryLoad(loaded, kept.trust, load);
  const files = seen.layers.filter(({ layer }) =>
    layer === "project" || layer === "local"
  ).map(({ file }) => file);
  const isNew = !kept.trust.isTrusted || seen.withheld.length > 0;
  // What sets nothing needs no answer.
  if (files.length === 0 && !flags.trust) return seen;
  if (!isNew) return loaded;
  const question = { workspace, files, given: seen.withheld };
  if (!flags.trust && !await ask?.(question)) return loaded;
  await kept.add(seen.withheld);
  // What came into the files since they were shown is still left out.
  const shown = new Set(seen.withheld);
  return await load({
    isTrusted: true,
    accepts: async (given) =>
      shown.has(given) || await kept.trust.accepts(given),
  });
}

/** A file that can't be used must not keep the user from starting. */
async function tryLoad(
  loaded: ReadSettings,
  trust: Trust,
  load: (trust: Trust) => Promise<ReadSettings>,
): Promise<ReadSettings> {
  if (trust.isTrusted) return loaded;
  try {
    return await load({ ...trust, isTrusted: true });
  } catch (error) {
    if (error instanceof UserError) return loaded;
    throw error;
  }
}

/** What is trusted of a workspace, and how more is. */
export interface KeptTrust {
  readonly trust: Trust;
  /** Trusts the workspace, and what it gives as far as it is named. */
  add(given: readonly string[]): Promise<void>;
}

/** Reads what was trusted of a workspace. Needs `--allow-read`. */
export async function keptTrust(workspace: string): Promise<KeptTrust> {
  const [{ addTrust, noTrust, readTrust }, { canKeepTrust, mainRoot }] =
    await Promise.all([
      import("../settings/trust.ts"),
      import("../settings/trust_key.ts"),
    ]);
  const root = await mainRoot(workspace);
  const state = stateFolder();
  if (state === undefined) {
    return { trust: noTrust, add: () => Promise.resolve() };
  }
  const file = path.join(state, "trust.json");
  const home = homeFolder();
  const realHome = home === undefined ? undefined : await realOrNamed(home);
  return {
    trust: await readTrust(file, root),
    async add(given) {
      const mayWrite = can({ name: "write", path: file });
      if (!mayWrite || !canKeepTrust(root, realHome)) return;
      await addTrust(file, root, { given, now: systemClock.now() });
    },
  };
}

/** Whether a workspace has settings files that can be seen. */
export async function bringsSettings(workspace: string): Promise<boolean> {
  const { project, local } = workspaceFiles(workspace);
  for (const file of [project, local]) {
    if (!can({ name: "read", path: file })) continue;
    try {
      await Deno.lstat(file);
      return true;
    } catch {
      // Missing, or behind a folder that can't be entered.
    }
  }
  return false;
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

/** A path as it really is; as it is named where that can't be told. */
export async function realOrNamed(folder: string): Promise<string> {
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

/**
 * The command line as the machine's owner lets it be: a sandbox that managed
 * settings name is loosened by no flag.
 */
export function underOwner<Flags extends Pick<Invocation, "sandbox">>(
  flags: Flags,
  { layers }: Pick<LoadedSettings, "layers">,
): Flags {
  const owner = layers.find(({ layer }) => layer === "managed");
  const mode = owner?.settings.sandbox?.mode;
  const { sandbox } = flags;
  return mode !== undefined && sandbox !== undefined && isLooser(sandbox, mode)
    ? { ...flags, sandbox: mode }
    : flags;
}

/**
 * Stores rules that the user chose with "don't ask again", in the workspace's
 * own file; they count as seen. Needs `--allow-write` for the workspace and
 * the state folder.
 *
 * @returns the file.
 * @throws {UserError} when they can't be kept: then they hold for this session.
 */
export async function rememberRules(
  cwd: string,
  rules: readonly string[],
): Promise<string> {
  const workspace = await workspaceRoot(cwd);
  const state = stateFolder();
  const config = configFolder();
  const { local } = workspaceFiles(workspace);
  const [kept, brings] = await Promise.all([
    keptTrust(workspace),
    bringsSettings(workspace),
  ]);
  const refuse = (reason: string) =>
    new UserError(
      `Cannot store rules in "${local}": ${reason}`,
      exitCodes.failed,
    );
  if (state === undefined) throw refuse("there is no folder for state");
  if (brings && !kept.trust.isTrusted) {
    throw refuse("the workspace is not trusted; start with --trust");
  }
  if (
    config !== undefined && await realOrNamed(config) === path.dirname(local)
  ) {
    throw refuse("it would lie in the folder of the user's settings");
  }
  const [{ storeRule }, { allowGiven }] = await Promise.all([
    import("../settings/store.ts"),
    import("../settings/gives.ts"),
  ]);
  const locks = path.join(state, "locks");
  for (const rule of rules) {
    await storeRule("allow", rule, { workspace, locks });
  }
  await kept.add(rules.map(allowGiven));
  return local;
}
