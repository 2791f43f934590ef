/**
 * `deno task bundle [FOLDER]`: bundles `main.ts` into `FOLDER/main.js` and
 * the chunks that it loads late (default: dist/bundle). The same sources give
 * the same bytes on any machine, which Deno's own bundler does not: it writes
 * paths of the machine into comments and makes the chunks' names from them.
 */

import { path } from "../lib/platform/paths.ts";

const root = path.fromFileUrl(new URL("../", import.meta.url));

/**
 * Bundles the program into an empty folder and returns the names of the files,
 * `main.js` first. Needs read, write and run permission.
 */
export async function bundle(folder: string): Promise<string[]> {
  const raw = await Deno.makeTempDir({ prefix: "openclaude-bundle-" });
  try {
    await runBundler(raw);
    const files = new Map<string, string>();
    for await (const { name } of Deno.readDir(raw)) {
      files.set(name, await Deno.readTextFile(`${raw}/${name}`));
    }
    const settled = await settle(files);
    await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
    await Deno.mkdir(folder, { recursive: true });
    for (const [name, text] of settled) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return [...settled.keys()];
  } finally {
    await Deno.remove(raw, { recursive: true });
  }
}

async function runBundler(folder: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=deno",
      "--code-splitting",
      "--minify",
      `--outdir=${folder}`,
      "main.ts",
    ],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
  }
}

/**
 * Makes a bundle independent of the machine: package paths in comments start
 * at the package, and a chunk's name holds a hash of what the chunk says.
 */
export async function settle(
  files: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const chunk = /([\w.-]+)-[A-Z0-9]{8}\.js/g;
  const names = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const [name, text] of files) {
    const plain = text.replaceAll(
      /^\/\/ (?:\.\.\/)+.*?\/npm\/[^/\n]+\/(.*)$/gm,
      "// npm:$1",
    );
    texts.set(name, plain);
    const withoutHashes = plain.replaceAll(
      chunk,
      (whole, stem) => files.has(whole) ? `${stem}.js` : whole,
    );
    const stem = name.match(/^(.*)-[A-Z0-9]{8}\.js$/)?.[1];
    if (stem === undefined) names.set(name, name);
    else names.set(name, `${stem}-${await hashOf(withoutHashes)}.js`);
  }
  if (new Set(names.values()).size !== names.size) {
    throw new Error("Cannot name the chunks: two of them are alike");
  }
  const rename = (text: string) =>
    text.replaceAll(chunk, (whole) => names.get(whole) ?? whole);
  return new Map(
    [...texts]
      .map(([name, text]) => [names.get(name) ?? name, rename(text)] as const)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  );
}

function rank(name: string): number {
  return name === "main.js" ? 0 : 1;
}

async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.toHex().slice(0, 8).toUpperCase();
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? path.join(root, "dist", "bundle");
  const names = await bundle(folder);
  for (const name of names) {
    const { size } = await Deno.stat(`${folder}/${name}`);
    // deno-lint-ignore no-console
    console.log(`${String(size).padStart(9)}  ${folder}/${name}`);
  }
}
