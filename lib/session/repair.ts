import {
  type AssistantMessage,
  type Message,
  text,
  type ToolCall,
  type ToolMessage,
} from "../core/message.ts";

/** What is known of calls whose result was lost. */
export interface RepairOptions {
  /** Ids of the calls that are recorded to have run to their end. */
  readonly finished: ReadonlySet<string>;
}

/** A history made valid, and how many results had to be made up. */
export interface Repaired {
  readonly messages: readonly Message[];
  readonly lost: number;
}

/**
 * Makes a history valid whatever it lost: right behind each reply stand the
 * results of its calls, one for each, in their order (spec/providers.md 2.6).
 * A call without a result gets one that says what is not known; a result
 * without a call is left out. Pure: the same file always gives the same
 * history, so that a server's cache of the prefix still fits.
 */
export function repairHistory(
  history: readonly Message[],
  { finished }: RepairOptions,
): Repaired {
  const messages: Message[] = [];
  let lost = 0;
  for (let index = 0; index < history.length;) {
    const message = history[index++] as Message;
    // A result that follows its reply is taken with it below.
    if (message.role === "tool") continue;
    messages.push(message);
    if (message.role !== "assistant" || message.calls.length === 0) continue;
    const { results, others, next } = gather(history, index, message);
    for (const call of message.calls) {
      const result = results.get(call.id);
      if (result === undefined) lost++;
      messages.push(result ?? lostResult(call, finished.has(call.id)));
    }
    messages.push(...others);
    index = next;
  }
  return { messages, lost };
}

/** What stands between a reply and the next one, sorted out. */
function gather(
  history: readonly Message[],
  from: number,
  reply: AssistantMessage,
): {
  readonly results: ReadonlyMap<string, ToolMessage>;
  readonly others: readonly Message[];
  readonly next: number;
} {
  const asked = new Set(reply.calls.map(({ id }) => id));
  const results = new Map<string, ToolMessage>();
  const others: Message[] = [];
  let next = from;
  for (; next < history.length; next++) {
    const message = history[next] as Message;
    if (message.role === "assistant") break;
    if (message.role === "user") others.push(message);
    else if (asked.has(message.callId) && !results.has(message.callId)) {
      results.set(message.callId, message);
    }
  }
  return { results, others, next };
}

function lostResult({ id, name }: ToolCall, hasRun: boolean): ToolMessage {
  const what = hasRun
    ? `${name} ran to its end, but the program ended before its result was ` +
      "recorded. Look at what it did before you call it again."
    : `${name} was interrupted: the program ended. It may have run in part; ` +
      "look before you call it again.";
  return {
    role: "tool",
    callId: id,
    tool: name,
    content: [text(what)],
    isError: true,
  };
}
