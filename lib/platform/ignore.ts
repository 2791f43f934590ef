import { globSource } from "./glob_pattern.ts";

/** The verdict of one ignore file on one path. */
export type Verdict = "ignored" | "kept" | undefined;

/** The compiled rules of one ignore file. */
export interface IgnoreRules {
  /**
   * Judges an entry. `path` is relative to the ignore file's folder, with
   * `/`; `name` is its last component. Does not look at parent folders: a
   * walk that does not enter ignored folders has no need of it.
   */
  judge(path: string, name: string, isFolder: boolean): Verdict;
}

interface Rule {
  readonly order: number;
  readonly negated: boolean;
  readonly folderOnly: boolean;
}

interface PatternRule extends Rule {
  readonly expression: RegExp;
  /** True when the pattern is for the whole path, not for the name. */
  readonly anchored: boolean;
}

/**
 * Compiles the text of a `.gitignore` as git reads it. Plain names and
 * `*.ext` are looked up in tables; only other patterns cost an expression,
 * because a walk asks this for every file.
 */
export function parseIgnore(text: string): IgnoreRules {
  const names = new Map<string, Rule[]>();
  const suffixes = new Map<string, Rule[]>();
  const patterns: PatternRule[] = [];
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const [order, line] of lines.entries()) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    const { pattern, ...flags } = parsed;
    const rule = { order, ...flags };
    const plain = !/[*?[\\/]/.test(pattern);
    const suffix = /^\*(\.[^*?[\\/.]+)$/.exec(pattern)?.[1];
    if (plain && !rule.anchored) append(names, pattern, rule);
    else if (suffix !== undefined && !rule.anchored) {
      append(suffixes, suffix, rule);
    } else {
      const expression = new RegExp(`^(?:${globSource(pattern)})$`, "su");
      patterns.push({ ...rule, expression });
    }
  }
  patterns.reverse();
  return {
    judge(path, name, isFolder) {
      let best = lastOf(names.get(name), isFolder);
      const dot = suffixes.size > 0 ? name.lastIndexOf(".") : -1;
      if (dot !== -1) {
        const rule = lastOf(suffixes.get(name.slice(dot)), isFolder);
        if (rule && (!best || rule.order > best.order)) best = rule;
      }
      for (const rule of patterns) {
        if (best && rule.order < best.order) break;
        if (rule.folderOnly && !isFolder) continue;
        if (rule.expression.test(rule.anchored ? path : name)) {
          best = rule;
          break;
        }
      }
      return best && (best.negated ? "kept" : "ignored");
    },
  };
}

function append(
  table: Map<string, Rule[]>,
  key: string,
  rule: Rule,
): void {
  const rules = table.get(key);
  if (rules) rules.push(rule);
  else table.set(key, [rule]);
}

function lastOf(
  rules: readonly Rule[] | undefined,
  isFolder: boolean,
): Rule | undefined {
  return rules?.findLast((rule) => isFolder || !rule.folderOnly);
}

function parseLine(
  line: string,
):
  | {
    pattern: string;
    negated: boolean;
    folderOnly: boolean;
    anchored: boolean;
  }
  | undefined {
  if (line.startsWith("#")) return undefined;
  let pattern = trimEnd(line.endsWith("\r") ? line.slice(0, -1) : line);
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const folderOnly = pattern.endsWith("/");
  if (folderOnly) pattern = pattern.slice(0, -1);
  pattern = plainName(pattern);
  const anchored = pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  if (pattern === "" || endsInBackslash(pattern)) return undefined;
  return { pattern, negated, folderOnly, anchored };
}

/** Makes `**` before a name what it means, a name at any depth, which is faster. */
function plainName(pattern: string): string {
  const name = pattern.slice(pattern.lastIndexOf("/") + 1);
  const isAnyDepth = pattern === `**/${name}` && name !== "**" && name !== "";
  return isAnyDepth ? name : pattern;
}

/** Drops spaces at the end, save one that a backslash protects. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") end--;
  if (end < line.length && endsInBackslash(line.slice(0, end))) end++;
  return line.slice(0, end);
}

/** True when the last backslash protects nothing: git matches nothing then. */
function endsInBackslash(pattern: string): boolean {
  const backslashes = /\\*$/.exec(pattern)?.[0].length ?? 0;
  return backslashes % 2 === 1;
}
