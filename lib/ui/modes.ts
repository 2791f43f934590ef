import { type PermissionMode, permissionModes } from "../core/permission.ts";
import type { StyleName, Styles } from "../term/style.ts";

/** What each mode means to the user, and its colour. */
const modes: Readonly<
  Record<PermissionMode, { readonly means: string; readonly style: StyleName }>
> = {
  default: { means: "asks before it edits or runs anything", style: "dim" },
  acceptEdits: { means: "edits the workspace unasked", style: "magenta" },
  plan: { means: "only reads: nothing is written or run", style: "cyan" },
  dontAsk: { means: "refuses what no rule allows", style: "yellow" },
  bypassPermissions: {
    means: "does all that no rule forbids, unasked",
    style: "red",
  },
};

/** What Shift+Tab goes through (spec/features.md 1C.1). */
const cycle: readonly PermissionMode[] = ["default", "acceptEdits", "plan"];

/** The mode that Shift+Tab changes to. */
export function nextMode(
  mode: PermissionMode,
  canBypass: boolean,
): PermissionMode {
  const all = canBypass ? [...cycle, "bypassPermissions" as const] : cycle;
  return all[all.indexOf(mode) + 1] ?? "default";
}

/** A mode by the name that a user typed, whatever its case; else undefined. */
export function modeNamed(name: string): PermissionMode | undefined {
  return permissionModes.find((mode) =>
    mode.toLowerCase() === name.toLowerCase()
  );
}

/** "plan: only reads: ..." */
export function describeMode(mode: PermissionMode): string {
  return `${mode}: ${modes[mode].means}`;
}

/** A mode in its colour; the default mode is not worth a word. */
export function modeLabel(mode: PermissionMode, styles: Styles): string {
  return mode === "default" ? "" : styles[modes[mode].style](mode);
}

/** All modes with their meanings, the one in use marked. */
export function listModes(current: PermissionMode): string[] {
  const width = Math.max(...permissionModes.map(({ length }) => length));
  return permissionModes.map((mode) =>
    `${mode === current ? "*" : " "} ${mode.padEnd(width)}  ${
      modes[mode].means
    }`
  );
}
