import type { Settings } from "../core/settings.ts";

/** How a rule that allows is named to the user, and remembered. */
export function allowGiven(rule: string): string {
  return `allow without a question: ${rule}`;
}

const named = {
  model: (name: string) => `use the model: ${name}`,
  mode: (mode: string) => `start in the mode: ${mode}`,
  folder: (folder: string) => `work in the folder: ${folder}`,
} as const;

/**
 * Splits off what the user has not accepted of what a workspace's file gives:
 * rules that allow, the mode, folders, the model. What only forbids needs no
 * answer and stays.
 */
export async function acceptedOf(
  { model, permissions = {}, ...rest }: Settings,
  accepts: (given: string) => Promise<boolean>,
): Promise<{ readonly settings: Settings; readonly withheld: string[] }> {
  const withheld: string[] = [];
  const keep = async (
    values: readonly (string | undefined)[],
    name: (value: string) => string,
  ) => {
    const kept: string[] = [];
    for (const value of values) {
      if (value === undefined) continue;
      if (await accepts(name(value))) kept.push(value);
      else withheld.push(name(value));
    }
    return kept;
  };
  const { allow, additionalDirectories, defaultMode, ...limits } = permissions;
  const allowed = await keep(allow ?? [], allowGiven);
  const folders = await keep(additionalDirectories ?? [], named.folder);
  const [mode] = await keep([defaultMode], named.mode);
  const [chosen] = await keep([model], named.model);
  const kept = {
    ...limits,
    ...(allowed.length === 0 ? {} : { allow: allowed }),
    ...(folders.length === 0 ? {} : { additionalDirectories: folders }),
    ...(mode === undefined ? {} : { defaultMode }),
  };
  const settings: Settings = {
    ...rest,
    ...(Object.keys(kept).length === 0 ? {} : { permissions: kept }),
    ...(chosen === undefined ? {} : { model: chosen }),
  };
  return { settings, withheld };
}
