import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  createEditor,
  editKey,
  type EditorState,
  resetEditor,
} from "../../lib/term/editor.ts";
import { drawEditor } from "../../lib/term/editor_view.ts";
import { type Key, KeyParser } from "../../lib/term/keys.ts";

/** What terminals send, by the names that the tables below use. */
const sent: Readonly<Record<string, string>> = {
  Left: "\x1b[D",
  Right: "\x1b[C",
  Up: "\x1b[A",
  Down: "\x1b[B",
  Home: "\x1b[H",
  End: "\x1b[F",
  Delete: "\x1b[3~",
  Backspace: "\x7f",
  Enter: "\r",
  Esc: "\x1b",
  Tab: "\t",
  AltEnter: "\x1b\r",
  ShiftEnter: "\x1b[13;2u",
  AltB: "\x1bb",
  AltF: "\x1bf",
  AltD: "\x1bd",
  AltBackspace: "\x1b\x7f",
  "C-_": "\x1f",
};

/** Turns "one<Left><C-a>" into keys. */
function keysOf(typed: string): Key[] {
  const parser = new KeyParser();
  const keys: Key[] = [];
  for (const part of typed.match(/<[^<> ]+>|[^<]+/g) ?? []) {
    const name = part.slice(1, -1);
    const control = /^<C-([a-z])>$/.exec(part)?.[1];
    const bytes = control !== undefined
      ? String.fromCharCode(control.charCodeAt(0) - 96)
      : part.startsWith("<")
      ? sent[name]
      : part;
    assert(bytes !== undefined, `no key <${name}>`);
    keys.push(...parser.feed(new TextEncoder().encode(bytes)));
    keys.push(...parser.flush());
  }
  return keys;
}

function type(state: EditorState, typed: string): EditorState {
  let next = state;
  for (const key of keysOf(typed)) next = editKey(next, key).state;
  return next;
}

/** The text with "|" where the cursor is. */
function shown({ text, cursor }: EditorState): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

const table: readonly (readonly [string, string])[] = [
  ["one", "one|"],
  ["one<Left><Left>x", "ox|ne"],
  ["one<Right>", "one|"],
  ["one two<Home>x", "x|one two"],
  ["one<C-a>x<C-e>y", "xoney|"],
  ["one<C-b><C-b><C-f>x", "onx|e"],
  ["one two three<AltB><AltB>x", "one x|two three"],
  ["one two<Home><AltF>x", "onex| two"],
  ["one two<C-w>", "one |"],
  ["a/b c/d<C-w>", "a/b |"],
  ["a/b c/d<AltBackspace>", "a/b c/|"],
  ["one two<Home><AltD>", "| two"],
  ["one two<AltB><C-k>", "one |"],
  ["one two<AltB><C-u>", "|two"],
  ["one two<C-w><C-y><C-y>", "one twotwo|"],
  ["one two three<C-w><C-w><C-y>", "one two three|"],
  ["one<C-a><C-k>x<C-y>", "xone|"],
  ["one<Backspace>", "on|"],
  ["one<Home><Delete>", "|ne"],
  ["one<Home><C-d>", "|ne"],
  ["<Backspace><Delete><C-w><C-k><C-y>", "|"],
  ["one<C-j>two", "one\ntwo|"],
  ["one<AltEnter>two", "one\ntwo|"],
  ["one<ShiftEnter>two", "one\ntwo|"],
  ["one\\<Enter>two", "one\ntwo|"],
  ["one<C-j>two<Home>x", "one\nx|two"],
  ["one<C-j>two<Up>x", "onex|\ntwo"],
  ["longer<C-j>x<C-j>longer<Up><Up>!", "longer!|\nx\nlonger"],
  ["one<C-j>two<Up><C-k>", "one|two"],
  ["one<C-j>two<Up><Home><C-k><C-k>", "|two"],
  ["one two<C-_>", "one|"],
  ["one<C-w><C-_>", "one|"],
  ["one<C-w>x<C-_><C-_>", "one|"],
  ["<C-_>", "|"],
  ["世界<Left>x", "世x|界"],
  ["a👨‍👩‍👧b<Left><Left>x", "ax|👨‍👩‍👧b"],
  ["é<Backspace>", "|"],
  ["👨‍👩‍👧<Backspace>", "|"],
  ["世界 und<AltB><AltB>x", "x|世界 und"],
];

for (const [typed, expected] of table) {
  Deno.test(`editKey() turns ${JSON.stringify(typed)} into ${JSON.stringify(expected)}`, () => {
    assertEquals(shown(type(createEditor(), typed)), expected);
  });
}

const history = ["first", "second\nline", "third"];
const historyTable: readonly (readonly [string, string])[] = [
  ["<Up>", "third|"],
  ["<C-p><C-p><C-n>", "third|"],
  ["draft<Up><Up><Down><Down>", "draft|"],
  ["<Up><Up><Up>", "seco|nd\nline"],
  ["<Up><Up><Up><Up><Up>", "first|"],
  ["<Down>", "|"],
  ["<Up>x<Down>", "|"],
  ["<C-r>ir", "|"],
  ["<C-r>ir<Tab>", "third|"],
  ["<C-r>ir<C-r><Esc>", "first|"],
  ["<C-r>IR<C-r><Left>", "firs|t"],
  ["<C-r>zzz<Esc>", "|"],
  ["draft<C-r>ir<C-g>", "draft|"],
  ["<C-r>irx<Backspace><Tab>", "third|"],
];

for (const [typed, expected] of historyTable) {
  Deno.test(`editKey() with a history turns ${JSON.stringify(typed)} into ${JSON.stringify(expected)}`, () => {
    assertEquals(shown(type(createEditor(history), typed)), expected);
  });
}

function paste(text: string): Key {
  return { name: "paste", text, ctrl: false, alt: false, shift: false };
}

const enter = keysOf("<Enter>")[0] ?? paste("");

Deno.test("editKey() puts a short paste in as it is", () => {
  const { state } = editKey(createEditor(), paste("one\ntwo"));
  assertEquals(shown(state), "one\ntwo|");
});

Deno.test("editKey() shows a long paste as a placeholder and submits its text", () => {
  const long = Array.from({ length: 42 }, (_, row) => `line ${row}`).join("\n");
  let state = type(createEditor(), "see ");
  state = editKey(state, paste(long)).state;
  state = type(state, " and ");
  state = editKey(state, paste("x".repeat(2000))).state;
  assertEquals(
    state.text,
    "see [Pasted text #1 +42 lines] and [Pasted text #2 +1 line]",
  );
  const result = editKey(state, enter);
  assert(result.kind === "submitted");
  assertEquals(result.text, `see ${long} and ${"x".repeat(2000)}`);
});

Deno.test("editKey() deletes a placeholder as a whole, and undo brings it back", () => {
  const long = "x\n".repeat(50);
  let state = editKey(createEditor(), paste(long)).state;
  state = type(state, "<Backspace>");
  assertEquals(state.text, "");
  state = type(state, "<C-_>");
  const result = editKey(state, enter);
  assert(result.kind === "submitted");
  assertEquals(result.text, long);
});

Deno.test("editKey() leaves a placeholder that the user typed alone", () => {
  const typed = "[Pasted text #7 +3 lines]";
  const result = editKey(type(createEditor(), typed), enter);
  assert(result.kind === "submitted");
  assertEquals(result.text, typed);
});

Deno.test("editKey() leaves Ctrl+C, Tab and Escape to its user", () => {
  for (const key of keysOf("<C-c><Tab><Esc>")) {
    assertEquals(editKey(createEditor(), key).kind, "ignored");
  }
});

Deno.test("resetEditor() adds an input to the history once", () => {
  let state = resetEditor(createEditor(), "one");
  state = resetEditor(state, "one");
  state = resetEditor(state, "  ");
  assertEquals(state.history, ["one"]);
  assertEquals(shown(type(state, "<Up>")), "one|");
});

Deno.test("editKey() keeps the cursor inside a well-formed text, whatever is typed", () => {
  const names = Object.keys(sent).map((name) => `<${name}>`);
  const controls = "abdefghjknpruwy".split("").map((key) => `<C-${key}>`);
  const word = fc.constantFrom("a", " ", "世", "👍", "\\", "é");
  const key = fc.oneof(word, fc.constantFrom(...names, ...controls));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), (typed) => {
      const state = type(createEditor(history), typed.join(""));
      assert(state.cursor >= 0 && state.cursor <= state.text.length);
      assert(state.text.isWellFormed(), JSON.stringify(state.text));
      assert(state.text.slice(0, state.cursor).isWellFormed());
    }),
    { numRuns: 500 },
  );
});

const views: readonly (readonly [string, number, string[], number, number])[] =
  [
    ["", 20, ["> "], 0, 2],
    ["one", 20, ["> one"], 0, 5],
    ["one<C-j>", 20, ["> one", "  "], 1, 2],
    ["abcdefgh", 8, ["> abcde", "  fgh"], 1, 5],
    ["abcde", 8, ["> abcde"], 0, 7],
    ["abcdef<Left>", 8, ["> abcde", "  f"], 1, 2],
    ["世界世", 8, ["> 世界", "  世"], 1, 4],
    ["a<C-j>b<Up><Home>", 20, ["> a", "  b"], 0, 2],
  ];

for (const [typed, columns, lines, row, column] of views) {
  Deno.test(`drawEditor() draws ${JSON.stringify(typed)} at ${columns} columns`, () => {
    const state = type(createEditor(), typed);
    assertEquals(drawEditor(state, { columns, rows: 10, prompt: "> " }), {
      lines,
      cursor: { row, column },
    });
  });
}

Deno.test("drawEditor() shows the rows around the cursor of a long text", () => {
  const state = type(createEditor(), "a<C-j>b<C-j>c<C-j>d<Up>");
  assertEquals(drawEditor(state, { columns: 20, rows: 2, prompt: "> " }), {
    lines: ["  b", "  c"],
    cursor: { row: 1, column: 3 },
  });
});
