import type { AssistantMessage, Message } from "../core/message.ts";
import type {
  ModelClient,
  ModelEvent,
  ModelFailureCode,
  ModelInfo,
  ModelRequest,
  StopReason,
  Usage,
} from "../core/model.ts";
import { estimateTokens, messageTokens, prefixTokens } from "../core/tokens.ts";
import type { RawCall } from "./raw.ts";
import {
  readScript,
  type ScriptedInfo,
  type ScriptedReply,
} from "./script_file.ts";
import { settleCalls } from "./settle.ts";

const defaultWindow = 32_000;
const defaultChunkChars = 24;

/** What a script needs of its surroundings. */
export interface ScriptedOptions {
  /** Waits; may reject when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Reads a text file. Default: `Deno.readTextFile`. */
  readText?(file: string): Promise<string>;
}

/**
 * Opens a script of replies as a model. Replies are given out in order;
 * those for summaries answer summary requests and no others. The format is
 * described at readScript.
 *
 * Throws a UserError (exit code 2) that names the line when the script can't
 * be read. Needs read permission for the file.
 */
export async function openScripted(
  file: string,
  options: ScriptedOptions,
): Promise<ModelClient> {
  const readText = options.readText ?? Deno.readTextFile;
  const { info, replies } = await readScript(file, readText);
  const turns = replies.filter((reply) => reply.for === undefined);
  const summaries = replies.filter((reply) => reply.for === "summary");
  let nextTurn = 0;
  let nextSummary = 0;
  let generated = 0;

  const take = (purpose: ModelRequest["purpose"]) =>
    purpose === "summary" ? summaries[nextSummary++] : turns[nextTurn++];

  return {
    name: `scripted:${file}`,
    info: () => Promise.resolve(modelInfo(info)),
    list: () => Promise.resolve([`scripted:${file}`]),
    async *stream(request, { signal }) {
      const reply = take(request.purpose);
      if (reply === undefined) {
        const count = request.purpose === "summary"
          ? summaries.length
          : turns.length;
        yield usedUp(file, request.purpose, count);
        return;
      }
      yield* play(reply, request, {
        signal,
        sleep: options.sleep,
        newId: () => `call_${String(++generated).padStart(4, "0")}`,
      });
    },
  };
}

interface PlayOptions {
  readonly signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  newId(): string;
}

async function* play(
  reply: ScriptedReply,
  request: ModelRequest,
  options: PlayOptions,
): AsyncGenerator<ModelEvent> {
  const { signal } = options;
  const wait = async (ms: number | undefined) => {
    if (ms === undefined || ms === 0 || signal.aborted) return;
    try {
      await options.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  await wait(reply.delayMs);
  for (const event of deltasOf(reply)) {
    await wait(reply.chunkMs);
    if (signal.aborted) break;
    yield event;
    if (event.type === "retry") await wait(event.waitMs);
  }
  if (signal.aborted) {
    yield failure("aborted", "The request was stopped");
    return;
  }
  if (reply.failure !== undefined) {
    yield { type: "failure", failure: definedOnly(reply.failure) };
    return;
  }
  const message = assemble(reply, request, options.newId);
  yield {
    type: "finish",
    message,
    stop: reply.stop ?? stopOf(message),
    usage: reply.usage === undefined
      ? estimateUsage(request, message)
      : definedOnly(reply.usage),
  };
}

function* deltasOf(reply: ScriptedReply): Generator<ModelEvent> {
  const size = reply.chunkChars ?? defaultChunkChars;
  if (reply.retry !== undefined) yield { type: "retry", ...reply.retry };
  for (const delta of chunks(reply.thinking ?? "", size)) {
    yield { type: "thinking_delta", delta };
  }
  for (const delta of chunks(reply.text ?? "", size)) {
    yield { type: "text_delta", delta };
  }
  for (const [index, call] of rawCalls(reply).entries()) {
    yield { type: "call_delta", index, name: call.name, delta: "" };
    for (const delta of chunks(call.arguments, size)) {
      yield { type: "call_delta", index, delta };
    }
  }
}

function assemble(
  reply: ScriptedReply,
  request: ModelRequest,
  newId: () => string,
): AssistantMessage {
  const calls = settleCalls(rawCalls(reply), {
    tools: request.tools,
    usedIds: callIds(request.messages),
    newId,
  });
  const message = {
    role: "assistant" as const,
    text: reply.text ?? "",
    calls,
  };
  return reply.thinking === undefined || reply.thinking === ""
    ? message
    : { ...message, thinking: { text: reply.thinking, field: "reasoning" } };
}

function rawCalls(reply: ScriptedReply): RawCall[] {
  const calls = reply.calls ?? [];
  return calls.map((call, index) => ({
    id: call.id ?? "",
    name: call.name,
    arguments: call.arguments ?? JSON.stringify(call.input ?? {}),
    cut: reply.stop === "length" && index === calls.length - 1,
  }));
}

function stopOf(message: AssistantMessage): StopReason {
  if (message.calls.length > 0) return "tool_use";
  return message.text === "" ? "empty" : "end";
}

function callIds(messages: readonly Message[]): Set<string> {
  const ids = new Set<string>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const call of message.calls) ids.add(call.id);
  }
  return ids;
}

function estimateUsage(
  request: ModelRequest,
  message: AssistantMessage,
): Usage {
  let input = prefixTokens(request.system, request.tools);
  for (const earlier of request.messages) input += messageTokens(earlier);
  return {
    input,
    output: messageTokens(message),
    cached: 0,
    reasoning: estimateTokens(message.thinking?.text ?? ""),
    estimated: true,
  };
}

/** Pieces of at most `size` UTF-16 units that split no surrogate pair. */
function* chunks(value: string, size: number): Generator<string> {
  let start = 0;
  while (start < value.length) {
    let end = Math.min(start + size, value.length);
    const last = value.charCodeAt(end - 1);
    const splitsPair = last >= 0xd800 && last <= 0xdbff && end < value.length;
    if (splitsPair) end++;
    yield value.slice(start, end);
    start = end;
  }
}

function modelInfo(info: ScriptedInfo): ModelInfo {
  const window = info.window ?? defaultWindow;
  return {
    window,
    windowSource: info.window === undefined ? "default" : "server",
    maxOutput: info.maxOutput ?? Math.min(8192, Math.floor(window / 4)),
    vision: info.vision ?? false,
    thinking: info.thinking ?? true,
    tools: "native",
    server: "script",
    warnings: [],
  };
}

function usedUp(
  file: string,
  purpose: ModelRequest["purpose"],
  count: number,
): ModelEvent {
  const kind = purpose === "summary" ? "summary reply" : "reply";
  const plural = purpose === "summary" ? "summary replies" : "replies";
  return failure(
    "bad_request",
    `The script "${file}" is used up: it has ${count} ${
      count === 1 ? kind : plural
    }, and one more was asked for`,
  );
}

function failure(code: ModelFailureCode, message: string): ModelEvent {
  return { type: "failure", failure: { code, message, transient: false } };
}

type DefinedOnly<Value> = {
  [Key in keyof Value]: Exclude<Value[Key], undefined>;
};

/** Leaves out keys without a value: exact optional types refuse them. */
function definedOnly<Value extends object>(value: Value): DefinedOnly<Value> {
  const entries = Object.entries(value).filter(([, inner]) =>
    inner !== undefined
  );
  return Object.fromEntries(entries) as DefinedOnly<Value>;
}
