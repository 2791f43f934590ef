/** What one call would touch. Paths are absolute. */
export type Access =
  | { readonly kind: "read" | "write"; readonly path: string }
  | { readonly kind: "net"; readonly host: string }
  | { readonly kind: "run"; readonly line: string; readonly readOnly: boolean }
  | { readonly kind: "agent" | "user" };

/** A Deno permission without which a tool is not offered. */
export type Need = "read" | "write" | "net" | "run";

/** How much may happen without a question (spec/features.md 1C.1). */
export const permissionModes = [
  "default",
  "acceptEdits",
  "plan",
  "dontAsk",
  "bypassPermissions",
] as const;

/** One of the {@link permissionModes}. */
export type PermissionMode = typeof permissionModes[number];

/** The policy's verdict on one call. `because` names who decided. */
export type Decision =
  | { readonly kind: "allow"; readonly because: string }
  | {
    readonly kind: "ask";
    readonly because: string;
    /** The rules that "don't ask again" would store, as texts. */
    readonly offer?: readonly string[];
  }
  | {
    readonly kind: "deny";
    readonly because: string;
    readonly hint?: string;
  };

/** The user's answer to a question of the policy. */
export type Answer =
  | {
    readonly kind: "allow";
    /** Those of the offered rules that shall allow its like from now on. */
    readonly remember?: readonly string[];
  }
  | { readonly kind: "deny"; readonly reason?: string };

/** True when all of it is reading: such calls of one reply run together. */
export function isReadOnly(access: readonly Access[]): boolean {
  return access.every((item) =>
    item.kind === "read" || (item.kind === "run" && item.readOnly)
  );
}
