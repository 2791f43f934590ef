import { builtinTools } from "../../tools/mod.ts";
import { serveRealm } from "../realm/worker.ts";
import type { ToRealm } from "../realm/protocol.ts";

/**
 * Turns this worker into the tool realm. `early` are the messages that came
 * while this module was loaded.
 */
export function start(early: readonly MessageEvent<ToRealm>[]): void {
  const scope = self as unknown as Parameters<typeof serveRealm>[0];
  serveRealm(scope, builtinTools);
  for (const event of early) scope.onmessage?.(event);
}
