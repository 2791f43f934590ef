import type { Invocation } from "./args.ts";
import { askTrust } from "./ask_trust.ts";
import { openSpending } from "./budget.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { systemPromptChange } from "./system_prompt.ts";
import { findFolders, withFolders } from "./more_folders.ts";
import { permissionSetup } from "./permission_setup.ts";
import { ruleStoreOf } from "./rule_store.ts";
import { modelAbove, openSettings, underOwner } from "./settings.ts";
import { workingFolder } from "./working_folder.ts";
import { keepNoExec, sandboxFor } from "./confine.ts";
import type { Start } from "./start_choice.ts";

/**
 * What flags and settings make of a conversation.
 *
 * @throws {UserError} for what can't be used.
 */
export async function readSetup(
  invocation: Invocation,
  { canAskPerson, frontEnd }: Pick<Start, "canAskPerson" | "frontEnd">,
) {
  const prompting = await systemPromptChange(invocation);
  const settings = await openSettings(invocation, {
    ask: frontEnd === "repl" && canAskPerson ? askTrust : undefined,
  });
  const flags = underOwner(invocation, settings);
  keepNoExec(flags, settings.merged);
  const resolve = (model: string | undefined) =>
    resolveEndpoint({ ...invocation, model }, settings.merged);
  const endpoint = await resolve(modelAbove(invocation.model, settings));
  const spending = await openSpending(invocation.maxBudgetUsd, endpoint);
  const workspace = await workingFolder(invocation.cwd);
  const setup = permissionSetup(invocation, settings.layers);
  const more = await findFolders(setup.folders, workspace);
  return {
    settings,
    endpoint,
    resolve,
    spending,
    sandbox: await sandboxFor(flags, {
      settings: withFolders(settings.merged, more.paths),
      endpoint,
      workspace,
    }),
    permissions: { ...setup, warnings: [...setup.warnings, ...more.warnings] },
    folders: more.paths,
    ruleStore: await ruleStoreOf(workspace),
    prompting,
  };
}
