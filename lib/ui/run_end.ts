import {
  type AgentEventBody,
  assertNever,
  type Denial,
} from "../core/event.ts";
import { count, firstLine } from "../core/text.ts";
import { printable, visible } from "../term/printable.ts";
import { callSummary } from "./describe.ts";

/** What the user must know about how a run ended; null when it is done. */
export function describeEnd(
  { reason, turns, because, failure }: AgentEventBody & { type: "run_end" },
): string | null {
  const why = because === undefined ? "" : `: ${visible(because)}`;
  switch (reason) {
    case "done":
      return null;
    case "aborted":
      return "Interrupted";
    case "max_turns":
      return `Stopped at the limit of ${count(turns, "turn")} ` +
        `(--max-turns raises it)${why}`;
    case "denied":
      return `Stopped at the first refused call (--fail-on-denied)${why}`;
    case "schema":
      return `Cannot keep --json-schema${why}`;
    case "unverified":
      return `Not verified${why}`;
    case "budget":
      return `Stopped${why || ": the limit on money is reached"}`;
    case "loop":
      return `Stopped${why || ": the model kept repeating itself"}`;
    case "error":
      return printable(failure?.message ?? "The run failed");
    default:
      return assertNever(reason);
  }
}

/** Refused calls that are listed; the rest is counted. */
const listedRefusals = 10;

/** The refused calls of a run, a line each: what it was, and who refused. */
export function listRefusals(
  denials: readonly Denial[],
  cwd: string,
): string[] {
  if (denials.length === 0) return [];
  const head = count(denials.length, "call was", "calls were");
  const lines = denials.slice(0, listedRefusals)
    .map(({ tool, input, because }) => {
      const call = firstLine(callSummary(tool, input, cwd), 80);
      return `  ${call}: ${firstLine(visible(because))}`;
    });
  const more = denials.length - listedRefusals;
  return [
    `${head} refused:`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
    "See --allowedTools and --permission-mode in openclaude --help",
  ];
}
