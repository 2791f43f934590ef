import { realPathOf } from "../permission/real_path.ts";
import { isInside } from "../platform/paths.ts";
import { onDisk, sharedFolder } from "../platform/sandbox.ts";
import type { SettledSandbox } from "./sandbox.ts";

/** Where work is done, as rules and modes see it. */
export interface PolicyPlace {
  /** Folders of the work, absolute; the first is the workspace. */
  readonly roots: readonly string[];
  /** Whether commands run in the system's sandbox. */
  readonly sandboxed: boolean;
  /** Where a path really leads: null when that can't be seen. */
  realPath(file: string): Promise<string | null>;
}

/**
 * The place of a conversation. Where `/tmp` is the session's own folder, what
 * is in it is part of the work, and is judged by where it is on the disk.
 * With a workspace inside `/tmp` that name stands for both, so it is asked.
 */
export function policyPlace(
  { plan, roots, sandboxed }: Pick<
    SettledSandbox,
    "plan" | "roots" | "sandboxed"
  >,
  folders: readonly string[],
): PolicyPlace {
  const all = [...roots, ...folders];
  const isOwn = plan.kind === "bwrap" && plan.temp !== "" &&
    !all.some((root) => root !== plan.temp && isInside(root, sharedFolder));
  return {
    roots: isOwn ? [...all, sharedFolder] : all,
    sandboxed,
    realPath: (file) => realPathOf(onDisk(file, plan)),
  };
}
