/** Text for the model or for people. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** An image; `data` is base64 without a `data:` prefix. */
export interface ImagePart {
  readonly type: "image";
  readonly mediaType: string;
  readonly data: string;
}

/** One piece of a message's content. */
export type Part = TextPart | ImagePart;

/**
 * What the user said, or what the program says in the user's place.
 * `origin` tells the two apart: "harness" texts (environment, nudges,
 * summaries) are not the user's words and are not shown as such.
 */
export interface UserMessage {
  readonly role: "user";
  readonly content: readonly Part[];
  readonly origin?: "harness";
  /** How many leading parts describe the surroundings; 0 when absent. */
  readonly preamble?: number;
}

/** Why a call can't be run although the model asked for it. */
export interface CallProblem {
  readonly kind: "invalid_json" | "invalid_input" | "cut_off" | "unknown_tool";
  /** Complete text for the model: what was wrong and what to send instead. */
  readonly message: string;
}

/**
 * A tool call as the history keeps it: the id is unique in the session, the
 * name is not empty and the input is an object, because one bad entry makes
 * some servers refuse every later request (spec/providers.md 2.6).
 */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly problem?: CallProblem;
  /** What was repaired to get here, for the debug log and the statistics. */
  readonly repairs?: readonly string[];
  /** The text dialect from which the call was recovered (providers.md 3). */
  readonly recovered?: string;
}

/** A model's reasoning, kept with the wire field that it came in. */
export interface Thinking {
  readonly text: string;
  readonly field: string;
  /** Which server and model wrote it; others are not given it. */
  readonly by?: string;
  /** Opaque parts that the server wants back unmodified (OpenRouter). */
  readonly details?: readonly unknown[];
}

/** One reply of the model. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly thinking?: Thinking;
  /** True when the user stopped the reply before it was complete. */
  readonly interrupted?: true;
}

/** The one result of one call. */
export interface ToolMessage {
  readonly role: "tool";
  readonly callId: string;
  readonly tool: string;
  readonly content: readonly Part[];
  readonly isError: boolean;
}

/** One entry of a conversation. */
export type Message = UserMessage | AssistantMessage | ToolMessage;

/** The parts of a message that are the user's own words. */
export function ownParts(message: UserMessage): readonly Part[] {
  return message.content.slice(message.preamble ?? 0);
}

/** Makes a text part. */
export function text(value: string): TextPart {
  return { type: "text", text: value };
}

/** Joins the text parts of some content; images are left out. */
export function textOf(content: readonly Part[]): string {
  const texts: string[] = [];
  for (const part of content) if (part.type === "text") texts.push(part.text);
  return texts.join("\n\n");
}
