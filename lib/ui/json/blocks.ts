import { z } from "zod";

/** A piece of text. */
export const textBlock = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
});

/** A model's reasoning; the signature is empty, no server here signs it. */
export const thinkingBlock = z.strictObject({
  type: z.literal("thinking"),
  thinking: z.string(),
  signature: z.string(),
});

/** An image, in base64. */
export const imageBlock = z.strictObject({
  type: z.literal("image"),
  source: z.strictObject({
    type: z.literal("base64"),
    media_type: z.string(),
    data: z.string(),
  }),
});

/** A call of a tool. */
export const toolUseBlock = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
});

/** The one result of one call. */
export const toolResultBlock = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.union([textBlock, imageBlock]))]),
  is_error: z.boolean(),
});

/** What a reply of the model holds. */
export const replyBlock = z.union([thinkingBlock, textBlock, toolUseBlock]);

/** Tokens; `input_tokens` leaves out those that the server had cached. */
export const usageCounts = z.strictObject({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cache_creation_input_tokens: z.int().min(0),
  cache_read_input_tokens: z.int().min(0),
});

/** Why a reply ended; null where it was interrupted or is not known yet. */
export const stopReason = z.enum([
  "end_turn",
  "tool_use",
  "max_tokens",
  "refusal",
]).nullable();

/** A reply; `content` is empty where it only begins. */
export const replyMessage = z.strictObject({
  id: z.string(),
  type: z.literal("message"),
  role: z.literal("assistant"),
  model: z.string(),
  content: z.array(replyBlock),
  stop_reason: stopReason,
  stop_sequence: z.null(),
  usage: usageCounts,
});

/** A piece of a reply while it comes (`--include-partial-messages`). */
export const streamEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("message_start"), message: replyMessage }),
  z.strictObject({
    type: z.literal("content_block_start"),
    index: z.int().min(0),
    content_block: replyBlock,
  }),
  z.strictObject({
    type: z.literal("content_block_delta"),
    index: z.int().min(0),
    delta: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text_delta"), text: z.string() }),
      z.strictObject({
        type: z.literal("thinking_delta"),
        thinking: z.string(),
      }),
      z.strictObject({
        type: z.literal("input_json_delta"),
        partial_json: z.string(),
      }),
    ]),
  }),
  z.strictObject({
    type: z.literal("content_block_stop"),
    index: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal("message_delta"),
    delta: z.strictObject({
      stop_reason: stopReason,
      stop_sequence: z.null(),
    }),
    usage: usageCounts,
  }),
  z.strictObject({ type: z.literal("message_stop") }),
]);

export type TextBlock = z.output<typeof textBlock>;
export type ImageBlock = z.output<typeof imageBlock>;
export type ReplyBlock = z.output<typeof replyBlock>;
export type ToolResultBlock = z.output<typeof toolResultBlock>;
export type UsageCounts = z.output<typeof usageCounts>;
export type ReplyMessage = z.output<typeof replyMessage>;
export type StreamEvent = z.output<typeof streamEvent>;
