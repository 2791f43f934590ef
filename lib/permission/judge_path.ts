import { isInside } from "../platform/paths.ts";
import type { Judging, Judgment } from "./judgment.ts";
import { protectedPart } from "./protected_path.ts";
import type { Rule } from "./rule.ts";

/** Rules on reading are also for the tools that search. */
const readTools = ["Read"];
/** Edit is every way to change a file (spec/features.md 1C.2 point 9). */
const editTools = ["Edit"];

/** The tools whose path rules are for an access. */
export function pathTools(
  kind: "read" | "write",
  tool?: string,
): readonly string[] {
  const base = kind === "read" ? readTools : editTools;
  return tool === undefined || base.includes(tool) ? base : [...base, tool];
}

/** A file and where it really is. */
export async function spellings(
  file: string,
  judging: Judging,
): Promise<readonly string[]> {
  const real = await judging.realPath(file);
  return real === null || real === file ? [file] : [file, real];
}

/** True when a file is in the workspace, both as named and really. */
export function isInWork(
  names: readonly string[],
  { roots }: Judging,
): boolean {
  return names.every((name) => roots.some((root) => isInside(name, root)));
}

/** What one access to a file is, apart from the file. */
export interface PathAccess {
  readonly kind: "read" | "write";
  /** The tool whose own path rules count, too. */
  readonly tool?: string;
  /** What the judgment is about. */
  readonly text: string;
}

/** Only what forbids or asks: the rules of the user, on either name. */
export function forbidding(
  names: readonly string[],
  { kind, tool, text }: PathAccess,
  judging: Judging,
): Judgment | null {
  const tools = pathTools(kind, tool);
  for (const effect of ["deny", "ask"] as const) {
    for (const name of names) {
      const rule = tools.map((tool) => judging.rules.forTool(effect, tool))
        .find((rule) => rule !== null) ??
        judging.rules.forPath(effect, tools, name);
      if (rule) return byRule(rule, text, judging);
    }
  }
  return null;
}

/** The judgment that a rule makes. */
export function byRule(
  rule: Rule,
  text: string,
  { describe }: Judging,
): Judgment {
  const verdicts = { deny: "deny", ask: "insist", allow: "allow" } as const;
  const verdict = verdicts[rule.effect];
  return { text, verdict, because: describe(rule), rule, offer: [] };
}

/** Judges one access of a call to a file. `file` is absolute. */
export async function judgePath(
  file: string,
  access: PathAccess,
  judging: Judging,
): Promise<Judgment> {
  const { kind, tool, text } = access;
  const { mode } = judging;
  const names = await spellings(file, judging);
  const against = forbidding(names, access, judging);
  if (against !== null) return against;
  const allow = (because: string): Judgment => ({
    text,
    verdict: "allow",
    because,
    offer: [],
  });
  if (mode === "bypassPermissions") return allow(`mode ${mode}`);
  if (kind === "read") return allow("reading is free");
  const guarded = names.map(protectedPart).find((part) => part !== null);
  if (guarded) {
    const because = `"${guarded}" is protected: writing there is always asked`;
    return { text, verdict: "open", because, offer: [] };
  }
  const tools = pathTools(kind, tool);
  const rules = names.map((name) =>
    tools.map((tool) => judging.rules.forTool("allow", tool))
      .find((rule) => rule !== null) ??
      judging.rules.forPath("allow", tools, name)
  );
  const [rule] = rules;
  if (rule && rules.every((one) => one !== null)) {
    return byRule(rule, text, judging);
  }
  if (mode === "acceptEdits" && isInWork(names, judging)) {
    return allow(`mode ${mode}`);
  }
  const state = isInWork(names, judging)
    ? "asks before writing files"
    : "asks before writing outside the workspace";
  const offer = [`Edit(${pathForRule(names.at(-1) ?? file, judging)})`];
  const isOne = names.length === 1;
  return {
    text,
    verdict: "open",
    because: `mode ${mode} ${state}`,
    offer: isOne ? offer : [...offer, `Edit(${pathForRule(file, judging)})`],
  };
}

/** Writes a path so that a rule means it, wherever the rule is kept. */
function pathForRule(file: string, { roots }: Judging): string {
  const [workspace] = roots;
  const plain = (text: string) => text.replaceAll(/[\\*?[\]{}!#]/g, "\\$&");
  return workspace !== undefined && file !== workspace &&
      isInside(file, workspace)
    ? plain(file.slice(workspace.replace(/\/$/, "").length))
    : plain(`/${file}`);
}
