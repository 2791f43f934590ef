import { fail, type ToolContext, type ToolOutcome } from "../lib/core/tool.ts";
import { fileFault } from "../lib/platform/file_error.ts";
import { guardPath } from "../lib/platform/guard_path.ts";
import { isInside, path } from "../lib/platform/paths.ts";
import { onDisk } from "../lib/platform/sandbox_temp.ts";
import { nearestNames } from "./_nearest.ts";

/** A file that a call may touch. */
export interface Target {
  /** Real path: the only one that is opened. */
  readonly path: string;
  /** How results name it: relative to the working directory where inside. */
  readonly shown: string;
  /** Null when there is no such file. */
  readonly info: Deno.FileInfo | null;
}

/** What a call came to, when it ends before its work. */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(readonly outcome: ToolOutcome) {
    super("The call was refused");
  }
}

/**
 * Runs a file tool: a refusal and any failure of the file system become the
 * outcome; anything else is a fault of ours and is thrown on.
 */
export async function runOnFile(
  kind: "read" | "write",
  given: string,
  context: ToolContext,
  work: (target: Target) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  try {
    return await work(findTarget(kind, given, context));
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    if (context.signal.aborted) {
      return fail("aborted", `The call was stopped before ${given} was done`);
    }
    return outcomeOf(error, kind, given);
  }
}

/** Refuses a file that is missing, naming those that may be meant. */
export async function missingFile(
  action: string,
  target: Target,
  hint?: string,
): Promise<Refusal> {
  const names = await nearestNames(target.path);
  const folder = path.dirname(target.shown);
  const found = names.map((name) => path.join(folder, name));
  const nearest = found.length === 0
    ? `Find it with Glob, pattern "**/${path.basename(target.path)}"`
    : `Did you mean ${found.join(" or ")}?`;
  return new Refusal(fail(
    "not_found",
    `Cannot ${action} "${target.shown}": there is no such file`,
    hint ?? nearest,
  ));
}

function findTarget(
  kind: "read" | "write",
  given: string,
  context: ToolContext,
): Target {
  const spill = kind === "read" ? context.spillFolder : null;
  const guarded = guardPath(given, {
    cwd: context.cwd,
    roots: spill === null ? context.roots : [...context.roots, spill],
    kind,
    home: context.environment.HOME,
    locate: (file) => onDisk(file, context.sandbox),
  });
  if (!guarded.ok) {
    const code = refusalCodes[guarded.by];
    throw new Refusal(fail(code, guarded.message, guarded.hint));
  }
  const target = {
    path: guarded.path,
    shown: shownPath(guarded.path, context.cwd),
    info: statOrNull(guarded.path),
  };
  refuseSpecial(kind, target);
  return target;
}

const refusalCodes = {
  input: "invalid_input",
  workspace: "not_permitted",
  deno: "not_permitted",
  system: "failed",
} as const;

function shownPath(real: string, cwd: string): string {
  for (const base of [cwd, realOr(cwd)]) {
    if (isInside(real, base)) return path.relative(base, real) || ".";
  }
  return real;
}

function realOr(folder: string): string {
  try {
    return Deno.realPathSync(folder);
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return folder;
  }
}

function statOrNull(file: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Devices never end and pipes wait for ever, so they are never opened. */
function refuseSpecial(kind: "read" | "write", target: Target): void {
  const { info, shown } = target;
  if (info === null || info.isFile) return;
  if (info.isDirectory) {
    const pattern = shown === "." ? "*" : `${shown}/*`;
    throw new Refusal(fail(
      "invalid_input",
      `Cannot ${kind} "${shown}": it is a folder`,
      `List it with Glob, pattern "${pattern}"`,
    ));
  }
  const what = info.isFifo
    ? "a named pipe"
    : info.isSocket
    ? "a socket"
    : "a device";
  throw new Refusal(fail(
    "not_permitted",
    `Cannot ${kind} "${shown}": it is ${what}, not a regular file`,
  ));
}

function outcomeOf(
  error: unknown,
  kind: "read" | "write",
  given: string,
): ToolOutcome {
  const fault = fileFault(error);
  if (fault === null) throw error;
  const message = `Cannot ${kind} "${given}": ${fault.state}`;
  if (fault.by === "system") return fail("failed", message);
  const flag = error instanceof Error
    ? /--allow-[a-z]+/.exec(error.message)?.[0] ?? `--allow-${kind}`
    : `--allow-${kind}`;
  return fail(
    "not_permitted",
    message,
    `Do without it; the user can start the program with ${flag}`,
  );
}
