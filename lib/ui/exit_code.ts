import { exitCodes } from "../core/error.ts";
import type { AgentEvent } from "../core/event.ts";

/** The process exit code that a run's end means (spec/features.md 4.5). */
export function exitCodeOf(
  { reason, denials, failure }: AgentEvent & { type: "run_end" },
): number {
  if (reason === "done") {
    return denials.length > 0 ? exitCodes.denied : exitCodes.done;
  }
  if (reason === "max_turns") return exitCodes.maxTurns;
  if (reason === "aborted") return exitCodes.interrupted;
  if (failure?.code === "auth") return exitCodes.auth;
  return failure?.transient ? exitCodes.transient : exitCodes.failed;
}
