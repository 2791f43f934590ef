/** A sampling parameter as it is called on the wire. */
export type SamplingField =
  | "temperature"
  | "top_p"
  | "top_k"
  | "min_p"
  | "repetition_penalty";

/** Sampling: what the server takes, and what the model's card recommends. */
export interface Sampling {
  /** Fields that may be sent; empty for reasoning models that refuse them. */
  readonly send: readonly SamplingField[];
  /** Recommended values; a field without one is left out. */
  readonly values: Readonly<Partial<Record<SamplingField, number>>>;
}

/**
 * When a model is given its own reasoning again (spec/providers.md 1.4):
 * "loop" since the user's last message, "always", "always-or-empty" with ""
 * where there was none, "inline" within the content, as it came.
 */
export type ReplayPolicy =
  | "never"
  | "loop"
  | "always"
  | "always-or-empty"
  | "inline";

/** Which parameter steers how much a model thinks. */
export type ReasoningControl =
  | "none"
  | "reasoning_effort"
  | "reasoning.effort"
  | "thinking.type"
  | "enable_thinking"
  | "chat_template_kwargs";

/** How reasoning comes in, goes back and is steered. */
export interface ReasoningRules {
  /** Delta fields, in the order in which they are looked for. */
  readonly readFields: readonly string[];
  /** Whether `<think>` at the start of the content is reasoning. */
  readonly inlineTags: boolean;
  readonly replay: ReplayPolicy;
  /** The one field that is read back; without it, the field it came in. */
  readonly replayField?: string;
  /** Whether opaque `reasoning_details` go back with tool calls. */
  readonly details: boolean;
  readonly control: ReasoningControl;
  /** Sent by way of `control`; left out, the model does as it likes. */
  readonly effort?: string;
}

/** Timers in milliseconds; null is none (spec/providers.md 5.4). */
export interface Timeouts {
  readonly connectMs: number;
  /** Headers and first byte: loading and prefill of local models. */
  readonly firstByteMs: number;
  /** Between any two bytes, comments included. */
  readonly idleMs: number;
  /** Between two deltas. */
  readonly progressMs: number | null;
}

/** Where the size of the window is asked for. */
export type WindowSource =
  | "show+ps"
  | "props"
  | "lmstudio"
  | "info"
  | "models"
  | "table";

/** How to talk to one server about one model: data, no behaviour. */
export interface Profile {
  /** Rows that made it, joined by "+", for example "ollama+gpt-oss". */
  readonly id: string;
  /** What people call the server. */
  readonly title: string;
  readonly window: WindowSource;
  /** A transport of the server's own, beside chat completions. */
  readonly nativeTransport?: "ollama";
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  readonly usageInStream: boolean;
  readonly systemRole: "system" | "developer";
  readonly sampling: Sampling;
  /** The content of an assistant message that has calls and no text. */
  readonly contentWithCalls: "" | null;
  /** Ids as the server wants them; anything else is mapped. */
  readonly toolIds: {
    readonly alphabet: "alphanumeric" | "word";
    readonly maxLength: number;
    /** When true, exactly `maxLength` characters. */
    readonly exact: boolean;
  };
  readonly toolResultName: boolean;
  /** Whether an assistant message must stand between a result and a user. */
  readonly bridgeAfterTool: boolean;
  readonly mergeUsers: boolean;
  readonly toolChoice: "omit" | "auto-none" | "full";
  readonly parallelFlag: "omit" | "send-true";
  readonly strict: "omit" | "false" | "true";
  /** Whether a reply can be made to follow a JSON Schema. */
  readonly answerFormat: "none" | "json_schema";
  readonly reasoning: ReasoningRules;
  /** Further fields of the body, as they are. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly images: "none" | "base64" | "base64+url";
  /** Image types that the server decodes. */
  readonly imageTypes: readonly string[];
  /** "off", "recover" calls written as text, or a dialect to offer tools in. */
  readonly textTools: "off" | "recover" | `mode:${string}`;
  readonly timeouts: Timeouts;
  /** One slot: a side request would wait, and evict the prefix cache. */
  readonly serialOnly: boolean;
}

/** A part of a profile: what one row, one probe or the user sets. */
export type ProfileOverride = Partial<
  & Omit<Profile, "sampling" | "reasoning" | "timeouts" | "toolIds">
  & {
    readonly sampling: Partial<Sampling>;
    readonly reasoning: Partial<ReasoningRules>;
    readonly timeouts: Partial<Timeouts>;
    readonly toolIds: Partial<Profile["toolIds"]>;
  }
>;

/** A kind of server that a probe can tell. */
export type ServerKind =
  | "ollama"
  | "llamacpp"
  | "lmstudio"
  | "vllm"
  | "sglang"
  | "tgi";

const minute = 60_000;

/** For servers of the machine itself and of private networks. */
export const localTimeouts: Timeouts = {
  connectMs: 10_000,
  firstByteMs: 30 * minute,
  idleMs: 10 * minute,
  progressMs: null,
};

const hostedTimeouts: Timeouts = {
  connectMs: 10_000,
  firstByteMs: 5 * minute,
  idleMs: 2 * minute,
  progressMs: 5 * minute,
};

/** What every server is believed to take (spec/providers.md 1.1). */
export const genericProfile: Profile = {
  id: "generic",
  title: "OpenAI-compatible server",
  window: "models",
  maxTokensField: "max_tokens",
  usageInStream: true,
  systemRole: "system",
  sampling: { send: ["temperature"], values: {} },
  contentWithCalls: "",
  toolIds: { alphabet: "word", maxLength: 40, exact: false },
  toolResultName: false,
  bridgeAfterTool: false,
  mergeUsers: true,
  toolChoice: "omit",
  parallelFlag: "omit",
  strict: "omit",
  answerFormat: "none",
  reasoning: {
    readFields: ["reasoning_content", "reasoning", "reasoning_text"],
    inlineTags: true,
    replay: "loop",
    details: false,
    control: "none",
  },
  extraBody: {},
  images: "base64+url",
  imageTypes: ["image/png", "image/jpeg", "image/webp", "image/gif"],
  textTools: "recover",
  timeouts: hostedTimeouts,
  serialOnly: false,
};

/** Lays a part over a profile, nested records field by field. */
export function applyOverride(
  profile: Profile,
  part: ProfileOverride,
): Profile {
  return {
    ...profile,
    ...part,
    sampling: {
      ...profile.sampling,
      ...part.sampling,
      values: { ...profile.sampling.values, ...part.sampling?.values },
    },
    reasoning: { ...profile.reasoning, ...part.reasoning },
    timeouts: { ...profile.timeouts, ...part.timeouts },
    toolIds: { ...profile.toolIds, ...part.toolIds },
    extraBody: { ...profile.extraBody, ...part.extraBody },
  };
}
