import { textOf } from "../../lib/core/message.ts";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";

/** A tool's context for a test in `cwd`, with what the test changes. */
export function toolContext(
  cwd: string,
  changes: Partial<ToolContext> = {},
): ToolContext {
  return {
    callId: "call_1",
    cwd,
    roots: [cwd],
    seen: {},
    limits: { resultChars: 30_000, readLines: 2000, callMs: 60_000 },
    spillFolder: null,
    environment: { PATH: Deno.env.get("PATH") ?? "" },
    vision: false,
    signal: new AbortController().signal,
    emit() {},
    processGroup() {},
    ...changes,
  };
}

/** The text that the model gets of a success; throws for a failure. */
export function successText(outcome: ToolOutcome): string {
  if (!outcome.ok) throw new Error(`${outcome.message}\n${outcome.hint}`);
  return textOf(outcome.content);
}
