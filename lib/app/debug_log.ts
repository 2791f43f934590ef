import type { Conversation } from "../core/conversation.ts";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { AgentEvent } from "../core/event.ts";

/** A file to which `--debug=FILE` adds what is learned, repaired and wrong. */
export interface DebugLog extends Disposable {
  /** Listens from now on, until the conversation is disposed. */
  follow(conversation: Conversation): void;
}

/**
 * Opens the log; without a file it does nothing. A line is a time, a kind and
 * a text: no prompt, no answer, no content of a file. Needs `--allow-write`.
 *
 * @throws {UserError} with exit code 2 when the file can't be opened.
 */
export function openDebugLog(file: string | undefined): DebugLog {
  if (file === undefined) return { follow() {}, [Symbol.dispose]() {} };
  const handle = openToAppend(file);
  const encoder = new TextEncoder();
  let isOpen = true;
  const write = (event: AgentEvent) => {
    const text = lineOf(event);
    if (text === null || !isOpen) return;
    const time = new Date(event.at).toISOString();
    handle.writeSync(
      encoder.encode(`${time} ${text.replaceAll(/\s*\n\s*/g, " ")}\n`),
    );
  };
  return {
    async follow(conversation) {
      for await (const event of conversation.events()) write(event);
    },
    [Symbol.dispose]() {
      isOpen = false;
      handle.close();
    },
  };
}

function openToAppend(file: string): Deno.FsFile {
  try {
    return Deno.openSync(file, { append: true, create: true, mode: 0o600 });
  } catch (error) {
    throw new UserError(
      `Cannot write the debug log "${file}": ${describeError(error)}`,
      exitCodes.usage,
    );
  }
}

/** What is logged of an event; null for nothing. */
function lineOf(event: AgentEvent): string | null {
  switch (event.type) {
    case "run_start":
      return `run ${event.conversation} ${event.model} ${event.mode}`;
    case "notice":
      return `${event.level} ${event.text}`;
    case "retry":
      return `retry ${event.attempt}/${event.of} in ${event.waitMs} ms: ` +
        event.because;
    case "tool_end": {
      const { tool, callId, ms, outcome } = event;
      return `tool ${tool} ${callId} ${ms} ms ${
        outcome.ok ? "ok" : outcome.code
      }`;
    }
    case "permission_denied":
      return `denied ${event.denial.tool} ${event.denial.callId}: ` +
        event.denial.because;
    case "usage": {
      const { input, output, cached } = event.usage;
      return `usage ${input} in (${cached} cached), ${output} out, ` +
        `${event.ms} ms, first ${event.firstDeltaMs} ms`;
    }
    case "compaction":
      return `compaction ${event.trigger} by ${event.by}: ${event.before} -> ` +
        `${event.after}`;
    case "run_end":
      return `end ${event.reason}${
        event.failure === undefined
          ? ""
          : `: ${event.failure.code}: ${event.failure.message}`
      }`;
    default:
      return null;
  }
}
