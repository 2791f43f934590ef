import { exitCodes, UserError } from "../core/error.ts";
import type { PermissionMode } from "../core/permission.ts";
import { parseRules, type Rule, type RuleEffect } from "../permission/rule.ts";
import type { LayerName, SettingsLayer } from "../settings/layer.ts";
import type { Invocation } from "./args.ts";

/** The words of the command line that permissions are made of. */
export type PermissionFlags = Pick<
  Invocation,
  | "mode"
  | "allowsBypass"
  | "allowedTools"
  | "disallowedTools"
  | "toolNames"
  | "failOnDenied"
  | "folders"
>;

/** A folder beside the workspace that may be worked in. */
export interface NamedFolder {
  /** As it was written; relative ones count from the workspace. */
  readonly path: string;
  /** Whether it must be there: a flag is meant for now, settings for always. */
  readonly by: "flag" | "settings";
}

/** What flags and settings say of permissions, taken together. */
export interface PermissionSetup {
  readonly mode: PermissionMode;
  /** Whether the user may change to bypassPermissions. */
  readonly canBypass: boolean;
  readonly rules: readonly Rule[];
  /** Names of the tools that there are; undefined means all. */
  readonly toolNames: readonly string[] | undefined;
  readonly folders: readonly NamedFolder[];
  readonly failOnDenied: boolean;
  /** What the user should know, a sentence each. */
  readonly warnings: readonly string[];
}

/** Those of a program that says nothing: it is asked about everything. */
export const plainSetup: PermissionSetup = {
  mode: "default",
  canBypass: false,
  rules: [],
  toolNames: undefined,
  folders: [],
  failOnDenied: false,
  warnings: [],
};

const effects = ["allow", "ask", "deny"] as const;
/** Layers that a copied repository could bring along. */
const ofWorkspace = new Set<LayerName>(["local", "project"]);

/**
 * Takes flags and settings together. `layers` come the strongest first and
 * hold nothing of a workspace that is not trusted.
 *
 * @throws {UserError} with exit code 2 for a rule of a flag that can't be
 * read, with 52 for such a `deny` or `ask` rule of a file: to go on without
 * it would let through what somebody forbade.
 */
export function permissionSetup(
  flags: PermissionFlags,
  layers: readonly SettingsLayer[],
): PermissionSetup {
  const warnings: string[] = [];
  const rules = [
    ...flagRules(flags),
    ...layers.flatMap((layer) => layerRules(layer, warnings)),
  ];
  const fromSettings = defaultMode(layers, warnings);
  const mode = flags.mode ?? fromSettings ?? "default";
  return {
    mode,
    canBypass: flags.allowsBypass || flags.mode === "bypassPermissions" ||
      fromSettings === "bypassPermissions",
    rules,
    toolNames: flags.toolNames,
    folders: [
      ...flags.folders.map((path) => ({ path, by: "flag" }) as const),
      ...layers.flatMap(({ settings }) =>
        settings.permissions?.additionalDirectories ?? []
      ).map((path) => ({ path, by: "settings" }) as const),
    ],
    failOnDenied: flags.failOnDenied,
    warnings,
  };
}

function flagRules(flags: PermissionFlags): readonly Rule[] {
  const read = (texts: readonly string[], effect: RuleEffect) => {
    const { rules, problems } = parseRules(texts, effect, { layer: "flag" });
    const [problem] = problems;
    if (problem === undefined) return rules;
    const flag = effect === "deny" ? "--disallowedTools" : "--allowedTools";
    throw new UserError(
      `${problem} (${flag}). See openclaude --help`,
      exitCodes.usage,
    );
  };
  return [
    ...read(flags.allowedTools, "allow"),
    ...read(flags.disallowedTools, "deny"),
  ];
}

function layerRules(
  { layer, file, folder, settings }: SettingsLayer,
  warnings: string[],
): readonly Rule[] {
  return effects.flatMap((effect) => {
    const texts = settings.permissions?.[effect] ?? [];
    const source = { layer, file, folder };
    const { rules, problems } = parseRules(texts, effect, source);
    const named = problems.map((problem) => `${problem}, in "${file}"`);
    const [first] = named;
    if (first !== undefined && effect !== "allow") {
      throw new UserError(first, exitCodes.settings);
    }
    warnings.push(...named);
    return rules;
  });
}

/** The strongest layer's mode; the workspace's own files can't give all. */
function defaultMode(
  layers: readonly SettingsLayer[],
  warnings: string[],
): PermissionMode | undefined {
  for (const { layer, file, settings } of layers) {
    const mode = settings.permissions?.defaultMode;
    if (mode === undefined) continue;
    if (mode !== "bypassPermissions" || !ofWorkspace.has(layer)) return mode;
    warnings.push(
      `Settings "${file}": permissions.defaultMode is left out: only the ` +
        "user may switch all questions off",
    );
  }
  return undefined;
}
