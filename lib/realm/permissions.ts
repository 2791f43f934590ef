import type { PermissionMode } from "../core/permission.ts";

/**
 * What a realm may do: "edit" can't start programs, and "plan" can't write
 * either.
 */
export type RealmKind = "full" | "edit" | "plan";

/** The realm that a mode's calls run in. */
export function realmKind(
  mode: PermissionMode,
  options: {
    /** The user's word that no program may be started. */
    readonly noExec?: boolean;
  } = {},
): RealmKind {
  if (mode === "plan") return "plan";
  return options.noExec === true ? "edit" : "full";
}

/**
 * The permissions of a realm's worker. "inherit" keeps the scopes and the
 * deny lists of the process exactly, which explicit lists can't express; what
 * is not named would be refused, too (spec/deno.md 3).
 */
export function realmPermissions(
  kind: RealmKind,
): Deno.PermissionOptionsObject {
  return {
    read: "inherit",
    write: kind === "plan" ? false : "inherit",
    run: kind === "full" ? "inherit" : false,
    net: "inherit",
    env: false,
    ffi: false,
    import: false,
    sys: false,
  };
}
