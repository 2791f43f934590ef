import type { PermissionMode } from "../core/permission.ts";

/** What a realm may do: "plan" can neither write nor start programs. */
export type RealmKind = "full" | "plan";

/** The realm that a mode's calls run in. */
export function realmKind(mode: PermissionMode): RealmKind {
  return mode === "plan" ? "plan" : "full";
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
