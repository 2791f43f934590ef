import type { ToolCall } from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import type { RawCall } from "./raw.ts";

/** What settling calls needs to know. */
export interface SettleOptions {
  /** The tools that the request offered. */
  readonly tools: readonly ToolSpec[];
  /** Ids of the whole session's calls; the new ones are added. */
  readonly usedIds: Set<string>;
  newId(): string;
  /** The text dialect from which the calls were recovered. */
  readonly recovered?: string;
  /** The reply's output limit in tokens, for the text of a cut-off call. */
  readonly outputLimit?: number;
}

/**
 * Turns calls as sent into calls as the history keeps them. A call that can't
 * be run keeps its place with a `problem` whose message teaches the model.
 */
export function settleCalls(
  raw: readonly RawCall[],
  options: SettleOptions,
): ToolCall[] {
  return raw.map((call) => settleCall(call, options));
}

function settleCall(call: RawCall, options: SettleOptions): ToolCall {
  let id = call.id;
  while (id === "" || options.usedIds.has(id)) id = options.newId();
  options.usedIds.add(id);
  const base = { id, name: call.name || "unknown_tool" };
  const names = options.tools.map((tool) => tool.name);
  if (!names.includes(call.name)) {
    const message = `Unknown tool "${call.name}". Tools: ${names.join(", ")}.`;
    return { ...base, input: {}, problem: { kind: "unknown_tool", message } };
  }
  try {
    const value = call.arguments.trim() === ""
      ? {}
      : JSON.parse(call.arguments);
    return { ...base, input: value };
  } catch {
    const kind = call.cut ? "cut_off" as const : "invalid_json" as const;
    const message = call.cut
      ? "The arguments were cut off at the output limit; send a smaller call."
      : `Invalid JSON in arguments for ${call.name}. Nothing was executed.`;
    return { ...base, input: {}, problem: { kind, message } };
  }
}
