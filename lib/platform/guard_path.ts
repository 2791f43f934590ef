import { can } from "./capabilities.ts";
import { isDenied } from "./denied_paths.ts";
import { readEnvironment } from "./environment.ts";
import { fileFault } from "./file_error.ts";
import { isInside, path } from "./paths.ts";

/** Where a path may lead and what is to be done there. */
export interface GuardOptions {
  /** Base of relative paths, absolute. */
  readonly cwd: string;
  /** Folders that may be touched, absolute; links to them are followed. */
  readonly roots: readonly string[];
  readonly kind: "read" | "write";
  /** What `~` stands for; `$HOME` by default. */
  readonly home?: string | undefined;
  /** Where an absolute path really is: what commands see as `/tmp`. */
  locate?(absolute: string): string;
}

/** The real path of something that may be touched, or who refused it. */
export type GuardedPath =
  | { readonly ok: true; readonly path: string }
  | {
    readonly ok: false;
    /** "input": no such path can be; "system": the operating system. */
    readonly by: "input" | "workspace" | "deno" | "system";
    readonly message: string;
    readonly hint?: string;
  };

/** Links that one path may pass, as in Linux's own limit. */
const maxLinks = 40;

/**
 * Makes a path as models write it absolute, by its text alone: `file://`
 * URLs, `~`, quotes around it and a line end after it are understood
 * (spec/providers.md 4.3). Links are not followed and nothing is checked,
 * so it needs no permission; file access goes through `guardPath()`.
 */
export function resolvePath(
  given: string,
  cwd: string,
  home: string | undefined = readEnvironment("HOME"),
): string {
  return path.resolve(cwd, plainPath(given, home));
}

/**
 * Decides whether a file may be touched, by where its path really leads:
 * Deno checks a path as it is named, so a link inside the workspace would
 * lead out (spec/deno.md 1). The real path of the longest existing ancestor
 * must lie in a root, must be granted by Deno and must not be denied to this
 * thread (`denyPaths()`). A file that does not exist is no error. The caller must use the returned path, never the given one.
 *
 * Between this check and the use another process may still exchange a folder
 * for a link; only the sandbox of ring 2 closes that gap.
 *
 * Needs `--allow-read` for the path, also when it is to be written. Never
 * throws for what a path may hold.
 */
export function guardPath(
  given: string,
  options: GuardOptions,
): GuardedPath {
  const named = `Cannot ${options.kind} ${JSON.stringify(given)}`;
  const unfit = unfitPath(given);
  if (unfit !== null) {
    return { ok: false, by: "input", message: `${named}: ${unfit}` };
  }
  const meant = resolvePath(given, options.cwd, options.home);
  const absolute = options.locate?.(meant) ?? meant;
  const roots = options.roots.map(realRoot);
  let real: string;
  try {
    real = realPathOf(absolute, 0);
  } catch (error) {
    const fault = fileFault(error);
    if (fault === null) throw error;
    if (fault.by === "system") {
      return { ok: false, by: "system", message: `${named}: ${fault.state}` };
    }
    const known = [...roots, ...options.roots];
    return known.some((root) => isInside(absolute, root))
      ? refusedByDeno(named, absolute, "read", known)
      : refusedByWorkspace(named, absolute, absolute, options.roots);
  }
  if (!roots.some((root) => isInside(real, root))) {
    return refusedByWorkspace(named, absolute, real, options.roots);
  }
  if (isDenied(options.kind, real, absolute)) {
    return refusedByDenyList(named, options.kind);
  }
  return can({ name: options.kind, path: real })
    ? { ok: true, path: real }
    : refusedByDeno(named, real, options.kind, roots);
}

function refusedByWorkspace(
  named: string,
  absolute: string,
  real: string,
  roots: readonly string[],
): GuardedPath {
  const where = absolute === real
    ? "it is outside the workspace"
    : `it leads to ${JSON.stringify(real)}, outside the workspace`;
  const hint = roots.length === 0
    ? "No folder may be used"
    : `Use paths inside ${roots.join(", ")}`;
  return { ok: false, by: "workspace", message: `${named}: ${where}`, hint };
}

function refusedByDeno(
  named: string,
  target: string,
  kind: "read" | "write",
  roots: readonly string[],
): GuardedPath {
  const query = { name: kind, path: target } as const;
  if (Deno.permissions.querySync(query).state === "denied") {
    return refusedByDenyList(named, kind);
  }
  const scope = roots.find((root) => isInside(target, root)) ?? target;
  return {
    ok: false,
    by: "deno",
    message: `${named}: Deno's permissions do not cover it`,
    // Some system files are open only to programs with all permissions.
    hint: can({ name: kind })
      ? "Do without it; no permission that we ask for opens it"
      : `Do without it; the user can start the program with --allow-${kind}=${scope}`,
  };
}

function refusedByDenyList(
  named: string,
  kind: "read" | "write",
): GuardedPath {
  return {
    ok: false,
    by: "deno",
    message: `${named}: it is denied by --deny-${kind} or by the settings`,
    hint: "Do without it; only the user can lift that, at the next start",
  };
}

function unfitPath(given: string): string | null {
  if (given.includes("\0")) return "a path has no NUL character";
  if (given.trim() === "") return "the path is empty";
  return null;
}

function plainPath(given: string, home: string | undefined): string {
  let plain = given.replace(/[\r\n]+$/, "");
  const quoted = /^(["'`])(.+)\1$/s.exec(plain);
  if (quoted?.[2] !== undefined) plain = quoted[2];
  if (/^file:\/\//i.test(plain)) plain = fromUrl(plain) ?? plain;
  const isHome = plain === "~" || plain.startsWith("~/");
  return isHome && home !== undefined ? home + plain.slice(1) : plain;
}

/** Undefined for what is no URL after all; it is then taken as a name. */
function fromUrl(url: string): string | undefined {
  try {
    return path.fromFileUrl(url);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * Real paths of roots. A root is fixed at the start; were it exchanged for a
 * link later, paths would lead out of the place that is kept here.
 */
const realRoots = new Map<string, string>();

// Links are followed without handing each step to another thread, which
// would cost ten times what the system takes to answer.

/** A root that can't be followed is compared as it is named. */
function realRoot(root: string): string {
  const known = realRoots.get(root);
  if (known !== undefined) return known;
  try {
    const real = Deno.realPathSync(root);
    realRoots.set(root, real);
    return real;
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return path.resolve(root);
  }
}

function realPathOf(absolute: string, links: number): string {
  const tail: string[] = [];
  let head = absolute;
  while (true) {
    const real = unlessMissing(() => Deno.realPathSync(head));
    if (real !== null) return path.join(real, ...tail);
    const target = danglingTarget(head);
    if (target !== null) {
      if (links >= maxLinks) throw new LinkLoop();
      return realPathOf(path.join(target, ...tail), links + 1);
    }
    const parent = path.dirname(head);
    if (parent === head) return absolute;
    tail.unshift(path.basename(head));
    head = parent;
  }
}

/** Where a link without an end leads; null for what is no link. */
function danglingTarget(link: string): string | null {
  const info = unlessMissing(() => Deno.lstatSync(link));
  if (info === null || !info.isSymlink) return null;
  const folder = Deno.realPathSync(path.dirname(link));
  return path.resolve(folder, Deno.readLinkSync(link));
}

function unlessMissing<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

class LinkLoop extends Error {
  readonly code = "ELOOP";
}
