import { exitCodes, UserError } from "../core/error.ts";

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
 * `--allow-read=a,b`, `-R`, `-RW=a`, `--deny-read=…`, `-A`, `--allow-all`,
 * `--no-prompt`. As with Deno a list only follows "=", "a,,b" is the name
 * "a,b", and what follows `--` is left alone.
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
    const parsed = parseShort(word) ?? parseLong(word);
    if (parsed === undefined) {
      rest.push(word);
      continue;
    }
    const lists = parsed.effect === "allow" ? allow : deny;
    for (const [category, scope] of parsed.scopes) {
      lists[category] = merge(lists[category], scope);
    }
  }
  if (end !== -1) rest.push(...args.slice(end));
  return { allow, deny, rest };
}

interface Word {
  readonly effect: "allow" | "deny";
  readonly scopes: readonly (readonly [Category, Scope])[];
}

/** "-R", "-R=a", and several in one, of which the last has the list. */
function parseShort(word: string): Word | undefined {
  const short = /^-([RWNE]+)(?:=(.*))?$/s.exec(word);
  if (short === null) return undefined;
  const letters = [...short[1] ?? ""];
  const scopes = letters.map((letter, index) => {
    const category = shortNames[letter] as Category;
    const isLast = index === letters.length - 1;
    return [category, isLast ? listOf(word, short[2]) : true] as const;
  });
  return { effect: "allow", scopes };
}

function parseLong(word: string): Word | undefined {
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
    scopes: [[category, listOf(word, list)]],
  };
}

function listOf(word: string, list: string | undefined): Scope {
  if (list === undefined) return true;
  const items = splitList(list);
  if (items.length > 0 && !items.includes("")) return items;
  throw new UserError(
    `Cannot use "${word}": ${
      items.length > 0 ? "a name in it is empty" : 'nothing is listed after "="'
    }`,
    exitCodes.usage,
  );
}

/** Splits at single commas; two of them are one in a name. */
function splitList(list: string): string[] {
  if (list === "") return [];
  return list.replaceAll(",,", "\0").split(",")
    .map((item) => item.replaceAll("\0", ","));
}

function merge(before: Scope | undefined, more: Scope): Scope {
  if (before === undefined) return more;
  return before === true || more === true ? true : [...before, ...more];
}
