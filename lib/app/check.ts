import type { AgentState } from "../agent/options.ts";
import type { Review, ReviewInput, Verdict } from "../agent/review.ts";
import { reviewInOrder } from "../agent/review.ts";
import { exitCodes, UserError } from "../core/error.ts";
import type { PermissionMode } from "../core/permission.ts";
import { count, firstLine } from "../core/text.ts";
import {
  type AnyTool,
  type CallContext,
  failureText,
  type RunTool,
  type ToolOutcome,
} from "../core/tool.ts";
import { textOf } from "../core/message.ts";
import type { AnswerSchema } from "./answer_schema.ts";
import { checkOption, type CheckWishes, workOption } from "./check_flags.ts";
import type { Sandbox } from "./sandbox.ts";

/** What checks work with. */
export interface CheckPorts {
  readonly state: Pick<AgentState, "callIds">;
  run: RunTool;
  /** The context of a command, in the folder to work in. */
  context(): Promise<CallContext>;
  /** Files of the workspace that this run changed. */
  changedFiles(): number;
}

/** Milliseconds that a command may take, as long as the model's may. */
const commandMs = 600_000;
/** The tool that runs commands. */
const shell = "Bash";

/** What is ready to judge runs, and what that takes. */
export interface Checks {
  /** Tools that must be ready to run, though the model may not have them. */
  readonly tools: readonly AnyTool[];
  /** The shape of the answer; absent for any. */
  readonly answer?: AnswerSchema;
  /** The review of one run; undefined for none. */
  review(ports: CheckPorts): Review | undefined;
}

const noChecks: Checks = { tools: [], review: () => undefined };

/**
 * Makes ready what the user wants to see of the work. The user's own command
 * needs no tool that the model has.
 *
 * @throws {UserError} with exit code 2 for what can't be used.
 */
export async function prepareChecks(
  wishes: CheckWishes | undefined,
  surroundings: Surroundings,
): Promise<Checks> {
  if (wishes === undefined || checkOption(wishes) === undefined) {
    return noChecks;
  }
  const tools = await toolsFor(wishes, surroundings);
  const answer = await answerOf(wishes);
  return {
    tools,
    ...answer && { answer },
    review: (ports) =>
      reviewInOrder([
        ...wishes.commands.length > 0 ? [verification(wishes, ports)] : [],
        ...wishes.requiresChange ? [changeDemand(ports)] : [],
        ...answer === undefined ? [] : [answer.review()],
      ]),
  };
}

interface Surroundings {
  /** The tools that there are, offered or not. */
  readonly all: readonly AnyTool[];
  readonly sandbox: Pick<Sandbox, "canRun" | "refusedBy">;
  readonly mode: PermissionMode;
}

async function toolsFor(
  wishes: CheckWishes,
  { all, sandbox, mode }: Surroundings,
): Promise<readonly AnyTool[]> {
  const option = workOption(wishes);
  if (option !== undefined && mode === "plan") {
    throw unusable(option, "plan mode only reads");
  }
  if (wishes.commands.length === 0) return [];
  if (!await sandbox.canRun()) {
    const { refusedBy } = sandbox;
    throw unusable(
      "--verify",
      refusedBy === undefined
        ? "no command can be run. Start the program with --allow-run=bash,sh"
        : `${refusedBy} was given`,
    );
  }
  const tool = all.find(({ name }) => name === shell);
  if (tool === undefined) throw unusable("--verify", `there is no ${shell}`);
  return [tool];
}

/** The validator is loaded where an answer has a shape. */
async function answerOf(
  { jsonSchema }: CheckWishes,
): Promise<AnswerSchema | undefined> {
  if (jsonSchema === undefined) return undefined;
  const { readAnswerSchema } = await import("./answer_schema.ts");
  return await readAnswerSchema(jsonSchema);
}

/** Runs the commands; what one of them says of a failure goes to the model. */
function verification(
  { commands, attempts }: CheckWishes,
  { state, run, context }: CheckPorts,
): Review {
  let failures = 0;
  /** Calls of the session when all passed: without another they still do. */
  let passedAt: number | undefined;
  return async ({ signal, note }) => {
    if (state.callIds.size === passedAt) return { kind: "pass" };
    for (const command of commands) {
      note(`Verifying: ${command}`);
      const input = { command, timeout: commandMs };
      const call = { tool: shell, input, context: await context() };
      const outcome = await run(call, { signal, onProgress: () => {} });
      if (signal.aborted) return { kind: "pass" };
      if (hasPassed(outcome)) continue;
      const verdict = onFailure({
        command,
        outcome,
        attempts,
        number: ++failures,
      });
      note(
        `Verification failed (${failures} of ${attempts}): ` +
          endOf(outcome),
      );
      return verdict;
    }
    note(`Verified: ${count(commands.length, "command")} passed`);
    passedAt = state.callIds.size;
    return { kind: "pass" };
  };
}

function onFailure({ command, outcome, attempts, number }: {
  readonly command: string;
  readonly outcome: ToolOutcome;
  readonly attempts: number;
  readonly number: number;
}): Verdict {
  const reason = "unverified";
  if (!outcome.ok && outcome.code === "not_permitted") {
    const because = `"${command}" could not be run: ${failureText(outcome)}`;
    return { kind: "fail", reason, because };
  }
  if (number >= attempts) {
    const times = number === 1 ? "once" : `${number} times`;
    const because = `"${command}" failed ${times} (--verify-attempts), ` +
      `the last time with ${endOf(outcome)}`;
    return { kind: "fail", reason, because };
  }
  return {
    kind: "again",
    text: `The work is checked with this command, and it fails:\n\n` +
      `$ ${command}\n${resultOf(outcome)}\n\n` +
      "Mend the cause, not the check, then answer.",
  };
}

/** Exit code 0, also of programs whose 1 is an answer to the model. */
function hasPassed(outcome: ToolOutcome): boolean {
  return outcome.ok && exitCodeIn(outcome) === 0;
}

function exitCodeIn({ details }: ToolOutcome): number | undefined {
  const { exitCode } = (details ?? {}) as { readonly exitCode?: unknown };
  return typeof exitCode === "number" ? exitCode : undefined;
}

/** How a command ended, in a few words. */
function endOf(outcome: ToolOutcome): string {
  if (!outcome.ok && outcome.code === "timeout") {
    return `no end within ${commandMs / 60_000} minutes`;
  }
  const code = exitCodeIn(outcome);
  return code === undefined
    ? firstLine(resultOf(outcome))
    : `exit code ${code}`;
}

function resultOf(outcome: ToolOutcome): string {
  return outcome.ok ? textOf(outcome.content) : failureText(outcome);
}

/** A run that changes nothing has not done what it was started for. */
function changeDemand({ changedFiles }: CheckPorts): Review {
  return (_input: ReviewInput) =>
    Promise.resolve(
      changedFiles() > 0 ? { kind: "pass" } : {
        kind: "fail",
        reason: "unverified",
        because: "no file of the workspace was changed (--require-change)",
      },
    );
}

function unusable(option: string, why: string): UserError {
  return new UserError(`Cannot use ${option}: ${why}`, exitCodes.usage);
}
