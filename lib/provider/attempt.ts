import type { ModelEvent } from "../core/model.ts";
import type { Clock } from "../platform/clock.ts";
import { type Assembled, type AssembleOptions, Assembler } from "./assemble.ts";
import { type Connection, HttpRefusal } from "./connection.ts";
import {
  type Addressee,
  classifyComplaint,
  classifyThrown,
  foreignProblem,
  type Problem,
  timeoutProblem,
} from "./failure.ts";
import type { Timeouts } from "./profile.ts";
import type { RawReply } from "./raw.ts";
import { BodyReader } from "./reader.ts";
import { type Expired, Watchdog } from "./watchdog.ts";

/** One request, ready to be sent. */
export interface AttemptPlan {
  readonly target: "chat/completions" | URL;
  readonly body: Readonly<Record<string, unknown>>;
  readonly assemble: AssembleOptions;
  readonly toChunk?: (line: unknown) => unknown;
  /** True when nothing of worth can follow the text so far. */
  isComplete?(text: string): boolean;
}

/** What an attempt needs. */
export interface AttemptPorts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly to: Addressee;
  readonly signal: AbortSignal;
}

/** What had come of a reply until it broke off: it may have to be paid. */
interface Received {
  readonly received?: RawReply;
}

/** How an attempt ended. */
export type AttemptEnd =
  | ({ readonly kind: "aborted" } & Received)
  | ({ readonly kind: "problem"; readonly problem: Problem } & Received)
  | { readonly kind: "read"; readonly assembled: Assembled };

/**
 * Sends one request and reads the whole reply. Yields the events of each
 * piece of the body that was received; returns how it ended. An abort ends it
 * at once, and closes the connection so that the server stops as well.
 */
export async function* runAttempt(
  plan: AttemptPlan,
  ports: AttemptPorts,
): AsyncGenerator<ModelEvent[], AttemptEnd> {
  const { signal, to } = ports;
  const control = new AbortController();
  const onAbort = () => control.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let expired: { what: Expired; ms: number } | undefined;
  const watchdog = new Watchdog(ports.clock, ports.timeouts, (what, ms) => {
    expired = { what, ms };
    control.abort();
  });
  const assembler = new Assembler(plan.assemble);
  let hasBegun = false;
  let isRead = false;
  try {
    if (signal.aborted) return { kind: "aborted" };
    const { connection } = ports;
    const response = await connection.send(
      plan.target,
      plan.body,
      control.signal,
    );
    const reader = new BodyReader({
      sink: assembler,
      contentType: response.headers.get("content-type") ?? "",
      ...(plan.toChunk === undefined ? {} : { toChunk: plan.toChunk }),
    });
    for await (const bytes of response.body ?? []) {
      hasBegun = true;
      const before = assembler.progress;
      reader.push(bytes);
      watchdog.touch(assembler.progress !== before);
      if (assembler.comments > 0) watchdog.pulse(assembler.comments);
      if (assembler.isFinished) watchdog.finished(assembler.isDone);
      const events = assembler.takeEvents();
      if (events.length > 0) yield events;
      if (signal.aborted) return broken({ kind: "aborted" }, assembler);
      if (endsEarly(plan, assembler, events)) assembler.done();
      if (assembler.isOver || assembler.isDone && plan.isComplete) break;
    }
    // Leaving the loop has ended the body; an abort would only cost time.
    isRead = true;
    reader.end();
    if (reader.foreign !== undefined) {
      return problem(foreignProblem(reader.foreign, to));
    }
  } catch (error) {
    if (signal.aborted) return broken({ kind: "aborted" }, assembler);
    const found = expired?.what === "tail"
      ? undefined
      : problemOf(error, expired, { to, hasBegun });
    if (found !== undefined && !assembler.isFinished) {
      return broken(problem(found), assembler);
    }
    // What broke after the finish reason took nothing of the reply with it.
  } finally {
    signal.removeEventListener("abort", onAbort);
    watchdog.stop();
    if (!isRead) control.abort();
  }
  const assembled = assembler.end();
  const events = assembler.takeEvents();
  if (events.length > 0) yield events;
  return { kind: "read", assembled };
}

function problemOf(
  error: unknown,
  expired: { what: Expired; ms: number } | undefined,
  { to, hasBegun }: { to: Addressee; hasBegun: boolean },
): Problem {
  if (expired !== undefined && expired.what !== "tail") {
    return timeoutProblem(expired.what, expired.ms, to);
  }
  if (error instanceof HttpRefusal) {
    const { bodyText, headers, status } = error;
    return classifyComplaint({ status, headers, body: bodyText }, to);
  }
  return classifyThrown(error, to, hasBegun);
}

/** Looked at only where a call may just have been closed. */
function endsEarly(
  plan: AttemptPlan,
  assembler: Assembler,
  events: readonly ModelEvent[],
): boolean {
  if (plan.isComplete === undefined || events.length === 0) return false;
  const { text } = assembler;
  const tail = text.slice(-64);
  return /[`>]/.test(tail) && plan.isComplete(text);
}

/** The end of an attempt, with what had come of the reply. */
function broken(
  end: AttemptEnd & { kind: "aborted" | "problem" },
  assembler: Assembler,
): AttemptEnd {
  return assembler.progress === 0
    ? end
    : { ...end, received: assembler.end().reply };
}

function problem(value: Problem): AttemptEnd & { kind: "problem" } {
  return { kind: "problem", problem: value };
}
