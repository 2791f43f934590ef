import type { Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { path } from "../platform/paths.ts";
import type { RuleFault } from "./check.ts";
import {
  type LayerName,
  type LoadedSettings,
  type SettingsLayer,
  type SourceName,
  sourceNames,
} from "./layer.ts";
import { mergeSettings } from "./merge.ts";
import { managedFile, settlePaths, workspaceFiles } from "./places.ts";
import {
  parseSettingsText,
  readSettingsFile,
  type SettingsText,
  shown,
  unusable,
} from "./read_file.ts";

/** Where settings are looked for, and how much of that is believed. */
export interface LoadOptions {
  /**
   * The root of the workspace, a real path: the repository's, or the folder
   * of the work where there is none.
   */
  readonly workspace: string;
  /** Whether the files of the workspace are read at all. */
  readonly isTrusted: boolean;
  /** What of the things that they give was accepted; absent: all. */
  accepts?(given: string): Promise<boolean>;
  /** The folder of the user's settings; undefined without a home. */
  readonly config: string | undefined;
  readonly home: string | undefined;
  /** What `--settings` says: a file, or the settings as JSON. */
  readonly flag?: string | undefined;
  /** The layers of `--setting-sources`; all of them when absent. */
  readonly sources?: readonly SourceName[] | undefined;
  /** The machine owner's file, where not the usual one. */
  readonly managed?: string;
  /** What is wrong with a rule; without it rules are any text. */
  readonly ruleFault?: RuleFault;
}

interface Place {
  readonly layer: LayerName;
  readonly file: string;
  readonly folder: string;
}

/** Settings, and what the workspace's files give that nobody accepted. */
export interface ReadSettings extends LoadedSettings {
  readonly withheld: readonly string[];
}

interface Reading {
  readonly options: LoadOptions;
  readonly warnings: string[];
  readonly withheld: string[];
}

/**
 * Reads all layers of settings and lays the stronger over the weaker
 * (spec/features.md 1C.9). Nothing of a workspace is read before it is
 * trusted; a warning names the files that are there. Needs `--allow-read` for
 * the files; one that it does not cover counts as missing.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function loadLayers(
  options: LoadOptions,
): Promise<ReadSettings> {
  const reading: Reading = { options, warnings: [], withheld: [] };
  const { config, sources = sourceNames } = options;
  const managed = await readLayer({
    layer: "managed",
    file: options.managed ?? managedFile,
    folder: path.dirname(options.managed ?? managedFile),
  }, reading);
  const user = config === undefined || !sources.includes("user")
    ? undefined
    : await readLayer({
      layer: "user",
      file: path.join(config, "settings.json"),
      folder: config,
    }, reading);
  const flag = await readFlag(options.flag, reading);
  const own = merge([user, managed]);
  const local = await readWorkspace("local", own, reading);
  const project = await readWorkspace("project", own, reading);
  const layers = [managed, flag, local, project, user]
    .filter((layer) => layer !== undefined);
  return {
    merged: merge(layers.toReversed()),
    layers,
    warnings: [...new Set(reading.warnings)],
    withheld: [...new Set(reading.withheld)],
  };
}

/**
 * Reads one settings file of the user. No file is no settings. What of it
 * can't be used goes to `warnings`.
 *
 * @throws {UserError} as {@link loadLayers} does.
 */
export async function loadFile(
  file: string,
  { warnings = [], ...places }: {
    readonly workspace: string;
    readonly home: string | undefined;
    readonly warnings?: string[];
  },
): Promise<Settings> {
  const options = { ...places, isTrusted: false, config: undefined };
  const place = { layer: "user", file, folder: path.dirname(file) } as const;
  const layer = await readLayer(place, { options, warnings, withheld: [] });
  return layer?.settings ?? {};
}

function merge(layers: readonly (SettingsLayer | undefined)[]): Settings {
  return layers.reduce<Settings>(
    (weaker, layer) => mergeSettings(weaker, layer?.settings ?? {}),
    {},
  );
}

async function readLayer(
  place: Place,
  reading: Reading,
): Promise<SettingsLayer | undefined> {
  const read = await readSettingsFile(place.file);
  return read === undefined ? undefined : await makeLayer(place, read, reading);
}

async function readFlag(
  flag: string | undefined,
  reading: Reading,
): Promise<SettingsLayer | undefined> {
  if (flag === undefined) return undefined;
  const folder = reading.options.workspace;
  if (flag.trimStart().startsWith("{")) {
    const place: Place = { layer: "flag", file: "--settings", folder };
    return await makeLayer(
      place,
      parseSettingsText("--settings", flag),
      reading,
    );
  }
  const file = path.resolve(flag);
  const read = await readSettingsFile(file);
  if (read === undefined) {
    const isCovered = can({ name: "read", path: file });
    throw unusable(
      file,
      isCovered ? "there is no such file" : `it needs --allow-read=${file}`,
    );
  }
  return await makeLayer({ layer: "flag", file, folder }, read, reading);
}

/** A file of the workspace, where it may be believed. */
async function readWorkspace(
  layer: "local" | "project",
  own: Settings,
  reading: Reading,
): Promise<SettingsLayer | undefined> {
  const { workspace, config, home, isTrusted, sources } = reading.options;
  if (!(sources ?? sourceNames).includes(layer)) return undefined;
  const file = workspaceFiles(workspace)[layer];
  // In the home folder the file of the "project" would be the user's own.
  if (config !== undefined && await isSame(path.dirname(file), config)) {
    return undefined;
  }
  if (!isTrusted) {
    if (await exists(file)) reading.warnings.push(untrusted(file));
    return undefined;
  }
  const read = await readSettingsFile(file, workspace);
  if (read === undefined) return undefined;
  const [{ takeForbidden }, { acceptedOf }] = await Promise.all([
    import("./forbidden.ts"),
    import("./gives.ts"),
  ]);
  const made = await makeLayer(
    { layer, file, folder: workspace },
    read,
    reading,
    (value) => takeForbidden(value, { file, folder: workspace, home, own }),
  );
  const { accepts } = reading.options;
  if (accepts === undefined || made === undefined) return made;
  const { settings, withheld } = await acceptedOf(made.settings, accepts);
  reading.withheld.push(...withheld);
  if (withheld.length > 0) {
    reading.warnings.push(
      `Settings ${shown(file)}: what they would newly ${
        shown(withheld[0] ?? "")
      }` +
        " and the like is left out until you accept it, in the REPL or by --trust",
    );
  }
  return { ...made, settings };
}

/** Undefined for a text that sets nothing. */
async function makeLayer(
  place: Place,
  { root }: SettingsText,
  { options, warnings }: Reading,
  prepare: (value: unknown) => readonly string[] = () => [],
): Promise<SettingsLayer | undefined> {
  // What checks costs 10 ms of loading, which is only paid with a file.
  const [{ checkSettings }, { valueOf }] = await Promise.all([
    import("./check.ts"),
    import("./jsonc.ts"),
  ]);
  const { workspace, home, ruleFault } = options;
  const value = valueOf(root);
  const refused = prepare(value);
  const checked = checkSettings(value, { file: place.file, ruleFault });
  warnings.push(...refused, ...checked.warnings);
  const { $schema: _, ...said } = checked.settings;
  if (Object.keys(said).length === 0) return undefined;
  const settings = settlePaths(said, { folder: workspace, home });
  return { ...place, settings };
}

function untrusted(file: string): string {
  return `Settings ${
    shown(file)
  } are not read: this workspace is not trusted. ` +
    "Look at them, then start with --trust";
}

async function exists(file: string): Promise<boolean> {
  if (!can({ name: "read", path: file })) return false;
  try {
    await Deno.lstat(file);
    return true;
  } catch {
    // Missing, or behind a folder that can't be entered.
    return false;
  }
}

async function isSame(one: string, other: string): Promise<boolean> {
  if (path.resolve(one) === path.resolve(other)) return true;
  try {
    return await Deno.realPath(one) === await Deno.realPath(other);
  } catch {
    // One of them is not there, or not to be seen: then it is not read.
    return false;
  }
}
