import type { Thinking } from "../core/message.ts";
import type { ModelEvent, Usage } from "../core/model.ts";
import type { SseSink } from "../platform/sse.ts";
import { type CallDelta, CallSlots } from "./call_slots.ts";
import { InlineThinking, splitAtLoneClose } from "./inline_thinking.ts";
import type { RawReply } from "./raw.ts";
import { readUsage } from "./usage.ts";

/** How a reply is to be read. */
export interface AssembleOptions {
  /** Names of the offered tools; none when the request offered none. */
  readonly offered: ReadonlySet<string>;
  /** Delta fields of reasoning, in the order in which they are looked for. */
  readonly readFields: readonly string[];
  /** Whether a mark at the start of the content is reasoning. */
  readonly inlineTags: boolean;
  /** Whether the template opens that mark itself. */
  readonly startsInside?: boolean;
  /** Keeps text off the screen that may be a call. */
  readonly holdBack?: {
    push(piece: string): string;
    end(): string;
  };
}

/** What a stream came to. */
export interface Assembled {
  readonly reply: RawReply;
  /** Whether the server said `[DONE]`. */
  readonly isDone: boolean;
  /** The first error that came inside the stream, as sent. */
  readonly error?: unknown;
  /** Events that were no JSON. */
  readonly malformed: number;
  /** True when the template had opened the mark of the reasoning. */
  readonly startedInside: boolean;
  /** The model declined in so many words (OpenAI's `refusal`). */
  readonly isRefusal: boolean;
  /** Text held back to the end. */
  readonly held: string;
  /** Text that was given out in deltas. */
  readonly shown: string;
}

/** A chunk of chat completions, as far as it is read. All of it may lie. */
interface Chunk {
  readonly choices?: unknown;
  readonly usage?: unknown;
  readonly error?: unknown;
  readonly x_groq?: { readonly usage?: unknown } | null;
  readonly timings?: unknown;
  readonly base_resp?: { readonly status_code?: unknown } | null;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: Delta | null;
  readonly message?: Delta | null;
  readonly finish_reason?: unknown;
  readonly usage?: unknown;
}

interface Delta {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: unknown;
  readonly function_call?: CallDelta["function"];
  readonly reasoning_details?: unknown;
  readonly [field: string]: unknown;
}

type Detail = Readonly<Record<string, unknown>>;

/** Malformed events after which a stream is given up. */
const tooManyMalformed = 3;

/**
 * Makes one reply of the chunks of a stream, and events of what is new in
 * them. Nothing in a chunk is trusted; what is odd is in
 * spec/providers.md 2.2.
 */
export class Assembler implements SseSink {
  readonly #options: AssembleOptions;
  readonly #slots: CallSlots;
  readonly #inline: InlineThinking | undefined;
  #events: ModelEvent[] = [];
  #text = "";
  #shown = "";
  #thinking = "";
  #thinkingField = "";
  #details: Detail[] = [];
  #finish: string | undefined;
  #usage: unknown;
  #timings: unknown;
  #error: unknown;
  #isDone = false;
  #isRefusal = false;
  #malformed = 0;
  #comments = 0;
  #deltas = 0;

  constructor(options: AssembleOptions) {
    this.#options = options;
    this.#slots = new CallSlots(options.offered);
    const { inlineTags, startsInside = false } = options;
    if (inlineTags) this.#inline = new InlineThinking({ startsInside });
  }

  /** Grows with every delta that brought something. */
  get progress(): number {
    return this.#deltas;
  }

  /** Comment lines seen so far. */
  get comments(): number {
    return this.#comments;
  }

  /** True when nothing more is needed of the stream. */
  get isOver(): boolean {
    return this.#error !== undefined || this.#malformed > tooManyMalformed ||
      this.#isDone && this.#usage !== undefined;
  }

  /** True when only usage may still come. */
  get isFinished(): boolean {
    return this.#isDone || this.#finish !== undefined;
  }

  /** True when the server said `[DONE]`. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Text received so far, as far as it is part of the answer. */
  get text(): string {
    return this.#text;
  }

  /** Takes the events since the last time; neighbours are joined. */
  takeEvents(): ModelEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  comment(): void {
    this.#comments++;
  }

  done(): void {
    this.#isDone = true;
  }

  malformed(_data: string): void {
    this.#malformed++;
  }

  value(value: unknown, event: string): void {
    if (value === null || typeof value !== "object" || this.#isDone) {
      return this.#late(value);
    }
    const chunk = value as Chunk;
    const { choices } = chunk;
    const hasChoices = Array.isArray(choices);
    if (isError(chunk, hasChoices, event)) {
      this.#error ??= value;
      return;
    }
    this.#readUsage(chunk);
    if (!hasChoices || choices.length === 0) return;
    const choice: Choice | undefined = choices.length === 1
      ? choices[0]
      : choices.find((each) => each?.index === 0) ?? choices[0];
    if (choice !== null && typeof choice === "object") this.#choice(choice);
  }

  /** Ends the reply. Events that are left come with `takeEvents()`. */
  end(): Assembled {
    const { isOpen, text, thinking } = this.#inline?.end() ??
      { isOpen: false, text: "", thinking: "" };
    // The template was believed to open the mark, and did not.
    const wasWrong = isOpen && this.#options.startsInside === true;
    if (wasWrong) {
      this.#addText(this.#thinking + thinking);
      this.#thinking = "";
    } else {
      this.#think(thinking, "content");
      this.#addText(text);
    }
    const lone = this.#thinking === "" ? splitAtLoneClose(this.#text) : null;
    if (lone !== null) {
      this.#thinking = lone.thinking;
      this.#thinkingField = "content";
      this.#text = lone.text;
    }
    const held = this.#options.holdBack?.end() ?? "";
    return {
      reply: this.#reply(),
      isDone: this.#isDone,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      malformed: this.#malformed,
      startedInside: lone !== null ||
        this.#options.startsInside === true && !wasWrong,
      isRefusal: this.#isRefusal,
      held,
      shown: this.#shown,
    };
  }

  #reply(): RawReply {
    const usage: Usage | undefined = readUsage(this.#usage, this.#timings);
    const thinking: Thinking = {
      text: this.#thinking,
      field: this.#thinkingField || "content",
      ...(this.#details.length > 0 ? { details: this.#details } : {}),
    };
    const hasThinking = thinking.text !== "" || thinking.details !== undefined;
    return {
      text: this.#text,
      ...(hasThinking ? { thinking } : {}),
      calls: this.#slots.end(isLengthFinish(this.#finish)),
      ...(this.#finish === undefined ? {} : { finish: this.#finish }),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  /** After `[DONE]` only usage is of interest. */
  #late(value: unknown): void {
    if (value !== null && typeof value === "object") {
      this.#readUsage(value as Chunk);
    } else this.#malformed++;
  }

  #readUsage(chunk: Chunk): void {
    if (chunk.usage) this.#usage = chunk.usage;
    else if (chunk.x_groq?.usage) this.#usage = chunk.x_groq.usage;
    if (chunk.timings) this.#timings = chunk.timings;
  }

  #choice(choice: Choice): void {
    if (choice.usage) this.#usage = choice.usage;
    const delta = choice.delta ??
      (this.#deltas === 0 ? choice.message : undefined);
    if (delta) this.#delta(delta);
    const { finish_reason: finish } = choice;
    if (typeof finish === "string" && finish !== "") this.#finish ??= finish;
  }

  #delta(delta: Delta): void {
    for (const field of this.#options.readFields) {
      const thought = delta[field];
      if (typeof thought !== "string" || thought === "") continue;
      this.#deltas++;
      this.#think(thought, field);
      break;
    }
    const { content, tool_calls: calls } = delta;
    if (typeof content === "string") {
      if (content !== "") this.#content(content);
    } else if (Array.isArray(content)) this.#parts(content);
    if (Array.isArray(calls)) {
      for (const call of calls) if (call) this.#call(call);
    }
    if (delta.function_call) {
      this.#call({ index: 0, function: delta.function_call });
    }
    if (Array.isArray(delta.reasoning_details)) {
      this.#reasoningDetails(delta.reasoning_details);
    }
    if (typeof delta.refusal === "string" && delta.refusal !== "") {
      this.#isRefusal = true;
      this.#content(delta.refusal);
    }
  }

  /** Content as a list of parts (Mistral's magistral). */
  #parts(parts: readonly unknown[]): void {
    for (const part of parts) {
      if (typeof part === "string") this.#content(part);
      if (part === null || typeof part !== "object") continue;
      const { type, text, thinking } = part as Record<string, unknown>;
      if (type === "thinking") {
        const pieces = Array.isArray(thinking)
          ? thinking
          : [{ text: thinking }];
        for (const piece of pieces) {
          if (typeof piece?.text === "string") {
            this.#think(piece.text, "content");
          }
        }
        this.#deltas++;
      } else if (typeof text === "string") this.#content(text);
    }
  }

  #content(content: string): void {
    this.#deltas++;
    if (this.#inline === undefined) return this.#addText(content);
    const { text, thinking } = this.#inline.push(content);
    if (thinking !== "") this.#think(thinking, "content");
    if (text !== "") this.#addText(text);
  }

  #addText(text: string): void {
    if (text === "") return;
    this.#text += text;
    const { holdBack } = this.#options;
    const visible = holdBack === undefined ? text : holdBack.push(text);
    // What separates the reasoning from the answer is no part of either.
    const shown = this.#shown === "" ? visible.trimStart() : visible;
    if (shown === "") return;
    this.#shown += shown;
    this.#emit("text_delta", shown);
  }

  #think(thought: string, field: string): void {
    if (thought === "") return;
    this.#thinking += thought;
    this.#thinkingField ||= field;
    this.#emit("thinking_delta", thought);
  }

  #emit(type: "text_delta" | "thinking_delta", delta: string): void {
    const last = this.#events.length - 1;
    const before = this.#events[last];
    this.#events[last < 0 || before?.type !== type ? last + 1 : last] =
      before?.type === type
        ? { type, delta: before.delta + delta }
        : { type, delta };
  }

  #call(delta: CallDelta): void {
    this.#deltas++;
    const added = this.#slots.add(delta);
    if (added === undefined) return;
    const { arguments: text, name, position } = added;
    const before = this.#events.at(-1);
    if (
      before?.type === "call_delta" && before.index === position &&
      name === undefined
    ) {
      this.#events.pop();
      this.#events.push({ ...before, delta: before.delta + text });
      return;
    }
    this.#events.push({
      type: "call_delta",
      index: position,
      ...(name === undefined ? {} : { name }),
      delta: text,
    });
  }

  /** Pieces of one detail are joined; opaque ones stay as they are. */
  #reasoningDetails(details: readonly unknown[]): void {
    for (const detail of details) {
      if (detail === null || typeof detail !== "object") continue;
      const next = detail as Detail;
      const last = this.#details.at(-1);
      const joined = last === undefined ? undefined : joinDetails(last, next);
      if (joined === undefined) this.#details.push(next);
      else this.#details[this.#details.length - 1] = joined;
    }
  }
}

/** True for the reasons that mean "the output limit". */
export function isLengthFinish(finish: string | undefined): boolean {
  return finish === "length" || finish === "model_length" ||
    finish === "max_tokens";
}

/** spec/providers.md 2.3, rule 3. */
function isError(chunk: Chunk, hasChoices: boolean, event: string): boolean {
  if (chunk.error) return true;
  const status = chunk.base_resp?.status_code;
  if (typeof status === "number" && status !== 0) return true;
  if (event === "error") return true;
  if (hasChoices) return false;
  const { code, detail, error_type, message, object } = chunk as Record<
    string,
    unknown
  >;
  return object === "error" || typeof message === "string" ||
    detail !== undefined || error_type !== undefined ||
    Number(code) >= 400;
}

const joinedFields = ["text", "summary"];

/** The next piece of the same detail, joined to it; undefined when it's not. */
function joinDetails(last: Detail, next: Detail): Detail | undefined {
  if (last.type !== next.type || last.index !== next.index) return undefined;
  if (next.id !== undefined && next.id !== null && next.id !== last.id) {
    return undefined;
  }
  const field = joinedFields.find((name) =>
    typeof last[name] === "string" && typeof next[name] === "string"
  );
  if (field === undefined) return undefined;
  return { ...last, ...next, [field]: `${last[field]}${next[field]}` };
}
