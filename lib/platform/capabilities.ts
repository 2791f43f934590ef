import type { Need } from "../core/permission.ts";
import { bwrapPrograms } from "./bwrap_programs.ts";
import { isInside } from "./paths.ts";

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
 * can't be seen by a query; it counts where `tellGrantedPaths()` told of it.
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
  read: (roots) => canUse("read", roots),
  write: (roots) => canUse("write", roots),
  net: () => can({ name: "net" }),
  run: () => shells.some((command) => can({ name: "run", command })),
};

/** Paths that were granted one by one, absolute. */
export interface GrantedPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

let told: GrantedPaths | undefined;

/**
 * Tells this thread which paths it was granted, where that is known: a query
 * does not find a grant for a part of a folder.
 */
export function tellGrantedPaths(paths: GrantedPaths): void {
  told = paths;
}

/** What was told; undefined when nothing was. */
export function listedPaths(): GrantedPaths | undefined {
  return told;
}

function canUse(name: "read" | "write", roots: readonly string[]): boolean {
  const parts = (told?.[name] ?? []).filter((path) =>
    roots.some((root) => isInside(path, root))
  );
  return [...roots, ...parts].some((path) => can({ name, path }));
}

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
      return `--allow-run=${programsToGrant().join(",")}`;
  }
}

/**
 * The programs to grant so that commands can be run: the sandbox's alone where
 * it is seen to be there, else shells. One that was granted already did not
 * help. Needs `--allow-read` for its folder to see it.
 */
export function programsToGrant(): readonly string[] {
  const isHelpful = Deno.build.os === "linux" &&
    !can({ name: "run", command: "bwrap" }) && bwrapPrograms.some(isThere);
  return isHelpful ? ["bwrap"] : shells;
}

function isThere(file: string): boolean {
  if (!file.startsWith("/") || !can({ name: "read", path: file })) return false;
  try {
    return Deno.statSync(file).isFile;
  } catch {
    // Missing, or where this user may not look: not to be advised.
    return false;
  }
}
