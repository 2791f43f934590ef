/**
 * `deno task compile [FILE]`: makes the executable for this machine (default:
 * dist/openclaude) from the bundle. `COMPILE_DENO` names another Deno to do it
 * and `DENORT_BIN` that one's base, which is otherwise downloaded.
 */

import { bundle } from "./bundle.ts";

const root = new URL("../", import.meta.url);

/**
 * What the executable may do at most; the user's own words narrow it. Listed,
 * since `-A` would open /proc/self/mem too (spec/deno.md 2).
 */
const permissions = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--no-prompt",
];

/**
 * The tool realm holds its own permissions; a pattern such as `(a+)+$` falls
 * back to an engine without backtracking (spec/deno.md 12); the code cache
 * would be a file in the shared temporary folder (spec/deno.md 8).
 */
const runtime = [
  "--unstable-worker-options",
  "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks",
  "--no-code-cache",
];

/** Compiles a bundled `main.js`. Needs run permission. */
export async function compile(entry: string, output: string): Promise<void> {
  const compiler = Deno.env.get("COMPILE_DENO") ?? Deno.execPath();
  const { code, stderr } = await new Deno.Command(compiler, {
    args: [
      "compile",
      "--quiet",
      "--no-config",
      "--no-check",
      ...permissions,
      ...runtime,
      `--output=${output}`,
      entry,
    ],
    // deno.lock and deno.json must not be found: the bundle needs neither.
    cwd: entry.slice(0, entry.lastIndexOf("/")),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    throw new Error(`Cannot compile: ${new TextDecoder().decode(stderr)}`);
  }
}

if (import.meta.main) {
  const output = Deno.args[0] ?? new URL("dist/openclaude", root).pathname;
  const folder = await Deno.makeTempDir({ prefix: "openclaude-compile-" });
  try {
    await bundle(folder);
    await compile(`${folder}/main.js`, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const { size } = await Deno.stat(output);
  // deno-lint-ignore no-console
  console.log(`${String(size).padStart(9)}  ${output}`);
}
