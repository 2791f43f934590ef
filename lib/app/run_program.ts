import { exitCodes, UserError } from "../core/error.ts";
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

/** Says what went wrong, without a stack; returns the exit code. */
export function complain(error: unknown): number {
  if (error instanceof UserError) {
    writeWhole(Deno.stderr, `openclaude: ${error.message}\n`);
    return error.exitCode;
  }
  const reason = error instanceof Error ? error.message : String(error);
  writeWhole(Deno.stderr, `openclaude: internal error: ${reason}\n`);
  return exitCodes.crash;
}
