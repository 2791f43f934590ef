import { path } from "../../lib/platform/paths.ts";

/** A folder with files that is deleted at the end of a `using` scope. */
export interface Tree extends Disposable {
  /** Absolute real path. */
  readonly root: string;
  /** Writes files by relative path; a path with a final `/` is a folder. */
  add(files: Readonly<Record<string, string | Uint8Array>>): void;
  path(relative: string): string;
}

/** Makes a temporary folder that holds the given files. */
export function makeTree(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Tree {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const tree: Tree = {
    root,
    path: (relative) => path.join(root, relative),
    add(more) {
      for (const [name, content] of Object.entries(more)) {
        const file = path.join(root, name);
        if (name.endsWith("/")) {
          Deno.mkdirSync(file, { recursive: true });
          continue;
        }
        Deno.mkdirSync(path.dirname(file), { recursive: true });
        if (typeof content === "string") Deno.writeTextFileSync(file, content);
        else Deno.writeFileSync(file, content);
      }
    },
    [Symbol.dispose]() {
      Deno.removeSync(root, { recursive: true });
    },
  };
  tree.add(files);
  return tree;
}
