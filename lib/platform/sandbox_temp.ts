import type { SandboxPlan } from "../core/sandbox.ts";
import { isInside, path } from "./paths.ts";

/** The name under which commands in bubblewrap see the plan's own folder. */
const shared = "/tmp";

/**
 * Where a path that a command names is on this disk. In bubblewrap `/tmp` is
 * the session's own folder, so that what a command left in `/tmp/x` can be
 * read as `/tmp/x`, and the other way round; save for what the plan names in
 * there. By its text alone; everywhere else a path is where it says.
 */
export function onDisk(file: string, plan: SandboxPlan | undefined): string {
  const isOwn = plan?.kind === "bwrap" && plan.temp !== "" &&
    isInside(file, shared) && !isNamed(file, plan);
  return isOwn ? path.join(plan.temp, path.relative(shared, file)) : file;
}

function isNamed(file: string, { writable, readOnly }: SandboxPlan): boolean {
  return [...writable, ...readOnly.map((row) => row.path)].some((place) =>
    isInside(place, shared) && isInside(file, place)
  );
}
