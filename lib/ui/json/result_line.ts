import type { AgentEventBody, RunEndReason } from "../../core/event.ts";
import { describeEnd } from "../run_end.ts";
import type { Figures } from "./accounts.ts";
import type { ResultLine } from "./output_lines.ts";

const subtypes: Readonly<Record<RunEndReason, ResultLine["subtype"]>> = {
  done: "success",
  max_turns: "error_max_turns",
  budget: "error_max_budget_usd",
  aborted: "error_during_execution",
  loop: "error_during_execution",
  denied: "error_during_execution",
  unverified: "error_during_execution",
  schema: "error_max_structured_output_retries",
  error: "error_during_execution",
};

const reasons: Readonly<
  Record<Exclude<RunEndReason, "aborted">, ResultLine["terminal_reason"]>
> = {
  done: "completed",
  max_turns: "max_turns",
  budget: "max_budget_usd",
  loop: "loop",
  denied: "denied",
  unverified: "unverified",
  schema: "schema",
  error: "error",
};

/** What a result tells besides how the run ended. */
export interface ResultParts {
  readonly figures: Figures;
  /** The last text of the model. */
  readonly text: string;
  /** Whether an interrupt came while calls ran, and not while text came. */
  readonly inTools: boolean;
  /** What is told of a run whose time was over. */
  readonly outOfTime: string | undefined;
  readonly stamp: Pick<ResultLine, "session_id" | "uuid">;
}

/** The last line of a run. */
export function resultLine(
  event: AgentEventBody & { type: "run_end" },
  { figures, text, inTools, outOfTime, stamp }: ResultParts,
): ResultLine {
  const { reason, ms, denials } = event;
  const late = reason === "aborted" ? outOfTime : undefined;
  const wrong = late ?? describeEnd(event);
  const aborted = inTools ? "aborted_tools" : "aborted_streaming";
  return {
    type: "result",
    subtype: subtypes[reason],
    is_error: reason !== "done",
    duration_ms: ms,
    ...figures,
    result: text,
    ..."structured" in event ? { structured_output: event.structured } : {},
    permission_denials: denials.map(({ tool, callId, input }) => ({
      tool_name: tool,
      tool_use_id: callId,
      tool_input: input,
    })),
    terminal_reason: late !== undefined
      ? "timeout"
      : reason === "aborted"
      ? aborted
      : reasons[reason],
    ...(reason === "done" || wrong === null ? {} : { errors: [wrong] }),
    ...stamp,
  };
}
