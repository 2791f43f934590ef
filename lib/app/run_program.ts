import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { FrontEnds } from "./front_end.ts";
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
    return complain(error);
  }
}

/** What is said of a failure that ends the program, and the exit code. */
export interface Complaint {
  /** One line with its end. */
  readonly text: string;
  readonly code: number;
}

/** Says what went wrong, without a stack; returns the exit code. */
export function complain(error: unknown): number {
  const { text, code } = complaintOf(error);
  writeWhole(Deno.stderr, text);
  return code;
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
