import type { ToolCall } from "../core/message.ts";
import { type Access, isReadOnly } from "../core/permission.ts";
import type { ToolOutcome } from "../core/tool.ts";

/** A call and what came of it. */
export interface ObservedCall {
  readonly call: ToolCall;
  readonly access: readonly Access[];
  readonly outcome: ToolOutcome;
  /** The text for the model, before it is cut. */
  readonly result: string;
}

/**
 * Watches a run for loops that small models fall into (spec/providers.md
 * 6.3). It goes by call and result: polling a build whose output changes is
 * no loop, and neither is the same test after an edit. Each step up is
 * visible to the model, the last one ends the run.
 */
export interface LoopGuard {
  /** A refusal with an instruction, or null when the call may run. */
  check(call: ToolCall): string | null;
  /** Notes what came of a call; returns a remark for the model, or null. */
  observe(observed: ObservedCall): string | null;
  /** Why the run must end, or null. */
  verdict(): string | null;
}

/** The call with the same result at which each step is taken. */
const repeats = { remark: 2, refuse: 3, stop: 5 };
/** Failures in a row, alike but for the arguments. */
const failures = { remark: 4, stop: 8 };

interface Seen {
  readonly result: string;
  /** How often the call was made in a row of equal results. */
  count: number;
}

/** Makes the guard of one run. */
export function createLoopGuard(): LoopGuard {
  const seen = new Map<string, Seen>();
  let failing = { kind: "", count: 0 };
  let verdict: string | null = null;

  function observeRepeat(
    { call, access, result }: ObservedCall,
  ): string | null {
    const key = signature(call);
    const before = seen.get(key);
    if (before === undefined || before.result !== result) {
      // New facts: what was asked before may now have another answer.
      if (!isReadOnly(access)) seen.clear();
      seen.set(key, { result, count: 1 });
      return null;
    }
    before.count++;
    return before.count < repeats.remark
      ? null
      : "[This call gave exactly the same result before. Use it; do not " +
        "repeat the call.]";
  }

  function observeFailure({ call, outcome }: ObservedCall): string | null {
    if (outcome.ok) {
      failing = { kind: "", count: 0 };
      return null;
    }
    const kind = `${call.name}:${outcome.code}`;
    failing = kind === failing.kind
      ? { kind, count: failing.count + 1 }
      : { kind, count: 1 };
    if (failing.count >= failures.stop) {
      verdict = `${failing.count} calls of ${call.name} in a row failed`;
    }
    return failing.count < failures.remark
      ? null
      : `[${failing.count} calls in a row failed like this. Stop, find out ` +
        "why, and try something different.]";
  }

  return {
    check(call) {
      const before = seen.get(signature(call));
      if (before === undefined || before.count < repeats.refuse - 1) {
        return null;
      }
      before.count++;
      if (before.count >= repeats.stop) {
        verdict = `${call.name} was called ${before.count} times with the ` +
          "same input and the same result";
      }
      return `Not run: this exact call was made ${before.count} times and ` +
        "its result does not change. Go on with what you know: make a " +
        "different call, or answer.";
    },
    observe(observed) {
      // A refused repeat is no news: counting it would hide the loop.
      const isRefusal = !observed.outcome.ok &&
        observed.result.startsWith("Not run: this exact call");
      if (isRefusal) return null;
      const failure = observeFailure(observed);
      return observeRepeat(observed) ?? failure;
    },
    verdict: () => verdict,
  };
}

function signature({ name, input }: ToolCall): string {
  return `${name} ${JSON.stringify(sortKeys(input))}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

/** Looks at a reply while it streams, for text that repeats without end. */
export interface RepetitionWatch {
  /** Takes the next piece; true when the reply must be stopped. */
  sees(delta: string): boolean;
  /** The reply begins anew. */
  reset(): void;
}

/** Characters between two looks at the tail. */
const lookEvery = 512;

/** Makes the watch over one reply. It holds no more than the tail. */
export function createRepetitionWatch(): RepetitionWatch {
  let tail = "";
  let unseen = 0;
  return {
    sees(delta) {
      tail += delta;
      unseen += delta.length;
      if (unseen < lookEvery) return false;
      unseen = 0;
      tail = tail.slice(-2 * tailChars);
      return isRepeating(tail);
    },
    reset() {
      tail = "";
      unseen = 0;
    },
  };
}

/** Characters at the end of a reply that are looked at for repetition. */
const tailChars = 2_048;

/**
 * Tells whether a reply has begun to repeat itself for ever: its last 2 KiB
 * are one short period again and again (spec/providers.md 6.3). Looks at the
 * tail only, so it may be asked now and then while text streams in.
 */
export function isRepeating(reply: string): boolean {
  if (reply.length < 2 * tailChars) return false;
  const tail = reply.slice(-tailChars);
  const probe = tail.slice(-60);
  const previous = tail.lastIndexOf(probe, tailChars - probe.length - 1);
  if (previous === -1) return false;
  const period = tailChars - probe.length - previous;
  if (period > tailChars / 8 || probe.trim() === "") return false;
  for (let at = period; at < tailChars; at++) {
    if (tail.charCodeAt(at) !== tail.charCodeAt(at - period)) return false;
  }
  return true;
}
