import type { AgentEvent } from "../../core/event.ts";
import type { AssistantMessage } from "../../core/message.ts";
import type { ReplyBlock, StreamEvent, UsageCounts } from "./blocks.ts";
import { noUsage, replyBlocks, stopReasonOf } from "./blocks_of.ts";

/**
 * Tells a reply piece by piece. Text and reasoning come as they are written;
 * a call comes whole, because only a complete reply says its id and its
 * repaired input. A reply that was begun and has no `message_stop` is void:
 * it was asked for again, or it failed.
 */
export class PartialReply {
  #open: "text" | "thinking" | undefined;
  #index = 0;
  #isBegun = false;
  /** Whether the whole reply is there and only its end is to be told. */
  #isWhole = false;

  /** The pieces that an event gives. */
  apply(
    event: AgentEvent,
    reply: {
      readonly id: string;
      readonly model: string;
      readonly usage: UsageCounts;
    },
  ): StreamEvent[] {
    switch (event.type) {
      case "text_delta":
        return this.#delta("text", event.delta, reply);
      case "thinking_delta":
        return this.#delta("thinking", event.delta, reply);
      case "turn_start":
      case "retry":
        this.#reset();
        return [];
      case "message":
        return event.message.role === "assistant"
          ? this.#complete(event.message, reply)
          : [];
      case "turn_end": {
        const isWhole = this.#isWhole;
        this.#reset();
        return isWhole ? ending(stopReasonOf(event.stop), reply.usage) : [];
      }
      default:
        return [];
    }
  }

  #reset(): void {
    this.#open = undefined;
    this.#index = 0;
    this.#isBegun = false;
    this.#isWhole = false;
  }

  #delta(
    kind: "text" | "thinking",
    delta: string,
    reply: { readonly id: string; readonly model: string },
  ): StreamEvent[] {
    const pieces = this.#begin(reply);
    if (this.#open !== kind) {
      pieces.push(...this.#close(), {
        type: "content_block_start",
        index: this.#index,
        content_block: kind === "text"
          ? { type: "text", text: "" }
          : { type: "thinking", thinking: "", signature: "" },
      });
      this.#open = kind;
    }
    pieces.push({
      type: "content_block_delta",
      index: this.#index,
      delta: kind === "text"
        ? { type: "text_delta", text: delta }
        : { type: "thinking_delta", thinking: delta },
    });
    return pieces;
  }

  #begin({ id, model }: { id: string; model: string }): StreamEvent[] {
    if (this.#isBegun) return [];
    this.#isBegun = true;
    return [{
      type: "message_start",
      message: {
        id,
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: noUsage,
      },
    }];
  }

  #close(): StreamEvent[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [{ type: "content_block_stop", index: this.#index++ }];
  }

  #complete(
    message: AssistantMessage,
    reply: {
      readonly id: string;
      readonly model: string;
      readonly usage: UsageCounts;
    },
  ): StreamEvent[] {
    const pieces = this.#begin(reply);
    const isTold = this.#open !== undefined || this.#index > 0;
    pieces.push(...this.#close());
    for (const block of replyBlocks(message)) {
      if (block.type === "tool_use" || !isTold) {
        pieces.push(...this.#all(block));
      }
    }
    // A reply without a call ends its turn, which knows the reason.
    this.#isWhole = message.calls.length === 0;
    if (!this.#isWhole) pieces.push(...ending("tool_use", reply.usage));
    return pieces;
  }

  /** A block that was not told before, as a whole. */
  #all(block: ReplyBlock): StreamEvent[] {
    const index = this.#index++;
    return [
      {
        type: "content_block_start",
        index,
        content_block: emptied(block),
      },
      { type: "content_block_delta", index, delta: deltaOf(block) },
      { type: "content_block_stop", index },
    ];
  }
}

type Delta = (StreamEvent & { type: "content_block_delta" })["delta"];

function emptied(block: ReplyBlock): ReplyBlock {
  switch (block.type) {
    case "text":
      return { ...block, text: "" };
    case "thinking":
      return { ...block, thinking: "" };
    case "tool_use":
      return { ...block, input: {} };
  }
}

function deltaOf(block: ReplyBlock): Delta {
  switch (block.type) {
    case "text":
      return { type: "text_delta", text: block.text };
    case "thinking":
      return { type: "thinking_delta", thinking: block.thinking };
    case "tool_use":
      return {
        type: "input_json_delta",
        partial_json: JSON.stringify(block.input),
      };
  }
}

function ending(
  reason: ReturnType<typeof stopReasonOf>,
  usage: UsageCounts,
): StreamEvent[] {
  return [
    {
      type: "message_delta",
      delta: { stop_reason: reason, stop_sequence: null },
      usage,
    },
    { type: "message_stop" },
  ];
}
