/** The project's text files: path relative to the root, then the text. */
export type SourceTree = ReadonlyMap<string, string>;

/** What .gitignore names, and git's own folder (a file in a worktree). */
const notOurs = [".git", "node_modules", "dist", "coverage"];

/** The root of the project, with a slash at the end. */
export const root = new URL("../../", import.meta.url);

/** Reads all files of the project. A file that is not UTF-8 has no text. */
export async function readTree(
  folder: URL = root,
  prefix = "",
  tree: Map<string, string> = new Map(),
): Promise<SourceTree> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (notOurs.includes(name)) continue;
    const path = prefix + name;
    if (isDirectory) {
      const inner = new URL(`${encodeURIComponent(name)}/`, folder);
      await readTree(inner, `${path}/`, tree);
    } else if (isFile) {
      const file = new URL(encodeURIComponent(name), folder);
      tree.set(path, decode(await Deno.readFile(file)));
    }
  }
  return tree;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}

/** Whether a file is part of the program, and not of its tests or docs. */
export function isProduct(path: string): boolean {
  return path === "main.ts" || /^(lib|tools)\/.*\.ts$/.test(path);
}

/** An import as written. */
export interface Import {
  readonly specifier: string;
  /** True for `import()`, which loads at the call. */
  readonly lazy: boolean;
}

/**
 * The imports of a formatted TypeScript file, type-only ones included: they
 * tie files together as much as others do.
 */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const eager =
    /^(?:import|export)\b[^;"'`]*?\bfrom\s+["']([^"']+)["']|^import\s+["']([^"']+)["']/gm;
  for (const [, from, bare] of text.matchAll(eager)) {
    found.push({ specifier: from ?? bare ?? "", lazy: false });
  }
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']/g)) {
    const line = text.slice(text.lastIndexOf("\n", match.index) + 1);
    if (/^\s*(\*|\/\*|\/\/)/.test(line)) continue;
    found.push({ specifier: match[1] ?? "", lazy: true });
  }
  return found;
}

/** Where a relative specifier leads, as a path from the root. */
export function resolveImport(from: string, specifier: string): string {
  const base = new URL(from, "file:///");
  return decodeURIComponent(new URL(specifier, base).pathname).slice(1);
}
