import type { SandboxMode } from "../core/sandbox.ts";

/** The loosest first. */
const sandboxOrder: readonly SandboxMode[] = [
  "off",
  "auto",
  "strict",
  "deno-only",
];

/** True when a mode of the sandbox keeps commands less than another. */
export function isLooser(mode: SandboxMode, than: SandboxMode): boolean {
  return sandboxOrder.indexOf(mode) < sandboxOrder.indexOf(than);
}
