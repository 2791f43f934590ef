import type { Message, ToolCall } from "../../lib/core/message.ts";
import { text } from "../../lib/core/message.ts";
import type { CreateOptions } from "../../lib/session/open.ts";

/** Options of a session in a test; each reading of its clock is later. */
export function sessionOptions(
  options: Partial<CreateOptions> = {},
): CreateOptions {
  let now = Date.UTC(2026, 10, 24, 8);
  return {
    cwd: "/srv/project",
    model: "test-model",
    now: () => now++,
    secrets: [],
    onProblem: (problem) => {
      throw new Error(problem);
    },
    ...options,
  };
}

export function userSays(words: string): Message {
  return { role: "user", content: [text(words)] };
}

export function modelSays(words: string, ...ids: string[]): Message {
  const calls = ids.map((id): ToolCall => ({ id, name: "Read", input: {} }));
  return { role: "assistant", text: words, calls };
}

export function toolSays(callId: string, words: string): Message {
  return {
    role: "tool",
    callId,
    tool: "Read",
    content: [text(words)],
    isError: false,
  };
}
