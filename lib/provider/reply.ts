import type { AssistantMessage, Thinking } from "../core/message.ts";
import type { ModelRequest, ToolSpec, Usage } from "../core/model.ts";
import { estimateTokens } from "../core/tokens.ts";
import type { Assembled } from "./assemble.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { RawReply } from "./raw.ts";
import { promptTokens } from "./request.ts";
import { settleCalls } from "./settle.ts";
import { readTextMode, type TextDialect } from "./text_mode.ts";
import { recoverCalls, type Recovered } from "./text_tools.ts";

/** What is needed to make a message of a reply. */
export interface ReplyOptions {
  readonly request: ModelRequest;
  /** Who wrote it, for `Thinking.by`. */
  readonly author: string;
  /** "off", "recover" calls written as text, or the dialect asked for. */
  readonly textTools: "off" | "recover" | TextDialect;
  /** Whether a sentence may stand before a call without a mark. */
  readonly leadIn: boolean;
  /** Whether the content goes back as it came, reasoning and all. */
  readonly isVerbatim: boolean;
  /** Cap on the reply in tokens, as it was sent. */
  readonly outputLimit: number;
  newId(): string;
}

/** A reply whose calls are found but not yet settled. */
export interface FoundReply {
  readonly raw: RawReply;
  /** The dialect, when the calls stood in the text. */
  readonly dialect?: string;
  /** Text to be shown that was held back until now. */
  readonly held: string;
}

/**
 * Looks for calls in the text of a reply that has none otherwise
 * (spec/providers.md 3.1), and sorts out what of the text is to be shown.
 */
export function findCalls(
  assembled: Assembled,
  options: ReplyOptions,
): FoundReply {
  const { held, reply, shown } = assembled;
  const found = reply.calls.length > 0 || assembled.error !== undefined
    ? null
    : recoverFrom(reply.text, options);
  if (found === null) {
    return { raw: reply, held: shown === "" ? held.trimStart() : held };
  }
  const thinking = joinThinking(reply.thinking, found.thinking);
  const raw: RawReply = {
    ...reply,
    text: found.text,
    calls: found.calls,
    ...(thinking === undefined ? {} : { thinking }),
  };
  const visible = found.text.trimStart();
  const rest = visible.startsWith(shown) ? visible.slice(shown.length) : "";
  return { raw, dialect: found.dialect, held: rest };
}

/** Calls in a text that the server itself failed to read (3.3). */
export function callsInError(
  text: string,
  request: ModelRequest,
): Recovered | null {
  const { messages, tools } = request;
  return recoverCalls(text, { tools, messages, leadIn: true });
}

function recoverFrom(
  text: string,
  { leadIn, request, textTools }: ReplyOptions,
): Recovered | null {
  const { messages, tools } = request;
  if (textTools === "off" || tools.length === 0 || text === "") return null;
  return textTools === "recover"
    ? recoverCalls(text, { tools, messages, leadIn })
    : readTextMode(text, { tools, messages, dialect: textTools });
}

function joinThinking(
  thinking: Thinking | undefined,
  more: string,
): Thinking | undefined {
  if (more === "") return thinking;
  const before = thinking?.text ?? "";
  const text = before === "" ? more : `${before}\n${more}`;
  return { field: "content", ...thinking, text };
}

/** Makes the message that the history keeps. */
export function messageOf(
  { dialect, raw }: Omit<FoundReply, "held">,
  options: ReplyOptions,
): AssistantMessage {
  const { author, isVerbatim, outputLimit, request } = options;
  const calls = settleCalls(raw.calls, {
    tools: request.tools,
    usedIds: callIds(request),
    newId: options.newId,
    outputLimit,
    ...(dialect === undefined ? {} : { recovered: dialect }),
  });
  const { thinking } = raw;
  return {
    role: "assistant",
    text: isVerbatim ? raw.text : raw.text.trimStart(),
    calls,
    ...(thinking === undefined
      ? {}
      : { thinking: { ...thinking, by: author } }),
  };
}

function callIds({ messages }: ModelRequest): Set<string> {
  const ids = new Set<string>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const call of message.calls) ids.add(call.id);
  }
  return ids;
}

/** The server's count, or an estimate that says that it is one. */
export function usageOf(raw: RawReply, request: ModelRequest): Usage {
  if (raw.usage !== undefined) return raw.usage;
  const reasoning = estimateTokens(raw.thinking?.text ?? "");
  const calls = raw.calls.map((call) => call.name + call.arguments).join("");
  const output = reasoning + estimateTokens(raw.text) + estimateTokens(calls);
  return {
    input: promptTokens(request),
    output,
    cached: 0,
    reasoning,
    estimated: true,
  };
}

/**
 * What an attempt used, by the server's count or else by an estimate;
 * undefined when nothing came: then the server has not read the prompt, or
 * refused it.
 */
export function spentOn(
  end: AttemptEnd,
  request: ModelRequest,
): Usage | undefined {
  const raw = end.kind === "read" ? end.assembled.reply : end.received;
  if (raw === undefined) return undefined;
  const isAnswer = raw.usage !== undefined || raw.finish !== undefined ||
    raw.text !== "" || raw.thinking !== undefined || raw.calls.length > 0;
  return isAnswer ? usageOf(raw, request) : undefined;
}

/** Names of the tools that a request offers. */
export function offeredNames(tools: readonly ToolSpec[]): string[] {
  return tools.map((tool) => tool.name);
}
