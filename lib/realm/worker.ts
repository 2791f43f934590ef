import { describeError } from "../core/error.ts";
import {
  type AnyTool,
  fail,
  type PreparedCall,
  type ToolContext,
  type ToolOutcome,
} from "../core/tool.ts";
import { denyPaths } from "../platform/denied_paths.ts";
import type { FromRealm, ToRealm } from "./protocol.ts";

/** The port that a realm talks through; a worker's global scope is one. */
export interface RealmPort {
  postMessage(message: FromRealm): void;
  onmessage: ((event: MessageEvent<ToRealm>) => void) | null;
}

/**
 * Serves tool calls that arrive on a port. The tools come as an argument, so
 * that this room does not depend on them. `onGroup` hears of process groups,
 * besides the port: whoever keeps a realm for others has to end them when
 * those are gone.
 */
export function serveRealm(
  port: RealmPort,
  tools: readonly AnyTool[],
  onGroup: (message: FromRealm) => void = () => {},
): void {
  const running = new Map<number, AbortController>();
  port.onmessage = async ({ data }) => {
    if (data.type === "connect") {
      if (data.denied !== undefined) denyPaths(data.denied);
      const tell = (message: FromRealm) => port.postMessage(message);
      return serveRealm(data.port, tools, tell);
    }
    if (data.type === "deny") return denyPaths(data.denied);
    if (data.type === "abort") return running.get(data.id)?.abort();
    const { id, call } = data;
    const controller = new AbortController();
    running.set(id, controller);
    const outcome = await runCall(tools, call, {
      signal: controller.signal,
      emit: ({ text }) => port.postMessage({ type: "progress", id, text }),
      processGroup(group, state) {
        const message = { type: "group", id, group, state } as const;
        port.postMessage(message);
        onGroup(message);
      },
    });
    running.delete(id);
    port.postMessage({ type: "outcome", id, outcome });
  };
}

/** What the surroundings give a running call. */
export type CallPorts = Pick<ToolContext, "signal" | "emit" | "processGroup">;

/** Runs one call of the given tools. Never throws. */
export async function runCall(
  tools: readonly AnyTool[],
  call: PreparedCall,
  ports: CallPorts,
): Promise<ToolOutcome> {
  const tool = tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    return fail("failed", `Cannot run "${call.tool}": no such tool here`);
  }
  try {
    return await tool.run(call.input, { ...call.context, ...ports });
  } catch (error) {
    if (ports.signal.aborted) {
      return fail("aborted", `${call.tool} was interrupted by the user`);
    }
    return fromThrown(call.tool, error);
  }
}

/** A thrown error as a failure; Deno's wall and the system's are told apart. */
function fromThrown(tool: string, error: unknown): ToolOutcome {
  const reason = describeError(error);
  if (error instanceof Deno.errors.NotCapable) {
    return fail(
      "not_permitted",
      `Deno's permissions refused ${tool}: ${reason}`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return fail("failed", `The system refused ${tool}: ${reason}`);
  }
  return fail("failed", `${tool} failed: ${reason}`);
}
