/**
 * How ring 2 is wanted: "auto" takes what there is, "strict" does not start
 * without one, "deno-only" starts no program at all, "off" goes without.
 */
export const sandboxModes = ["auto", "strict", "deno-only", "off"] as const;

/** One of the {@link sandboxModes}. */
export type SandboxMode = typeof sandboxModes[number];

/** What keeps a plan; "none" keeps nothing. */
export type SandboxKind = "bwrap" | "landlock" | "sandbox-exec" | "none";

/** A path that a command sees as empty. */
export interface HiddenPath {
  readonly path: string;
  /** A file is hidden in another way than a folder; found by the probe. */
  readonly what: "folder" | "file" | "unknown";
}

/** A path that a command can read and not change. */
export interface ProtectedPath {
  readonly path: string;
  readonly because: string;
  /**
   * What happens when it is not there. "fill": an empty folder that can't be
   * changed stands in its place. "remove": what a command made there is
   * removed afterwards. "report": the result says that a command made it.
   */
  readonly missing: "fill" | "remove" | "report";
}

/**
 * What a command may reach: the second ring, as plain data for a worker. All
 * paths are absolute and normalised. What no list names can be read and not
 * written; where two lists name a path and its parent, the deeper one counts.
 */
export interface SandboxPlan {
  readonly kind: SandboxKind;
  /** The wrapping program; empty where there is none. */
  readonly program: string;
  /** Shells that can be run inside, best first; found by the probe. */
  readonly shells: readonly string[];
  readonly writable: readonly string[];
  /** Inside writable folders, or given by the user's `--deny-write`. */
  readonly readOnly: readonly ProtectedPath[];
  readonly hidden: readonly HiddenPath[];
  readonly network: "off" | "on";
  /**
   * The private folder for temporary files; what `/tmp` is inside. Empty where
   * there is none: in bubblewrap `/tmp` then lasts as long as a command.
   */
  readonly temp: string;
  /** What the user should know of the plan, a sentence each. */
  readonly notes: readonly string[];
}
