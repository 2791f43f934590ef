import type { Access } from "../core/permission.ts";
import { count, firstLine } from "../core/text.ts";
import { visible } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import { callTitle, fieldsOf, relativePath, textField } from "./describe.ts";
import { drawDiff } from "./draw_diff.ts";
import { replacementHunk } from "./hunks.ts";

/** A call that the user is asked about. */
export interface AskedCall {
  readonly tool: string;
  readonly input: unknown;
  readonly access: readonly Access[];
  readonly because: string;
  /** The rules that "don't ask again" would store. */
  readonly offer?: readonly string[];
}

/** Where a call would run. */
export interface CallPlace {
  /** The folder of the conversation, absolute. */
  readonly workspace: string;
  /** The working directory of commands at this moment, absolute. */
  readonly cwd: string;
}

/** Lines of a diff or an input; what is left out is said. */
const previewLines = 60;
/** Of a command all is shown, short of a flood; then it is said, too. */
const commandChars = 20_000;
const shownAccesses = 10;
/** Characters of rules that a choice can hold. */
const offerChars = 200;

type Fields = Readonly<Record<string, unknown>>;

/** What a call brings, by tool, where that is more than its title. */
const bodies: Readonly<
  Record<string, (input: Fields, styles: Styles) => string[]>
> = {
  Bash: (input, styles) => drawCommand(textField(input, "command"), styles),
  Edit: (input, styles) => [
    ...(input.replace_all === true
      ? [styles.yellow("    (at every place where it is found)")]
      : []),
    ...drawChange(
      textField(input, "old_string"),
      textField(input, "new_string"),
      styles,
    ),
  ],
  Write: (input, styles) => drawChange("", textField(input, "content"), styles),
  Read: () => [],
  Grep: () => [],
  Glob: () => [],
};

/**
 * Shows what a call will do before it is allowed: the whole command and where
 * it would run, the change as a diff, the host, the paths; and the rules that
 * would allow it where they are long. What a terminal would not show as itself
 * is written as an escape.
 */
export function drawPreview(
  call: AskedCall,
  place: CallPlace,
  styles: Styles,
): string[] {
  const { tool, input } = call;
  const title = tool === "Bash"
    ? tool
    : visible(callTitle(tool, input, place.workspace), styles.inverse)
      .replaceAll("\n", " ");
  const body = bodies[tool] ?? drawInput;
  return [
    `${styles.yellow("?")} ${styles.bold(title)}`,
    ...body(fieldsOf(input), styles),
    ...drawPlace(call, title, { place, styles }),
    ...drawLongOffer(call, styles),
  ];
}

/** True when rules don't fit a choice: they are shown with the call then. */
export function isLongOffer(offer: readonly string[]): boolean {
  return offer.join(", ").length > offerChars;
}

/** Why a call is asked about, on one line. */
export function drawReason({ because }: AskedCall, styles: Styles): string {
  return visible(firstLine(because.replaceAll("\n", " "), 400), styles.inverse);
}

function drawCommand(command: string, styles: Styles): string[] {
  const draw = (text: string) =>
    text.split("\n").map((line) => `    ${visible(line, styles.inverse)}`);
  const hidden = command.length - commandChars;
  if (hidden <= 0) return draw(command);
  const half = commandChars / 2;
  return [
    ...draw(command.slice(0, half)),
    styles.red(`    … ${count(hidden, "more character")} not shown`),
    ...draw(command.slice(-half)),
  ];
}

function drawChange(before: string, after: string, styles: Styles): string[] {
  return drawDiff([replacementHunk(before, after)], styles, {
    limit: previewLines,
    show: (line) => visible(line, styles.inverse),
  });
}

/** The whole input of a tool that nothing else is known of. */
function drawInput(input: Fields, styles: Styles): string[] {
  const whole = JSON.stringify(input, null, 2);
  if (whole === "{}") return [];
  const lines = whole.split("\n")
    .map((line) => `    ${visible(line, styles.inverse)}`);
  const hidden = lines.length - previewLines;
  if (hidden <= 0) return lines;
  const more = styles.red(`    … ${count(hidden, "more line")} not shown`);
  return [...lines.slice(0, previewLines), more];
}

/** Where a call runs and what it touches, where the rest does not say so. */
function drawPlace(
  { tool, access }: AskedCall,
  title: string,
  { place, styles }: { readonly place: CallPlace; readonly styles: Styles },
): string[] {
  const { workspace, cwd } = place;
  const named = access.flatMap((item) => {
    const what = nameAccess(item, workspace);
    const isTitle = title === `${tool} ${what}` ||
      title.startsWith(`${tool} ${what}:`);
    const isCommand = tool === "Bash" && item.kind === "run";
    const isKnown = isTitle || isCommand || what === "" || what === ".";
    return isKnown ? [] : [`${verbs[item.kind]} ${what}`];
  });
  const all = [...new Set(named)];
  const lines = all.slice(0, shownAccesses);
  if (all.length > shownAccesses) {
    lines.push(`… ${all.length - shownAccesses} more`);
  }
  const isElsewhere = cwd !== workspace && access.some(isRun);
  if (isElsewhere) lines.unshift(`in ${relativePath(cwd, workspace)}`);
  return lines.map((line) =>
    styles.dim(`  ${visible(line, styles.inverse).replaceAll("\n", " ")}`)
  );
}

function drawLongOffer({ offer = [] }: AskedCall, styles: Styles): string[] {
  if (!isLongOffer(offer)) return [];
  const rules = offer.map((rule) => `    ${visible(rule, styles.inverse)}`);
  return [styles.dim("  would be allowed by"), ...rules];
}

const verbs: Readonly<Record<Access["kind"], string>> = {
  read: "reads",
  write: "writes",
  net: "connects to",
  run: "runs",
  agent: "",
  user: "",
};

function nameAccess(access: Access, workspace: string): string {
  switch (access.kind) {
    case "read":
    case "write":
      return relativePath(access.path, workspace);
    case "net":
      return access.host;
    case "run":
      return access.line;
    default:
      return "";
  }
}

function isRun({ kind }: Access): boolean {
  return kind === "run";
}
