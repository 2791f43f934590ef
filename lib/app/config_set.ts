import { exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { configFolder, homeFolder, stateFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { profileOverrideSchema } from "../provider/profile_override.ts";
import { type Fault, findFaults } from "../settings/check.ts";
import type { KeyPath } from "../settings/edit.ts";
import { excludeFromGit } from "../settings/exclude.ts";
import { takeFields } from "../settings/forbidden.ts";
import { acceptedOf } from "../settings/gives.ts";
import { type Key, keyText, valueAt } from "../settings/key.ts";
import { type SourceName, sourceNames } from "../settings/layer.ts";
import { mergeSettings } from "../settings/merge.ts";
import { settlePaths, workspaceFiles } from "../settings/places.ts";
import { setSetting } from "../settings/store.ts";
import type { Invocation } from "./args.ts";
import {
  effectiveSettings,
  knownKey,
  masked,
  print,
  say,
} from "./config_command.ts";
import { ruleFault } from "./rule_fault.ts";
import {
  bringsSettings,
  keptTrust,
  openSettings,
  realOrNamed,
  workspaceRoot,
} from "./settings.ts";
import type { JsonSchema } from "./settings_schema.ts";

/** The file that is written. */
interface Target {
  readonly layer: SourceName;
  readonly file: string;
  /** Folder that it must really be in. */
  readonly within: string;
  readonly workspace: string;
}

/** One value, and the keys that lead to it. */
interface Change {
  readonly keys: KeyPath;
  readonly value: unknown;
}

/**
 * `openclaude config set KEY VALUE`: stores a value in the user's settings, or
 * those of the workspace that a switch names. Nothing is written that makes
 * a fault, or that a workspace's file may not set. What the user sets for a
 * workspace counts as seen. Needs `--allow-write` for the file and for the
 * state folder.
 *
 * @throws {UserError} with exit code 2 for a wrong key or value, 1 for a file
 * that can't be written, 52 for one that can't be read.
 */
export async function runConfigSet(
  invocation: Invocation,
  [keyWord = "", valueWord = ""]: readonly string[],
): Promise<number> {
  const { path: found, schema } = knownKey(keyWord);
  const change: Change = {
    keys: namesOnly(found),
    value: readValueWord(valueWord, schema),
  };
  const target = await targetOf(invocation);
  const locks = locksFolder();
  const trust = await trustFor(target);
  const own = await ownSettings(invocation, target);
  await setSetting(target.file, {
    ...change,
    within: target.within,
    locks,
    check(before, after) {
      refuseFaults(change, before, after);
      refuseForbidden(change, own, target);
    },
  });
  if (target.layer === "local") await excludeFromGit(target.workspace, locks);
  await trust?.(change);
  const shownValue = JSON.stringify(masked(change.value, change.keys));
  print(`${keyText(change.keys)} = ${shownValue}  (${target.file})`);
  await tellOverruled(invocation, change);
  return exitCodes.done;
}

function namesOnly(keys: readonly Key[]): KeyPath {
  const names = keys.filter((key) => typeof key === "string");
  const [first, ...rest] = names;
  if (first === undefined || names.length < keys.length) {
    throw usage(`Cannot set ${keyText(keys)}: give the whole list as JSON`);
  }
  return [first, ...rest];
}

/** JSON where the setting is no text, else the word as it is. */
function readValueWord(word: string, { type }: JsonSchema): unknown {
  if (type === "string" && !/^".*"$/s.test(word)) return word;
  try {
    return JSON.parse(word);
  } catch {
    // A plain text; the schema says whether it may be one.
    return word;
  }
}

async function targetOf(invocation: Invocation): Promise<Target> {
  const named = sourceNames.filter((name) =>
    invocation.ownSwitches.includes(name)
  );
  if (named.length > 1) {
    throw usage(
      `Cannot use --${named.join(" and --")} together: name one file`,
    );
  }
  const [layer = "user"] = named;
  const workspace = await workspaceRoot(invocation.cwd ?? Deno.cwd());
  const config = configFolder();
  if (layer === "user") {
    if (config === undefined) {
      throw failed("Cannot find the user's settings: HOME is not set");
    }
    const file = path.join(config, "settings.json");
    // The user may keep the file elsewhere and link to it.
    const within = path.dirname(await realOrNamed(file));
    return { layer, file, within, workspace };
  }
  const file = workspaceFiles(workspace)[layer];
  if (
    config !== undefined && await realOrNamed(config) === path.dirname(file)
  ) {
    throw usage(
      `Cannot use --${layer} here: it would lie in the folder of the user's ` +
        "settings",
    );
  }
  return { layer, file, within: workspace, workspace };
}

function locksFolder(): string {
  const state = stateFolder();
  if (state === undefined) {
    throw failed("Cannot lock the settings: there is no folder for state");
  }
  return path.join(state, "locks");
}

/** What a workspace's file is held against; undefined for the user's own. */
async function ownSettings(
  invocation: Invocation,
  { layer }: Target,
): Promise<Settings | undefined> {
  if (layer === "user") return undefined;
  const { layers } = await openSettings(invocation);
  return layers
    .filter((each) => each.layer === "managed" || each.layer === "user")
    .toReversed()
    .reduce<Settings>(
      (weaker, { settings }) => mergeSettings(weaker, settings),
      {},
    );
}

/** Refuses a change that makes a fault; those from before may stay. */
function refuseFaults(
  { keys }: Change,
  before: unknown,
  after: unknown,
): void {
  const known = new Set(faultsOf(before).map(faultText));
  const [first] = faultsOf(after).filter((fault) =>
    !known.has(faultText(fault))
  );
  if (first === undefined) return;
  const place = keyText(first.path);
  const named = place === keyText(keys) || place === "" ? "" : `${place}: `;
  throw usage(`Cannot set ${keyText(keys)}: ${named}${first.reason}`);
}

function faultText({ path: keys, reason }: Fault): string {
  return `${keyText(keys)}: ${reason}`;
}

function faultsOf(value: unknown): Fault[] {
  const endpoints = valueAt(value, ["endpoints"]);
  const names = typeof endpoints === "object" && endpoints !== null
    ? Object.keys(endpoints)
    : [];
  return [
    ...findFaults(value, ruleFault),
    ...names.flatMap((name) => profileFaults(value, name)),
  ];
}

/** Core takes a profile as it is; who uses it checks it. */
function profileFaults(value: unknown, endpoint: string): Fault[] {
  const place = ["endpoints", endpoint, "profile"];
  const profile = valueAt(value, place);
  if (profile === undefined) return [];
  const { error } = profileOverrideSchema.safeParse(profile);
  return (error?.issues ?? []).map((issue) => ({
    path: [...place, ...issue.path as Key[]],
    reason: issue.message,
  }));
}

function refuseForbidden(
  change: Change,
  own: Settings | undefined,
  { workspace }: Target,
): void {
  if (own === undefined) return;
  const context = { folder: workspace, home: homeFolder(), own };
  const [row] = takeFields(structuredClone(settingsOf(change)), context);
  if (row === undefined) return;
  throw usage(
    `Cannot set ${keyText(change.keys)} for a workspace: ${row.because}`,
  );
}

/** A change alone, as settings: no field outside endpoints needs another. */
function settingsOf({ keys, value }: Change): Settings {
  return keys.reduceRight<unknown>(
    (inner, key) => ({ [key]: inner }),
    value,
  ) as Settings;
}

/**
 * What accepts a change of a workspace's file, if it may: in a workspace that
 * brought settings which nobody has trusted, it would trust those.
 */
async function trustFor(
  { layer, file, workspace }: Target,
): Promise<((change: Change) => Promise<void>) | undefined> {
  if (layer === "user") return undefined;
  const [kept, brings] = await Promise.all([
    keptTrust(workspace),
    bringsSettings(workspace),
  ]);
  if (brings && !kept.trust.isTrusted) {
    return () => {
      say(
        `${file} is not read: this workspace is not trusted. Start with --trust`,
      );
      return Promise.resolve();
    };
  }
  return async (change) => {
    const settings = settlePaths(settingsOf(change), {
      folder: workspace,
      home: homeFolder(),
    });
    const { withheld } = await acceptedOf(
      settings,
      () => Promise.resolve(false),
    );
    await kept.add(withheld);
  };
}

/** Says so when another layer's value counts all the same. */
async function tellOverruled(
  invocation: Invocation,
  { keys, value }: Change,
): Promise<void> {
  if (typeof value === "object") return;
  const { merged, sources } = await effectiveSettings(invocation);
  const counts = valueAt(merged, keys);
  if (counts === value) return;
  const source = sources.find(({ settings }) =>
    valueAt(settings, keys) !== undefined
  );
  if (source === undefined) return;
  say(
    `${keyText(keys)} is still ${JSON.stringify(masked(counts, keys))} here, ` +
      `by ${source.file}`,
  );
}

function usage(reason: string): UserError {
  return new UserError(reason, exitCodes.usage);
}

function failed(reason: string): UserError {
  return new UserError(reason, exitCodes.failed);
}
