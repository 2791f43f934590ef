import { isInside, path } from "../platform/paths.ts";
import type { ShellPart, ShellWord } from "./shell.ts";

/** Where a line runs, for judging the paths in it. All absolute. */
export interface Surroundings {
  readonly cwd: string;
  /** The user's home folder; `catastrophe()` takes "" for an unknown one. */
  readonly home: string;
  /** Folders of the work; the first is the workspace. */
  readonly roots: readonly string[];
}

/** What is known where a command stands in its line. */
export interface Sight {
  readonly surroundings: Surroundings;
  /** Literal values that the line has given to variables. */
  readonly variables: ReadonlyMap<string, string>;
  /** The folder to which the line has moved; null when it can't be told. */
  readonly base: string | null;
}

/** What a word may stand for: a path pattern, with `*` and `?` as globs. */
export interface PathPattern {
  readonly pattern: string;
  readonly isGlob: boolean;
}

const systemFolders = new Set(
  ("/bin /boot /dev /etc /home /lib /lib32 /lib64 /proc /root /run /sbin " +
    "/sys /usr /var /Applications /Library /System /Users /Volumes").split(" "),
);
const mostPatterns = 64;

/**
 * The paths that a word may stand for. Empty when only running would tell.
 */
export function pathsOf(word: ShellWord, sight: Sight): PathPattern[] {
  let texts = [""];
  let isGlob = false;
  for (const [index, part] of word.parts.entries()) {
    const values = valuesOf(part, index === 0, sight);
    if (values === null) return [];
    isGlob ||= values.some((value) => isPatternPart(part, value));
    texts = texts.flatMap((text) => values.map((value) => text + value));
    if (texts.length > mostPatterns) return [];
  }
  return texts.flatMap((text) => {
    const absolute = resolve(text, sight.base);
    return absolute === null ? [] : [{ pattern: absolute, isGlob }];
  });
}

/**
 * The text that a variable gets from a word: a leading `~` and variables are
 * replaced. Null when only running would tell.
 */
export function valueOf(word: ShellWord, sight: Sight): string | null {
  let text = "";
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === "glob" || part.kind === "brace") return null;
    const value = valuesOf(part, index === 0, sight)?.[0];
    if (value === undefined) return null;
    text += value;
  }
  return text;
}

function isPatternPart(part: ShellPart, value: string): boolean {
  return part.kind === "glob" || (part.kind === "brace" && /[*?]/.test(value));
}

function valuesOf(
  part: ShellPart,
  isFirst: boolean,
  { surroundings: { home, cwd }, variables }: Sight,
): string[] | null {
  const { kind, value } = part;
  if (kind === "other") return null;
  if (kind === "variable") {
    const known = variables.get(value) ??
      (value === "HOME" ? home : value === "PWD" ? cwd : null);
    return known === null ? null : [known];
  }
  if (kind === "brace") return braceValues(value);
  if (kind === "plain" && isFirst && value.startsWith("~")) {
    const rest = value.slice(1);
    if (rest !== "" && !rest.startsWith("/")) {
      return rest.startsWith("root") ? [`/${rest}`] : [`/home/${rest}`];
    }
    return [home + rest];
  }
  return [value];
}

/** The alternatives of `{a,b}`; null for nested ones and ranges. */
function braceValues(text: string): string[] | null {
  const inner = /^\{([^{}]*,[^{}]*)\}$/.exec(text)?.[1];
  return inner === undefined ? null : inner.split(",");
}

function resolve(text: string, base: string | null): string | null {
  if (text === "") return null;
  if (isDrive(text)) return text;
  if (path.isAbsolute(text)) return path.resolve(text);
  return base === null ? null : path.resolve(base, text);
}

function isDrive(text: string): boolean {
  return /^[A-Za-z]:[\\/]?\*?$/.test(text);
}

/**
 * Says what a path is when losing it would lose the system, the user's home
 * or the work; null for any other. A glob stands for all it may match, and
 * "all that is in" such a folder counts as the folder.
 */
export function describeCritical(
  { pattern, isGlob }: PathPattern,
  surroundings: Surroundings,
): string | null {
  if (isDrive(pattern) || /^\/mnt\/[a-z]$/.test(pattern)) return "a drive";
  const isAll = isGlob && /^\.?[*?]+(\.[*?]+)?$/.test(path.basename(pattern));
  const target = isAll ? path.dirname(pattern) : pattern;
  const matches = (folder: string) =>
    isGlob && !isAll ? globMatches(target, folder) : target === folder;
  const { home, cwd, roots } = surroundings;
  if (matches("/")) return "the root of the file system";
  if (matches(home)) return "your home folder";
  if ([...systemFolders].some(matches)) return "a folder of the system";
  if (isAll) {
    // "*" in the work's own folders is theirs to use.
    const inParent = [cwd, ...roots].some((folder) =>
      folder !== target && isInside(folder, target)
    );
    return inParent ? "all that is around the working directory" : null;
  }
  if (roots.some(matches)) return "the workspace itself";
  for (const folder of [cwd, ...roots, home]) {
    for (const parent of parents(folder)) {
      if (matches(parent)) return "a parent of the working directory or home";
    }
  }
  return null;
}

function parents(folder: string): string[] {
  const found: string[] = [];
  let at = folder;
  while (at !== "" && path.dirname(at) !== at) {
    at = path.dirname(at);
    found.push(at);
  }
  return found;
}

/** Matches `*` and `?` within path components, without backtracking. */
function globMatches(pattern: string, folder: string): boolean {
  const wanted = pattern.split("/");
  const given = folder.split("/");
  return wanted.length === given.length &&
    wanted.every((part, index) => partMatches(part, given[index] ?? ""));
}

function partMatches(pattern: string, value: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < value.length;) {
    if (pattern[at] === "*") {
      star = at++;
      retry = index;
    } else if (pattern[at] === "?" || pattern[at] === value[index]) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
