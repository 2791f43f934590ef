import { builtinTools } from "../../tools/mod.ts";
import { serveRealm } from "../realm/worker.ts";

/** Turns this worker into the tool realm. */
export function start(): void {
  serveRealm(self as unknown as Parameters<typeof serveRealm>[0], builtinTools);
}
