import type { SandboxPlan } from "../core/sandbox.ts";
import { isInside, path } from "./paths.ts";

/** The name under which commands in bubblewrap see the plan's own folder. */
export const sharedFolder = "/tmp";

/**
 * Where a path that a command names is on this disk. In bubblewrap `/tmp` is
 * the session's own folder, so that what a command left in `/tmp/x` can be
 * read as `/tmp/x`, and the other way round; save for what stands there under
 * its own name, with all that {@link stemsIn} shares with it. By its text
 * alone; everywhere else a path is where it says.
 */
export function onDisk(file: string, plan: SandboxPlan | undefined): string {
  const isOwn = plan?.kind === "bwrap" && plan.temp !== "" &&
    isInside(file, sharedFolder) && !isNamed(file, plan);
  return isOwn ? path.join(plan.temp, path.relative(sharedFolder, file)) : file;
}

function isNamed(file: string, { writable, readOnly }: SandboxPlan): boolean {
  const places = [...writable, ...readOnly.map((row) => row.path)];
  if (places.includes(sharedFolder)) return true;
  return stemsIn(places).some((stem) => isInside(file, stem));
}

/** The names right in `/tmp` that paths lead through: `/tmp/a` of `/tmp/a/b`. */
export function stemsIn(paths: readonly string[]): string[] {
  const stems = paths
    .filter((each) => each !== sharedFolder && isInside(each, sharedFolder))
    .map((each) => {
      const [first = ""] = path.relative(sharedFolder, each)
        .split(path.SEPARATOR);
      return path.join(sharedFolder, first);
    });
  return [...new Set(stems)];
}

/**
 * Before a command: removes links from where bubblewrap makes mount points in
 * the session's own folder. It would follow them, with the whole disk in
 * reach, and make a folder where they lead. While a command runs its mount
 * points can't be replaced, so what is found here is from one that got out of
 * its namespace of mounts. Needs read and write for the folder.
 */
export function clearStems(temp: string, stems: readonly string[]): void {
  for (const stem of stems) {
    const place = path.join(temp, path.basename(stem));
    try {
      if (Deno.lstatSync(place).isSymlink) Deno.removeSync(place);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
