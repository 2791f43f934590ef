import { sandboxModes } from "../core/sandbox.ts";
import type { Settings } from "../core/settings.ts";
import { guardPath } from "../platform/guard_path.ts";
import { isLooser } from "./looser.ts";
import { settledPath } from "./places.ts";
import { shown } from "./read_file.ts";

/** What a project's file is held against. */
export interface ProjectContext {
  /** The real path of the workspace's root. */
  readonly folder: string;
  readonly home: string | undefined;
  /** What the user and the machine's owner say. */
  readonly own: Settings;
}

/** A field that a project's files may not set as they like. */
export interface ForbiddenField {
  readonly field: string;
  readonly because: string;
  /** Judges the value; of a list, each entry. */
  refuses(value: unknown, context: ProjectContext): boolean;
}

/**
 * What the files of a workspace may never set, trusted or not, and why
 * (spec/features.md 1C.9). A copied repository must not be able to send a
 * prompt or a key elsewhere, to start a program, or to move its own walls.
 */
export const forbiddenFields: readonly ForbiddenField[] = [
  {
    field: "endpoints",
    because: "addresses, keys and the commands that print keys are the user's",
    refuses: () => true,
  },
  {
    field: "model",
    because: "a script in the model's place would decide what is done",
    refuses: (name) => typeof name === "string" && name.startsWith("scripted:"),
  },
  {
    field: "permissions.defaultMode",
    because: "only the user may switch all questions off",
    refuses: (mode) => mode === "bypassPermissions",
  },
  {
    field: "permissions.additionalDirectories",
    because: "only the user may open folders outside the workspace",
    refuses: isOutside,
  },
  {
    field: "sandbox.mode",
    because: "only the user may loosen the sandbox",
    refuses: (mode, { own }) => {
      const wanted = sandboxModes.find((name) => name === mode);
      return wanted !== undefined &&
        isLooser(wanted, own.sandbox?.mode ?? "auto");
    },
  },
  {
    field: "sandbox.allowWrite",
    because: "only the user may let commands write to more",
    refuses: () => true,
  },
  {
    field: "cleanupPeriodDays",
    because: "only the user may say how long sessions are kept",
    refuses: () => true,
  },
];

/** By where it really leads: a link in the workspace may lead out of it. */
function isOutside(
  named: unknown,
  { folder, home }: ProjectContext,
): boolean {
  if (typeof named !== "string") return true;
  return !guardPath(settledPath(named, { folder, home }), {
    cwd: folder,
    roots: [folder],
    kind: "read",
    home: home ?? "",
  }).ok;
}

/**
 * Takes out of a project's file what it may not set, before anything else
 * looks at it.
 *
 * @param value what was read; fields and entries are taken out of it.
 * @returns a warning for each field that tried.
 */
export function takeForbidden(
  value: unknown,
  { file, ...context }: ProjectContext & { readonly file: string },
): string[] {
  return takeFields(value, context).map(({ field, because }) =>
    `Settings ${shown(file)}: ${field} is left out: ${because}`
  );
}

/** As {@link takeForbidden}; returns the rows of what was taken. */
export function takeFields(
  value: unknown,
  context: ProjectContext,
): ForbiddenField[] {
  return forbiddenFields.filter((row) => {
    const keys = row.field.split(".");
    const last = keys.pop() ?? "";
    const holder = keys.reduce(inner, value);
    return isObject(holder) && Object.hasOwn(holder, last) &&
      takeRefused(holder, last, { row, context });
  });
}

/** True when something was taken. */
function takeRefused(
  holder: Record<string, unknown>,
  key: string,
  { row, context }: {
    readonly row: ForbiddenField;
    readonly context: ProjectContext;
  },
): boolean {
  const found = holder[key];
  if (!Array.isArray(found)) {
    const isRefused = row.refuses(found, context);
    if (isRefused) delete holder[key];
    return isRefused;
  }
  const kept = found.filter((entry) => !row.refuses(entry, context));
  holder[key] = kept;
  return kept.length < found.length;
}

function inner(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
