import { agentRefusal, limitsFor } from "../core/budget.ts";
import { exitCodes, UserError } from "../core/error.ts";
import type { Part } from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import type { AnyTool } from "../core/tool.ts";
import { systemClock } from "../platform/clock.ts";
import type { Spending } from "../agent/options.ts";
import { moneyOptions } from "./budget.ts";
import type { Checks } from "./check.ts";
import type {
  ConversationPorts,
  PreparedOptions,
  RunInputs,
} from "./conversation.ts";
import { newId } from "./identity.ts";
import type { Permissions } from "./permissions.ts";
import type { ToolRealm } from "./realm_start.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Spill } from "./spill.ts";

/** What stays the same for all runs of a conversation. */
export interface FixedOptions {
  readonly tools: readonly AnyTool[];
  readonly specs: readonly ToolSpec[];
  readonly system: string;
  readonly needsVision: boolean;
  readonly sandbox: Sandbox;
  readonly environment: Readonly<Record<string, string>>;
  readonly realm: ToolRealm;
  readonly spill: Spill;
  /** Folders beside those of the sandbox that tools may touch. */
  readonly folders: readonly string[];
  readonly permissions: Permissions;
  withheld(name: string): string | null;
  readonly failOnDenied: boolean;
  readonly maxTurns: number | undefined;
  readonly spending: Spending | undefined;
  readonly checks: Checks;
  /** The folder to work in. */
  readonly cwd: string;
}

const defaultMaxTurns = 30;
/** Milliseconds that a call without a limit of its own may take. */
const callMs = 10_000;
const maxParallel = 8;

/**
 * The options of one run: what the conversation is, what the model allows.
 *
 * @throws {UserError} when the model's window is too small for an agent.
 */
export function runOptionsFor(
  { model, info, mode, state, fixed, preamble }: RunInputs & {
    readonly fixed: FixedOptions;
    readonly preamble: readonly Part[];
  },
  { changedFiles, ...ports }: ConversationPorts,
): PreparedOptions {
  const refusal = agentRefusal(info.window);
  if (refusal !== null) throw new UserError(refusal, exitCodes.failed);
  if (fixed.needsVision && !info.vision) {
    throw new UserError(
      `Cannot show an image to "${model.name}": it reads text only`,
      exitCodes.failed,
    );
  }
  const limits = limitsFor(info.window);
  const { permissions, realm, spill } = fixed;
  realm.setMode(mode);
  const tool = {
    resultChars: limits.resultChars,
    readLines: limits.readLines,
    callMs,
  };
  const callContext = async () => {
    const { plan, roots } = await fixed.sandbox.settle();
    return {
      roots: [...roots, ...fixed.folders],
      spillFolder: await spill.folder(),
      environment: fixed.environment,
      vision: info.vision,
      sandbox: plan,
    };
  };
  const review = fixed.checks.review({
    state,
    run: realm.run,
    changedFiles,
    context: async () => ({
      callId: `verify-${newId()}`,
      cwd: fixed.cwd,
      seen: {},
      limits: tool,
      ...await callContext(),
    }),
  });
  return {
    ...ports,
    model,
    mode,
    state,
    preamble,
    system: fixed.system,
    tools: fixed.tools,
    specs: fixed.specs,
    limits: {
      maxTurns: fixed.maxTurns ?? defaultMaxTurns,
      parallelCalls: Math.min(maxParallel, 2 * navigator.hardwareConcurrency),
      tool,
      replyChars: 3 * limits.resultChars,
    },
    budget: {
      window: info.window,
      compactAt: limits.compactAt,
      keep: limits.keep,
      maxOutput: Math.min(info.maxOutput, limits.maxOutput),
    },
    ...moneyOptions(model.name, info, fixed.spending),
    now: systemClock.now,
    newId,
    run: realm.run,
    callContext,
    ...review && { review },
    withheld: fixed.withheld,
    decide: permissions.decide,
    remember: permissions.remember,
    stopAtDenial: fixed.failOnDenied,
    spill: (callId, content) => spill.save(callId, content),
  };
}
