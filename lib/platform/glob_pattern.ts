/** Members of the POSIX classes, `[:alpha:]` and so on, as a class holds them. */
export const posixClasses: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t-\\r ",
  upper: "A-Z",
  word: "0-9A-Z_a-z",
  xdigit: "0-9A-Fa-f",
};

const maxAlternatives = 1000;

/**
 * Expands `{a,b}` and `{1..3}`, also nested, into the patterns they stand
 * for. What is no list or range stays as it is. Stops at 1,000 patterns, so
 * that a hostile pattern cannot fill the memory.
 */
export function expandBraces(glob: string): string[] {
  const brace = findBrace(glob);
  if (brace === undefined) return [glob];
  const before = glob.slice(0, brace.start);
  const endings = expandBraces(glob.slice(brace.end));
  const expanded: string[] = [];
  for (const item of brace.items) {
    for (const middle of brace.literal ? [item] : expandBraces(item)) {
      for (const ending of endings) {
        if (expanded.length === maxAlternatives) return expanded;
        expanded.push(before + middle + ending);
      }
    }
  }
  return expanded;
}

/**
 * Compiles a glob that must match a whole path with `/` separators: `*` and
 * `?` stay within one component, `**` crosses them, `[...]`, `{a,b}` and
 * `{1..3}` work, and a backslash takes the next character literally.
 */
export function compileGlob(glob: string): RegExp {
  const groups = { count: 0 };
  const sources = expandBraces(glob).map((one) => globSource(one, groups));
  return new RegExp(`^(?:${sources.join("|")})$`, "su");
}

/**
 * Makes a test of relative paths out of globs as `rg --glob` reads them: a
 * pattern without a slash is for the last component at any depth, one with a
 * slash starts at the root, `!` excludes, and the last match decides. When
 * all patterns exclude, the rest is in.
 */
export function globFilter(
  globs: readonly string[],
): (path: string) => boolean {
  const rules = globs.map((glob) => {
    const excludes = glob.startsWith("!");
    return { excludes, expression: compileGlob(anchor(glob.slice(+excludes))) };
  }).reverse();
  const otherwise = rules.every((rule) => rule.excludes);
  return (path) => {
    const rule = rules.find(({ expression }) => expression.test(path));
    return rule === undefined ? otherwise : !rule.excludes;
  };
}

/**
 * The leading components of a glob that hold no wildcard, without the last
 * component: "src/app/*.ts" gives "src/app". Empty when there are none.
 */
export function staticPrefix(glob: string): string {
  const components = glob.split("/").slice(0, -1);
  const wild = components.findIndex((part) => /[*?[{\\]/.test(part));
  return (wild === -1 ? components : components.slice(0, wild)).join("/");
}

/**
 * Translates one glob without braces. `groups` counts the capture groups of
 * the expression under construction.
 */
export function globSource(
  glob: string,
  groups: { count: number } = { count: 0 },
): string {
  const parts = glob.split("/").filter((part, index, all) =>
    part !== "**" || all[index + 1] !== "**"
  );
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (part === "**") return isLast ? ".+" : "(?:[^/]+/)*";
    return componentSource(part, groups) + (isLast ? "" : "/");
  }).join("");
}

/**
 * Patterns without a slash are for any depth; a leading slash anchors; one at
 * the end means all that is below.
 */
function anchor(glob: string): string {
  if (glob.endsWith("/")) return anchor(`${glob}**`);
  if (glob.startsWith("/")) return glob.slice(1);
  if (glob.startsWith("./")) return glob.slice(2);
  return glob.includes("/") ? glob : `**/${glob}`;
}

/**
 * A `*` that another follows takes the shortest text that fits, for good:
 * that finds every match there is, and without it a hostile pattern of many
 * stars would take time without bound. An atomic group is written as a
 * lookahead and a reference to it.
 */
function componentSource(part: string, groups: { count: number }): string {
  const pieces: string[] = [""];
  for (let at = 0; at < part.length;) {
    const char = part[at] as string;
    const bracket = char === "[" ? readBracket(part, at) : undefined;
    const last = pieces.length - 1;
    if (char === "*") {
      while (part[at] === "*") at++;
      pieces.push("");
      continue;
    }
    if (bracket !== undefined) {
      pieces[last] += bracket.source;
      at = bracket.end;
      continue;
    }
    const escaped = char === "\\" && at + 1 < part.length;
    const literal = codePoint(part, escaped ? at + 1 : at);
    pieces[last] += char === "?" ? "[^/]" : escapeLiteral(literal);
    at += literal.length + (escaped ? 1 : 0);
  }
  const [first, ...rest] = pieces as [string, ...string[]];
  const final = rest.pop();
  if (final === undefined) return first;
  const atomic = rest.map((piece) =>
    `(?=([^/]*?${piece}))\\${++groups.count}(?:)`
  );
  return `${first}${atomic.join("")}[^/]*${final}`;
}

function readBracket(
  glob: string,
  start: number,
): { source: string; end: number } | undefined {
  let at = start + 1;
  const negated = glob[at] === "!" || glob[at] === "^";
  if (negated) at++;
  const members: string[] = [];
  for (let first = true;; first = false) {
    if (at >= glob.length) return undefined;
    if (glob[at] === "]" && !first) break;
    const named = /^\[:([a-z]+):\]/.exec(glob.slice(at, at + 12));
    const posix = named && posixClasses[named[1] as string];
    if (named && posix !== undefined) {
      members.push(posix as string);
      at += named[0].length;
      continue;
    }
    const from = readMember(glob, at);
    at = from.end;
    if (glob[at] === "-" && at + 1 < glob.length && glob[at + 1] !== "]") {
      const to = readMember(glob, at + 1);
      at = to.end;
      if ((from.char.codePointAt(0) ?? 0) <= (to.char.codePointAt(0) ?? 0)) {
        members.push(`${escapeMember(from.char)}-${escapeMember(to.char)}`);
      }
    } else {
      members.push(escapeMember(from.char));
    }
  }
  const source = `(?!/)[${negated ? "^" : ""}${members.join("")}]`;
  return { source, end: at + 1 };
}

function readMember(glob: string, at: number): { char: string; end: number } {
  const start = glob[at] === "\\" && at + 1 < glob.length ? at + 1 : at;
  const char = codePoint(glob, start);
  return { char, end: start + char.length };
}

function codePoint(value: string, at: number): string {
  return String.fromCodePoint(value.codePointAt(at) ?? 0);
}

function escapeLiteral(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function escapeMember(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}

interface Brace {
  readonly start: number;
  readonly end: number;
  readonly items: readonly string[];
  /** True when the items hold no further braces to expand. */
  readonly literal: boolean;
}

/** Finds the first `{...}` that is a list or a range. */
function findBrace(glob: string): Brace | undefined {
  for (let start = 0; start < glob.length; start++) {
    if (glob[start] === "\\") start++;
    else if (glob[start] === "{") {
      const brace = readBrace(glob, start);
      if (brace !== undefined) return brace;
    }
  }
  return undefined;
}

function readBrace(glob: string, start: number): Brace | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < glob.length; at++) {
    const char = glob[at];
    if (char === "\\") at++;
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) commas.push(at);
    else if (char === "}" && --depth === 0) {
      const end = at + 1;
      if (commas.length === 0) {
        const items = readRange(glob.slice(start + 1, at));
        return items && { start, end, items, literal: true };
      }
      const cuts = [start, ...commas, at];
      const items = commas.concat(at).map((cut, index) =>
        glob.slice((cuts[index] as number) + 1, cut)
      );
      return { start, end, items, literal: false };
    }
  }
  return undefined;
}

function readRange(body: string): string[] | undefined {
  const range = /^(-?\d{1,9})\.\.(-?\d{1,9})$|^([A-Za-z])\.\.([A-Za-z])$/
    .exec(body);
  if (range === null) return undefined;
  const isNumeric = range[1] !== undefined;
  const [from, to] = isNumeric
    ? [Number(range[1]), Number(range[2])]
    : [range[3], range[4]].map((letter) => letter?.charCodeAt(0) ?? 0);
  const items: string[] = [];
  const step = (from as number) <= (to as number) ? 1 : -1;
  for (let value = from as number;; value += step) {
    items.push(isNumeric ? String(value) : String.fromCharCode(value));
    if (value === to || items.length === maxAlternatives) return items;
  }
}
