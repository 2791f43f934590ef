import { isSafeScript } from "./sed_script.ts";

/**
 * A program's words without its name; null stands for a word that only
 * running would tell, such as `$x` or a glob that may match a file "-o".
 */
export type Values = readonly (string | null)[];

/** Says whether a program with these words only reads. */
type Reader = (values: Values) => boolean;

/** Programs none of whose options writes, runs a program or never ends. */
const harmless = (
  "basename cat cksum cmp column comm cut dirname du df echo egrep expand " +
  "false fgrep fold getconf grep groups head hexdump id join jq ls lsblk " +
  "lscpu md5sum nl nm nproc od paste printenv ps pwd readlink realpath rev " +
  "seq sha1sum sha224sum sha256sum sha384sum sha512sum size sleep stat " +
  "strings tac tr true tty type uname unexpand uptime wc whereis which " +
  "whoami :"
).split(" ");

function known(values: Values): values is readonly string[] {
  return !values.includes(null);
}

function options(values: readonly string[]): string[] {
  return values.filter((value) => /^-./.test(value));
}

function operands(values: readonly string[]): string[] {
  return values.filter((value) => !/^-./.test(value));
}

/** Passes when every option is one of these. */
function only(pattern: RegExp): Reader {
  return (values) =>
    known(values) && options(values).every((option) => pattern.test(option));
}

/** Passes when no word is one of these. */
function without(pattern: RegExp): Reader {
  return (values) =>
    known(values) && !values.some((value) => pattern.test(value));
}

const onlyVersion: Reader = (values) =>
  values.length === 1 && values[0] === "--version";

/** Programs that only read with some of their options. */
const careful: Readonly<Record<string, Reader>> = {
  cd: (values) =>
    values.length <= 1 || values.length === 2 && values[0] === "--",
  command: (values) => values[0] === "-v" || values[0] === "-V",
  date: (values) =>
    known(values) &&
    values.every((value, index) =>
      /^(-u|--utc|-R|-I\w*|--iso-8601(=\w+)?|--rfc-\S+|\+.*|-d|--date=.*)$/s
        .test(value) || values[index - 1] === "-d"
    ),
  // "-l" starts a program to paginate.
  diff: without(/^(--pag.*|-[^-]*l.*)$/s),
  env: (values) => values.length === 0,
  file: only(/^(-[bhiLkNnprs0Ff]+|--(brief|mime|mime-type|mime-encoding))$/),
  find: without(/^-(exec|ok|delete|fprint|fls|files0)/),
  hostname: (values) => values.every((value) => /^-[sfidI]$/.test(value ?? "")),
  // The name of a variable is evaluated: a[$(rm x)].
  printf: ([format]) =>
    typeof format === "string" && !/^-|%[^%A-Za-z]*n/.test(format),
  rg: without(/^(--(pre|hostname-bin|search-zip).*|-[^-]*z.*)$/s),
  sed: readsBySed,
  sort: only(
    /^(-[bdfghiMnRrVcCmsuz]+|-[bfghiMnrVsu]*k.*|-t.*|--(reverse|numeric-sort|unique|version-sort|ignore-case|human-numeric-sort|stable|check|zero-terminated|(key|field-separator)=.*))$/s,
  ),
  // Following a file never ends.
  tail: without(/^(-[^-]*[fF].*|--f.*|--r.*|--p.*)$/s),
  test: without(/^-[vR]$/),
  "[": without(/^-[vR]$/),
  // "-R" and "-o" write files.
  tree: only(
    /^(-[adfFlxsphugDCnNtrSJXiI]+|-L|-P|--(noreport|gitignore|dirsfirst|prune|charset=.*))$/,
  ),
  uniq: (values) =>
    only(/^(-[cdDuizfsw]+\d*|--(count|repeated|unique|ignore-case))$/)(
      values,
    ) && hasOneOperand(values),
  xxd: (values) =>
    only(/^-[abCeEgilopsu]+\d*$/)(values) && hasOneOperand(values),
  bash: onlyVersion,
  deno: onlyVersion,
  gcc: onlyVersion,
  git: onlyVersion,
  node: onlyVersion,
  python: onlyVersion,
  python3: onlyVersion,
};

/** A second file is where these write to; a glob may become two. */
function hasOneOperand(values: Values): boolean {
  if (!known(values)) return false;
  const files = operands(values);
  return files.length <= 1 && !/[*?[{]/.test(files[0] ?? "");
}

function readsBySed(values: Values): boolean {
  if (!known(values)) return false;
  let script: string | undefined;
  for (const [index, value] of values.entries()) {
    if (/^-[nErsuz]+$/.test(value)) continue;
    if (value === "-e" && index === values.length - 1) return false;
    const isScript = value === "-e"
      ? false
      : values[index - 1] === "-e" || script === undefined;
    if (value !== "-e" && /^-./.test(value) && values[index - 1] !== "-e") {
      return false;
    }
    if (!isScript) continue;
    if (!isSafeScript(value)) return false;
    script = value;
  }
  return script !== undefined;
}

const readers = new Map<string, Reader | null>([
  ...harmless.map((name): [string, null] => [name, null]),
  ...Object.entries(careful),
]);

/** Programs whose words are no names of files. */
const talkers = new Set(
  ("basename cd date dirname echo env false getconf groups hostname id lscpu " +
    "nproc printenv printf ps pwd seq sleep true tty type uname uptime " +
    "whereis which whoami : command").split(" "),
);

/** True when a program may only read, by its name alone. */
export function mayOnlyRead(name: string): boolean {
  return readers.has(name);
}

/** True when a program with these words changes nothing and soon ends. */
export function onlyReads(name: string, values: Values): boolean {
  const reader = readers.get(name);
  return reader === null || (reader?.(values) ?? false);
}

/** True when a program of the table opens no file that its words name. */
export function opensNoFile(name: string): boolean {
  return talkers.has(name);
}
