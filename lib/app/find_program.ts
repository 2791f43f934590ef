import { readEnvironment } from "../platform/environment.ts";
import { path } from "../platform/paths.ts";

/**
 * The file that a program's name stands for, by PATH; undefined when there is
 * none. Needs `--allow-env=PATH` and read.
 */
export function findProgram(name: string): string | undefined {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const endings = Deno.build.os === "windows" ? [".exe", ""] : [""];
  return (readEnvironment("PATH") ?? "").split(separator)
    .filter((folder) => folder !== "")
    .flatMap((folder) => endings.map((end) => path.join(folder, name + end)))
    .find(isFile);
}

function isFile(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
