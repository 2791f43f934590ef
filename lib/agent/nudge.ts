import {
  type AssistantMessage,
  text,
  type UserMessage,
} from "../core/message.ts";
import type { StopReason } from "../core/model.ts";

/** How often a run has been pushed on, and how the next request differs. */
export interface Nudges {
  given: number;
  sampling: {
    readonly temperature?: number;
    readonly answerSchema?: Readonly<Record<string, unknown>>;
  };
}

/** A push: what the model is told and what the user sees. */
export interface Nudge {
  readonly message: UserMessage;
  readonly notice: string;
}

/** Pushes in one run; small models need one, a stuck one needs an end. */
const maxNudges = 2;

/**
 * A reply without calls that should not end the run (spec/providers.md 2.4,
 * 2.5, 6.3): nothing at all, an answer cut at the output limit, or the mere
 * announcement of an action. Null when the reply is an answer.
 */
export function nudgeFor(
  { message, stop }: { message: AssistantMessage; stop: StopReason },
  nudges: Nudges,
): Nudge | null {
  if (nudges.given >= maxNudges) return null;
  const nudge = chooseNudge(message.text, stop);
  if (nudge !== null) nudges.given++;
  return nudge;
}

function chooseNudge(reply: string, stop: StopReason): Nudge | null {
  if (stop === "empty") {
    return make(
      "Your last reply was empty. Call a tool or answer.",
      "The model's reply was empty; asking again",
    );
  }
  if (stop === "length") {
    return make(
      "Your answer was cut at the output limit. Continue where it stopped.",
      "The answer was cut at the output limit; asking for the rest",
    );
  }
  if (announcesAction(reply)) {
    return make(
      "Proceed: call the tool now, or say what you found.",
      "The model announced an action without taking it; asking it to go on",
    );
  }
  return null;
}

function make(message: string, notice: string): Nudge {
  return {
    message: { role: "user", origin: "harness", content: [text(message)] },
    notice,
  };
}

/** A last sentence that promises to act, in words that models use for it. */
const promise =
  /(?:^|[.!?:]\s+|\n)(?:(?:now|next|first|okay|ok|sure)[,:]?\s+)?(?:i'll|i will|i am going to|i'm going to|let me|let's)\s+(?:now\s+|first\s+|also\s+|start by\s+|begin by\s+)?(?:read|look|check|search|find|open|run|edit|update|write|create|fix|examine|inspect|explore|list|use|call|make|apply|modify|add|review|analy[sz]e|reading|looking|checking|searching|running|editing|examining|exploring|listing)\b[^\n?]*[.:…]?\s*$/i;

/** Tells whether a reply ends in a promise to act. */
export function announcesAction(reply: string): boolean {
  const tail = reply.trimEnd().slice(-400);
  return !tail.endsWith("?") && promise.test(tail);
}
