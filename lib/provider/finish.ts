import type { StopReason } from "../core/model.ts";
import { type Assembled, isLengthFinish } from "./assemble.ts";
import {
  type Addressee,
  classifyComplaint,
  cutProblem,
  type Problem,
} from "./failure.ts";

/** What a reply came to, or why it is none. */
export type Judgement =
  | {
    readonly kind: "reply";
    readonly stop: StopReason;
    /** What is odd about it, for the log. */
    readonly oddities: readonly string[];
  }
  | { readonly kind: "problem"; readonly problem: Problem };

/** What a reply is judged by, besides itself. */
export interface JudgeOptions {
  readonly to: Addressee;
  /** Tokens of the window. */
  readonly window: number;
  /** Tokens of the prompt by the client's estimate. */
  readonly estimate: number;
}

type Ending = "end" | "length" | "refused" | "failed" | "overflow";

/** Finish reasons beside those of OpenAI (spec/providers.md 2.2 U). */
const endings: Readonly<Record<string, Ending>> = {
  stop: "end",
  tool_calls: "end",
  function_call: "end",
  end: "end",
  eos: "end",
  eos_token: "end",
  end_turn: "end",
  stop_sequence: "end",
  length: "length",
  model_length: "length",
  max_tokens: "length",
  content_filter: "refused",
  sensitive: "refused",
  refusal: "refused",
  safety: "refused",
  network_error: "failed",
  insufficient_system_resource: "failed",
  abort: "failed",
  error: "failed",
  model_context_window_exceeded: "overflow",
};

/** Malformed events that are skipped; more is a stream that is corrupt. */
const mostMalformed = 3;
/** A prompt that fills so much of the window leaves no room for a reply. */
const full = 0.99;
const nearlyFull = 0.9;

/**
 * Says what a reply is. The server's `finish_reason` is only a hint: calls
 * count more than it, and a stream that ends without any end was cut
 * (spec/providers.md 2.3 rule 9, 2.4, 2.5).
 */
export function judge(
  assembled: Assembled,
  options: JudgeOptions,
): Judgement {
  const { error, isDone, malformed, reply } = assembled;
  const { finish } = reply;
  if (error !== undefined) {
    return problem(classifyComplaint({ body: error }, options.to));
  }
  if (malformed > mostMalformed) {
    return problem({
      ...cutProblem(options.to),
      code: "protocol",
      message: `${options.to.baseUrl} sends a stream that is not JSON. ` +
        "Look at what stands between it and the model",
    });
  }
  if (finish === undefined && !isDone) return problem(cutProblem(options.to));
  const ending = finish === undefined ? "end" : endings[finish.toLowerCase()];
  const oddities = odditiesOf(assembled, ending);
  if (ending === "overflow" || isSilentOverflow(assembled, options)) {
    return problem(overflowProblem(options));
  }
  if (ending === "failed") {
    return problem({
      ...cutProblem(options.to),
      code: "overloaded",
      message: `${options.to.baseUrl} gave up in the middle of a reply ` +
        `(${finish}). Ask again later`,
    });
  }
  const stop = stopOf(assembled, ending);
  return { kind: "reply", stop, oddities };
}

function stopOf(
  { isRefusal, reply }: Assembled,
  ending: Ending | undefined,
): StopReason {
  if (reply.calls.length > 0) return "tool_use";
  if (isRefusal || ending === "refused") return "refused";
  if (ending === "length") return "length";
  return reply.text.trim() === "" ? "empty" : "end";
}

/**
 * Nothing was written, and the prompt fills the window: some servers say
 * "length" then (MiMo), others "stop" (LM Studio).
 */
function isSilentOverflow(
  { reply }: Assembled,
  { estimate, window }: JudgeOptions,
): boolean {
  const { calls, finish, text, thinking, usage } = reply;
  const isEmpty = calls.length === 0 && text.trim() === "";
  if (!isEmpty) return false;
  const input = usage?.input ?? 0;
  if (isLengthFinish(finish)) {
    return (usage?.output ?? 0) === 0 && input >= full * window;
  }
  return thinking === undefined &&
    Math.max(input, estimate) > nearlyFull * window;
}

function overflowProblem({ to, window }: JudgeOptions): Problem {
  return {
    code: "context_overflow",
    message: `The conversation fills the window of "${to.model}" ` +
      `(${window} tokens). Use /compact or /clear, or serve the model with ` +
      "a larger window",
    retry: "none",
    overflow: {},
  };
}

function odditiesOf(
  { isDone, malformed, reply }: Assembled,
  ending: Ending | undefined,
): string[] {
  const oddities: string[] = [];
  const { calls, finish } = reply;
  if (finish === undefined && isDone) {
    oddities.push("The reply came without a finish reason");
  }
  if (finish !== undefined && ending === undefined) {
    oddities.push(`The reply ended with the unknown reason "${finish}"`);
  }
  if (malformed > 0) {
    oddities.push(`Events that are no JSON were skipped: ${malformed}`);
  }
  const promisesCalls = finish === "tool_calls" || finish === "function_call";
  if (promisesCalls && calls.length === 0) {
    oddities.push("The server announced tool calls and sent none");
  }
  return oddities;
}

function problem(value: Problem): Judgement {
  return { kind: "problem", problem: value };
}
