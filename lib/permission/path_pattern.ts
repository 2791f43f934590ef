import { globSource } from "../platform/glob_pattern.ts";
import { path } from "../platform/paths.ts";
import type { RuleSource } from "./rule.ts";

/** The folders that the anchors of a path pattern stand for; all absolute. */
export interface Anchors {
  /** Where the program was started: a later `cd` changes no rule's meaning. */
  readonly cwd: string;
  readonly home: string;
}

/** Systems on which one file has many spellings. */
const ignoresCase = Deno.build.os === "darwin" || Deno.build.os === "windows";
const settingsFolders = new Set([".openclaude", ".claude"]);

/**
 * Compiles the pattern of a path rule, written as in `.gitignore`: `//` starts
 * at the root of the file system, `~/` at home, `/` at the folder that the
 * settings file is for, anything else at the working directory, where a name
 * without a slash is for any depth. A folder stands for all that is in it.
 */
export function compilePathPattern(
  pattern: string,
  source: RuleSource,
  anchors: Anchors,
): (file: string) => boolean {
  const { base, rest } = anchorOf(pattern, source, anchors);
  const trimmed = rest.replace(/\/+$/, "");
  const isName = trimmed !== "" && !trimmed.includes("/") &&
    !/^(\/|~\/|\.\/)/.test(pattern);
  const glob = isName ? `**/${trimmed}` : trimmed.replace(/^\/+/, "");
  // "src/**" is all below; the folder itself is the door to it.
  const stem = glob.replace(/(?:(?:^|\/)\*\*)+$/, "");
  const expression = stem === ""
    ? null
    : new RegExp(`^${globSource(stem)}(?:/.*)?$`, ignoresCase ? "siu" : "su");
  const folder = fold(base.endsWith("/") ? base : `${base}/`);
  return (file) => {
    const given = fold(file);
    if (expression === null && `${given}/` === folder) return true;
    if (!given.startsWith(folder)) return false;
    return expression?.test(given.slice(folder.length)) ?? true;
  };
}

/** One spelling of a path, with `/` in it. */
function fold(text: string): string {
  const slashed = path.SEPARATOR === "/"
    ? text
    : text.replaceAll(path.SEPARATOR, "/");
  return ignoresCase ? slashed.toLowerCase() : slashed;
}

function anchorOf(
  pattern: string,
  source: RuleSource,
  { cwd, home }: Anchors,
): { base: string; rest: string } {
  if (pattern.startsWith("//")) return { base: "/", rest: pattern.slice(2) };
  if (pattern === "~" || pattern.startsWith("~/")) {
    return { base: home, rest: pattern.slice(2) };
  }
  if (pattern.startsWith("/")) {
    return { base: rootOf(source, cwd), rest: pattern.slice(1) };
  }
  return { base: cwd, rest: pattern.replace(/^\.\//, "") };
}

/** The folder that a settings file is for. */
function rootOf({ file, folder: given }: RuleSource, cwd: string): string {
  if (given !== undefined) return given;
  if (file === undefined) return cwd;
  const folder = path.dirname(file);
  return settingsFolders.has(path.basename(folder))
    ? path.dirname(folder)
    : folder;
}
