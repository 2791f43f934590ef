import type { Values } from "./readers.ts";

/**
 * Options that make any subcommand run a program, write a file or open a
 * pager; git takes each by its beginning, too.
 */
const traps =
  /^--(ou.*|o|ext-d.*|ext-g.*|te|tex|textc.*|show-sig.*|up.*|exec.*|op.*|help)$|%G|%\(signature/s;

const none = /^(?!)/;

interface GitReader {
  /** Words that must not be there. */
  readonly not?: RegExp;
  /** When given, every option must match. */
  readonly only?: RegExp;
  /** Options one of which must be there when there are operands. */
  readonly listing?: RegExp;
  /** The first operand must match. */
  readonly first?: RegExp;
}

const listing =
  /^(-l|--list|--contains|--no-contains|--merged|--no-merged|--points-at)$/;

const readers: Readonly<Record<string, GitReader>> = {
  annotate: {},
  blame: {},
  branch: {
    only:
      /^(-[arvli]+|--(all|remotes|list|show-current|verbose|contains|no-contains|merged|no-merged|points-at|ignore-case|(sort|format|color|column|abbrev)=.*|color|no-color|no-column))$/s,
    listing,
  },
  "cat-file": { not: /^--filt/ },
  "check-ignore": {},
  config: {
    only:
      /^(-[lz]|--(get|get-all|get-regexp|list|global|local|system|worktree|show-origin|show-scope|name-only|null|type=\w+))$/,
    listing: /^(-l|--list|--get|--get-all|--get-regexp)$/,
  },
  "count-objects": {},
  describe: {},
  diff: {},
  "diff-files": {},
  "diff-index": {},
  "diff-tree": {},
  "for-each-ref": {},
  grep: { not: /^-[^-]*O/ },
  log: {},
  "ls-files": {},
  "ls-tree": {},
  "merge-base": {},
  "name-rev": {},
  reflog: { first: /^(show|exists)$/ },
  remote: { only: /^(-v|--verbose)$/, first: /^get-url$/ },
  "rev-list": {},
  "rev-parse": {},
  shortlog: {},
  show: {},
  "show-branch": {},
  "show-ref": {},
  stash: { first: /^(list|show)$/, listing: none },
  status: {},
  tag: {
    only:
      /^(-l|-n\d*|--(list|contains|no-contains|merged|no-merged|points-at|(sort|format)=.*))$/s,
    listing,
  },
  version: {},
  worktree: { first: /^list$/, listing: none },
};

/** Options before the subcommand that change nothing of note. */
const front = /^(--no-pager|-P|--no-optional-locks|--literal-pathspecs)$/;

/**
 * True when git with these words changes nothing by itself. What it reads of
 * a repository's settings may still name programs to run (a file monitor, a
 * diff driver, a transport): only a sandbox or a trusted repository makes it
 * harmless.
 */
export function gitOnlyReads(values: Values): boolean {
  if (values.includes(null)) return false;
  const words = values as readonly string[];
  const start = words.findIndex((word) => !front.test(word));
  const name = words[start] ?? "";
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader === undefined) return false;
  const rest = words.slice(start + 1);
  const options = rest.filter((word) => /^-./.test(word));
  const operands = rest.filter((word) => !/^-./.test(word));
  if (rest.some((word) => traps.test(word))) return false;
  if (reader.not && options.some((word) => reader.not?.test(word))) {
    return false;
  }
  if (reader.only && !options.every((word) => reader.only?.test(word))) {
    return false;
  }
  return operandsPass(reader, options, operands);
}

function operandsPass(
  { first, listing }: GitReader,
  options: readonly string[],
  operands: readonly string[],
): boolean {
  const [head] = operands;
  if (head === undefined) return listing !== none;
  if (first !== undefined) return first.test(head);
  return listing === undefined ||
    options.some((word) => listing.test(word));
}
