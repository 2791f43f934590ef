import type { Need } from "../core/permission.ts";

/** A permission that the program was not given, and how to give it. */
export interface MissingNeed {
  readonly need: Need;
  /** What to start the program with, such as "--allow-write=/srv/code". */
  readonly flag: string;
}

/**
 * Tells whether Deno granted something. Only "granted" counts: what was not
 * given is "prompt" even under `--no-prompt` (spec/deno.md 1). Never asks.
 */
export function can(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/**
 * Finds which permissions are missing altogether, so that what needs them is
 * not offered. A file permission for one of the roots is enough: single
 * paths are decided by `guardPath()`. A grant for less than a whole root
 * can't be seen by a query and counts as missing.
 */
export function missingNeeds(
  needs: readonly Need[],
  roots: readonly string[],
  options: {
    /** Whether commands can be run; by default, whether a shell may be. */
    readonly canRun?: boolean;
  } = {},
): MissingNeed[] {
  const missing: MissingNeed[] = [];
  for (const need of new Set(needs)) {
    const isMet = need === "run" && options.canRun !== undefined
      ? options.canRun
      : isGranted[need](roots);
    if (!isMet) {
      missing.push({ need, flag: flagFor(need, roots) });
    }
  }
  return missing;
}

/** The shells that commands are run by; one is enough. */
const shells = ["bash", "sh"];

const isGranted: Readonly<
  Record<Need, (roots: readonly string[]) => boolean>
> = {
  read: (roots) => roots.some((path) => can({ name: "read", path })),
  write: (roots) => roots.some((path) => can({ name: "write", path })),
  net: () => can({ name: "net" }),
  run: () => shells.some((command) => can({ name: "run", command })),
};

function flagFor(need: Need, roots: readonly string[]): string {
  switch (need) {
    case "read":
    case "write":
      return roots.length === 0
        ? `--allow-${need}`
        : `--allow-${need}=${roots.join(",")}`;
    case "net":
      return "--allow-net";
    case "run":
      return `--allow-run=${shells.join(",")}`;
  }
}
