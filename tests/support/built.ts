import { bundle } from "../../.ci/bundle.ts";
import { compile } from "../../.ci/compile.ts";

/** The bundled program. */
export interface Built {
  readonly folder: string;
  /** Its files, `main.js` first. */
  readonly names: readonly string[];
}

let folder: string | undefined;
let bundled: Promise<Built> | undefined;
let compiled: Promise<string> | undefined;
const others = new Map<string, Promise<string>>();

/** The bundle of these sources, made once for each file of tests. */
export function builtBundle(): Promise<Built> {
  bundled ??= (async () => {
    const inner = `${await ownFolder()}/bundle`;
    return { folder: inner, names: await bundle(inner) };
  })();
  return bundled;
}

/**
 * The executable of these sources, made once for each file of tests. Ask
 * `needsCompiler()` before.
 */
export function builtExecutable(): Promise<string> {
  compiled ??= (async () => {
    const { folder } = await builtBundle();
    const file = `${await ownFolder()}/openclaude`;
    await compile(`${folder}/main.js`, file);
    return file;
  })();
  return compiled;
}

/**
 * An executable of another entry, a module of this folder that stands in for
 * `main.ts`. Ask `needsCompiler()` before.
 */
export function builtFrom(module: string): Promise<string> {
  const known = others.get(module) ?? buildFrom(module);
  others.set(module, known);
  return known;
}

async function buildFrom(module: string): Promise<string> {
  const entry = new URL(`./${module}.ts`, import.meta.url).pathname;
  const inner = `${await ownFolder()}/${module}`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=deno",
      "--code-splitting",
      `--outdir=${inner}`,
      entry,
    ],
    stdin: "null",
    stdout: "null",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  await compile(`${inner}/${module}.js`, `${inner}/program`);
  return `${inner}/program`;
}

async function ownFolder(): Promise<string> {
  if (folder !== undefined) return folder;
  folder = await Deno.makeTempDir({ prefix: "openclaude-built-" });
  const made = folder;
  globalThis.addEventListener(
    "unload",
    () => Deno.removeSync(made, { recursive: true }),
  );
  return folder;
}
