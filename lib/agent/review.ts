import type { RunEndReason } from "../core/event.ts";
import type { AssistantMessage } from "../core/message.ts";

/** What a review looks at. */
export interface ReviewInput {
  /** The reply that would end the run. */
  readonly reply: AssistantMessage;
  readonly signal: AbortSignal;
  /** Tells the user how it goes. */
  note(text: string): void;
}

/** What comes of a review. */
export type Verdict =
  | {
    readonly kind: "pass";
    /** The answer as a value. */
    readonly structured?: unknown;
  }
  | {
    /** The model is told, and goes on. */
    readonly kind: "again";
    readonly text: string;
    /** What the next reply must fit. */
    readonly answerSchema?: Readonly<Record<string, unknown>>;
  }
  | {
    readonly kind: "fail";
    readonly reason: Extract<RunEndReason, "unverified" | "schema">;
    readonly because: string;
  };

/** Judges the work of a run that would end done. */
export type Review = (input: ReviewInput) => Promise<Verdict>;

/** One review of several: the first that does not pass has the word. */
export function reviewInOrder(reviews: readonly Review[]): Review {
  return async (input) => {
    let passed: Verdict = { kind: "pass" };
    for (const review of reviews) {
      const verdict = await review(input);
      if (verdict.kind !== "pass") return verdict;
      passed = { ...passed, ...verdict };
      if (input.signal.aborted) break;
    }
    return passed;
  };
}
