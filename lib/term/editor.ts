import {
  blankLeft,
  type Buffer,
  columnOf,
  left,
  lineEnd,
  lineStart,
  type Motion,
  replaceRange,
  right,
  vertical,
  wordLeft,
  wordRight,
} from "./buffer.ts";
import {
  type HistorySearch,
  nextMatch,
  startSearch,
} from "./history_search.ts";
import { type Key, keyId } from "./keys.ts";

/** A multi-line input with history, kill ring, undo and paste placeholders. */
export interface EditorState extends Buffer {
  /** What Ctrl+K, U and W took last, for Ctrl+Y. */
  readonly killed: string;
  readonly undo: readonly Buffer[];
  /** Earlier inputs, oldest first. */
  readonly history: readonly string[];
  /** Which of them is shown; `history.length` is the draft. */
  readonly at: number;
  /** What was being written when the history was entered. */
  readonly draft: string;
  readonly search: HistorySearch | null;
  /** Texts behind `[Pasted text #1 +42 lines]`, the first is number 1. */
  readonly pastes: readonly string[];
  /** The column that several moves up and down keep to. */
  readonly wish: number | null;
  /** The kind of the last change; typed characters are undone together. */
  readonly last: "type" | "kill" | "other";
}

/** What a key came to. A submitted text has its pastes filled in. */
export type EditorResult =
  | { readonly kind: "edited"; readonly state: EditorState }
  | {
    readonly kind: "submitted";
    readonly state: EditorState;
    readonly text: string;
  }
  /** The key means nothing to the editor. */
  | { readonly kind: "ignored"; readonly state: EditorState };

/** Pastes with more lines or characters than this become a placeholder. */
const pasteLines = 8;
const pasteCharacters = 1000;
const undoLimit = 200;
const placeholder = /\[Pasted text #(\d+) \+\d+ lines?\]/g;

/** Makes an empty editor. */
export function createEditor(history: readonly string[] = []): EditorState {
  return {
    text: "",
    cursor: 0,
    killed: "",
    undo: [],
    history,
    at: history.length,
    draft: "",
    search: null,
    pastes: [],
    wish: null,
    last: "other",
  };
}

/** Empties the editor and keeps its history; `entry` joins that. */
export function resetEditor(state: EditorState, entry?: string): EditorState {
  const isNew = entry !== undefined && entry.trim() !== "" &&
    entry !== state.history.at(-1);
  const history = isNew ? [...state.history, entry] : state.history;
  return { ...createEditor(history), killed: state.killed };
}

/** Applies one key. */
export function editKey(state: EditorState, key: Key): EditorResult {
  if (state.search !== null) return searchKey(state, state.search, key);
  if (key.name === "text") return edited(insert(state, key.text, "type"));
  if (key.name === "paste") return edited(paste(state, key.text));
  const id = keyId(key);
  const motion = motions[id];
  if (motion) return edited(moveTo(state, motion(state)));
  const kill = kills[id];
  if (kill) return edited(killTo(state, kill(state)));
  const change = changes[id];
  if (change) return edited(change(state));
  if (id === "enter") return enter(state);
  return { kind: "ignored", state };
}

/** Fills the pasted texts in for their placeholders. */
export function expandPastes(state: EditorState): string {
  return state.text.replace(
    placeholder,
    (whole, number) => state.pastes[Number(number) - 1] ?? whole,
  );
}

/** Puts text in at the cursor. */
export function insertText(state: EditorState, text: string): EditorState {
  return insert(state, text, "other");
}

const motions: Readonly<Record<string, Motion>> = {
  "left": left,
  "ctrl+b": left,
  "right": right,
  "ctrl+f": right,
  "home": lineStart,
  "ctrl+a": lineStart,
  "end": lineEnd,
  "ctrl+e": lineEnd,
  "alt+b": wordLeft,
  "alt+left": wordLeft,
  "ctrl+left": wordLeft,
  "alt+f": wordRight,
  "alt+right": wordRight,
  "ctrl+right": wordRight,
  "ctrl+home": () => 0,
  "ctrl+end": ({ text }) => text.length,
};

const kills: Readonly<Record<string, Motion>> = {
  "ctrl+u": lineStart,
  "ctrl+w": blankLeft,
  "alt+backspace": wordLeft,
  "ctrl+backspace": wordLeft,
  "alt+d": wordRight,
  "ctrl+k": (buffer) => {
    const end = lineEnd(buffer);
    // At the end of a line it takes the line break.
    return end === buffer.cursor && end < buffer.text.length ? end + 1 : end;
  },
};

const changes: Readonly<
  Record<string, (state: EditorState) => EditorState>
> = {
  "backspace": (state) => remove(state, placeholderBefore(state)),
  "ctrl+h": (state) => remove(state, placeholderBefore(state)),
  "delete": (state) => remove(state, right(state)),
  "ctrl+d": (state) => remove(state, right(state)),
  "ctrl+y": (state) => insert(state, state.killed, "other"),
  "ctrl+_": undo,
  "ctrl+j": (state) => insert(state, "\n", "other"),
  "alt+enter": (state) => insert(state, "\n", "other"),
  "shift+enter": (state) => insert(state, "\n", "other"),
  "up": (state) => upOrDown(state, -1),
  "ctrl+p": (state) => upOrDown(state, -1),
  "down": (state) => upOrDown(state, 1),
  "ctrl+n": (state) => upOrDown(state, 1),
  "ctrl+r": (state) => ({
    ...state,
    search: startSearch(state.history),
    last: "other",
  }),
};

function edited(state: EditorState): EditorResult {
  return { kind: "edited", state };
}

function enter(state: EditorState): EditorResult {
  if (state.text[state.cursor - 1] === "\\") {
    const range = { from: state.cursor - 1, to: state.cursor };
    return edited(change(state, replaceRange(state, range, "\n"), "other"));
  }
  return { kind: "submitted", state, text: expandPastes(state) };
}

function insert(
  state: EditorState,
  text: string,
  kind: EditorState["last"],
): EditorState {
  if (text === "") return state;
  const range = { from: state.cursor, to: state.cursor };
  return change(state, replaceRange(state, range, text), kind);
}

function paste(state: EditorState, text: string): EditorState {
  const lines = text.split("\n").length;
  const isSmall = lines <= pasteLines && text.length <= pasteCharacters;
  if (isSmall) return insert(state, text, "other");
  const pastes = [...state.pastes, text];
  const plural = lines === 1 ? "line" : "lines";
  const shown = `[Pasted text #${pastes.length} +${lines} ${plural}]`;
  return { ...insert(state, shown, "other"), pastes };
}

/** Where a deletion to the left ends: a placeholder goes as a whole. */
function placeholderBefore(state: EditorState): number {
  for (const match of state.text.matchAll(placeholder)) {
    const isKnown = state.pastes[Number(match[1]) - 1] !== undefined;
    if (isKnown && match.index + match[0].length === state.cursor) {
      return match.index;
    }
  }
  return left(state);
}

/** Takes what lies between the cursor and `to`, without keeping it. */
function remove(state: EditorState, to: number): EditorState {
  if (to === state.cursor) return state;
  const range = {
    from: Math.min(to, state.cursor),
    to: Math.max(to, state.cursor),
  };
  return change(state, replaceRange(state, range, ""), "other");
}

/** Takes text and keeps it for Ctrl+Y; kills in a row are kept together. */
function killTo(state: EditorState, to: number): EditorState {
  if (to === state.cursor) return state;
  const isBack = to < state.cursor;
  const taken = state.text.slice(
    Math.min(to, state.cursor),
    Math.max(to, state.cursor),
  );
  const before = state.last === "kill" ? state.killed : "";
  const killed = isBack ? taken + before : before + taken;
  return { ...remove(state, to), killed, last: "kill" };
}

function moveTo(state: EditorState, cursor: number): EditorState {
  return { ...state, cursor, wish: null, last: "other" };
}

function change(
  state: EditorState,
  buffer: Buffer,
  kind: EditorState["last"],
): EditorState {
  // Characters typed in a row are one step; a space begins the next.
  const joins = kind === "type" && state.last === "type" &&
    !/\s/.test(buffer.text.charAt(buffer.cursor - 1));
  const { text, cursor } = state;
  const undo = joins
    ? state.undo
    : [...state.undo.slice(-undoLimit + 1), { text, cursor }];
  return { ...state, ...buffer, undo, wish: null, last: kind };
}

function undo(state: EditorState): EditorState {
  const buffer = state.undo.at(-1);
  if (buffer === undefined) return state;
  return {
    ...state,
    ...buffer,
    undo: state.undo.slice(0, -1),
    wish: null,
    last: "other",
  };
}

/** Moves between lines, and from the outermost ones into the history. */
function upOrDown(state: EditorState, by: -1 | 1): EditorState {
  const wish = state.wish ?? columnOf(state);
  const cursor = vertical(state, by, wish);
  if (cursor !== null) return { ...state, cursor, wish, last: "other" };
  const at = state.at + by;
  if (at < 0 || at > state.history.length) return state;
  const isDraft = state.at === state.history.length;
  const draft = isDraft ? state.text : state.draft;
  const text = at === state.history.length ? draft : state.history[at] ?? "";
  return {
    ...state,
    text,
    cursor: text.length,
    at,
    draft,
    wish: null,
    undo: [],
    last: "other",
  };
}

/** A key while the history is searched. */
function searchKey(
  state: EditorState,
  search: HistorySearch,
  key: Key,
): EditorResult {
  const id = keyId(key);
  const go = (query: string, from: number) =>
    edited({ ...state, search: nextMatch(state.history, query, from) });
  if (key.name === "text") return go(search.query + key.text, search.at);
  if (id === "ctrl+r") return go(search.query, search.at - 1);
  if (id === "backspace") {
    return go(search.query.slice(0, -1), state.history.length - 1);
  }
  if (id === "ctrl+g" || id === "ctrl+c") {
    return edited({ ...state, search: null });
  }
  const found = state.history[search.at];
  const text = search.failed || found === undefined ? state.text : found;
  const chosen = { ...moveTo(state, text.length), text, search: null };
  // Escape and Tab only take the line over; other keys act on it as well.
  if (id === "escape" || id === "tab") return edited(chosen);
  return editKey(chosen, key);
}
