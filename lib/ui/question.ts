import type { Answer } from "../core/permission.ts";
import { createEditor, editKey, type EditorState } from "../term/editor.ts";
import { type Key, keyId } from "../term/keys.ts";
import type { Frame } from "../term/screen.ts";
import type { Styles } from "../term/style.ts";
import { columnsOf } from "../term/width.ts";
import type { AskedCall } from "./preview.ts";

/** A question that waits for the user's answer. */
export interface Question extends AskedCall {
  readonly requestId: string;
  /** When it was shown; keys typed just before were meant for something else. */
  readonly since: number;
  /** The reason being written after a no; null while yes or no is asked. */
  readonly reason: EditorState | null;
}

/** What a key did to a question. */
export type QuestionResult =
  | { readonly kind: "open"; readonly question: Question }
  | {
    readonly kind: "answered";
    readonly answer: Answer;
    /** Whether the run is to be stopped as well. */
    readonly interrupt: boolean;
  };

/** Milliseconds in which keys are not yet taken as an answer. */
export const settleMs = 350;

/** Applies one key: y, n and a reason, or Escape and Ctrl+C to stop. */
export function questionKey(question: Question, key: Key): QuestionResult {
  const id = keyId(key);
  if (id === "ctrl+c" || id === "ctrl+d") return denied("", true);
  if (question.reason !== null) {
    return reasonKey(question, question.reason, key);
  }
  if (id === "escape") return denied("", true);
  const letter = key.name === "text" ? key.text.toLowerCase() : "";
  if (letter === "y") {
    return { kind: "answered", answer: { kind: "allow" }, interrupt: false };
  }
  if (letter === "n") {
    return { kind: "open", question: { ...question, reason: createEditor() } };
  }
  return { kind: "open", question };
}

/** Draws the line at which the answer is given. */
export function drawQuestion(question: Question, styles: Styles): Frame {
  if (question.reason === null) {
    const line = `${styles.yellow("Allow this?")} ${
      styles.dim("y yes · n no · esc stop")
    } `;
    return {
      lines: [line],
      cursor: { row: 0, column: columnsOf(line) },
    };
  }
  const { text, cursor } = question.reason;
  const label = `${styles.yellow("What should it do instead?")} ${
    styles.dim("(enter to skip)")
  } `;
  const column = columnsOf(label) + columnsOf(text.slice(0, cursor));
  return {
    lines: [label + text.replaceAll("\n", " ")],
    cursor: { row: 0, column },
  };
}

function reasonKey(
  question: Question,
  reason: EditorState,
  key: Key,
): QuestionResult {
  if (keyId(key) === "escape") return denied("", false);
  const result = editKey(reason, key);
  if (result.kind === "submitted") return denied(result.text, false);
  return { kind: "open", question: { ...question, reason: result.state } };
}

function denied(reason: string, interrupt: boolean): QuestionResult {
  const why = reason.trim();
  const answer: Answer = why === ""
    ? { kind: "deny" }
    : { kind: "deny", reason: why };
  return { kind: "answered", answer, interrupt };
}
