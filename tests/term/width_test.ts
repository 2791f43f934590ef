import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { printable } from "../../lib/term/printable.ts";
import { columnsOf, cutColumns, wrapColumns } from "../../lib/term/width.ts";

const cuts: readonly (readonly [string, number, string])[] = [
  ["short", 10, "short"],
  ["exactly", 7, "exactly"],
  ["too long", 5, "too …"],
  ["世界世界", 5, "世界…"],
  ["世界世界", 6, "世界…"],
  ["\x1b[31mred text\x1b[39m", 5, "\x1b[31mred \x1b[39m…"],
  ["\x1b[31mred\x1b[39m", 3, "\x1b[31mred\x1b[39m"],
  ["any", 0, ""],
];

for (const [line, columns, expected] of cuts) {
  Deno.test(`cutColumns() cuts ${JSON.stringify(line)} to ${columns} columns`, () => {
    assertEquals(cutColumns(line, columns), expected);
  });
}

const wraps: readonly (readonly [string, number, string[]])[] = [
  ["", 5, [""]],
  ["one two", 7, ["one two"]],
  ["one two", 5, ["one", "two"]],
  ["one  two", 4, ["one", "two"]],
  ["abcdefgh", 3, ["abc", "def", "gh"]],
  ["a\nb", 5, ["a", "b"]],
  ["世界世界", 5, ["世界", "世界"]],
  ["  kept in front", 9, ["  kept in", "front"]],
  [
    "\x1b[1mbold and\x1b[22m plain",
    5,
    ["\x1b[1mbold\x1b[22m", "\x1b[1mand\x1b[22m", "plain"],
  ],
];

for (const [text, columns, expected] of wraps) {
  Deno.test(`wrapColumns() wraps ${JSON.stringify(text)} at ${columns} columns`, () => {
    assertEquals(wrapColumns(text, columns), expected);
  });
}

Deno.test("wrapColumns() indents all rows of a line but the first", () => {
  assertEquals(wrapColumns("a: one two", 6, "  "), ["a: one", "  two"]);
});

Deno.test("wrapColumns() makes no row too wide, and loses nothing but spaces", () => {
  const unit = fc.constantFrom(
    "a",
    "b",
    " ",
    "世",
    "é",
    "👍",
    "\x1b[1m",
    "\x1b[22m",
  );
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 60 }),
      fc.integer({ min: 2, max: 20 }),
      (text, columns) => {
        const rows = wrapColumns(text, columns, " ".repeat(columns % 4));
        for (const row of rows) assert(columnsOf(row) <= columns, row);
        assertEquals(bare(rows.join("")), bare(text));
      },
    ),
    { numRuns: 1000 },
  );
});

function bare(text: string): string {
  // deno-lint-ignore no-control-regex -- the styles of the samples
  return text.replace(/\x1b\[\d+m| /g, "");
}

const hostile: readonly (readonly [string, string])[] = [
  ["plain 世界 é", "plain 世界 é"],
  ["a\tb", "a    b"],
  ["a\r\nb\rc", "a\nb\nc"],
  ["\x1b[2J\x1b[31mred\x1b[0m", "red"],
  ["\x1b]0;title\x07text", "text"],
  ["\x1b]52;c;c2VjcmV0\x1b\\text", "text"],
  ["\x1bPdevice\x1b\\text", "text"],
  ["\x1b]unfinished", ""],
  ["\x1bctext", "text"],
  ["a\x00\x07\b\x7f\x9bb", "ab"],
  ["\u202eevil\u202c", "evil"],
];

for (const [text, expected] of hostile) {
  Deno.test(`printable() makes ${JSON.stringify(text)} safe to show`, () => {
    assertEquals(printable(text), expected);
  });
}

Deno.test("printable() leaves no control character but line ends", () => {
  const unit = fc.oneof(
    fc.constantFrom("\x1b", "[", "]", "P", "\\", "\x07", "a", "\r", "\n"),
    fc.string({ maxLength: 1 }),
    fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(fc.array(unit), (parts) => {
      const controls = [...printable(parts.join(""))].filter((character) => {
        const code = character.charCodeAt(0);
        return character !== "\n" && (code < 32 || code >= 127 && code < 160);
      });
      assertEquals(controls, []);
    }),
    { numRuns: 1000 },
  );
});
