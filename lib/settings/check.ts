import { nearest } from "../core/nearest.ts";
import { type Settings, settingsSchema } from "../core/settings.ts";
import { count } from "../core/text.ts";
import { type Key, keyText } from "./key.ts";
import { shown, unusable } from "./read_file.ts";

/** Tells what is wrong with the text of a rule; null when nothing is. */
export type RuleFault = (
  text: string,
  effect: "allow" | "ask" | "deny",
) => string | null;

/** What {@link checkSettings} makes of a file. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** What is wrong, and where. */
export interface Fault {
  readonly path: readonly Key[];
  readonly reason: string;
}

/** Stands in the place of a list's entry that is left out. */
const leftOut = Symbol("left out");

/** Parts that may forbid something, or say where the model is asked. */
const guarded = ["permissions", "sandbox", "endpoints"];

/** Lists of guarded parts that only ever give more. */
const giving = [
  "permissions.allow",
  "permissions.additionalDirectories",
  "sandbox.allowWrite",
];

/**
 * Checks what a file says. An entry that is wrong is left out, and a warning
 * names it. Where that could lose something that the user forbade, or send a
 * prompt to another server than the one that was meant, the start ends
 * instead.
 *
 * @param value what was read; entries are taken out of it.
 * @throws {UserError} with exit code 52 that names the file and the fields.
 */
export function checkSettings(
  value: unknown,
  { file, ruleFault }: {
    readonly file: string;
    readonly ruleFault?: RuleFault | undefined;
  },
): CheckedSettings {
  const left: Fault[] = [];
  for (;;) {
    const faults = findFaults(value, ruleFault);
    if (faults.length === 0) {
      const settings = settingsSchema.parse(value);
      return { settings, warnings: warningsOf(left, file) };
    }
    const fatal = faults.filter(({ path }) => isGuarded(path));
    if (fatal.length > 0) throw unusable(file, list(fatal));
    for (const { path } of faults) leaveOut(value, path);
    left.push(...faults);
    sweep(value);
  }
}

/** All that is wrong with what a settings file says. */
export function findFaults(value: unknown, ruleFault?: RuleFault): Fault[] {
  const parsed = settingsSchema.safeParse(value);
  return [
    ...parsed.success ? [] : parsed.error.issues.flatMap(faultsOf),
    ...ruleFaults(value, ruleFault),
  ];
}

function faultsOf(
  issue: {
    code: string;
    path: PropertyKey[];
    message: string;
    keys?: string[];
  },
): Fault[] {
  const path = issue.path as Key[];
  if (issue.code !== "unrecognized_keys") {
    return [{ path, reason: issue.message }];
  }
  return (issue.keys ?? []).map((key) => {
    const near = path.length === 0
      ? nearest(key, Object.keys(settingsSchema.shape))
      : undefined;
    const advice = near === undefined ? "" : `. Did you mean "${near}"?`;
    return { path: [...path, key], reason: `there is no such field${advice}` };
  });
}

/** Looked for beside what zod finds, so that the numbers of both agree. */
function ruleFaults(
  value: unknown,
  ruleFault: RuleFault = () => null,
): Fault[] {
  const effects = ["allow", "ask", "deny"] as const;
  return effects.flatMap((effect) => {
    const texts = (value as Partial<Settings> | null)?.permissions?.[effect];
    if (!Array.isArray(texts)) return [];
    return texts.flatMap((text, index) => {
      const reason = typeof text === "string" ? ruleFault(text, effect) : null;
      return reason === null
        ? []
        : [{ path: ["permissions", effect, index], reason }];
    });
  });
}

/** True when leaving this out could lose what somebody forbade or chose. */
function isGuarded(path: readonly Key[]): boolean {
  const [first, second] = path;
  if (first === undefined) return true;
  const isKnown = Object.hasOwn(settingsSchema.shape, first);
  if (!isKnown) return nearest(String(first), guarded) !== undefined;
  // An entry of a list, not the list itself.
  const isEntry = path.length > 2 && giving.includes(`${first}.${second}`);
  return guarded.includes(String(first)) && !isEntry;
}

function leaveOut(root: unknown, path: readonly Key[]): void {
  let at = root as Record<Key, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<Key, unknown>;
  const last = path.at(-1) ?? "";
  if (Array.isArray(at)) at[last as number] = leftOut;
  else delete at[last];
}

function sweep(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) sweep(inner);
  if (!Array.isArray(value) || !value.includes(leftOut)) return;
  value.splice(0, Infinity, ...value.filter((item) => item !== leftOut));
}

/** Faults of one file that are named. */
const mostNamed = 5;

function warningsOf(faults: readonly Fault[], file: string): string[] {
  const named = faults.slice(0, mostNamed).map(({ path, reason }) =>
    `Settings ${shown(file)}: ${keyText(path)} is left out: ${reason}`
  );
  const more = faults.length - named.length;
  return more === 0 ? named : [
    ...named,
    `Settings ${shown(file)}: ${
      count(more, "more entry", "more entries")
    } left out`,
  ];
}

function list(faults: readonly Fault[]): string {
  const named = faults.slice(0, mostNamed)
    .map(({ path, reason }) =>
      path.length === 0 ? reason : `${keyText(path)}: ${reason}`
    );
  const more = faults.length - named.length;
  return named.join("; ") + (more > 0 ? `; and ${more} more` : "");
}
