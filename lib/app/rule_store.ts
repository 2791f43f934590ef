import { stateFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { workspaceFiles } from "../settings/places.ts";
import type { RuleStore } from "./permissions.ts";
import { workspaceRoot } from "./settings.ts";

/**
 * Where the rules of a workspace's answers are kept: its own local settings.
 * Undefined without a home, where nothing can be kept apart from others.
 */
export async function ruleStoreOf(
  folder: string,
): Promise<RuleStore | undefined> {
  const state = stateFolder();
  if (state === undefined) return undefined;
  const workspace = await workspaceRoot(folder);
  return {
    file: workspaceFiles(workspace).local,
    async add(rule) {
      const { storeRule } = await import("../settings/store.ts");
      const locks = path.join(state, "locks");
      await storeRule("allow", rule, { workspace, locks });
    },
  };
}
