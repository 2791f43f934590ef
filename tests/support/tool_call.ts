import type {
  FileVersion,
  ToolContext,
  ToolOutcome,
} from "../../lib/core/tool.ts";
import { failureText } from "../../lib/core/tool.ts";
import { textOf } from "../../lib/core/message.ts";

/** A call's context with the usual limits, in a folder that is its root. */
export function toolContext(
  folder: string,
  overrides: Partial<ToolContext> = {},
): ToolContext {
  return {
    callId: "call_1",
    cwd: folder,
    roots: [folder],
    seen: {},
    limits: { resultChars: 30_000, readLines: 2000, callMs: 10_000 },
    spillFolder: null,
    environment: { PATH: Deno.env.get("PATH") ?? "" },
    vision: false,
    signal: new AbortController().signal,
    emit: () => {},
    processGroup: () => {},
    ...overrides,
  };
}

/** The files that calls have touched, as a conversation keeps them. */
export function seenAfter(
  ...outcomes: readonly ToolOutcome[]
): Record<string, FileVersion> {
  const seen: Record<string, FileVersion> = {};
  for (const { touched } of outcomes) {
    for (const { path, version } of touched) {
      if (version !== null) seen[path] = version;
    }
  }
  return seen;
}

/** What the model reads of an outcome. */
export function shownText(outcome: ToolOutcome): string {
  return outcome.ok ? textOf(outcome.content) : failureText(outcome);
}
