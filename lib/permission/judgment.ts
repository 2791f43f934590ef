import type { PermissionMode } from "../core/permission.ts";
import type { RuleSet } from "./rule_set.ts";
import type { Rule } from "./rule.ts";

/** What was found about one part of a call. */
export interface Judgment {
  /** The part, as it stands in the line; the tool's name for a whole call. */
  readonly text: string;
  /**
   * "open": nobody has allowed it, so the mode says; "insist": it is asked
   * about even in bypass.
   */
  readonly verdict: "allow" | "open" | "insist" | "deny";
  readonly because: string;
  readonly rule?: Rule;
  /** Rules that would allow it; empty when none could. */
  readonly offer: readonly string[];
}

/** What parts are judged with. */
export interface Judging {
  readonly rules: RuleSet;
  readonly mode: PermissionMode;
  /** Folders of the work, absolute; the first is the workspace. */
  readonly roots: readonly string[];
  readonly home: string;
  /** Whether commands run in the system's sandbox (ring 2). */
  readonly sandboxed: boolean;
  /** How a rule is named to people. */
  describe(rule: Rule): string;
  /** Where a path really leads; null when that can't be seen. */
  realPath(file: string): Promise<string | null>;
}

/** The judgment that stands for all parts: the first of the strictest. */
export function strictest(judgments: readonly Judgment[]): Judgment | null {
  for (const verdict of ["deny", "insist", "open", "allow"] as const) {
    const found = judgments.find((one) => one.verdict === verdict);
    if (found !== undefined) return found;
  }
  return null;
}
