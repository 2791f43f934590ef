import { exitCodes, UserError } from "../core/error.ts";
import type { DeniedPaths } from "../platform/denied_paths.ts";
import { isInside, path } from "../platform/paths.ts";
import type { Category, PermissionWords, Scope } from "./permission_words.ts";

/** What the process may do, fixed for its life. Paths are absolute. */
export interface Grants {
  readonly read: Scope;
  readonly write: Scope;
  readonly net: Scope;
  readonly run: Scope;
  readonly env: Scope;
  /** What Deno can't keep for a worker; `denyPaths()` and ring 2 keep it. */
  readonly denied: DeniedPaths;
}

/** What is granted where the user's words say nothing. */
export type Defaults = Omit<Grants, "denied">;

/** What is needed to understand the words. */
export interface GrantOptions {
  /** Base of relative paths. */
  readonly cwd: string;
  /** The file that a program's name stands for, as Deno finds it. */
  findProgram?(name: string): string | undefined;
}

/**
 * Makes grants of the user's words and the defaults: a category that the user
 * named replaces its default, and a category that is denied whole is nothing.
 * Denial wins, however much more exactly something is allowed.
 *
 * @throws {UserError} for a denial that nothing would keep: a worker's
 * permissions can't hold a deny list, so a program, a host or a variable can
 * be taken out of a list, and not out of what covers it.
 */
export function fixGrants(
  words: PermissionWords,
  defaults: Defaults,
  options: GrantOptions,
): Grants {
  const allowed = (category: Category): Scope =>
    words.deny[category] === true
      ? []
      : words.allow[category] ?? defaults[category];
  const denied = (category: Category): readonly string[] => {
    const scope = words.deny[category];
    return scope === undefined || scope === true ? [] : scope;
  };
  const absolute = (paths: readonly string[]) =>
    paths.map((each) => path.resolve(options.cwd, each));
  const paths = (category: "read" | "write"): Scope => {
    const scope = allowed(category);
    if (scope === true) return true;
    const off = absolute(denied(category));
    return absolute(scope)
      .filter((file) => !off.some((folder) => isInside(file, folder)));
  };
  return {
    read: paths("read"),
    write: paths("write"),
    net: without("net", allowed("net"), denied("net"), overlapOfHosts),
    run: withoutPrograms(allowed("run"), denied("run"), options),
    env: without("env", allowed("env"), denied("env"), overlapOfVariables),
    denied: {
      read: absolute(denied("read")),
      write: absolute(denied("write")),
    },
  };
}

/** How much of an allowed item a denied one takes. */
type Overlap = "none" | "all" | "part";

/** Takes what is denied out of a list, item by item. */
function without(
  category: Category,
  allowed: Scope,
  denied: readonly string[],
  overlap: (allowed: string, denied: string) => Overlap,
): Scope {
  if (denied.length === 0) return allowed;
  if (allowed === true) throw notKept(category, denied);
  return allowed.filter((item) => {
    const overlaps = denied.map((other) => overlap(item, other));
    if (overlaps.includes("all")) return false;
    if (overlaps.includes("part")) throw notKept(category, denied);
    return true;
  });
}

function overlapOfVariables(allowed: string, denied: string): Overlap {
  const [many, few] = [prefixOf(allowed), prefixOf(denied)];
  if (few !== undefined && allowed.startsWith(few)) return "all";
  if (allowed === denied) return "all";
  return many !== undefined && denied.startsWith(many) ? "part" : "none";
}

/** "OPENAI_*" is all variables that begin so. */
function prefixOf(name: string): string | undefined {
  return name.endsWith("*") ? name.slice(0, -1) : undefined;
}

/**
 * A name may lead to any address, and an address has many spellings, so
 * taking out an address can't be kept beside names.
 */
function overlapOfHosts(allowed: string, denied: string): Overlap {
  const [one, other] = [splitHost(allowed), splitHost(denied)];
  const samePort = other.port === undefined || other.port === one.port;
  if (one.host === other.host) {
    if (samePort) return "all";
    return one.port === undefined ? "part" : "none";
  }
  if (one.port !== undefined && !samePort) return "none";
  if (isSubdomain(one.host, other.host)) return samePort ? "all" : "part";
  if (isSubdomain(other.host, one.host)) return "part";
  return isName(one.host) && isName(other.host) ? "none" : "part";
}

function splitHost(item: string): { host: string; port: string | undefined } {
  const { host = item, port } =
    /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/.exec(item)?.groups ?? {};
  return { host: host.toLowerCase().replace(/\.$/, ""), port };
}

function isSubdomain(host: string, pattern: string): boolean {
  if (!pattern.startsWith("*.")) return false;
  return host === pattern.slice(2) || host.endsWith(pattern.slice(1));
}

function isName(host: string): boolean {
  const isAddress = host.startsWith("[") || /^[\d.]+(\/\d+)?$/.test(host) ||
    /^0x/.test(host);
  return !isAddress && host !== "localhost";
}

/** Programs that start any other, for whoever may start them. */
const launchers =
  /^(bash|sh|dash|zsh|ksh|fish|busybox|env|bwrap|sandbox-exec|cmd\.exe|powershell\.exe)$/;

function withoutPrograms(
  allowed: Scope,
  denied: readonly string[],
  { cwd, findProgram = () => undefined }: GrantOptions,
): Scope {
  if (denied.length === 0) return allowed;
  const file = (name: string) =>
    name.includes(path.SEPARATOR)
      ? path.resolve(cwd, name)
      : findProgram(name) ?? name;
  const rest = without(
    "run",
    allowed,
    denied,
    (one, other) => one === other || file(one) === file(other) ? "all" : "none",
  );
  if (rest === true) return true;
  const launcher = rest.find((name) => launchers.test(path.basename(name)));
  if (launcher === undefined) return rest;
  throw notKept("run", denied, ` ("${launcher}" can start any program)`);
}

function notKept(
  category: Category,
  denied: readonly string[],
  detail = "",
): UserError {
  return new UserError(
    `Cannot keep --deny-${category}=${denied.join(",")}: in the executable ` +
      `nothing would enforce it${detail}. List what is allowed instead, ` +
      `--allow-${category}=…, or use deno run, which keeps deny lists`,
    exitCodes.usage,
  );
}
