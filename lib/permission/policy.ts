import type { ToolCall } from "../core/message.ts";
import type { Access, Decision, PermissionMode } from "../core/permission.ts";

/** What the policy goes by. */
export interface PolicyOptions {
  readonly mode: PermissionMode;
  /** Whether somebody can be asked: stdin and stderr are a terminal. */
  readonly canAsk: boolean;
  /** Dialects of text calls that may be an example, not a call. */
  isDoubtful(dialect: string): boolean;
}

/** Kinds of access that a mode lets pass without a question. */
const allowed: Record<PermissionMode, readonly Access["kind"][]> = {
  default: ["read", "agent", "user"],
  acceptEdits: ["read", "write", "agent", "user"],
  plan: ["read", "agent", "user"],
  dontAsk: ["read", "agent", "user"],
  bypassPermissions: ["read", "write", "net", "run", "agent", "user"],
};

/** What to start with so that a refused kind passes. */
const remedies: Partial<Record<Access["kind"], string>> = {
  write: "acceptEdits",
  run: "bypassPermissions",
  net: "bypassPermissions",
};

/**
 * Decides on one call by what it would touch. This is consent, not a
 * boundary: what holds is Deno's permissions and the system's sandbox.
 */
export function decide(
  call: ToolCall,
  access: readonly Access[],
  options: PolicyOptions,
): Decision {
  const { mode, canAsk } = options;
  const open = access.filter(({ kind }) => !allowed[mode].includes(kind));
  const isDoubtful = call.recovered !== undefined &&
    options.isDoubtful(call.recovered) &&
    access.some(({ kind }) => kind === "write" || kind === "run");
  if (open.length === 0 && !isDoubtful) {
    return { kind: "allow", because: `mode ${mode}` };
  }
  const because = isDoubtful
    ? "the call came as text and may be an example"
    : `mode ${mode} asks before ${describe(open)}`;
  if (canAsk && mode !== "dontAsk") return { kind: "ask", because };
  const remedy = open.map(({ kind }) => remedies[kind]).findLast(Boolean);
  return {
    kind: "deny",
    because: `${because}, and nobody can be asked here`,
    ...(remedy === undefined
      ? {}
      : { hint: `The user can start with --permission-mode ${remedy}` }),
  };
}

const verbs: Record<Access["kind"], string> = {
  read: "reading",
  write: "writing files",
  net: "using the network",
  run: "running programs",
  agent: "starting agents",
  user: "talking to you",
};

function describe(access: readonly Access[]): string {
  return [...new Set(access.map(({ kind }) => verbs[kind]))].join(" and ");
}
