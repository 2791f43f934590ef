import type {
  AssistantMessage,
  Message,
  Part,
  ToolCall,
} from "../core/message.ts";
import { text, textOf } from "../core/message.ts";
import { wellFormed } from "../core/text.ts";
import { wireImage, type WirePart } from "./images.ts";
import { pairCalls, type PairedCall } from "./pairs.ts";
import type { Profile, ReplayPolicy } from "./profile.ts";

/** A message as chat completions take it. */
export interface WireMessage {
  readonly role: string;
  readonly content: string | null | readonly WirePart[];
  readonly [field: string]: unknown;
}

/** What decides how a history is written. */
export interface HistoryOptions {
  readonly profile: Profile;
  /** Who is asked, as {@link thinkingAuthor} names it. */
  readonly author: string;
  readonly vision: boolean;
  /** The profile's, unless the server has taught otherwise. */
  readonly replay: ReplayPolicy;
  /** The profile's, unless the server has taught otherwise. */
  readonly contentWithCalls: "" | null;
}

const continuation = "Continue.";
const bridge = "Done.";
const cancelled = "Cancelled by the user before it ran to its end.";
const noOutput = "(no output)";
const seeImage = "(the image is in the next message)";

/**
 * Writes a conversation so that every server takes it, whatever was
 * interrupted, resumed or switched (spec/providers.md 2.6): each call has one
 * result right behind it, ids are unique and in the server's alphabet, roles
 * alternate, nothing is empty, and the end is not an assistant's.
 *
 * Pure, and stable: what is written for a message depends on the messages
 * before it alone, so the output for a history is a prefix of the output for
 * a longer one. One policy can't keep that: "loop" leaves reasoning out when
 * the user speaks again, as the models it is for do themselves. And a user
 * message that is merged into the last one changes that one.
 */
export function wireMessages(
  messages: readonly Message[],
  options: HistoryOptions,
): WireMessage[] {
  const writer = new HistoryWriter(options);
  const pairs = pairCalls(messages, options.profile.toolIds);
  const loopStart = messages.findLastIndex((message) =>
    message.role === "user" && message.origin !== "harness"
  );
  for (const [index, message] of messages.entries()) {
    if (message.role === "user") writer.user(message.content);
    if (message.role !== "assistant") continue;
    const calls = pairs.get(index) ?? [];
    writer.assistant(message, calls, index > loopStart);
    writer.results(calls);
  }
  return writer.end();
}

/** Appends to a list of messages under the rules about their order. */
class HistoryWriter {
  readonly #options: HistoryOptions;
  readonly #messages: WireMessage[] = [];

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  user(content: readonly Part[]): void {
    const parts = this.#parts(content);
    if (parts.length === 0) return;
    const { profile } = this.#options;
    const last = this.#messages.at(-1);
    if (last?.role === "user" && profile.mergeUsers) {
      this.#messages.pop();
      const merged = [...asParts(last.content), ...parts];
      this.#messages.push({ role: "user", content: asContent(merged) });
      return;
    }
    if (last?.role === "tool" && profile.bridgeAfterTool) {
      this.#messages.push({ role: "assistant", content: bridge });
    }
    this.#messages.push({ role: "user", content: asContent(parts) });
  }

  assistant(
    message: AssistantMessage,
    calls: readonly PairedCall[],
    inLoop: boolean,
  ): void {
    const hasCalls = calls.length > 0;
    if (!hasCalls && message.text.trim() === "") return;
    const last = this.#messages.at(-1);
    if (last === undefined || last.role === "assistant") {
      this.#messages.push({ role: "user", content: continuation });
    }
    const { content, fields } = this.#reasoning(message, inLoop);
    this.#messages.push({
      role: "assistant",
      content: hasCalls && content === ""
        ? this.#options.contentWithCalls
        : content,
      ...fields,
      ...(hasCalls ? { tool_calls: calls.map(wireCall) } : {}),
    });
  }

  results(calls: readonly PairedCall[]): void {
    const images: Part[] = [];
    for (const { call, id, result } of calls) {
      const content = result?.content ?? [text(cancelled)];
      const shown = content.filter((part) => part.type === "image");
      images.push(...shown);
      const lines = [textOf(content), ...(shown.length > 0 ? [seeImage] : [])]
        .filter((line) => line.trim() !== "");
      this.#messages.push({
        role: "tool",
        tool_call_id: id,
        ...(this.#options.profile.toolResultName
          ? { name: wireName(call.name) }
          : {}),
        content: wellFormed(lines.join("\n")) || noOutput,
      });
    }
    if (images.length > 0) this.user(images);
  }

  /** The messages; a model is never asked to go on with its own words. */
  end(): WireMessage[] {
    const last = this.#messages.at(-1);
    if (last === undefined || last.role === "assistant") {
      this.#messages.push({ role: "user", content: continuation });
    }
    return this.#messages;
  }

  #parts(content: readonly Part[]): WirePart[] {
    const parts: WirePart[] = [];
    for (const part of content) {
      if (part.type === "image") parts.push(wireImage(part, this.#options));
      else if (part.text.trim() !== "") {
        parts.push({ type: "text", text: wellFormed(part.text) });
      }
    }
    return parts;
  }

  /** What goes back of a reply's reasoning, and the content beside it. */
  #reasoning(
    message: AssistantMessage,
    inLoop: boolean,
  ): { content: string; fields: Record<string, unknown> } {
    const { author, profile, replay } = this.#options;
    const rules = profile.reasoning;
    const content = wellFormed(message.text);
    const thinking = message.thinking;
    const isOwn = thinking !== undefined &&
      (thinking.by === undefined || thinking.by === author);
    const thought = isOwn ? wellFormed(thinking.text) : "";
    if (replay === "never") return { content, fields: {} };
    if (replay === "inline") {
      if (thought === "") return { content, fields: {} };
      return { content: `<think>${thought}</think>${content}`, fields: {} };
    }
    if (replay === "always-or-empty") {
      const field = rules.replayField ?? rules.readFields[0] ??
        "reasoning_content";
      return { content, fields: { [field]: thought } };
    }
    if (isOwn && rules.details && thinking.details !== undefined) {
      const fields = message.calls.length === 0
        ? {}
        : { reasoning_details: thinking.details };
      return { content, fields };
    }
    const isDue = replay === "always" || inLoop;
    const isKnown = thinking !== undefined &&
      rules.readFields.includes(thinking.field);
    if (!isDue || !isKnown || thought === "") return { content, fields: {} };
    return {
      content,
      fields: { [rules.replayField ?? thinking.field]: thought },
    };
  }
}

function wireCall({ id, call }: PairedCall): Record<string, unknown> {
  const name = wireName(call.name);
  return {
    id,
    type: "function",
    function: { name, arguments: callArguments(call) },
  };
}

/** A name that is not of the alphabet makes a server refuse the request. */
function wireName(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);
  return clean === "" ? "unknown" : clean;
}

/** Inputs never change, so each is written once. */
const written = new WeakMap<object, string>();

/** Some servers parse the arguments of every old call, and want an object. */
function callArguments({ input }: ToolCall): string {
  if (!isObject(input)) return "{}";
  let json = written.get(input);
  if (json === undefined) {
    json = JSON.stringify(wellFormedDeep(input));
    written.set(input, json);
  }
  return json;
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Replaces lone surrogates in all strings of plain data. Data without any,
 * which is nearly all, is returned as it is.
 */
export function wellFormedDeep(value: unknown): unknown {
  // JSON.stringify writes lone surrogates, and only those, as \udXXX.
  if (!JSON.stringify(value)?.includes("\\ud")) return value;
  return mend(value);
}

function mend(value: unknown): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (Array.isArray(value)) return value.map(mend);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [wellFormed(key), mend(inner)]),
  );
}

function asParts(content: WireMessage["content"]): readonly WirePart[] {
  if (content === null) return [];
  if (typeof content !== "string") return content;
  return [{ type: "text", text: content }];
}

/**
 * A string wherever there is no image, and one text between two images: each
 * part of an array can become a message of its own (Ollama).
 */
function asContent(parts: readonly WirePart[]): string | WirePart[] {
  const joined: WirePart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.type === "text" && last?.type === "text") {
      joined.pop();
      joined.push({ type: "text", text: `${last.text}\n\n${part.text}` });
    } else joined.push(part);
  }
  const only = joined[0];
  return joined.length === 1 && only?.type === "text" ? only.text : joined;
}
