import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { FrontEnds } from "./front_end.ts";
import { failedStart } from "./output_format.ts";
import { writeWhole } from "./print.ts";
import type { RealmStarter } from "./realm_start.ts";

/** What the agent's thread is given by whoever started it. */
export interface ProgramOptions {
  readonly args: readonly string[];
  realms(flags: { readonly workerPermissions: boolean }): RealmStarter;
  loadFrontEnds(): Promise<FrontEnds>;
}

/** Runs the program for a command line; every failure becomes an exit code. */
export async function runProgram(options: ProgramOptions): Promise<number> {
  try {
    const [{ runSession }, frontEnds] = await Promise.all([
      import("./session_run.ts"),
      options.loadFrontEnds(),
    ]);
    const { args, realms } = options;
    return await runSession(args, { realms, frontEnds });
  } catch (error) {
    return complain(error, options.args);
  }
}

/** What is said of a failure that ends the program, and the exit code. */
export interface Complaint {
  /** One line with its end. */
  readonly text: string;
  readonly code: number;
}

/**
 * Says what went wrong, without a stack; returns the exit code. `args` is the
 * command line, which may ask for JSON.
 */
export function complain(error: unknown, args: readonly string[]): number {
  const complaint = complaintOf(error);
  tell(complaint, args);
  return complaint.code;
}

/** Says it on stderr, and as JSON on stdout where `args` ask for that. */
export function tell({ text }: Complaint, args: readonly string[]): void {
  writeWhole(Deno.stderr, text);
  const line = failedStart(args, text.replace(/^openclaude: /, "").trimEnd());
  if (line !== undefined) writeWhole(Deno.stdout, `${line}\n`);
}

/** What `complain()` says. */
export function complaintOf(error: unknown): Complaint {
  if (error instanceof UserError) {
    return { text: `openclaude: ${error.message}\n`, code: error.exitCode };
  }
  const [reason] = describeError(error).split("\n");
  return {
    text: `openclaude: internal error: ${reason}\n`,
    code: exitCodes.crash,
  };
}
