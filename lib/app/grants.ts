import { exitCodes, UserError } from "../core/error.ts";
import { path } from "../platform/paths.ts";

/** Categories whose words the executable takes, as Deno spells them. */
export const categories = ["read", "write", "net", "run", "env"] as const;

/** One of the {@link categories}. */
export type Category = typeof categories[number];

/** All of a category, or what is listed; an empty list is nothing. */
export type Scope = true | readonly string[];

/** What the user's words say of each category; absent means: not said. */
export interface PermissionWords {
  readonly allow: Partial<Record<Category, Scope>>;
  readonly deny: Partial<Record<Category, Scope>>;
  /** The arguments without these words. */
  readonly rest: readonly string[];
}

const shortNames: Record<string, Category> = {
  R: "read",
  W: "write",
  N: "net",
  E: "env",
};

/**
 * Takes Deno's permission words out of a command line: `--allow-read`,
 * `--allow-read=a,b`, `-R`, `-R=a`, `--deny-read=…`, `-A`, `--allow-all`,
 * `--no-prompt`. What follows `--` is left alone.
 *
 * @throws {UserError} for a category that the executable does not know.
 */
export function takePermissionWords(args: readonly string[]): PermissionWords {
  const allow: Partial<Record<Category, Scope>> = {};
  const deny: Partial<Record<Category, Scope>> = {};
  const rest: string[] = [];
  const end = args.indexOf("--");
  const words = end === -1 ? args : args.slice(0, end);
  for (const word of words) {
    if (word === "--no-prompt") continue;
    if (word === "-A" || word === "--allow-all") {
      for (const category of categories) allow[category] = true;
      continue;
    }
    const parsed = parseWord(word);
    if (parsed === undefined) {
      rest.push(word);
      continue;
    }
    const lists = parsed.effect === "allow" ? allow : deny;
    lists[parsed.category] = merge(lists[parsed.category], parsed.scope);
  }
  if (end !== -1) rest.push(...args.slice(end));
  return { allow, deny, rest };
}

interface Word {
  readonly effect: "allow" | "deny";
  readonly category: Category;
  readonly scope: Scope;
}

function parseWord(word: string): Word | undefined {
  const short = /^-([RWNE])(?:=(.*))?$/s.exec(word);
  if (short) {
    const category = shortNames[short[1] ?? ""];
    if (category === undefined) return undefined;
    return { effect: "allow", category, scope: listOf(word, short[2]) };
  }
  const long = /^--(allow|deny)-([a-z]+)(?:=(.*))?$/s.exec(word);
  if (!long) return undefined;
  const [, effect, name, list] = long;
  const category = categories.find((known) => known === name);
  if (category === undefined) {
    throw new UserError(
      `Cannot use "${word}": the executable takes --allow-* and --deny-* of ` +
        categories.join(", "),
      exitCodes.usage,
    );
  }
  return {
    effect: effect === "deny" ? "deny" : "allow",
    category,
    scope: listOf(word, list),
  };
}

function listOf(word: string, list: string | undefined): Scope {
  if (list === undefined) return true;
  const items = list.split(",").filter((item) => item !== "");
  if (items.length > 0) return items;
  throw new UserError(
    `Cannot use "${word}": nothing is listed after "="`,
    exitCodes.usage,
  );
}

function merge(before: Scope | undefined, more: Scope): Scope {
  if (before === undefined) return more;
  return before === true || more === true ? true : [...before, ...more];
}

/** What the process may do, fixed for its life. Paths are absolute. */
export interface Grants {
  readonly read: Scope;
  readonly write: Scope;
  readonly net: Scope;
  readonly run: Scope;
  readonly env: Scope;
}

/**
 * Makes grants of the user's words and the defaults: a category that the
 * user named replaces its default, and a category that is denied whole is
 * nothing.
 *
 * @throws {UserError} for a denial that nothing would keep: a worker's
 * permissions can't hold a deny list, so a path, a program or a host can't be
 * taken out of what covers it.
 */
export function fixGrants(
  words: PermissionWords,
  defaults: Grants,
  cwd: string,
): Grants {
  const scope = (category: Category): Scope => {
    const allowed = words.allow[category] ?? defaults[category];
    const denied = words.deny[category];
    if (denied === undefined) return allowed;
    if (denied === true) return [];
    return without(category, allowed, denied);
  };
  const absolute = (paths: Scope): Scope =>
    paths === true ? true : paths.map((each) => path.resolve(cwd, each));
  return {
    read: absolute(scope("read")),
    write: absolute(scope("write")),
    net: scope("net"),
    run: scope("run"),
    env: scope("env"),
  };
}

/** Takes whole items out of a list of programs or variables. */
function without(
  category: Category,
  allowed: Scope,
  denied: readonly string[],
): Scope {
  const isList = category === "run" || category === "env";
  if (isList && allowed !== true) {
    const rest = allowed.filter((item) => !denied.includes(item));
    if (!rest.some((item) => item.includes("*"))) return rest;
  }
  throw new UserError(
    `Cannot keep --deny-${category}=${denied.join(",")}: in the executable ` +
      "nothing would enforce it. List what is allowed instead: " +
      `--allow-${category}=…, or use deno run, which keeps deny lists`,
    exitCodes.usage,
  );
}
