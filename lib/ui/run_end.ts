import { exitCodes } from "../core/error.ts";
import { type AgentEvent, assertNever } from "../core/event.ts";
import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";

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

/** What the user must know about how a run ended; null when it is done. */
export function describeEnd(
  { reason, turns, because, failure }: AgentEvent & { type: "run_end" },
): string | null {
  switch (reason) {
    case "done":
      return null;
    case "aborted":
      return "Interrupted";
    case "max_turns":
      return `Stopped at the limit of ${count(turns, "turn")} ` +
        "(--max-turns raises it)";
    case "loop":
      return `Stopped: ${because ?? "the model kept repeating itself"}`;
    case "error":
      return printable(failure?.message ?? "The run failed");
    default:
      return assertNever(reason);
  }
}

/** What was refused without the user having said so; null when nothing was. */
export function describeRefusals(
  { denials }: AgentEvent & { type: "run_end" },
): string | null {
  const silent = denials.filter(({ because }) =>
    !because.startsWith("the user said no")
  );
  if (silent.length === 0) return null;
  const tools = [...new Set(silent.map(({ tool }) => tool))].join(", ");
  return `${
    count(silent.length, "call was", "calls were")
  } refused (${tools}). ` +
    "See --permission-mode in openclaude --help";
}
