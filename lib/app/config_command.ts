import { exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { configFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { readEnvironment } from "../platform/environment.ts";
import { createScrubber } from "../session/scrub.ts";
import { type Key, keyText, parseKey, valueAt } from "../settings/key.ts";
import { type LayerName, sourceNames } from "../settings/layer.ts";
import { listSettings, type SourcedSettings } from "../settings/list.ts";
import { maskSecrets } from "../settings/mask.ts";
import { mergeSettings } from "../settings/merge.ts";
import { managedFile, workspaceFiles } from "../settings/places.ts";
import { printable } from "../term/printable.ts";
import type { Invocation } from "./args.ts";
import { endpointVariables } from "./endpoint.ts";
import { writeWhole } from "./print.ts";
import { keptTrust, openSettings, workspaceRoot } from "./settings.ts";
import { findKey, type JsonSchema } from "./settings_schema.ts";

/** The settings that count, and all that were merged, the strongest first. */
export interface EffectiveSettings {
  readonly merged: Settings;
  readonly sources: readonly SourcedSettings[];
}

/**
 * Reads the settings as a session would, with the model that a flag or a
 * variable names. Warnings go to stderr.
 *
 * @throws {UserError} with exit code 52 for a file that can't be used.
 */
export async function effectiveSettings(
  invocation: Invocation,
): Promise<EffectiveSettings> {
  const { layers, warnings } = await openSettings(invocation);
  for (const warning of warnings) say(warning);
  const of = (...names: readonly LayerName[]) =>
    layers.filter(({ layer }) => names.includes(layer));
  const sources = [
    ...of("managed"),
    ...modelSource("flag", "--model", invocation.model),
    ...of("flag"),
    ...variableSource(),
    ...of("local", "project", "user"),
  ];
  const merged = sources.toReversed().reduce<Settings>(
    (weaker, { settings }) => mergeSettings(weaker, settings),
    {},
  );
  return { merged, sources };
}

function modelSource(
  layer: string,
  file: string,
  model: string | undefined,
): SourcedSettings[] {
  return model === undefined ? [] : [{ layer, file, settings: { model } }];
}

function variableSource(): SourcedSettings[] {
  const name = endpointVariables.model.find((each) =>
    readEnvironment(each) !== undefined
  );
  return name === undefined
    ? []
    : modelSource("environment", `$${name}`, readEnvironment(name));
}

/** `openclaude config list`: each value that counts, keys hidden. */
export async function runConfigList(invocation: Invocation): Promise<number> {
  const { merged, sources } = await effectiveSettings(invocation);
  const showOrigin = invocation.ownSwitches.includes("show-origin");
  if (invocation.json && !showOrigin) {
    printJson(masked(merged, []));
    return exitCodes.done;
  }
  const rows = listSettings(merged, sources).map((row) => ({
    key: keyText(row.path),
    value: masked(row.value, row.path),
    layer: row.layer,
    file: row.file,
  }));
  if (invocation.json) printJson(rows);
  else if (rows.length === 0) {
    say("nothing is set; openclaude config path shows the files");
  }
  if (invocation.json) return exitCodes.done;
  for (const { key, value, layer, file } of rows) {
    const origin = showOrigin ? `  (${layer}: ${file})` : "";
    print(`${key} = ${JSON.stringify(value)}${origin}`);
  }
  return exitCodes.done;
}

/**
 * `openclaude config get KEY`: the value that counts; keys are hidden.
 *
 * @returns 1 when it is not set.
 * @throws {UserError} with exit code 2 for a key that there isn't.
 */
export async function runConfigGet(
  invocation: Invocation,
  [text = ""]: readonly string[],
): Promise<number> {
  const { path: keys } = knownKey(text);
  const { merged } = await effectiveSettings(invocation);
  const value = masked(valueAt(merged, keys), keys);
  if (value === undefined) {
    say(`${keyText(keys)} is not set`);
    return exitCodes.failed;
  }
  if (typeof value === "string" && !invocation.json) print(value);
  else printJson(value);
  return exitCodes.done;
}

/** `openclaude config path`: the files, the strongest first. */
export async function runConfigPath(invocation: Invocation): Promise<number> {
  const workspace = await workspaceRoot(invocation.cwd ?? Deno.cwd());
  const { trust } = await keptTrust(workspace);
  const isTrusted = trust.isTrusted || invocation.trust;
  const config = configFolder();
  const files: readonly (readonly [LayerName, string | undefined])[] = [
    ["managed", managedFile],
    ["local", workspaceFiles(workspace).local],
    ["project", workspaceFiles(workspace).project],
    ["user", config && path.join(config, "settings.json")],
  ];
  const rows = files.flatMap(([layer, file]) =>
    file === undefined ? [] : [{
      layer,
      file,
      state: stateOf(layer, file, { invocation, isTrusted }),
    }]
  );
  if (invocation.json) printJson(rows);
  else {
    for (const { layer, file, state } of rows) {
      print(
        `${layer.padEnd(8)} ${file}${state === "read" ? "" : ` (${state})`}`,
      );
    }
  }
  return exitCodes.done;
}

function stateOf(
  layer: LayerName,
  file: string,
  { invocation: { settingSources = sourceNames }, isTrusted }: {
    readonly invocation: Invocation;
    readonly isTrusted: boolean;
  },
): string {
  if (!can({ name: "read", path: file })) return `needs --allow-read=${file}`;
  try {
    Deno.statSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "not there";
    return "can't be read";
  }
  const names: readonly string[] = settingSources;
  if (layer !== "managed" && !names.includes(layer)) {
    return "left out by --setting-sources";
  }
  const isOwn = layer === "managed" || layer === "user";
  return isOwn || isTrusted ? "read" : "not trusted";
}

/**
 * Reads a key of the command line.
 *
 * @throws {UserError} with exit code 2 and the nearest key that there is.
 */
export function knownKey(
  text: string,
): { readonly path: readonly Key[]; readonly schema: JsonSchema } {
  const keys = parseKey(text);
  const found = keys === undefined
    ? { ok: false, near: undefined } as const
    : findKey(keys);
  if (keys !== undefined && found.ok) return { path: keys, ...found };
  const near = found.ok ? undefined : found.near;
  throw new UserError(
    `Cannot find the setting ${JSON.stringify(text)}` +
      (near === undefined
        ? ". They are listed in docs/reference/settings.md"
        : `. Did you mean ${near}?`),
    exitCodes.usage,
  );
}

/** A value without secrets, for the screen. */
export function masked(value: unknown, at: readonly Key[]): unknown {
  return maskSecrets(value, at, createScrubber([]));
}

/** Prints a line to stdout that can't steer the terminal. */
export function print(line: string): void {
  writeWhole(Deno.stdout, `${printable(line)}\n`);
}

/** Tells on stderr what is no answer. */
export function say(line: string): void {
  writeWhole(Deno.stderr, `openclaude: ${printable(line)}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}
