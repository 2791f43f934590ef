import type { AgentEvent } from "../core/event.ts";
import { type Part, text, textOf } from "../core/message.ts";
import type { PermissionMode } from "../core/permission.ts";
import {
  createEditor,
  editKey,
  type EditorState,
  expandPastes,
  insertText,
  resetEditor,
} from "../term/editor.ts";
import { type Key, keyId } from "../term/keys.ts";
import { type Picker, pickerKey } from "../term/picker.ts";
import { endsWait, type WaitEnd } from "./command.ts";
import { completeCommand, parseCommand } from "./commands.ts";
import { describeMode, nextMode } from "./modes.ts";
import type { Effect } from "./repl_effect.ts";
import { type Question, questionKey, type Verdict } from "./question.ts";
import {
  addQuestion,
  answerFirst,
  dropQuestion,
  type QuestionStep,
} from "./repl_questions.ts";

/** What the REPL knows besides the conversation itself. */
export interface ReplState {
  readonly editor: EditorState;
  /** Whether a run is under way. */
  readonly isBusy: boolean;
  /** What a command waits for; null when none does. */
  readonly waitsFor: WaitEnd | null;
  /** How often the present run was asked to end. */
  readonly interrupts: number;
  /** Sent while busy, and not yet part of the conversation. */
  readonly queued: readonly string[];
  /** Questions that wait; the first is shown. */
  readonly questions: readonly Question[];
  /** What the user is to choose; questions come before it. */
  readonly picker: Picker | null;
  readonly mode: PermissionMode;
  /** The mode that was asked for last, until something is heard of it. */
  readonly wantedMode: PermissionMode | null;
  readonly canBypass: boolean;
  /** Until when a second Ctrl+C leaves, or a second Escape clears. */
  readonly armed: { readonly key: string; readonly until: number } | null;
  /** A remark below the prompt, until the next key. */
  readonly hint: string;
}

/** A new state, and what is to be done. */
export interface Step {
  readonly state: ReplState;
  readonly effects: readonly Effect[];
}

/** Milliseconds in which a key has to be repeated. */
const repeatMs = 2000;

/** The state at the start. */
export function createRepl(
  history: readonly string[],
  { mode = "default", canBypass = false }: {
    readonly mode?: PermissionMode | undefined;
    readonly canBypass?: boolean | undefined;
  } = {},
): ReplState {
  return {
    editor: createEditor(history),
    isBusy: false,
    waitsFor: null,
    interrupts: 0,
    queued: [],
    questions: [],
    picker: null,
    mode,
    wantedMode: null,
    canBypass,
    armed: null,
    hint: "",
  };
}

/** Applies one key at a time in milliseconds. */
export function replKey(state: ReplState, key: Key, now: number): Step {
  if (keyId(key) === "shift+tab") return cycleMode(state);
  const [question, ...rest] = state.questions;
  if (question !== undefined) {
    const result = questionKey(question, key, now);
    if (result.kind === "answered") return answered(state, result, now);
    const questions = [result.question, ...rest];
    const waiting = { ...state, questions, hint: "" };
    // What was typed before the question could be read is for the draft.
    const isDraft = result.isEarly &&
      (key.name === "text" || key.name === "paste");
    return isDraft ? edit(waiting, key) : step(waiting);
  }
  if (state.picker !== null) return pick(state, state.picker, key);
  const fresh = { ...state, hint: "" };
  const handle = state.editor.search === null ? ownKeys[keyId(key)] : undefined;
  return handle?.(fresh, now) ?? edit(fresh, key);
}

/** Sends a prompt as if it had been typed. */
export function startPrompt(
  state: ReplState,
  content: readonly Part[],
): Step {
  return step(
    { ...state, isBusy: true, interrupts: 0 },
    { type: "echo", text: textOf(content) },
    { type: "send", op: { type: "prompt", content } },
  );
}

/** Follows the conversation. */
export function replEvent(
  before: ReplState,
  event: AgentEvent,
  now: number,
): Step {
  const { waitsFor } = before;
  const isOver = waitsFor !== null && endsWait(waitsFor, event);
  const state = isOver ? { ...before, waitsFor: null } : before;
  switch (event.type) {
    case "run_start": {
      const { mode } = event;
      return step({ ...state, isBusy: true, interrupts: 0, mode });
    }
    case "run_end":
      return step({ ...state, isBusy: false, questions: [], hint: "" });
    case "notice":
      // It may say why the mode was not changed.
      return step({ ...state, wantedMode: null });
    case "session":
      return step(
        event.prompt === undefined ? state : putBack(state, event.prompt),
      );
    case "mode": {
      const hint = describeMode(event.mode);
      return step({ ...state, mode: event.mode, wantedMode: null, hint });
    }
    case "message":
      return event.message.role === "user"
        ? arrived(state, textOf(event.message.content))
        : step(state);
    case "permission_request":
      return asked(state, addQuestion(state.questions, event, now));
    case "tool_start":
    case "tool_end":
      return asked(state, dropQuestion(state.questions, event.callId, now));
    default:
      return step(state);
  }
}

/** Keys that mean something to the REPL; null passes them to the editor. */
const ownKeys: Readonly<
  Record<string, (state: ReplState, now: number) => Step | null>
> = {
  "ctrl+c": interruptClearLeave,
  "escape": interruptClearRewind,
  "ctrl+d": (state) => {
    if (state.editor.text !== "") return null;
    if (!state.isBusy) return step(state, { type: "leave" });
    return step({ ...state, hint: "Ctrl+C interrupts the run" });
  },
  "ctrl+l": (state) => step(state, { type: "redraw" }),
  "tab": (state) => {
    const found = completeCommand(state.editor.text);
    if (found === null) return null;
    const editor = insertText(
      resetEditor(state.editor),
      found.text,
    );
    const hint = found.names.length > 1
      ? found.names.map((name) => `/${name}`).join("  ")
      : "";
    return step({ ...state, editor, hint });
  },
};

function interruptClearLeave(state: ReplState, now: number): Step {
  const isAgain = state.armed?.key === "ctrl+c" && now <= state.armed.until;
  const armed = { key: "ctrl+c", until: now + repeatMs };
  if (state.isBusy || state.waitsFor !== null) {
    // A run that does not end must not keep the user here.
    if (isAgain && state.interrupts > 1) return step(state, { type: "leave" });
    return interrupt({ ...state, armed });
  }
  if (state.editor.text !== "") {
    return step({ ...state, editor: resetEditor(state.editor), armed: null });
  }
  if (isAgain) return step(state, { type: "leave" });
  return step({ ...state, armed, hint: "Ctrl+C again leaves" });
}

function interruptClearRewind(state: ReplState, now: number): Step {
  if (state.isBusy || state.waitsFor !== null) return interrupt(state);
  const isEmpty = state.editor.text === "";
  if (state.armed?.key !== "escape" || now > state.armed.until) {
    const armed = { key: "escape", until: now + repeatMs };
    const does = isEmpty
      ? "goes back to an earlier prompt"
      : "clears the input";
    return step({ ...state, armed, hint: `Esc again ${does}` });
  }
  const next = { ...state, armed: null };
  if (isEmpty) {
    return step(next, { type: "command", name: "rewind", argument: "" });
  }
  return step({ ...next, editor: resetEditor(state.editor) });
}

function interrupt(state: ReplState): Step {
  const next = {
    ...state,
    waitsFor: null,
    interrupts: state.interrupts + 1,
    hint: "Interrupting",
  };
  return step(next, { type: "send", op: { type: "interrupt" } });
}

function edit(state: ReplState, key: Key): Step {
  const result = editKey(state.editor, key);
  const next = { ...state, editor: result.state, armed: null };
  return result.kind === "submitted" ? submit(next, result.text) : step(next);
}

function submit(state: ReplState, value: string): Step {
  if (value.trim() === "") return step(state);
  const editor = resetEditor(state.editor, value);
  const record = { type: "record", text: value } as const;
  const command = parseCommand(value);
  const next = { ...state, editor };
  if (command !== null) {
    const echo = { type: "echo", text: value } as const;
    return step(next, record, echo, { type: "command", ...command });
  }
  const content = [text(value)];
  if (!state.isBusy) {
    const started = startPrompt(next, content);
    return step(started.state, record, ...started.effects);
  }
  return step(
    { ...next, queued: [...state.queued, value] },
    record,
    { type: "send", op: { type: "steer", content } },
  );
}

/** A message of the user has become part of the conversation. */
function arrived(state: ReplState, message: string): Step {
  const [first, ...queued] = state.queued;
  // The first message of a history also holds the preamble before the text.
  if (first === undefined || !message.endsWith(first)) return step(state);
  return step({ ...state, queued }, { type: "echo", text: first });
}

function asked(
  state: ReplState,
  { questions, effects }: QuestionStep,
): Step {
  return step({ ...state, questions }, ...effects);
}

function answered(state: ReplState, verdict: Verdict, now: number): Step {
  const next = asked(
    { ...state, hint: "" },
    answerFirst(state.questions, verdict, now),
  );
  if (!verdict.interrupt) return next;
  const interrupted = interrupt(next.state);
  return step(interrupted.state, ...next.effects, ...interrupted.effects);
}

/** A key while the user is to choose something. */
function pick(state: ReplState, picker: Picker, key: Key): Step {
  const result = pickerKey(picker, key);
  if (result.kind === "open") return step({ ...state, picker: result.picker });
  const { id } = result;
  return step({ ...state, picker: null }, { type: "chosen", id });
}

/** A prompt comes back to be changed, in front of what was typed meanwhile. */
function putBack(state: ReplState, prompt: string): ReplState {
  const draft = expandPastes(state.editor);
  const whole = draft === "" ? prompt : `${prompt}\n${draft}`;
  return { ...state, editor: insertText(resetEditor(state.editor), whole) };
}

function cycleMode(state: ReplState): Step {
  const { mode, wantedMode, canBypass } = state;
  const next = nextMode(wantedMode ?? mode, canBypass);
  return step(
    { ...state, wantedMode: next },
    { type: "send", op: { type: "set_mode", mode: next } },
  );
}

function step(state: ReplState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}
