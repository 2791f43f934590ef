import {
  type Message,
  ownParts,
  type Part,
  textOf,
  type ToolCall,
  type ToolMessage,
} from "../core/message.ts";
import { firstLine } from "../core/text.ts";
import { createBreather } from "../platform/breather.ts";
import type { Entry, EntryOf } from "./entry.ts";
import type { Cleaner } from "./export_clean.ts";
import { isPrompt } from "./facts.ts";
import type { SessionView } from "./view.ts";

/** One thing that a reader of a session sees. */
export type ExportItem =
  & { readonly at: string }
  & (
    /** What the user said; "program" for what the program said for them. */
    | { readonly kind: "prompt" | "program"; readonly parts: readonly Part[] }
    | {
      readonly kind: "reply";
      readonly text: string;
      readonly thinking: string;
      readonly isInterrupted: boolean;
    }
    | ExportCall
    /** One line on what happened to the conversation. */
    | { readonly kind: "note"; readonly text: string }
  );

/** A call with what came of it. */
export interface ExportCall {
  readonly kind: "call";
  readonly at: string;
  readonly call: ToolCall;
  /** Null when it was lost. */
  readonly result: ToolMessage | null;
  readonly record: EntryOf<"call"> | null;
}

/**
 * The branch that a session stands on as its reader sees it: calls are joined
 * to their results. Memory is bounded by one reply and its results.
 */
export async function* exportItems(
  view: SessionView,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExportItem> {
  const breather = createBreather(signal);
  const joiner = new Joiner();
  for await (const entry of view.read(view.path())) {
    yield* joiner.take(entry);
    if (breather.isDue()) await breather.rest();
  }
  yield* joiner.flush();
}

/** Keeps the calls of a reply until all that belongs to them has come. */
class Joiner {
  #calls = new Map<
    string,
    { -readonly [Key in keyof ExportCall]: ExportCall[Key] }
  >();
  #later: ExportItem[] = [];

  *take(entry: Entry): Generator<ExportItem> {
    if (entry.type === "call") {
      const call = this.#calls.get(entry.callId);
      if (call !== undefined) call.record = entry;
      return;
    }
    const message = entry.type === "message" ? entry.message : null;
    if (message?.role === "tool") return yield* this.#result(entry, message);
    const items = itemsOf(entry);
    // A reply may be nothing but calls.
    if (items.length === 0 && message?.role !== "assistant") return;
    const isOpen = [...this.#calls.values()].some(({ result }) => !result);
    if (isOpen && message?.role !== "assistant") {
      // Said while the calls ran: it comes behind them.
      this.#later.push(...items);
      return;
    }
    yield* this.flush();
    yield* items;
    if (message?.role !== "assistant") return;
    for (const call of message.calls) {
      const { timestamp: at } = entry;
      const open = { kind: "call", at, call, result: null, record: null };
      this.#calls.set(call.id, open as ExportCall);
    }
  }

  *flush(): Generator<ExportItem> {
    yield* this.#calls.values();
    yield* this.#later;
    this.#calls = new Map();
    this.#later = [];
  }

  *#result(entry: Entry, result: ToolMessage): Generator<ExportItem> {
    const call = this.#calls.get(result.callId);
    if (call !== undefined) {
      call.result = result;
      return;
    }
    yield {
      kind: "call",
      at: entry.timestamp,
      call: { id: result.callId, name: result.tool, input: {} },
      result,
      record: null,
    };
  }
}

/** What an entry shows by itself; nothing for what is only bookkeeping. */
function itemsOf(entry: Entry): ExportItem[] {
  const { timestamp: at } = entry;
  const note = (words: string): ExportItem[] => [
    { kind: "note", at, text: words },
  ];
  switch (entry.type) {
    case "message":
      return messageItems(entry.message, at);
    case "compaction": {
      const { trigger, by, before, after, history } = entry;
      const added = history.flatMap((piece) =>
        "message" in piece ? messageItems(piece.message, at) : []
      );
      const words = `The history was compacted (${trigger}, ${by}): about ` +
        `${before} tokens became ${after}`;
      return [...note(words), ...added];
    }
    case "model_change":
      return note(`The model is now ${entry.model}`);
    case "mode_change":
      return note(`The permission mode is now ${entry.mode}`);
    case "leaf":
      return note(
        entry.because === undefined
          ? "The conversation went back to this point"
          : `The conversation went back to this point: ${entry.because}`,
      );
    case "run_end": {
      const { reason, failure } = entry;
      if (reason === "done") return [];
      const cause = failure === undefined ? "" : `: ${failure}`;
      return note(`The run ended with "${reason}"${cause}`);
    }
    default:
      return [];
  }
}

function messageItems(message: Message, at: string): ExportItem[] {
  if (message.role === "tool") {
    return [{ kind: "program", at, parts: message.content }];
  }
  if (message.role === "user") {
    const kind = isPrompt(message) ? "prompt" : "program";
    const parts = ownParts(message);
    const isEmpty = parts.every((part) =>
      part.type === "text" && part.text.trim() === ""
    );
    return isEmpty ? [] : [{ kind, at, parts }];
  }
  const { text, interrupted, thinking } = message;
  const isInterrupted = interrupted === true;
  const thought = thinking?.text ?? "";
  if (text.trim() === "" && thought.trim() === "" && !isInterrupted) return [];
  return [{ kind: "reply", at, text, thinking: thought, isInterrupted }];
}

/** What the parts of a message are to a reader: its text and its images. */
export function textAndImages(
  parts: readonly Part[],
): { readonly text: string; readonly images: readonly Part[] } {
  const images = parts.filter(({ type }) => type === "image");
  return { text: textOf(parts).trim(), images };
}

/** Names of arguments that say the most of a call, the best first. */
const telling = ["command", "file_path", "path", "pattern", "url"];

/** A call's most telling argument in one line; "" when there is none. */
export function callTitle({ input }: ToolCall, cleaner: Cleaner): string {
  // A key is told by the name under which it stands, which a title has not.
  const clean: Record<string, unknown> = JSON.parse(cleaner.json(input));
  const named = telling.map((name) => clean[name]);
  const value = [...named, ...Object.values(clean)]
    .find((value) => typeof value === "string" && value !== "");
  return typeof value === "string" ? firstLine(value.trim(), 120) : "";
}

/** How a call went, in words: "ok, 12 ms". */
export function callState({ result, record }: ExportCall): string {
  const isOk = record?.ok ?? (result === null ? null : !result.isError);
  const word = isOk === null ? "no result" : isOk ? "ok" : "failed";
  return record === null ? word : `${word}, ${Math.round(record.ms)} ms`;
}

/** The lines of a diff in a call's details; none where it changed no file. */
export function diffOf({ record }: ExportCall): string[] {
  const details = record?.details;
  if (typeof details !== "object" || details === null) return [];
  const { structuredPatch, diff } = details as Record<string, unknown>;
  if (Array.isArray(structuredPatch)) return structuredPatch.flatMap(hunkLines);
  return typeof diff === "string" && diff !== ""
    ? diff.replace(/\n$/, "").split("\n")
    : [];
}

function hunkLines(hunk: unknown): string[] {
  if (typeof hunk !== "object" || hunk === null) return [];
  const { oldStart, oldLines, newStart, newLines, lines } = hunk as Record<
    string,
    unknown
  >;
  if (!Array.isArray(lines)) return [];
  const head = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  return [head, ...lines.map(String)];
}
