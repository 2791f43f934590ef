import { assertEquals, assertLess } from "@std/assert";
import { plainText, stripAnsi } from "../../lib/platform/ansi.ts";

const escapes: readonly [what: string, given: string][] = [
  ["colours", "\x1b[1;31mred\x1b[0m"],
  ["256 colours with colons", "\x1b[38:5:196mred\x1b[m"],
  ["cursor moves", "\x1b[2K\x1b[1Gred\x1b[?25l"],
  ["a title ended by BEL", "\x1b]0;my title\x07red"],
  ["a link ended by ST", "\x1b]8;;http://x\x1b\\red\x1b]8;;\x1b\\"],
  ["a device string", "\x1bPq#0;2\x1b\\red"],
  ["short ones", "\x1b(B\x1b=red\x1b7"],
  ["an 8-bit CSI", "\x9b31mred"],
];

for (const [what, given] of escapes) {
  Deno.test(`stripAnsi() removes ${what}`, () => {
    assertEquals(stripAnsi(given), "red");
  });
}

const lines: readonly [what: string, given: string, plain: string][] = [
  ["plain text as it is", "a\tb\nä 日本 😀\n", "a\tb\nä 日本 😀\n"],
  ["Windows line ends as one", "a\r\nb\r\n", "a\nb\n"],
  ["the last state of a rewritten line", " 1%\r 50%\r100%\r\nx\n", "100%\nx\n"],
  ["a rewritten line without an end", "a\rb\rc", "c"],
  ["no overstruck character", "n\bna\bam\bm_\be\n", "name\n"],
  ["no backspace over a line end", "a\n\b\bb\n", "a\nb\n"],
  ["no other control character", "a\x07b\x00c\x7f\n", "abc\n"],
  ["a bare escape at the end as nothing", "a\x1b", "a"],
];

for (const [what, given, plain] of lines) {
  Deno.test(`plainText() shows ${what}`, () => {
    assertEquals(plainText(given), plain);
  });
}

Deno.test("plainText() takes time linear in the length", () => {
  const start = performance.now();
  for (
    const piece of ["\x1b", "\x1b]", "\x1b[1;", "a\r", "\b", "a\b", "\x9b"]
  ) {
    plainText(piece.repeat(200_000));
  }
  assertLess(performance.now() - start, 5_000);
});
