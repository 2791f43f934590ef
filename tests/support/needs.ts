/** Where programs were found, by name; a program is looked for once. */
const found = new Map<string, string | undefined>();

/** The path of a program on PATH, or undefined. Needs env and read. */
export function findProgram(name: string): string | undefined {
  if (found.has(name)) return found.get(name);
  const windows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":");
  const path = folders
    .filter((folder) => folder !== "")
    .map((folder) => `${folder}/${name}${windows ? ".exe" : ""}`)
    .find(isExecutable);
  found.set(name, path);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/**
 * Whether all the programs are there, for a test that needs them:
 * `Deno.test({ name, ignore: !needs("tmux"), fn })`. Call it once for each
 * such test: where one is missing it prints `skipped: needs X`, and the last
 * line of `deno task test` counts the test as skipped.
 */
export function needs(...programs: readonly string[]): boolean {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  // deno-lint-ignore no-console
  if (missing.length > 0) console.log(`skipped: needs ${missing.join(", ")}`);
  return missing.length === 0;
}

/**
 * Whether the executable can be compiled: `COMPILE_DENO` names the Deno to do
 * it, and `DENORT_BIN` its base (`.ci/run` sets them). Without it the test is
 * skipped, as by `needs()`.
 */
export function needsCompiler(): boolean {
  const ready = isExecutable(Deno.env.get("COMPILE_DENO") ?? "");
  // deno-lint-ignore no-console
  if (!ready) console.log("skipped: needs COMPILE_DENO");
  return ready;
}
