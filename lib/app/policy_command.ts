import { exitCodes } from "../core/error.ts";
import { explainLine, explanationText } from "../permission/explain.ts";
import { createPolicy } from "../permission/policy.ts";
import { homeFolder } from "../platform/folders.ts";
import { isUnmarkedDialect } from "../provider/dialects/unmarked.ts";
import type { Invocation } from "./args.ts";
import { findFolders, withFolders } from "./more_folders.ts";
import { permissionSetup } from "./permission_setup.ts";
import { writeWhole } from "./print.ts";
import { openSandbox } from "./sandbox.ts";
import { openSettings, underOwner } from "./settings.ts";
import { workingFolder } from "./working_folder.ts";

/**
 * `openclaude policy explain 'COMMAND'`: what would be thought of a command
 * line, part by part, by the flags, settings and mode that are given here, as
 * in a session whose user can be asked. Nothing is run.
 *
 * @returns 0 for what would run without a question, 3 for what would be asked
 * about or refused.
 * @throws {UserError} for flags and settings that can't be used.
 */
export async function runPolicyExplain(
  invocation: Invocation,
  words: readonly string[],
): Promise<number> {
  const settings = await openSettings(invocation);
  const setup = permissionSetup(invocation, settings.layers);
  const workspace = await workingFolder(invocation.cwd);
  const more = await findFolders(setup.folders, workspace);
  const merged = withFolders(settings.merged, more.paths);
  await using sandbox = openSandbox({
    workspace,
    mode: underOwner(invocation, settings).sandbox ?? merged.sandbox?.mode,
    noExec: invocation.noExec,
    settings: merged.sandbox,
  });
  const { roots, sandboxed } = await sandbox.settle();
  const policy = createPolicy({
    mode: () => setup.mode,
    canAsk: true,
    rules: setup.rules,
    roots: [...roots, ...more.paths],
    home: homeFolder() ?? "",
    sandboxed,
    isDoubtful: isUnmarkedDialect,
  });
  const explanation = await explainLine(lineOf(words), policy);
  const warnings = [
    ...settings.warnings,
    ...setup.warnings,
    ...more.warnings,
  ];
  for (const warning of warnings) {
    writeWhole(Deno.stderr, `openclaude: ${warning}\n`);
  }
  const found = { mode: setup.mode, sandboxed, ...explanation };
  const text = invocation.json
    ? JSON.stringify(found, null, 2)
    : explanationText(explanation);
  writeWhole(Deno.stdout, `${text}\n`);
  return explanation.decision.kind === "allow"
    ? exitCodes.done
    : exitCodes.denied;
}

/** One word is a whole line; several are words that a shell had split. */
function lineOf(words: readonly string[]): string {
  const [first = "", ...more] = words;
  return more.length === 0 ? first : words.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
