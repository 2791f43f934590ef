/** What takes room in the model's window. */
export const contextKinds = [
  "system prompt",
  "tools",
  "environment and memory",
  "summaries",
  "requests",
  "replies and calls",
  "files read",
  "other results",
] as const;

/** One of the {@link contextKinds}. */
export type ContextKind = typeof contextKinds[number];

/** Where the tokens are; all estimated, corrected by the server's counts. */
export interface ContextReport {
  /** Tokens that the model can hold. */
  readonly window: number;
  /** Tokens in use at which the history is compacted. */
  readonly compactAt: number;
  readonly used: number;
  /** Tokens until the next compaction; not below 0. */
  readonly free: number;
  /** In the order of {@link contextKinds}; those with nothing left out. */
  readonly parts: readonly {
    readonly kind: ContextKind;
    readonly tokens: number;
    /** Messages, tools or parts that are counted here. */
    readonly count: number;
  }[];
}
