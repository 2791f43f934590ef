import type {
  AssistantMessage,
  Part,
  ToolMessage,
} from "../../core/message.ts";
import type { StopReason, Usage } from "../../core/model.ts";
import type {
  ImageBlock,
  ReplyBlock,
  ReplyMessage,
  TextBlock,
  ToolResultBlock,
  UsageCounts,
} from "./blocks.ts";

/** No tokens at all. */
export const noUsage: UsageCounts = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

/** Adds the tokens of a request. */
export function addUsage(counts: UsageCounts, usage: Usage): UsageCounts {
  return {
    input_tokens: counts.input_tokens + usage.input - usage.cached,
    output_tokens: counts.output_tokens + usage.output,
    cache_creation_input_tokens: counts.cache_creation_input_tokens,
    cache_read_input_tokens: counts.cache_read_input_tokens + usage.cached,
  };
}

/** The blocks of a reply: reasoning, text, calls. */
export function replyBlocks(message: AssistantMessage): ReplyBlock[] {
  const { thinking, text, calls } = message;
  const blocks: ReplyBlock[] = [];
  if (thinking !== undefined && thinking.text !== "") {
    blocks.push({
      type: "thinking",
      thinking: thinking.text,
      signature: "",
    });
  }
  if (text !== "") blocks.push({ type: "text", text });
  for (const { id, name, input } of calls) {
    blocks.push({ type: "tool_use", id, name, input });
  }
  return blocks;
}

/** Parts of a message as blocks. */
export function partBlocks(
  parts: readonly Part[],
): (TextBlock | ImageBlock)[] {
  return parts.map((part) =>
    part.type === "text" ? { type: "text", text: part.text } : {
      type: "image",
      source: {
        type: "base64",
        media_type: part.mediaType,
        data: part.data,
      },
    }
  );
}

/** A result as a block: a text, or blocks where there is an image. */
export function resultBlock(message: ToolMessage): ToolResultBlock {
  const texts = message.content.flatMap((part) =>
    part.type === "text" ? [part.text] : []
  );
  return {
    type: "tool_result",
    tool_use_id: message.callId,
    content: texts.length === message.content.length
      ? texts.join("\n\n")
      : partBlocks(message.content),
    is_error: message.isError,
  };
}

/** Why a reply ended, in the words of the format. */
export function stopReasonOf(
  stop: StopReason | "aborted" | "error",
): ReplyMessage["stop_reason"] {
  switch (stop) {
    case "end":
    case "empty":
      return "end_turn";
    case "tool_use":
      return "tool_use";
    case "length":
      return "max_tokens";
    case "refused":
      return "refusal";
    default:
      return null;
  }
}
