import type {
  AgentEvent,
  AgentEventBody,
  Denial,
  RunEndReason,
} from "../core/event.ts";
import { describeError } from "../core/error.ts";
import { type AssistantMessage, type Message, text } from "../core/message.ts";
import type { ModelFailure, Usage } from "../core/model.ts";
import { Channel } from "../platform/channel.ts";
import {
  compactHistory,
  isOverBudget,
  learnTokens,
  requestTokens,
} from "./context.ts";
import { dispatch } from "./dispatch.ts";
import { createLoopGuard, type LoopGuard } from "./guard.ts";
import { nudgeFor, type Nudges } from "./nudge.ts";
import type { AgentOptions } from "./options.ts";
import { whyTooDear } from "./spending.ts";
import { streamTurn, type TurnResult } from "./turn.ts";

/** A run under way. */
interface Run {
  readonly options: AgentOptions;
  readonly signal: AbortSignal;
  readonly guard: LoopGuard;
  readonly denials: Denial[];
  readonly nudges: Nudges;
  history: Message[];
  turn: number;
  /** Compactions since the last reply that came: a limit on trying. */
  compactions: number;
  /** Usage of the last reply, while its request is a prefix of the next. */
  lastUsage: Usage | undefined;
  emit(body: AgentEventBody): void;
}

/** How a run ended. */
interface Ending {
  readonly reason: RunEndReason;
  readonly because?: string;
  readonly structured?: unknown;
  readonly failure?: ModelFailure;
}

const overflowAdvice =
  "The conversation was compacted and still does not fit. Ask for less at " +
  "once, give the model a larger window (-c), or begin anew with /clear";
/** For one request after a reply that repeated itself (providers.md 6.3). */
const livelierTemperature = 0.9;
/** Compactions in a row before the run gives up. */
const maxCompactions = 2;

/**
 * Runs the agent: ask the model, run the tools that it calls, give it the
 * results, until a reply has no call, a limit is met, or the signal aborts.
 * What happens leaves as events, in the order that core/event.ts promises;
 * new messages, the prompt first, are `message` events, and a shortened
 * history is a `compaction` event.
 */
export function runAgent(
  history: readonly Message[],
  options: AgentOptions,
  signal: AbortSignal,
): AsyncIterable<AgentEvent> {
  const channel = new Channel<AgentEvent>();
  const run: Run = {
    options,
    signal,
    guard: createLoopGuard(),
    denials: [],
    nudges: { given: 0, sampling: {} },
    history: [...history],
    turn: 0,
    compactions: 0,
    lastUsage: undefined,
    emit: (body) => channel.push(options.stamp(body)),
  };
  drive(run).finally(() => channel.close());
  return channel;
}

async function drive(run: Run): Promise<void> {
  const { options, emit, denials } = run;
  const started = options.now();
  emit({
    type: "run_start",
    conversation: options.conversation,
    model: options.model.name,
    mode: options.mode,
    tools: options.specs.map(({ name }) => name),
  });
  add(run, options.prompt);
  let ending: Ending;
  try {
    ending = await takeTurns(run);
  } catch (error) {
    ending = crashed(error);
  }
  emit({
    type: "run_end",
    turns: run.turn,
    ms: options.now() - started,
    denials,
    ...ending,
  });
}

async function takeTurns(run: Run): Promise<Ending> {
  while (true) {
    if (run.signal.aborted) return { reason: "aborted" };
    if (run.turn >= run.options.limits.maxTurns) return { reason: "max_turns" };
    if (isOverBudget(run.history, run.options)) await shorten(run, "auto");
    const promptTokens = requestTokens(run.history, run.options);
    const because = whyTooDear(promptTokens, run.options);
    if (because !== null) return { reason: "budget", because };
    run.turn++;
    run.emit({ type: "turn_start", turn: run.turn });
    const result = await streamTurn(
      { history: run.history, ...run.nudges.sampling },
      run.options,
      run,
    );
    const ending = await onResult(run, result);
    run.emit({ type: "turn_end", turn: run.turn, stop: stopOf(result) });
    if (ending !== null) return ending;
  }
}

async function onResult(run: Run, result: TurnResult): Promise<Ending | null> {
  if (result.kind === "failure") return await onFailure(run, result);
  if (result.kind === "repeating") return onRepeating(run);
  // The check before the next request says why.
  if (result.kind === "too_dear") return null;
  run.nudges.sampling = {};
  return await onReply(run, result);
}

/** Asks once more, less predictably; a second time there is no way out. */
function onRepeating(run: Run): Ending | null {
  const because = "the reply repeated the same text without end";
  if (run.nudges.sampling.temperature !== undefined) {
    return { reason: "loop", because };
  }
  run.nudges.sampling = { temperature: livelierTemperature };
  run.emit({ type: "retry", attempt: 1, of: 1, waitMs: 0, because });
  return null;
}

/** Goes on after a failed request where that can help; else ends the run. */
async function onFailure(
  run: Run,
  { failure, partial }: TurnResult & { kind: "failure" },
): Promise<Ending | null> {
  if (failure.code === "aborted" || run.signal.aborted) {
    if (partial !== "") add(run, interruptedReply(partial));
    return { reason: "aborted" };
  }
  const canShorten = failure.code === "context_overflow" &&
    run.compactions < maxCompactions;
  if (canShorten && await shorten(run, "overflow", failure.window)) {
    run.turn--;
    return null;
  }
  const isStuck = failure.code === "context_overflow" && run.compactions > 0;
  return {
    reason: "error",
    failure: isStuck
      ? { ...failure, message: `${failure.message}\n${overflowAdvice}` }
      : failure,
  };
}

/** Takes a reply into the history, runs its calls, and decides what is next. */
async function onReply(
  run: Run,
  { message, stop, usage }: TurnResult & { kind: "reply" },
): Promise<Ending | null> {
  run.compactions = 0;
  learnTokens(run.history, usage, run.options);
  watchCache(run, usage);
  if (stop !== "empty") add(run, message);
  if (message.calls.length === 0) return await whenSilent(run, message, stop);
  const results = await dispatch(message.calls, run.options, {
    signal: run.signal,
    denials: run.denials,
    emit: run.emit,
    guard: run.guard.check,
    observe: run.guard.observe,
  });
  for (const result of results) add(run, result);
  if (run.signal.aborted) return { reason: "aborted" };
  const [refused] = run.denials;
  if (run.options.stopAtDenial && refused !== undefined) {
    return { reason: "denied", because: refused.because };
  }
  const verdict = run.guard.verdict();
  if (verdict !== null) return { reason: "loop", because: verdict };
  takeSteering(run);
  return null;
}

/** A lost prefix cache costs minutes on a local server, and is our fault. */
function watchCache(run: Run, usage: Usage): void {
  const before = run.lastUsage;
  run.lastUsage = usage;
  if (before === undefined || isMostlyCached(usage)) return;
  if (!isMostlyCached(before)) return;
  run.emit({
    type: "notice",
    level: "debug",
    text: `The server reused ${usage.cached} of ${usage.input} tokens, after ` +
      `${before.cached} of ${before.input}: the prompt's prefix changed, or ` +
      "another request took the server's slot",
  });
}

function isMostlyCached({ input, cached }: Usage): boolean {
  return input > 0 && cached / input >= 0.5;
}

/** A reply without calls ends the run, unless there is reason to go on. */
async function whenSilent(
  run: Run,
  message: AssistantMessage,
  stop: (TurnResult & { kind: "reply" })["stop"],
): Promise<Ending | null> {
  if (takeSteering(run)) return null;
  const nudge = nudgeFor({ message, stop }, run.nudges);
  if (nudge === null) {
    return stop === "empty" ? emptyReply : await review(run, message);
  }
  run.emit({ type: "notice", level: "info", text: nudge.notice });
  add(run, nudge.message);
  return null;
}

/** The model says that it is done; the user may want to see that it is. */
async function review(
  run: Run,
  reply: AssistantMessage,
): Promise<Ending | null> {
  const { options, signal } = run;
  if (options.review === undefined) return { reason: "done" };
  const note = (text: string) =>
    run.emit({ type: "notice", level: "info", text });
  const verdict = await options.review({ reply, signal, note });
  if (signal.aborted) return { reason: "aborted" };
  if (verdict.kind === "pass") {
    const { kind: _, ...rest } = verdict;
    return { reason: "done", ...rest };
  }
  if (verdict.kind === "fail") {
    return { reason: verdict.reason, because: verdict.because };
  }
  const { answerSchema } = verdict;
  if (answerSchema !== undefined) run.nudges.sampling = { answerSchema };
  const content = [text(verdict.text)];
  add(run, { role: "user", origin: "harness", content });
  return null;
}

const emptyReply: Ending = {
  reason: "error",
  failure: {
    code: "protocol",
    message: "The model answered with nothing, also when asked again. Try " +
      "another model, or a larger context window if the task is long.",
    transient: false,
  },
};

/** Puts what the user said meanwhile after the results. */
function takeSteering(run: Run): boolean {
  const messages = run.options.takeSteering();
  for (const message of messages) add(run, message);
  return messages.length > 0;
}

function add(run: Run, message: Message): void {
  run.history.push(message);
  if (message.role === "assistant") {
    for (const { id } of message.calls) run.options.state.callIds.add(id);
  }
  run.emit({ type: "message", message });
}

/** Shortens the history; false when nothing could be left out. */
async function shorten(
  run: Run,
  trigger: "auto" | "overflow",
  window?: number,
): Promise<boolean> {
  run.compactions++;
  run.lastUsage = undefined;
  const event = await compactHistory(run.history, run.options, {
    trigger,
    signal: run.signal,
    emit: run.emit,
    harder: run.compactions > 1,
    ...(window === undefined ? {} : { window }),
  });
  if (event === null) return false;
  run.history = [...event.history];
  run.guard.forget();
  run.emit(event);
  return true;
}

function interruptedReply(partial: string): AssistantMessage {
  return { role: "assistant", text: partial, calls: [], interrupted: true };
}

function stopOf(
  result: TurnResult,
): (AgentEventBody & { type: "turn_end" })["stop"] {
  if (result.kind === "reply") return result.stop;
  if (result.kind !== "failure") return "error";
  return result.failure.code === "aborted" ? "aborted" : "error";
}

function crashed(error: unknown): Ending {
  const message = `Internal error: ${describeError(error)}`;
  return {
    reason: "error",
    failure: { code: "protocol", message, transient: false },
  };
}
