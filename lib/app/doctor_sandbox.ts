import { UserError } from "../core/error.ts";
import type { SandboxKind } from "../core/sandbox.ts";
import type { SandboxSettings } from "../core/settings.ts";
import { sandboxLabel, type SandboxTrial } from "../platform/sandbox.ts";
import type { Invocation } from "./args.ts";
import { openSandbox } from "./sandbox.ts";
import { openSettings } from "./settings.ts";

/** What keeps commands here. */
export interface SandboxFinding {
  readonly kind: SandboxKind;
  /** As results of commands show it. */
  readonly label: string;
  /** Whether Bash can run commands at all. */
  readonly canRun: boolean;
  /** The user's own word that no command is run; null without one. */
  readonly refusedBy: string | null;
  /** Each kind that was tried, in the order of preference, and why not. */
  readonly trials: readonly SandboxTrial[];
  /** What the user should know of the plan. */
  readonly notes: readonly string[];
}

/**
 * Tries what keeps commands, as a session would; one that would not start
 * without a sandbox is told of it here all the same. Needs `--allow-run` for
 * the sandbox's program; without it that is a reason.
 */
export async function findSandbox(
  invocation: Invocation,
  workspace: string,
): Promise<SandboxFinding> {
  const settings = await settingsOf(invocation);
  const mode = invocation.sandbox ?? settings?.mode;
  await using sandbox = openSandbox({
    workspace,
    mode: mode === "strict" ? "auto" : mode,
    noExec: invocation.noExec,
    settings,
  });
  const { plan, trials } = await sandbox.settle();
  return {
    kind: plan.kind,
    label: sandboxLabel(plan),
    canRun: await sandbox.canRun(),
    refusedBy: sandbox.refusedBy ?? null,
    trials,
    notes: plan.notes,
  };
}

async function settingsOf(
  invocation: Invocation,
): Promise<SandboxSettings | undefined> {
  try {
    return (await openSettings(invocation)).merged.sandbox;
  } catch (error) {
    // Another part of the report tells of settings that can't be read.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
