import type { Conversation } from "../core/conversation.ts";
import { describeError, exitCodes, UserError } from "../core/error.ts";

/** Keeps the model's last words for `--output-last-message`. */
export interface LastMessage {
  /** Listens from now on, until the conversation is disposed. */
  follow(conversation: Conversation): void;
  /**
   * Writes the file once the conversation is disposed: the last text with a
   * line end, or nothing where there was none, so that no text of an earlier
   * run is taken for an answer. Needs `--allow-write` for the file.
   *
   * @throws {UserError} when it can't be written.
   */
  save(): Promise<void>;
}

/** Opens the keeper of a file; without one it does nothing. */
export function openLastMessage(file: string | undefined): LastMessage {
  let ended: Promise<string> | undefined;
  return {
    follow(conversation) {
      if (file !== undefined) ended = lastTextOf(conversation);
    },
    async save() {
      const text = await ended;
      if (text === undefined || file === undefined) return;
      try {
        await Deno.writeTextFile(file, text === "" ? "" : `${text}\n`);
      } catch (error) {
        throw new UserError(
          `Cannot write the last message to "${file}": ${describeError(error)}`,
          exitCodes.failed,
        );
      }
    },
  };
}

async function lastTextOf(conversation: Conversation): Promise<string> {
  let text = "";
  for await (const event of conversation.events()) {
    if (event.type === "run_start") text = "";
    if (event.type === "run_end" && "structured" in event) {
      text = JSON.stringify(event.structured);
    }
    if (event.type !== "message" || event.message.role !== "assistant") {
      continue;
    }
    text = event.message.text.trimEnd() || text;
  }
  return text;
}
