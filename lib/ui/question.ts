import type { AgentEvent } from "../core/event.ts";
import type { Answer } from "../core/permission.ts";
import { createEditor, editKey, type EditorState } from "../term/editor.ts";
import { drawEditor } from "../term/editor_view.ts";
import { type Key, keyId } from "../term/keys.ts";
import { visible } from "../term/printable.ts";
import type { Frame, Size } from "../term/screen.ts";
import type { Styles } from "../term/style.ts";
import { wrapColumns } from "../term/width.ts";
import { type AskedCall, drawReason, isLongOffer } from "./preview.ts";

/** A question that waits for the user's answer. */
export interface Question extends AskedCall {
  readonly requestId: string;
  readonly callId: string;
  /** When it was shown, or when the last key came too early to count. */
  readonly since: number;
  /** Where the marker stands. */
  readonly at: ChoiceName;
  /** The reason being written after a no; null while a choice is asked for. */
  readonly reason: EditorState | null;
}

/** The user's answer, and whether the run is to be stopped as well. */
export interface Verdict {
  readonly answer: Answer;
  readonly interrupt: boolean;
}

/** What a key did to a question. */
export type QuestionResult =
  | {
    readonly kind: "open";
    readonly question: Question;
    /** The key came too soon: it was meant for something else. */
    readonly isEarly: boolean;
  }
  | ({ readonly kind: "answered" } & Verdict);

type ChoiceName = "allow" | "remember" | "deny";

/** One way to answer. */
interface Choice {
  readonly name: ChoiceName;
  /** The same at every question, whichever choices it has. */
  readonly digit: string;
  readonly letter: string;
  readonly label: string;
}

/** Milliseconds without a key before one is taken as an answer. */
const settleMs = 350;
const reasonRows = 3;

/** Makes the question of an event, shown at a time in milliseconds. */
export function openQuestion(
  event: AgentEvent & { type: "permission_request" },
  now: number,
): Question {
  return { ...event, since: now, at: "allow", reason: null };
}

/**
 * Applies one key: a choice by marker, digit or letter; a reason after a no;
 * Escape or Ctrl+C to refuse and stop the run. A key that comes just after the
 * question, or in one go with such a key, does not count unless it stops.
 */
export function questionKey(
  question: Question,
  key: Key,
  now: number,
): QuestionResult {
  const id = keyId(key);
  if (id === "ctrl+c") return refused("", true);
  if (question.reason !== null) {
    return reasonKey(question, question.reason, key);
  }
  if (id === "escape") return refused("", true);
  if (now - question.since < settleMs) {
    return open({ ...question, since: now }, true);
  }
  if (id === "ctrl+d") return refused("", true);
  const choices = choicesOf(question);
  const move = moves[id];
  if (move !== undefined) {
    const from = choices.findIndex(({ name }) => name === question.at);
    const next = choices[(from + move + choices.length) % choices.length];
    return open({ ...question, at: next?.name ?? question.at });
  }
  const typed = key.name === "text" ? key.text.toLowerCase() : null;
  const chosen = choices.find(({ name, digit, letter }) =>
    id === "enter" ? name === question.at : typed === digit || typed === letter
  );
  return chosen === undefined ? open(question) : choose(question, chosen.name);
}

const moves: Readonly<Record<string, number>> = {
  "up": -1,
  "ctrl+p": -1,
  "down": 1,
  "ctrl+n": 1,
};

/** What can be answered, in the order of the list. */
export function choicesOf({ offer = [] }: AskedCall): readonly Choice[] {
  const remember: Choice = {
    name: "remember",
    digit: "2",
    letter: "a",
    label: `Yes, and ${describeOffer(offer)}`,
  };
  return [
    { name: "allow", digit: "1", letter: "y", label: "Yes" },
    ...(offer.length > 0 ? [remember] : []),
    { name: "deny", digit: "3", letter: "n", label: "No, and say why" },
  ];
}

/** How the answer is given, for the line below the question. */
export function questionHint(question: Question): string {
  if (question.reason !== null) return "Enter sends · Esc goes back";
  const letters = choicesOf(question).map(({ letter }) => letter).join(" ");
  return `↑ ↓ Enter, or ${letters} · Esc stops the run`;
}

/** Draws the question, as one of those that wait, and its choices. */
export function drawQuestion(
  question: Question,
  { waiting, size, styles }: {
    readonly waiting: number;
    readonly size: Size;
    readonly styles: Styles;
  },
): Frame {
  const { columns } = size;
  if (question.reason !== null) {
    const label = wrapColumns("What should it do instead?", columns);
    const editor = drawEditor(question.reason, {
      columns,
      rows: Math.max(1, Math.floor(size.rows / 3)),
      prompt: `${styles.yellow(">")} `,
    });
    const cursor = editor.cursor ?? { row: 0, column: 0 };
    return {
      lines: [...label.map(styles.yellow), ...editor.lines],
      cursor: { ...cursor, row: cursor.row + label.length },
    };
  }
  const place = waiting > 1 ? ` (1 of ${waiting})` : "";
  const lines = wrapColumns(styles.yellow(`Allow this?${place}`), columns);
  const why = wrapColumns(drawReason(question, styles), columns);
  lines.push(...why.slice(0, reasonRows).map(styles.dim));
  let row = 0;
  for (const { name, digit, label } of choicesOf(question)) {
    const isChosen = name === question.at;
    if (isChosen) row = lines.length;
    const text = `${isChosen ? "❯" : " "} ${digit} ${label}`;
    const rows = wrapColumns(text, columns, "    ");
    lines.push(...isChosen ? rows.map(styles.cyan) : rows);
  }
  return { lines, cursor: { row, column: 0 } };
}

function describeOffer(offer: readonly string[]): string {
  const rules = offer.length === 1 ? "rule" : `${offer.length} rules`;
  if (isLongOffer(offer)) return `don't ask again for the ${rules} above`;
  // Leave to edit ends with the session, all else is kept (1C.2 point 11).
  const isEdit = (rule: string) => rule.startsWith("Edit(");
  const list = (rules: readonly string[]) =>
    rules.map((rule) => visible(rule)).join(", ");
  const kept = offer.filter((rule) => !isEdit(rule));
  const passing = offer.filter(isEdit);
  return [
    ...(kept.length > 0 ? [`don't ask again for: ${list(kept)}`] : []),
    ...(passing.length > 0
      ? [`for the rest of this session: ${list(passing)}`]
      : []),
  ].join("; ");
}

function choose(question: Question, choice: ChoiceName): QuestionResult {
  if (choice === "deny") {
    return open({ ...question, at: choice, reason: createEditor() });
  }
  const answer: Answer = choice === "remember"
    ? { kind: "allow", remember: question.offer ?? [] }
    : { kind: "allow" };
  return { kind: "answered", answer, interrupt: false };
}

function reasonKey(
  question: Question,
  reason: EditorState,
  key: Key,
): QuestionResult {
  const id = keyId(key);
  if (id === "escape") return open({ ...question, reason: null });
  // There is no history to search in.
  if (id === "ctrl+r") return open(question);
  const result = editKey(reason, key);
  if (result.kind === "submitted") return refused(result.text, false);
  return open({ ...question, reason: result.state });
}

function open(question: Question, isEarly = false): QuestionResult {
  return { kind: "open", question, isEarly };
}

function refused(reason: string, interrupt: boolean): QuestionResult {
  const why = reason.trim();
  const answer: Answer = why === ""
    ? { kind: "deny" }
    : { kind: "deny", reason: why };
  return { kind: "answered", answer, interrupt };
}
