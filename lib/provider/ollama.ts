import type { ModelRequest } from "../core/model.ts";
import { serverRoot } from "./endpoint.ts";
import type { WireMessage } from "./history.ts";
import type { WirePart } from "./images.ts";
import {
  type BodyOptions,
  outputCap,
  requestMessages,
  wireTools,
} from "./request.ts";

/** Which door of an Ollama server is used; "auto" decides by the window. */
export type TransportChoice = "auto" | "native" | "openai";

/** What is needed to choose a transport. */
export interface TransportFacts {
  /** True when the server is an Ollama. */
  readonly native: boolean;
  /** Tokens of the window that `/v1` would have. */
  readonly loaded: number;
  /** Tokens that the user wants; undefined when the user said nothing. */
  readonly wanted: number | undefined;
}

/**
 * Chooses between chat completions and Ollama's own API. Only the latter can
 * ask for a window, so "auto" takes it when a larger one is wanted than is
 * loaded, and never otherwise: the two load the model differently, and
 * changing between them loads it anew each time (spec/providers.md 1.3.1).
 */
export function chooseTransport(
  facts: TransportFacts,
  choice: TransportChoice = "auto",
): "native" | "openai" {
  if (!facts.native || choice === "openai") return "openai";
  if (choice === "native") return "native";
  const { wanted, loaded } = facts;
  return wanted !== undefined && wanted > loaded ? "native" : "openai";
}

/** What a native request is written with. */
export interface OllamaOptions extends BodyOptions {
  readonly baseUrl: string;
  /** How long the model stays loaded, for example "30m". */
  readonly keepAlive?: string;
}

/**
 * Writes a request for `/api/chat`. It asks for the whole window, and to be
 * refused rather than cut when the prompt is too long.
 */
export function ollamaRequest(
  request: ModelRequest,
  options: OllamaOptions,
): { readonly url: string; readonly body: Record<string, unknown> } {
  const { info, learned, model, profile } = options;
  const offersTools = info.tools === "native" && request.tools.length > 0;
  const body: Record<string, unknown> = {
    model,
    ...(offersTools ? { tools: wireTools(request.tools, profile) } : {}),
    messages: nativeMessages(requestMessages(request, options)),
    stream: true,
    options: {
      num_ctx: info.window,
      num_predict: outputCap(request, info),
      ...nativeSampling(request, options),
    },
    truncate: false,
    shift: false,
    keep_alive: options.keepAlive ?? "30m",
    ...think(options),
    ...request.answerSchema === undefined
      ? {}
      : { format: request.answerSchema },
    ...profile.extraBody,
  };
  for (const field of learned.dropped) {
    if (field !== "model" && field !== "messages" && field !== "tools") {
      delete body[field];
    }
  }
  return { url: `${serverRoot(options.baseUrl)}/api/chat`, body };
}

/** Fields whose name differs from that of chat completions. */
const optionNames: Readonly<Record<string, string>> = {
  repetition_penalty: "repeat_penalty",
};

/** The native API takes all of the card's values, not the two of `/v1`. */
function nativeSampling(
  request: ModelRequest,
  { profile }: OllamaOptions,
): Record<string, number> {
  const { send, values } = profile.sampling;
  if (send.length === 0) return {};
  const options: Record<string, number> = {};
  for (const [field, value] of Object.entries(values)) {
    options[optionNames[field] ?? field] = value;
  }
  if (request.temperature !== undefined) {
    options.temperature = request.temperature;
  }
  return options;
}

function think({ info, model, profile }: OllamaOptions): object {
  const { effort } = profile.reasoning;
  if (!info.thinking || effort === undefined) return {};
  if (effort === "none") return { think: false };
  return { think: /gpt-oss/i.test(model) ? effort : true };
}

interface SentCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Arguments are objects, images a list beside the text. */
function nativeMessages(messages: readonly WireMessage[]): object[] {
  const names = new Map<unknown, string>();
  return messages.map((message) => {
    const { role, reasoning, tool_call_id: answered } = message;
    const calls = (message.tool_calls ?? []) as SentCall[];
    for (const call of calls) names.set(call.id, call.function.name);
    return {
      role,
      ...nativeContent(message.content),
      ...(typeof reasoning === "string" ? { thinking: reasoning } : {}),
      ...(calls.length > 0 ? { tool_calls: calls.map(nativeCall) } : {}),
      ...(answered === undefined
        ? {}
        : { tool_call_id: answered, tool_name: names.get(answered) }),
    };
  });
}

function nativeCall({ id, function: called }: SentCall): object {
  return {
    id,
    function: { name: called.name, arguments: JSON.parse(called.arguments) },
  };
}

function nativeContent(
  content: WireMessage["content"],
): { content: string; images?: string[] } {
  if (content === null) return { content: "" };
  if (typeof content === "string") return { content };
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of content) {
    if (part.type === "text") texts.push(part.text);
    else images.push(imageData(part));
  }
  return { content: texts.join("\n\n"), images };
}

/** The native API wants the base64 alone. */
function imageData(part: WirePart & { type: "image_url" }): string {
  const { url } = part.image_url;
  return url.slice(url.indexOf(",") + 1);
}

/** A line of the native stream, as far as it is read. */
interface NativeLine {
  readonly error?: unknown;
  readonly model?: string;
  readonly message?: {
    readonly content?: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly NativeCall[];
  };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

interface NativeCall {
  readonly id?: string;
  readonly function?: {
    readonly index?: number;
    readonly name?: string;
    readonly arguments?: unknown;
  };
}

/**
 * Turns one parsed line of `/api/chat` into a chunk of chat completions, or
 * into an error object, for the same assembler. Usage is left out when the
 * server did not count the prompt (it was cached whole): a guess of 0 would
 * look like a cut prompt. Anything that is no object is an error too.
 */
export function ollamaChunk(line: unknown): unknown {
  if (line === null || typeof line !== "object" || Array.isArray(line)) {
    return { error: { message: "Cannot read a line of the server's reply" } };
  }
  const { error, message, done, ...rest } = line as NativeLine;
  if (error !== undefined) {
    return typeof error === "string"
      ? { error: { message: error } }
      : { error };
  }
  const { content, thinking, tool_calls: calls } = message ?? {};
  const delta = {
    ...(content ? { content } : {}),
    ...(thinking ? { reasoning: thinking } : {}),
    ...(calls && calls.length > 0 ? { tool_calls: calls.map(chunkCall) } : {}),
  };
  const finish = done === true ? rest.done_reason ?? "stop" : null;
  return {
    model: rest.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...usage(rest),
  };
}

function chunkCall({ id, function: called }: NativeCall): object {
  return {
    ...(called?.index === undefined ? {} : { index: called.index }),
    ...(id ? { id } : {}),
    type: "function",
    function: { name: called?.name, arguments: called?.arguments ?? {} },
  };
}

function usage(line: NativeLine): object {
  const { prompt_eval_count: prompt, eval_count: completion = 0 } = line;
  if (prompt === undefined) return {};
  return {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    },
  };
}
