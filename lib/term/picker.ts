import { type Key, keyId } from "./keys.ts";
import { printable } from "./printable.ts";
import type { Frame, Size } from "./screen.ts";
import type { Styles } from "./style.ts";
import { columnsOf, cutColumns } from "./width.ts";

/** One of the things to choose from. */
export interface PickerChoice {
  readonly id: string;
  readonly title: string;
  /** Shown behind the title, and found by a filter as well. */
  readonly detail?: string;
}

/** A list of which one is to be chosen. */
export interface Picker {
  readonly title: string;
  readonly choices: readonly PickerChoice[];
  /** What typing does: it narrows the list, or names a choice's number. */
  readonly by: "filter" | "number";
  readonly typed: string;
  /** Where the marker stands among {@link matchingChoices}. */
  readonly at: number;
}

/** What a key did to a picker. */
export type PickerResult =
  | { readonly kind: "open"; readonly picker: Picker }
  /** The choice's id; null when the user wants none. */
  | { readonly kind: "closed"; readonly id: string | null };

/** Rows of the list that a page key goes over. */
const pageRows = 10;
/** Columns that a detail leaves to the title before it. */
const titleColumns = 20;

/** Makes a picker; the marker stands at the first choice unless told else. */
export function createPicker(
  { title, choices, by, at = 0 }:
    & Pick<Picker, "title" | "choices" | "by">
    & Partial<Pick<Picker, "at">>,
): Picker {
  return { title, choices, by, typed: "", at };
}

/** The choices that are not filtered out: those that hold each typed word. */
export function matchingChoices(
  { choices, by, typed }: Picker,
): readonly PickerChoice[] {
  if (by === "number") return choices;
  const words = typed.toLowerCase().split(/\s+/);
  return choices.filter(({ id, title, detail = "" }) => {
    const text = `${title} ${detail} ${id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * Applies one key: arrows move the marker, Enter chooses, Escape and Ctrl+C
 * close. A number that can't go on is chosen at once.
 */
export function pickerKey(picker: Picker, key: Key): PickerResult {
  const id = keyId(key);
  if (id === "escape" || id === "ctrl+c" || id === "ctrl+d") {
    return { kind: "closed", id: null };
  }
  const matching = matchingChoices(picker);
  if (id === "enter") {
    const chosen = matching[picker.at];
    return chosen === undefined ? open(picker) : closed(chosen);
  }
  const move = moves[id];
  if (move !== undefined) {
    const last = matching.length - 1;
    const at = Math.max(0, Math.min(last, move(picker.at, last)));
    return open({ ...picker, at, typed: kept(picker) });
  }
  if (picker.by === "number") return numberKey(picker, key);
  const typed = edited(picker.typed, key);
  return open(typed === null ? picker : { ...picker, typed, at: 0 });
}

/** How one chooses, for a line below the list. */
export function pickerHint({ by }: Picker): string {
  const typing = by === "filter" ? "type to filter" : "or a number";
  return `↑ ↓ Enter · ${typing} · Esc goes back`;
}

/** Draws the title, what is typed, and the rows around the marker. */
export function drawPicker(
  picker: Picker,
  { size, styles }: { readonly size: Size; readonly styles: Styles },
): Frame {
  const { columns } = size;
  const matching = matchingChoices(picker);
  const room = Math.max(3, Math.floor(size.rows / 2) - 3);
  const first = Math.max(
    0,
    Math.min(picker.at - Math.floor(room / 2), matching.length - room),
  );
  const place = matching.length > room
    ? ` (${picker.at + 1} of ${matching.length})`
    : "";
  const lines = [cutColumns(styles.cyan(picker.title) + place, columns)];
  if (picker.by === "filter") {
    const shown = printable(picker.typed);
    lines.push(cutColumns(`${styles.cyan(">")} ${shown}`, columns));
  }
  const above = lines.length;
  const width = String(picker.choices.length).length;
  for (const [index, choice] of matching.slice(first, first + room).entries()) {
    const at = first + index;
    const number = picker.by === "number"
      ? `${String(at + 1).padStart(width)} `
      : "";
    const mark = at === picker.at ? "❯" : " ";
    const row = drawChoice(choice, columns - number.length - 3, styles);
    const line = `${mark} ${number}${row}`;
    lines.push(at === picker.at ? styles.cyan(line) : line);
  }
  if (matching.length === 0) lines.push(styles.dim("  nothing fits"));
  const cursor = picker.by === "filter"
    ? { row: 1, column: columnsOf(printable(picker.typed)) + 2 }
    : { row: above + picker.at - first, column: 0 };
  return { lines, cursor };
}

/** Where each key moves the marker to, from a place and the last one. */
const moves: Readonly<Record<string, (at: number, last: number) => number>> = {
  "up": (at) => at - 1,
  "ctrl+p": (at) => at - 1,
  "down": (at) => at + 1,
  "ctrl+n": (at) => at + 1,
  "pageup": (at) => at - pageRows,
  "pagedown": (at) => at + pageRows,
  "home": () => 0,
  "end": (_at, last) => last,
};

function kept({ by, typed }: Picker): string {
  return by === "filter" ? typed : "";
}

function numberKey(picker: Picker, key: Key): PickerResult {
  if (key.name !== "text" || !/^\d$/.test(key.text)) return open(picker);
  const { choices } = picker;
  const isNumber = (typed: string) => choices[Number(typed) - 1] !== undefined;
  const longer = picker.typed + key.text;
  const typed = isNumber(longer) ? longer : key.text;
  if (!isNumber(typed)) return open({ ...picker, typed: "" });
  const at = Number(typed) - 1;
  const chosen = choices[at];
  // Another digit would name nothing.
  const isWhole = Number(typed) * 10 > choices.length;
  return isWhole && chosen !== undefined
    ? closed(chosen)
    : open({ ...picker, typed, at });
}

/** What is typed after a key; null for keys that mean nothing here. */
function edited(typed: string, key: Key): string | null {
  if (key.name === "text") return typed + key.text;
  if (key.name === "paste") return typed + key.text.replace(/\s+/g, " ");
  const id = keyId(key);
  if (id === "backspace" || id === "ctrl+h") return typed.slice(0, -1);
  if (id === "ctrl+u") return "";
  return id === "ctrl+w" ? typed.replace(/\S*\s*$/, "") : null;
}

function drawChoice(
  { title, detail = "" }: PickerChoice,
  columns: number,
  styles: Styles,
): string {
  const line = (text: string) => printable(text).replace(/\s+/g, " ").trim();
  const behind = cutColumns(line(detail), Math.max(0, columns - titleColumns));
  const gap = behind === "" ? 0 : 2;
  const room = Math.max(1, columns - columnsOf(behind) - gap);
  const shown = cutColumns(line(title), room);
  return behind === "" ? shown : `${shown}  ${styles.dim(behind)}`;
}

function open(picker: Picker): PickerResult {
  return { kind: "open", picker };
}

function closed({ id }: PickerChoice): PickerResult {
  return { kind: "closed", id };
}
