import type { AnyTool, RunTool } from "../core/tool.ts";
import { runCall } from "./worker.ts";

/**
 * Runs calls in this thread, for programs that embed the loop, for tests, and
 * where no worker can be started (a local run that may not read its own
 * source). A call that blocks the thread can't be stopped here.
 */
export function runInProcess(tools: readonly AnyTool[]): RunTool {
  return async (call, { signal, onProgress }) => {
    const tool = tools.find(({ name }) => name === call.tool);
    const limitMs = tool?.timeoutMs?.(call.input, call.context) ??
      call.context.limits.callMs;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    try {
      return await runCall(tools, call, {
        signal: AbortSignal.any([signal, limit.signal]),
        emit: onProgress,
        processGroup: () => {},
      });
    } finally {
      clearTimeout(timer);
    }
  };
}
