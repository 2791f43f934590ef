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
