import {
  fail,
  type ToolContext,
  type ToolErrorCode,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import {
  type GuardedPath,
  guardPath,
  resolvePath,
} from "../lib/platform/guard_path.ts";
import { onDisk } from "../lib/platform/sandbox_temp.ts";
import { displayPath } from "./_display.ts";

/** Where a search starts. */
export interface Root {
  /** Real path. */
  readonly path: string;
  /** How results call it; empty for the working directory. */
  readonly shown: string;
  readonly isFolder: boolean;
}

type Refusal = Extract<GuardedPath, { ok: false }>["by"];

const refusalCodes: Readonly<Record<Refusal, ToolErrorCode>> = {
  input: "invalid_input",
  workspace: "not_permitted",
  deno: "not_permitted",
  system: "failed",
};

/**
 * Runs a search from a file or folder that a model has named; the folder of
 * saved results may be searched too. A refusal and an interrupt become the
 * outcome. Devices never end and pipes wait for ever, so they are refused.
 */
export async function searchFrom(
  named: string,
  context: ToolContext,
  work: (root: Root) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  const { cwd, signal, spillFolder } = context;
  const home = context.environment.HOME;
  const roots = spillFolder === null
    ? context.roots
    : [...context.roots, spillFolder];
  const guarded = guardPath(named, {
    cwd,
    roots,
    kind: "read",
    home,
    locate: (file) => onDisk(file, context.sandbox),
  });
  if (!guarded.ok) {
    return fail(refusalCodes[guarded.by], guarded.message, guarded.hint);
  }
  const shown = displayPath(resolvePath(named, cwd, home), cwd);
  const info = await statOrNull(guarded.path);
  if (info === null) {
    return fail(
      "not_found",
      `Cannot search "${shown}": no such file or folder`,
      "Leave out path to search the working directory",
    );
  }
  if (!info.isFile && !info.isDirectory) {
    const state = "it is neither a file nor a folder";
    return fail("not_permitted", `Cannot search "${shown}": ${state}`);
  }
  try {
    signal.throwIfAborted();
    const isFolder = info.isDirectory;
    return await work({ path: guarded.path, shown, isFolder });
  } catch (error) {
    if (!signal.aborted) throw error;
    return fail("aborted", "The search was stopped before its end");
  }
}

async function statOrNull(file: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
