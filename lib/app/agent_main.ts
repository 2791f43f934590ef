import {
  type GrantedPaths,
  tellGrantedPaths,
} from "../platform/capabilities.ts";
import { tellLandlock } from "../platform/confinement.ts";
import { type DeniedPaths, denyPaths } from "../platform/denied_paths.ts";
import {
  type FromKeeper,
  remoteRealms,
  type ToKeeper,
} from "../realm/remote.ts";
import type { FrontEnds } from "./front_end.ts";
import { type Complaint, complaintOf, runProgram } from "./run_program.ts";

/** What the launcher says to the agent. */
export type ToAgent =
  | {
    readonly type: "start";
    readonly args: readonly string[];
    /** Listed paths, which no query of permissions finds. */
    readonly granted: GrantedPaths;
    /** What no permission of a worker can express. */
    readonly denied: DeniedPaths;
    /** Why realms are not confined by Landlock; null: they are. */
    readonly landlock: string | null;
  }
  | FromKeeper;

/** What the agent says to the launcher. */
export type FromAgent =
  | ToKeeper
  | { readonly type: "exit"; readonly code: number }
  /** Something was thrown that nobody caught: the program is at its end. */
  | { readonly type: "crash"; readonly complaint: Complaint };

/** The worker's own scope, with the messages that go through it. */
interface AgentScope {
  postMessage(message: FromAgent, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToAgent>) => void) | null;
  addEventListener(
    type: "error" | "unhandledrejection",
    listener: (event: ErrorEvent | PromiseRejectionEvent) => void,
  ): void;
}

/**
 * Turns this worker into the agent of an executable: it holds exactly what
 * the user granted. It asks the launcher for realms and for the end of the
 * process, whose exit code it could not set itself. `early` are the messages
 * that came while this module was loaded.
 */
export function start(
  early: readonly MessageEvent<ToAgent>[],
  loadFrontEnds: () => Promise<FrontEnds>,
): void {
  const scope = self as unknown as AgentScope;
  let hear: ((message: FromKeeper) => void) | undefined;
  const startRealm = remoteRealms({
    send: (message, transfer) => scope.postMessage(message, transfer),
    listen: (listener) => hear = listener,
  });
  const exit = (code: number) => scope.postMessage({ type: "exit", code });
  const crash = (event: ErrorEvent | PromiseRejectionEvent) => {
    // Deno would print a stack.
    event.preventDefault();
    const error = "reason" in event ? event.reason : event.error;
    scope.postMessage({ type: "crash", complaint: complaintOf(error) });
  };
  scope.addEventListener("error", crash);
  scope.addEventListener("unhandledrejection", crash);
  scope.onmessage = async ({ data }) => {
    if (data.type === "realm_error") return hear?.(data);
    const { args, granted, denied, landlock } = data;
    tellGrantedPaths(granted);
    denyPaths(denied);
    tellLandlock(landlock);
    const realms = () => ({ start: startRealm });
    exit(await runProgram({ args, realms, loadFrontEnds }));
  };
  for (const event of early) scope.onmessage?.(event);
}
