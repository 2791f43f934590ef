import type { PermissionMode } from "../core/permission.ts";
import { can } from "../platform/capabilities.ts";
import { readEnvironment } from "../platform/environment.ts";

/**
 * What the user should know who starts without questions as root and without
 * a sandbox: nothing is left between a command and the machine. Containers
 * run as root, so it is no refusal (spec/features.md 1C.1).
 */
export function bypassWarnings(
  mode: PermissionMode,
  isSandboxed: boolean,
): readonly string[] {
  if (mode !== "bypassPermissions" || isSandboxed || !isRoot()) return [];
  return [
    "Mode bypassPermissions runs commands as root and without a sandbox: " +
    "they may change all of this machine. Do this in a container alone",
  ];
}

/** By the user's number where Deno tells it, else by the home folder. */
function isRoot(): boolean {
  return can({ name: "sys", kind: "uid" })
    ? Deno.uid() === 0
    : readEnvironment("HOME") === "/root";
}
