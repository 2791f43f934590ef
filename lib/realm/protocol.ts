import type { PreparedCall, ToolOutcome } from "../core/tool.ts";
import type { DeniedPaths } from "../platform/denied_paths.ts";

/** What the host says to a realm. */
export type ToRealm =
  | { readonly type: "call"; readonly id: number; readonly call: PreparedCall }
  | { readonly type: "abort"; readonly id: number }
  /** What the realm has to keep by itself, besides its permissions. */
  | { readonly type: "deny"; readonly denied: DeniedPaths }
  | {
    /** From now on the realm serves this port and no other. */
    readonly type: "connect";
    readonly port: MessagePort;
    /** What the realm has to keep by itself, from whoever started it. */
    readonly denied?: DeniedPaths;
  };

/** What a realm says to its host. */
export type FromRealm =
  | { readonly type: "progress"; readonly id: number; readonly text: string }
  | {
    /** A process group, so that the host can kill what a dead realm left. */
    readonly type: "group";
    readonly id: number;
    readonly group: number;
    readonly state: "started" | "ended";
  }
  | {
    readonly type: "outcome";
    readonly id: number;
    readonly outcome: ToolOutcome;
  };
