import { denialOf, isDenied } from "./denied_paths.ts";
import { type IgnoreRules, parseIgnore } from "./ignore.ts";
import { path } from "./paths.ts";

/** How a walk goes. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Also yields what `.gitignore` excludes. `.git` itself never. */
  readonly includeIgnored?: boolean;
  /** Also tells the names of ignored files, but not what ignored folders hold. */
  readonly listIgnored?: boolean;
  /** Tells whether to enter a folder, given relative to the root. */
  enter?(folder: string): boolean;
}

/** What one folder holds. Paths are `folder + name`. */
export interface WalkedFolder {
  /** Relative to the root with a final `/`; empty for the root itself. */
  readonly folder: string;
  /** Names of the regular files. */
  readonly files: readonly string[];
  /** Names of the symlinks; they are not followed. */
  readonly links: readonly string[];
  /** Names of ignored regular files, where they were asked for. */
  readonly ignored: readonly string[];
  /** True when the folder could not be listed. */
  readonly unreadable: boolean;
}

/** Lets the event loop run in a long stretch of synchronous work. */
export interface Pacer {
  /** True when the last pause was more than 20 ms ago. */
  due(): boolean;
  /** Waits for one turn of the event loop; throws the signal's reason. */
  pause(): Promise<void>;
}

const paceMs = 20;

/** Makes a pacer for work that `signal` can stop. */
export function createPacer(signal: AbortSignal): Pacer {
  let last = performance.now();
  return {
    due: () => performance.now() - last > paceMs,
    async pause() {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
      last = performance.now();
    },
  };
}

/** Rules of one folder, and where paths relative to the root meet them. */
interface Layer {
  readonly rules: IgnoreRules;
  /** Characters of a path that lie above this folder. */
  readonly skip: number;
  /** Path from this folder to the root when the root is below it. */
  readonly prepend: string;
}

/**
 * Walks the files below `root`, an absolute real path, folder by folder and
 * in no order. Follows `.gitignore` and `.git/info/exclude` as git does, also
 * those of the folders above up to the repository's; without a repository,
 * the `.gitignore` files from the root down count. A repository inside
 * another starts afresh. Hidden files are included, `.git` is not.
 *
 * Listing is synchronous because that is five times as fast; the walk pauses
 * every 20 ms. Needs read permission; what can't be listed is reported as
 * unreadable, and what is denied to this thread is passed over. Throws the signal's reason.
 */
export async function* walk(
  root: string,
  options: WalkOptions,
): AsyncGenerator<WalkedFolder, void, undefined> {
  const pacer = createPacer(options.signal);
  const base = root.endsWith(path.SEPARATOR) ? root : root + path.SEPARATOR;
  const start = options.includeIgnored ? [] : layersAbove(root);
  const pending = [{ folder: "", layers: start }];
  const isOff = denialOf("read");
  options.signal.throwIfAborted();
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (pacer.due()) await pacer.pause();
    const { folder } = next;
    const entries = list(base + folder);
    if (entries === undefined) {
      yield { folder, files: [], links: [], ignored: [], unreadable: true };
      continue;
    }
    const layers = options.includeIgnored
      ? next.layers
      : layersOf(base, folder, { entries, above: next.layers });
    const files: string[] = [];
    const links: string[] = [];
    const ignored: string[] = [];
    for (const entry of entries) {
      const { name, isDirectory } = entry;
      if (name === ".git") continue;
      if (isOff?.(base + folder + name)) continue;
      const target = isDirectory
        ? undefined
        : entry.isFile
        ? files
        : entry.isSymlink
        ? links
        : null;
      if (target === null) continue;
      if (layers.length > 0 && isIgnored(layers, folder, name, isDirectory)) {
        if (options.listIgnored && target === files) ignored.push(name);
        continue;
      }
      if (target !== undefined) target.push(name);
      else if (options.enter?.(folder + name) ?? true) {
        pending.push({ folder: `${folder}${name}/`, layers });
      }
    }
    yield { folder, files, links, ignored, unreadable: false };
  }
}

/**
 * The nearest folder, `folder` itself or above it, that holds `.git`; null
 * when there is none or it may not be looked for.
 */
export function findRepository(folder: string): string | null {
  for (let at = folder;; at = path.dirname(at)) {
    if (!mayRead(at)) return null;
    if (exists(path.join(at, ".git"))) return at;
    if (path.dirname(at) === at) return null;
  }
}

/** The layers that hold for the root because of the folders above it. */
function layersAbove(root: string): Layer[] {
  const repository = findRepository(root);
  if (repository === null || repository === root) return [];
  const layers = excludeLayer(repository, 0, `${slashed(repository, root)}/`);
  const folders: string[] = [];
  for (let at = path.dirname(root);; at = path.dirname(at)) {
    folders.unshift(at);
    if (at === repository) break;
  }
  for (const folder of folders) {
    const text = read(path.join(folder, ".gitignore"));
    if (text === undefined) continue;
    const prepend = `${slashed(folder, root)}/`;
    layers.push({ rules: parseIgnore(text), skip: 0, prepend });
  }
  return layers;
}

function layersOf(
  base: string,
  folder: string,
  { entries, above }: {
    entries: readonly Deno.DirEntry[];
    above: readonly Layer[];
  },
): Layer[] {
  let layers = above as Layer[];
  const skip = folder.length;
  if (entries.some((entry) => entry.name === ".git")) {
    layers = excludeLayer(path.join(base, folder), skip, "");
  }
  if (entries.some((entry) => entry.name === ".gitignore" && entry.isFile)) {
    const text = read(`${base}${folder}.gitignore`);
    if (text !== undefined) {
      layers = [...layers, { rules: parseIgnore(text), skip, prepend: "" }];
    }
  }
  return layers;
}

function isIgnored(
  layers: readonly Layer[],
  folder: string,
  name: string,
  isFolder: boolean,
): boolean {
  const whole = folder + name;
  for (let index = layers.length - 1; index >= 0; index--) {
    const { rules, skip, prepend } = layers[index] as Layer;
    const own = prepend === "" ? whole.slice(skip) : prepend + whole;
    const verdict = rules.judge(own, name, isFolder);
    if (verdict !== undefined) return verdict === "ignored";
  }
  return false;
}

/** The rules of `.git/info/exclude`, of the main checkout in a worktree. */
function excludeLayer(
  repository: string,
  skip: number,
  prepend: string,
): Layer[] {
  const text = read(path.join(gitFolder(repository), "info", "exclude"));
  return text === undefined
    ? []
    : [{ rules: parseIgnore(text), skip, prepend }];
}

function gitFolder(repository: string): string {
  const own = path.join(repository, ".git");
  const pointer = /^gitdir: (.*)$/m.exec(read(own) ?? "")?.[1];
  if (pointer === undefined) return own;
  const folder = path.resolve(repository, pointer.trimEnd());
  const common = read(path.join(folder, "commondir"));
  return common === undefined ? folder : path.resolve(folder, common.trimEnd());
}

function slashed(from: string, to: string): string {
  return path.relative(from, to).replaceAll(path.SEPARATOR, "/");
}

function list(folder: string): Deno.DirEntry[] | undefined {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return undefined;
  }
}

/** Reads a small text; undefined when there is none or it may not be read. */
function read(file: string): string | undefined {
  if (!mayRead(file)) return undefined;
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}

function exists(file: string): boolean {
  try {
    Deno.lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

/** Queried first: without `--no-prompt` a read would ask on the terminal. */
function mayRead(file: string): boolean {
  if (isDenied("read", file)) return false;
  const { state } = Deno.permissions.querySync({ name: "read", path: file });
  return state === "granted";
}
