import { exitCodes, UserError } from "../core/error.ts";
import { childEnvironment } from "../platform/child_environment.ts";
import { readWholeEnvironment } from "../platform/environment.ts";
import {
  prepareSandbox,
  sandboxLabel,
  type SandboxPlan,
} from "../platform/sandbox.ts";
import { describeSandbox } from "../platform/sandbox_describe.ts";
import type { Invocation } from "./args.ts";
import { keepNoExec } from "./confine.ts";
import { findFolders, withFolders } from "./more_folders.ts";
import { permissionSetup } from "./permission_setup.ts";
import { writeWhole } from "./print.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { reasonsAgainst } from "./sandbox_advice.ts";
import { openSettings, underOwner } from "./settings.ts";
import { childVariables } from "./variables.ts";
import { workingFolder } from "./working_folder.ts";

/** `openclaude sandbox status`: what keeps commands here, and from what. */
export async function runSandboxStatus(
  invocation: Invocation,
): Promise<number> {
  await using sandbox = await sandboxOf(invocation);
  const { plan, trials } = await sandbox.settle();
  const found = { label: sandboxLabel(plan), trials, plan };
  writeWhole(
    Deno.stdout,
    invocation.json
      ? `${JSON.stringify(found, null, 2)}\n`
      : describeSandbox({ plan, trials }),
  );
  return exitCodes.done;
}

/**
 * `openclaude sandbox run -- COMMAND`: runs any command as Bash would be, with
 * this terminal's input and output.
 *
 * @returns the command's exit code.
 * @throws {UserError} with exit code 44 where nothing would keep it.
 */
export async function runInsideSandbox(
  invocation: Invocation,
  words: readonly string[],
): Promise<number> {
  if (invocation.network && invocation.localOnly) {
    throw new UserError(
      "Cannot use --network with --local-only: one of them must go",
      exitCodes.usage,
    );
  }
  await using sandbox = await sandboxOf(invocation);
  const probe = await sandbox.settle();
  const cwd = await workingFolder(invocation.cwd);
  const argv = await wrapped(words, { plan: probe.plan, cwd });
  if (argv === undefined) {
    const why = sandbox.refusedBy ?? reasonsAgainst(probe);
    throw new UserError(
      `Cannot run "${words.join(" ")}" in a sandbox: none works here (${why})`,
      exitCodes.sandbox,
    );
  }
  const environment = childEnvironment(readWholeEnvironment(childVariables));
  const [program = "", ...args] = argv.line;
  const child = new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: { ...environment, ...argv.environment },
  }).spawn();
  const { code } = await child.status;
  for (const note of await argv.finish()) {
    writeWhole(Deno.stderr, `openclaude: ${note}\n`);
  }
  return code;
}

async function wrapped(
  words: readonly string[],
  { plan, cwd }: { readonly plan: SandboxPlan; readonly cwd: string },
) {
  const { wrap, environment, finish } = await prepareSandbox(plan, cwd);
  if (wrap === undefined) return undefined;
  return { line: wrap(words), environment, finish };
}

async function sandboxOf(given: Invocation): Promise<Sandbox> {
  const settings = await openSettings(given);
  const { merged, layers } = settings;
  const invocation = underOwner(given, settings);
  keepNoExec(invocation, merged);
  const workspace = await workingFolder(invocation.cwd);
  const { folders } = permissionSetup(invocation, layers);
  const more = await findFolders(folders, workspace);
  return openSandbox({
    workspace,
    mode: invocation.sandbox ?? merged.sandbox?.mode,
    noExec: invocation.noExec,
    localOnly: invocation.localOnly,
    network: invocation.network,
    settings: withFolders(merged, more.paths).sandbox,
  });
}
