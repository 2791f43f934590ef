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
  /**
   * The history was shortened: what was asked before may rightly be asked
   * again. A row of calls that goes on over it is still seen.
   */
  forget(): void;
}

/** The call with the same result at which each step is taken. */
const repeats = { remark: 2, refuse: 3, stop: 5 };
/** Failures in a row, alike but for the arguments. */
const failures = { remark: 4, stop: 8 };
/** Times that a short row of calls comes again, results and all. */
const rounds = { remark: 3, stop: 5 };
/** Calls in a row that tell nothing which was not known before. */
const stale = { remark: 8, stop: 14 };
/** The longest row of calls that is looked for. */
const longestCycle = 4;

/** An observed call with what tells it from others. */
interface Step extends ObservedCall {
  readonly key: string;
  /** Call and result together; short, however long they are. */
  readonly fact: string;
  /** The guard itself refused it: that is no news. */
  readonly isRefusal: boolean;
}

/** One way to go round in circles; keeps what it needs of the calls. */
interface Watch {
  /** Notes a call; returns a remark for the model, or null. */
  note(step: Step): string | null;
  /** Why the run must end, or null. */
  verdict(): string | null;
  /** The model no longer has the results. */
  forget(): void;
}

/** Makes the guard of one run. */
export function createLoopGuard(): LoopGuard {
  const repeated = watchRepeats();
  const watches: readonly Watch[] = [
    repeated,
    watchFailures(),
    watchCycles(),
    watchNews(),
  ];
  return {
    check: (call) => repeated.check(signature(call)),
    observe(observed) {
      const key = signature(observed.call);
      const step = {
        ...observed,
        key,
        fact: fingerprint(`${key}\n${observed.result}`),
        isRefusal: !observed.outcome.ok && observed.result.startsWith(notRun),
      };
      const remarks = watches.map((watch) => watch.note(step));
      return remarks.find((remark) => remark !== null) ?? null;
    },
    verdict() {
      for (const watch of watches) {
        const verdict = watch.verdict();
        if (verdict !== null) return verdict;
      }
      return null;
    },
    forget() {
      for (const watch of watches) watch.forget();
    },
  };
}

const notRun = "Not run: this exact call";

/** The same call with the same result, whatever lies between. */
function watchRepeats(): Watch & { check(key: string): string | null } {
  const seen = new Map<string, { readonly fact: string; count: number }>();
  let verdict: string | null = null;
  return {
    check(key) {
      const before = seen.get(key);
      if (before === undefined || before.count < repeats.refuse - 1) {
        return null;
      }
      before.count++;
      if (before.count >= repeats.stop) {
        const name = key.split(" ", 1)[0];
        verdict = `${name} was called ${before.count} times with the same ` +
          "input and the same result";
      }
      return `${notRun} was made ${before.count} times and its result does ` +
        "not change. Go on with what you know: make a different call, or " +
        "answer.";
    },
    note({ access, key, fact, isRefusal }) {
      if (isRefusal) return null;
      const before = seen.get(key);
      if (before === undefined || before.fact !== fact) {
        // New facts: what was asked before may now have another answer.
        if (!isReadOnly(access)) seen.clear();
        seen.set(key, { fact, count: 1 });
        return null;
      }
      before.count++;
      return before.count < repeats.remark
        ? null
        : "[This call gave exactly the same result before. Use it; do not " +
          "repeat the call.]";
    },
    verdict: () => verdict,
    forget: () => seen.clear(),
  };
}

/** Failures of one kind in a row, whatever the arguments. */
function watchFailures(): Watch {
  let failing = { kind: "", count: 0 };
  let verdict: string | null = null;
  return {
    note({ call, outcome, isRefusal }) {
      // Counting a refused repeat would hide the loop.
      if (isRefusal) return null;
      if (outcome.ok) {
        failing = { kind: "", count: 0 };
        return null;
      }
      const kind = `${call.name}:${outcome.code}`;
      const count = kind === failing.kind ? failing.count + 1 : 1;
      failing = { kind, count };
      if (count >= failures.stop) {
        verdict = `${count} calls of ${call.name} in a row failed`;
      }
      return count < failures.remark
        ? null
        : `[${count} calls in a row failed like this. Stop, find out why, ` +
          "and try something different.]";
    },
    verdict: () => verdict,
    forget() {},
  };
}

/**
 * A row of two to four calls that comes again and again with the same
 * results, such as an edit and its undoing.
 */
function watchCycles(): Watch {
  const most = longestCycle * rounds.stop;
  let steps: string[] = [];
  let verdict: string | null = null;
  return {
    note({ fact }) {
      steps = [...steps, fact].slice(-most);
      const found = longestRounds(steps);
      if (found.rounds < rounds.remark) return null;
      if (found.rounds >= rounds.stop) {
        verdict = `the same ${found.length} calls were made ${found.rounds} ` +
          "times in a row, with the same results";
      }
      return `[The last ${found.length} calls were made ${found.rounds} ` +
        "times in a row, with the same results. You are going in circles: " +
        "try another way, or say what is in the way.]";
    },
    verdict: () => verdict,
    forget() {},
  };
}

/** How often the newest steps repeat, for the length with most rounds. */
function longestRounds(
  steps: readonly string[],
): { readonly length: number; readonly rounds: number } {
  let best = { length: 0, rounds: 0 };
  for (let length = 2; length <= longestCycle; length++) {
    const newest = steps.slice(-length);
    // The same call over and over is told by itself.
    if (new Set(newest).size === 1) continue;
    let count = 0;
    for (let end = steps.length; end >= length; end -= length) {
      const row = steps.slice(end - length, end);
      if (!row.every((step, index) => step === newest[index])) break;
      count++;
    }
    if (count > best.rounds) best = { length, rounds: count };
  }
  return best;
}

/** Calls of any kind that only tell what the model was told before. */
function watchNews(): Watch {
  const known = new Set<string>();
  let count = 0;
  return {
    note({ access, fact, isRefusal }) {
      if (!isRefusal && !known.has(fact)) {
        if (!isReadOnly(access)) known.clear();
        known.add(fact);
        count = 0;
        return null;
      }
      count++;
      return count < stale.remark
        ? null
        : `[The last ${count} calls told nothing new. Make progress with ` +
          "what you know, or answer and say what is in the way.]";
    },
    verdict: () =>
      count >= stale.stop
        ? `the last ${count} calls told nothing that was not known before`
        : null,
    forget() {
      known.clear();
      count = 0;
    },
  };
}

/** A short name for a text, which may be megabytes: FNV-1a, twice. */
function fingerprint(value: string): string {
  let one = 0x811c9dc5;
  let two = 0x01000193;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  return `${value.length}:${one >>> 0}:${two >>> 0}`;
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
