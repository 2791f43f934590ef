/** Usage as servers write it: `prompt_tokens`, `completion_tokens`, ... */
export type WireUsage = Readonly<Record<string, unknown>>;

/** A call in a reply: `input` is written as JSON, `arguments` as it is. */
export interface ReplyCall {
  readonly name: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly arguments?: string;
  readonly id?: string;
}

/** A reply as a well-behaved server would send it. */
export interface SpokenReply {
  /** A list sends each of its texts as one delta; a string is cut up. */
  readonly text?: string | readonly string[];
  /** Reasoning, sent before the text. */
  readonly thinking?: string | readonly string[];
  /** The delta field of the reasoning; "reasoning_content" by default. */
  readonly thinkingField?: string;
  readonly calls?: readonly ReplyCall[];
  /** In how many deltas the arguments of each call come; 1 by default. */
  readonly fragments?: number;
  /** Counted from the request when left out; false sends none. */
  readonly usage?: WireUsage | false;
  /** "stop" or "tool_calls" by default; null sends none, nor a `[DONE]`. */
  readonly finish?: string | null;
}

/** What of a request decides how a reply is written. */
export interface ReplyFrame {
  readonly id: string;
  readonly model: string;
  /** Characters of the request, for the usage. */
  readonly requestChars: number;
  /** Whether the request asked for usage in the stream. */
  readonly wantsUsage: boolean;
}

const charsPerDelta = 16;
const charsPerToken = 4;

/** The chunks of a streamed chat completion, `[DONE]` left to the caller. */
export function completionChunks(
  reply: SpokenReply,
  frame: ReplyFrame,
): object[] {
  const chunk = (delta: object, finish: string | null = null) => ({
    id: frame.id,
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: frame.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const field = reply.thinkingField ?? "reasoning_content";
  const chunks: object[] = [chunk({ role: "assistant", content: "" })];
  for (const delta of deltas(reply.thinking)) {
    chunks.push(chunk({ [field]: delta }));
  }
  for (const delta of deltas(reply.text)) {
    chunks.push(chunk({ content: delta }));
  }
  for (const [index, call] of (reply.calls ?? []).entries()) {
    for (const delta of callDeltas(call, index, reply.fragments ?? 1)) {
      chunks.push(chunk({ tool_calls: [delta] }));
    }
  }
  if (reply.finish !== null) chunks.push(chunk({}, finishOf(reply)));
  if (frame.wantsUsage && reply.usage !== false) {
    chunks.push({ ...chunk({}), choices: [], usage: usageOf(reply, frame) });
  }
  return chunks;
}

/** The same reply as one JSON body, for a request without `stream`. */
export function completionBody(reply: SpokenReply, frame: ReplyFrame): object {
  const calls = (reply.calls ?? []).map((call, index) => ({
    id: call.id ?? callId(index),
    type: "function",
    function: { name: call.name, arguments: argumentsOf(call) },
  }));
  const thinking = deltas(reply.thinking).join("");
  const message = {
    role: "assistant",
    content: deltas(reply.text).join(""),
    ...(thinking === ""
      ? {}
      : { [reply.thinkingField ?? "reasoning_content"]: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: frame.id,
    object: "chat.completion",
    created: 1_700_000_000,
    model: frame.model,
    choices: [{ index: 0, message, finish_reason: finishOf(reply) }],
    ...(reply.usage === false ? {} : { usage: usageOf(reply, frame) }),
  };
}

/** The same reply as the lines of Ollama's `/api/chat`. */
export function nativeLines(reply: SpokenReply, frame: ReplyFrame): object[] {
  const line = (message: object) => ({
    model: frame.model,
    created_at: "2026-01-01T00:00:00Z",
    message: { role: "assistant", content: "", ...message },
    done: false,
  });
  const calls = (reply.calls ?? []).map((call) =>
    line({
      tool_calls: [{
        function: {
          name: call.name,
          arguments: call.input ?? JSON.parse(argumentsOf(call)),
        },
      }],
    })
  );
  const usage = usageOf(reply, frame);
  return [
    ...deltas(reply.thinking).map((thinking) => line({ thinking })),
    ...deltas(reply.text).map((content) => line({ content })),
    ...calls,
    ...(reply.finish === null ? [] : [{
      ...line({}),
      done: true,
      done_reason: reply.finish ?? "stop",
      prompt_eval_count: usage.prompt_tokens,
      eval_count: usage.completion_tokens,
    }]),
  ];
}

function deltas(value: string | readonly string[] | undefined): string[] {
  if (value === undefined || value === "") return [];
  if (typeof value !== "string") return [...value];
  return cutInto(value, Math.ceil(value.length / charsPerDelta));
}

function callDeltas(call: ReplyCall, index: number, count: number): object[] {
  const [first = "", ...rest] = cutInto(argumentsOf(call), count);
  return [
    {
      index,
      id: call.id ?? callId(index),
      type: "function",
      function: { name: call.name, arguments: first },
    },
    ...rest.map((piece) => ({ index, function: { arguments: piece } })),
  ];
}

/** Cuts a text into `count` pieces at most, none of them empty. */
function cutInto(value: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(value.length / Math.max(1, count)));
  const pieces: string[] = [];
  for (let at = 0; at < value.length; at += size) {
    pieces.push(value.slice(at, at + size));
  }
  return pieces;
}

function callId(index: number): string {
  return `call_${index}`;
}

function argumentsOf(call: ReplyCall): string {
  return call.arguments ?? JSON.stringify(call.input ?? {});
}

function finishOf({ finish, calls }: SpokenReply): string {
  return finish ?? (calls && calls.length > 0 ? "tool_calls" : "stop");
}

function usageOf(reply: SpokenReply, frame: ReplyFrame): WireUsage {
  if (reply.usage) return reply.usage;
  const written = [
    ...deltas(reply.thinking),
    ...deltas(reply.text),
    ...(reply.calls ?? []).map((call) => call.name + argumentsOf(call)),
  ].join("");
  const prompt = Math.ceil(frame.requestChars / charsPerToken);
  const completion = Math.ceil(written.length / charsPerToken);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}
