import { exitCodes } from "./error.ts";
import type { AgentEventBody } from "./event.ts";

/** The process exit code that a run's end means (spec/features.md 4.5). */
export function exitCodeOf(
  { reason, denials, failure }: AgentEventBody & { type: "run_end" },
): number {
  if (reason === "done") {
    return denials.length > 0 ? exitCodes.denied : exitCodes.done;
  }
  if (reason === "denied") return exitCodes.denied;
  if (reason === "schema") return exitCodes.schema;
  if (reason === "unverified") return exitCodes.unverified;
  if (reason === "max_turns") return exitCodes.maxTurns;
  if (reason === "budget") return exitCodes.budget;
  if (reason === "aborted") return exitCodes.interrupted;
  if (failure?.code === "auth") return exitCodes.auth;
  return failure?.transient ? exitCodes.transient : exitCodes.failed;
}
