/** A text pattern, compiled: literal pieces with "anything" between them. */
export interface Wildcard {
  /** False when it stands for one text alone. */
  readonly isOpen: boolean;
  matches(text: string): boolean;
}

/**
 * Compiles a pattern in which `*` stands for any text, also none; `\*` is a
 * star and `\\` a backslash. Takes time in proportion to the text, whatever
 * the pattern.
 */
export function compileWildcard(pattern: string): Wildcard {
  const pieces = splitAtStars(pattern);
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) {
    return { isOpen: false, matches: (text) => text === first };
  }
  return {
    isOpen: true,
    matches(text) {
      if (text.length < first.length + last.length) return false;
      if (!text.startsWith(first) || !text.endsWith(last)) return false;
      const end = text.length - last.length;
      let at = first.length;
      for (const piece of rest) {
        const found = text.indexOf(piece, at);
        if (found === -1 || found + piece.length > end) return false;
        at = found + piece.length;
      }
      return true;
    },
  };
}

/**
 * Compiles the pattern of a `Bash(...)` rule: a space before a star at the end
 * is the end of a word, so that `git log *` is also `git log` but not
 * `git logs`; `npm test:*` is the older way to write `npm test *`.
 */
export function compileCommandPattern(pattern: string): Wildcard {
  const modern = pattern.replace(/:\*$/, " *");
  const stem = /^(.*[^\\ ]) +\*$/s.exec(modern)?.[1];
  const whole = compileWildcard(modern);
  if (stem === undefined) return whole;
  const bare = compileWildcard(stem);
  return {
    isOpen: true,
    matches: (text) => whole.matches(text) || bare.matches(text),
  };
}

/** Writes a text so that as a pattern it stands for itself alone. */
export function escapeWildcard(text: string): string {
  return text.replaceAll(/[\\*]/g, "\\$&");
}

function splitAtStars(pattern: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at++) {
    const next = pattern[at + 1];
    const isEscape = pattern[at] === "\\" && (next === "*" || next === "\\");
    if (pattern[at] === "*") {
      pieces.push(piece);
      piece = "";
    } else piece += pattern[isEscape ? ++at : at];
  }
  pieces.push(piece);
  return pieces;
}
