import { stateFolder } from "../platform/folders.ts";
import { workspaceFiles } from "../settings/places.ts";
import type { RuleStore } from "./permissions.ts";
import { rememberRules, workspaceRoot } from "./settings.ts";

/**
 * Where the rules of a workspace's answers are kept: its own local settings.
 * Undefined without a home, where nothing can be kept apart from others.
 */
export async function ruleStoreOf(
  folder: string,
): Promise<RuleStore | undefined> {
  if (stateFolder() === undefined) return undefined;
  const workspace = await workspaceRoot(folder);
  return {
    file: workspaceFiles(workspace).local,
    add: async (rule) => {
      await rememberRules(folder, [rule]);
    },
  };
}
