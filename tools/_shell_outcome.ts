import { fail, ok, type ToolOutcome } from "../lib/core/tool.ts";
import type { Captured } from "../lib/platform/capture.ts";
import type { ProcessResult } from "../lib/platform/process.ts";
import { outputText } from "./_shell_output.ts";

/** What people and programs learn of a command, in the names of 1C.14. */
export interface BashDetails {
  /** Both outputs, in the order in which they came, cut to the budget. */
  readonly stdout: string;
  readonly exitCode: number;
  readonly interrupted: boolean;
  readonly durationMs: number;
  readonly timedOutAfterMs?: number;
  readonly returnCodeInterpretation?: string;
  readonly persistedOutputPath?: string;
  readonly persistedOutputSize?: number;
}

/** Where the next call starts, and what the model must know of it. */
export interface Move {
  readonly cwd?: string;
  readonly note?: string;
}

/** Shorter runs don't say how long they took. */
const tellAfterMs = 5_000;

/** All that is known of a finished command. */
export interface Facts {
  readonly captured: Captured;
  readonly budget: number;
  readonly timeoutMs: number;
  readonly result: ProcessResult;
  readonly move: Move;
  /** What an exit code says that is no failure. */
  readonly meaning: string | undefined;
  readonly failed: boolean;
  /** What the sandbox has to say, its label last. */
  readonly sandbox: readonly string[];
}

/**
 * A non-zero exit is a failure, output included: that is what models were
 * trained on, the mark makes weak ones look at the output, and front ends can
 * show it. The few programs whose exit code 1 is an answer are a success.
 */
export function describeRun(facts: Facts): ToolOutcome {
  const { captured, budget, failed, result, move } = facts;
  const stdout = outputText(captured, { budget, failed });
  const notes = notesOf(facts).map((note) => `[${note}]`);
  const shown = stdout === "" && notes.length === 0 ? "(no output)" : stdout;
  const text = [shown, ...notes, ...facts.sandbox]
    .filter((part) => part !== "").join("\n");
  const base = {
    details: details(facts, stdout),
    ...(move.cwd === undefined ? {} : { cwd: move.cwd }),
  };
  if (!failed) return ok(text, base);
  const code = result.ended === "exit" ? "failed" : result.ended;
  return fail(code, text, undefined, base);
}

function notesOf({ result, timeoutMs, move, meaning }: Facts): string[] {
  const notes: string[] = [];
  if (result.ended === "timeout") {
    notes.push(
      `timed out after ${timeoutMs / 1_000} s and was ended; ` +
        "a larger timeout (ms) may help",
    );
  } else if (result.ended === "aborted") {
    notes.push("interrupted by the user");
  } else if (meaning !== undefined) {
    notes.push(`exit code ${result.code}: ${meaning}`);
  } else if (result.code !== 0) {
    const by = result.signal === null ? "" : ` (${result.signal})`;
    notes.push(`exit code ${result.code}${by}`);
  }
  if (result.ended === "exit" && result.durationMs >= tellAfterMs) {
    notes.push(`took ${(result.durationMs / 1_000).toFixed(1)} s`);
  }
  if (result.ended === "exit" && result.leftovers) {
    notes.push("background processes were ended with the command");
  }
  if (move.note !== undefined) notes.push(move.note);
  return notes;
}

function details(facts: Facts, stdout: string): BashDetails {
  const { captured, result, timeoutMs, meaning } = facts;
  const { file } = captured;
  return {
    stdout,
    exitCode: result.code,
    interrupted: result.ended === "aborted",
    durationMs: result.durationMs,
    ...(result.ended === "timeout" ? { timedOutAfterMs: timeoutMs } : {}),
    ...(meaning === undefined ? {} : { returnCodeInterpretation: meaning }),
    ...(file === null ? {} : {
      persistedOutputPath: file.path,
      persistedOutputSize: file.bytes,
    }),
  };
}
