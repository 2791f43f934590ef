import type { ModelInfo, ModelRequest, ToolSpec } from "../core/model.ts";
import { messageTokens, prefixTokens } from "../core/tokens.ts";
import { wellFormed } from "../core/text.ts";
import { wellFormedDeep, type WireMessage, wireMessages } from "./history.ts";
import type { Profile } from "./profile.ts";
import { thinkingAuthor } from "./profiles.ts";

/** What a server taught us about one model: fields it refuses, and so on. */
export interface Learned {
  readonly dropped: ReadonlySet<string>;
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  readonly replay?: "always-or-empty" | "never";
  readonly textOnly?: boolean;
  readonly systemRole?: "system";
  readonly contentNull?: boolean;
}

/** What a request is written with. */
export interface BodyOptions {
  readonly profile: Profile;
  readonly model: string;
  readonly info: ModelInfo;
  /** What the server has refused before. */
  readonly learned: Learned;
}

/**
 * Writes the body of a chat completion: the request that every server takes,
 * plus what the profile says this one takes, less what it has refused
 * (spec/providers.md 1.1, 1.2). The order of the keys never changes, and
 * what a server renders first stands first.
 */
export function buildBody(
  request: ModelRequest,
  options: BodyOptions,
): Record<string, unknown> {
  const { profile, model, info, learned } = options;
  const offersTools = info.tools === "native" && request.tools.length > 0;
  const maxTokensField = learned.maxTokensField ?? profile.maxTokensField;
  const body: Record<string, unknown> = {
    model,
    ...(offersTools ? { tools: wireTools(request.tools, profile) } : {}),
    messages: requestMessages(request, options),
    stream: true,
    ...(profile.usageInStream
      ? { stream_options: { include_usage: true } }
      : {}),
    [maxTokensField]: outputCap(request, info),
    ...sampling(request, profile),
    ...reasoningControl(profile, info),
    ...(offersTools && profile.parallelFlag === "send-true"
      ? { parallel_tool_calls: true }
      : {}),
    ...answerFormat(request, profile),
    ...profile.extraBody,
  };
  for (const field of learned.dropped) {
    if (!neverDropped.has(field)) delete body[field];
  }
  return body;
}

/** The schema of a reply, for servers that can keep to it. */
function answerFormat(
  { answerSchema }: ModelRequest,
  profile: Profile,
): Record<string, unknown> {
  if (answerSchema === undefined || profile.answerFormat === "none") return {};
  const json_schema = { name: "answer", schema: answerSchema };
  return { response_format: { type: "json_schema", json_schema } };
}

/** Without these there is no request, whatever an error text named. */
const neverDropped = new Set(["model", "messages", "tools", "stream"]);

/** The messages of a request, its system prompt first. */
export function requestMessages(
  request: ModelRequest,
  options: BodyOptions,
): WireMessage[] {
  const { profile, model, info, learned } = options;
  const role = learned.systemRole ?? profile.systemRole;
  const system = request.system.trim() === ""
    ? []
    : [{ role, content: wellFormed(request.system) }];
  const history = wireMessages(request.messages, {
    profile,
    author: thinkingAuthor(profile, model),
    vision: info.vision && learned.textOnly !== true,
    replay: learned.replay ?? profile.reasoning.replay,
    contentWithCalls: learned.contentNull ? null : profile.contentWithCalls,
  });
  return [...system, ...history];
}

/** Tools as a server is told of them, in the order given. */
export function wireTools(
  tools: readonly ToolSpec[],
  profile: Profile,
): Record<string, unknown>[] {
  const strict = profile.strict === "omit"
    ? {}
    : { strict: profile.strict === "true" };
  return tools.map(({ name, description, parameters }) => ({
    type: "function",
    function: wellFormedDeep({ name, description, parameters, ...strict }),
  }));
}

/** Tokens that estimates may be short by, as a share (core/tokens.ts). */
const estimateMargin = 1.15;
/** Tokens for what templates add around messages. */
const templateTokens = 64;
/**
 * The smallest cap sent. A prompt that leaves less room than this is refused
 * by the server, which leads to a compaction; a cap of a few tokens would
 * lead to a reply cut at its first word.
 */
const smallestCap = 256;

/**
 * The cap on a reply in tokens: what was asked for, at most what the model
 * can, and at most what the prompt leaves of the window. Servers refuse a
 * prompt and cap that exceed the window together (vLLM, SGLang, DeepSeek).
 */
export function outputCap(request: ModelRequest, info: ModelInfo): number {
  const wanted = Math.min(
    request.maxOutputTokens ?? info.maxOutput,
    info.maxOutput,
  );
  const prompt = promptTokens(request) * estimateMargin + templateTokens;
  const room = Math.floor(info.window - prompt);
  return Math.max(Math.min(wanted, room), Math.min(wanted, smallestCap));
}

/** Estimates the tokens of a whole request. */
export function promptTokens(request: ModelRequest): number {
  let tokens = prefixTokens(request.system, request.tools);
  for (const message of request.messages) {
    let known = estimates.get(message);
    if (known === undefined) {
      known = messageTokens(message);
      estimates.set(message, known);
    }
    tokens += known;
  }
  return tokens;
}

/** Messages never change, so each is estimated once. */
const estimates = new WeakMap<object, number>();

function sampling(
  request: ModelRequest,
  profile: Profile,
): Record<string, number> {
  const { send, values } = profile.sampling;
  const fields: Record<string, number> = {};
  for (const field of send) {
    const value = field === "temperature"
      ? request.temperature ?? values.temperature
      : values[field];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** Asked of models that think only: others answer 400 (Ollama). */
function reasoningControl(
  profile: Profile,
  info: ModelInfo,
): Record<string, unknown> {
  const { control, effort } = profile.reasoning;
  if (effort === undefined || !info.thinking) return {};
  const on = effort !== "none";
  switch (control) {
    case "reasoning_effort":
      return { reasoning_effort: effort };
    case "reasoning.effort":
      return { reasoning: { effort } };
    case "thinking.type":
      return { thinking: { type: on ? "enabled" : "disabled" } };
    case "enable_thinking":
      return { enable_thinking: on };
    case "chat_template_kwargs":
      return { chat_template_kwargs: { enable_thinking: on } };
    case "none":
      return {};
  }
}
