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
 * The pair that `deno compile` needs, from `COMPILE_DENO` and `DENORT_BIN`
 * (`.ci/run` sets them); without it tests of the executable are skipped, as
 * by `needs()`.
 */
export function needsCompiler(): boolean {
  const ready = ["COMPILE_DENO", "DENORT_BIN"].every((name) =>
    isExecutable(Deno.env.get(name) ?? "")
  );
  // deno-lint-ignore no-console
  if (!ready) console.log("skipped: needs COMPILE_DENO and DENORT_BIN");
  return ready;
}
