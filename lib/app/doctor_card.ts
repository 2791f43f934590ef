import type { ModelFailureCode } from "../core/model.ts";
import type { ProfileOverride } from "../provider/profile.ts";

/** What was found of one ability, and what says so. */
export interface Capability {
  readonly state: "yes" | "no" | "unknown";
  /** For people: what was seen, in one line. */
  readonly evidence: string;
  /** Tokens of the window, or tokens in a second. */
  readonly value?: number;
}

/** The capabilities of a card, in the order in which they are shown. */
export const capabilityTitles = {
  reachable: "reachable",
  auth: "auth",
  streaming: "streaming",
  usageInStream: "usage in stream",
  systemPrompt: "system prompt",
  nativeTools: "native tools",
  textTools: "tools as text",
  toolResults: "tool results",
  parallelCalls: "parallel calls",
  argumentEscaping: "argument escaping",
  jsonSchema: "JSON schema",
  reasoning: "reasoning field",
  vision: "vision",
  window: "window",
  tokensPerSecond: "tokens per second",
  prefillPerSecond: "prefill per second",
} as const;

/** The name of a capability in the JSON. */
export type CapabilityName = keyof typeof capabilityTitles;

/** What `openclaude doctor --model M` finds. Plain data: it is the JSON. */
export interface ModelCard {
  readonly kind: "model";
  readonly version: string;
  readonly model: string;
  readonly baseUrl: string;
  /** What kind of server it is; null when nothing tells. */
  readonly server: string | null;
  readonly verdict: {
    readonly usable: boolean;
    /** In one sentence. */
    readonly reason: string;
    /** What to do, where something should be done. */
    readonly advice: readonly string[];
    readonly exitCode: number;
  };
  readonly capabilities: Readonly<Record<CapabilityName, Capability>>;
  /** Where the size of the window comes from. */
  readonly windowSource: string;
  readonly warnings: readonly string[];
  readonly requests: {
    /** Chat requests that were sent, of at most `limit`. */
    readonly chat: number;
    readonly limit: number;
    /** Requests about the server: lists, versions, properties. */
    readonly questions: number;
  };
  readonly learned: {
    /** What is laid over the profile from now on. */
    readonly profile: ProfileOverride;
    /** Where that is kept; null when it could not be. */
    readonly file: string | null;
    readonly problem: string | null;
  };
}

/** A capability that the evidence affirms. */
export function yes(evidence: string, value?: number): Capability {
  return capability("yes", evidence, value);
}

/** A capability that the evidence denies. */
export function no(evidence: string): Capability {
  return capability("no", evidence);
}

/** A capability of which too little was seen. */
export function unknown(evidence: string): Capability {
  return capability("unknown", evidence);
}

function capability(
  state: Capability["state"],
  evidence: string,
  value?: number,
): Capability {
  return { state, evidence, ...(value === undefined ? {} : { value }) };
}

/** Failures on the way to a server; all others are answers of one. */
const unanswered: ReadonlySet<ModelFailureCode> = new Set([
  "aborted",
  "network",
  "timeout",
]);

/** Whether a failure came from a server rather than from the way to it. */
export function isAnswer(code: ModelFailureCode): boolean {
  return !unanswered.has(code);
}
