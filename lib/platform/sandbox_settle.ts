import type { ProtectedPath, SandboxPlan } from "../core/sandbox.ts";
import { isInside, path } from "./paths.ts";
import type { Overlay } from "./sandbox_plan.ts";

/** A plan as the disk is at this moment, for one command. */
export interface SettledPlan {
  readonly overlays: readonly Overlay[];
  /** Protected paths that are not there: nothing could be put over them. */
  readonly absent: readonly ProtectedPath[];
}

type Look = "folder" | "file" | "link" | "missing" | "unknown";

/**
 * Looks which paths of a plan exist. What this thread may not look at counts
 * as the probe found it, or as optional. Symlinks are followed: what is
 * covered is where they lead.
 */
export async function settlePlan(plan: SandboxPlan): Promise<SettledPlan> {
  // Its rules are of names, so that it can protect what does not exist yet.
  const takesAny = plan.kind === "sandbox-exec";
  const overlays: Overlay[] = [];
  const absent: ProtectedPath[] = [];
  const writable = plan.writable.map((name) => ({ name, ...follow(name) }));
  const isOuter = ({ name }: { name: string }) =>
    !plan.writable.some((each) => each !== name && isInside(name, each));
  const outer = writable.filter(isOuter).map(({ file }) => file);
  for (const { name, file, look } of writable) {
    // A symlink in the workspace can't make a place outside writable.
    const isKept = outer.some((folder) => isInside(file, folder)) &&
      (look !== "unknown" || isOuter({ name }));
    if (isKept && look !== "missing") {
      overlays.push(overlay(file, "writable", look));
    }
  }
  const rows = [...plan.readOnly, ...await gitFolders(plan)];
  for (const row of rows) {
    const { file, look } = follow(row.path);
    if (look !== "missing" || takesAny) {
      overlays.push(overlay(file, "readOnly", look));
    } else if (row.missing === "report") {
      absent.push(row);
    } else if (isFolder(path.dirname(file))) {
      if (row.missing === "remove") absent.push(row);
      else overlays.push(overlay(file, "filled", "folder"));
    } else if (path.basename(file) === "config") {
      // `git init` may make a repository, and its settings with it.
      absent.push({ ...row, missing: "report" });
    }
  }
  for (const { path: secret, what } of plan.hidden) {
    const { file, look } = follow(secret);
    const seen = look === "unknown" ? what : look;
    if (takesAny || seen !== "missing" && seen !== "unknown") {
      overlays.push(overlay(file, "hidden", seen));
    }
  }
  return { overlays, absent };
}

function overlay(
  file: string,
  treatment: Overlay["treatment"],
  look: Look,
): Overlay {
  return {
    path: file,
    treatment,
    isFile: look === "file",
    isOptional: look === "unknown",
  };
}

function follow(file: string): { file: string; look: Look } {
  const look = lookAt(file);
  if (look === "missing" || look === "unknown") {
    return { file, look };
  }
  try {
    const real = Deno.realPathSync(file);
    return { file: real, look: look === "link" ? lookAt(real) : look };
  } catch {
    // A link that leads nowhere, or where this thread may not look.
    return { file, look: "unknown" };
  }
}

/** Synchronous: some fifty of these cost 0.5 ms, and 3 ms otherwise. */
function lookAt(file: string): Look {
  try {
    const { isDirectory, isSymlink } = Deno.lstatSync(file);
    return isSymlink ? "link" : isDirectory ? "folder" : "file";
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return isMissing ? "missing" : "unknown";
  }
}

function isFolder(file: string): boolean {
  return lookAt(file) === "folder";
}

/** How deep the folders of submodules are looked for, and how many. */
const bounds = { depth: 4, folders: 200 };

/** What git reads of the folders of submodules and linked worktrees. */
async function gitFolders(plan: SandboxPlan): Promise<ProtectedPath[]> {
  const configs = plan.readOnly.filter(({ path: file, missing }) =>
    missing === "remove" && path.basename(file) === "config"
  );
  const found: ProtectedPath[] = [];
  for (const config of configs) {
    const git = path.dirname(config.path);
    if (lookAt(git) === "file") {
      // A linked worktree: the file says where git finds its settings.
      found.push({ ...config, path: git });
      continue;
    }
    const submodules = await foldersWith(path.join(git, "modules"), "HEAD");
    const worktrees = await foldersWith(path.join(git, "worktrees"), "HEAD");
    const add = (missing: ProtectedPath["missing"], ...parts: string[]) =>
      found.push({ ...config, missing, path: path.join(...parts) });
    for (const folder of submodules) add("fill", folder, "hooks");
    for (const folder of [...submodules, ...worktrees]) {
      add("remove", folder, "config");
      add("remove", folder, "config.worktree");
      add("remove", folder, "commondir");
    }
  }
  return found;
}

async function foldersWith(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  let layer = [folder];
  for (let depth = 0; depth < bounds.depth; depth++) {
    const below: string[] = [];
    for (const each of layer) {
      const names = await namesIn(each);
      if (names.files.includes(name)) found.push(each);
      // The objects of one hold no other.
      else below.push(...names.folders.map((child) => path.join(each, child)));
      if (found.length + below.length > bounds.folders) return found;
    }
    layer = below;
  }
  return found;
}

async function namesIn(folder: string) {
  const names = { files: [] as string[], folders: [] as string[] };
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      (isDirectory ? names.folders : names.files).push(name);
    }
  } catch {
    // Most repositories have none, and one may not be ours to list.
  }
  return names;
}

/**
 * After a command: removes what it put where git would obey it, and names
 * what else appeared on protected paths, a sentence for each kind.
 */
export async function sweepAbsent(
  absent: readonly ProtectedPath[],
): Promise<string[]> {
  const removed: string[] = [];
  const appeared: string[] = [];
  for (const row of absent) {
    const look = lookAt(row.path);
    if (look === "missing" || look === "unknown") continue;
    if (row.missing === "remove") {
      await Deno.remove(row.path, { recursive: true });
      removed.push(row.path);
    } else {
      appeared.push(row.path);
    }
  }
  return [
    ...removed.length === 0
      ? []
      : [`The sandbox removed ${removed.join(", ")}: git would obey it`],
    ...appeared.length === 0 ? [] : [
      `The command made ${appeared.join(", ")}, which the sandbox protects ` +
      "once it exists",
    ],
  ];
}
