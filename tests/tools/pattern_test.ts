import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  escapePattern,
  type PatternOptions,
  readPattern,
} from "../../tools/_pattern.ts";

function read(source: string, options: PatternOptions = {}) {
  const result = readPattern(source, options);
  assert(result.ok, result.ok ? "" : result.message);
  return result.pattern;
}

function found(
  source: string,
  text: string,
  options: PatternOptions = {},
): string[] {
  const expression = read(source, options).expressionFor(text);
  return [...text.matchAll(expression)].map((match) => match[0]);
}

const matches: readonly [source: string, text: string, found: string[]][] = [
  ["a.c", "abc a\nc a\rc", ["abc", "a\rc"]],
  ["\\s+", "a \n\tb", [" ", "\t"]],
  ["[^x]+", "ax\nbx", ["a", "b"]],
  ["\\D\\W", "a-\n-", ["a-"]],
  ["[\\s\\d]+", "1 \n2", ["1 ", "2"]],
  ["^b$", "a\nb\r\nb", ["b", "b"]],
  ["^.", "a\rb\u2028c\nd", ["a", "d"]],
  ["\\Aa", "a\na", ["a"]],
  ["a\\z", "a\na", ["a"]],
  ["(?i)ab", "AB ab", ["AB", "ab"]],
  ["a(?i)b|c", "aB C AB", ["aB", "C"]],
  ["(?i:a)b", "Ab AB", ["Ab"]],
  ["[[:alpha:]_]+", "ab_1", ["ab_"]],
  ["[[:^digit:]]+", "ab1", ["ab"]],
  ["\\p{Greek}+|\\pL", "αβ a", ["αβ", "a"]],
  ["a++b", "aab", ["aab"]],
  ["function() {", "function {", ["function {"]],
  ["f\\(\\) {", "f() {", ["f() {"]],
  ["a{2}", "aaa", ["aa"]],
  ["{x}", "{x}", ["{x}"]],
  ["[]a]+", "]a", ["]a"]],
  ["[a[]+", "a[", ["a["]],
  ["\\Qa.b\\E.", "a.bc", ["a.bc"]],
  ["\\<foo\\>", "foo food", ["foo"]],
  ["\\x41\\x{42}\\u0043", "ABC", ["ABC"]],
  ["(?P<x>a)\\k<x>", "aa", ["aa"]],
  ["(a)\\1", "aa", ["aa"]],
  ["(?<=a)b(?!c)", "ab abc", ["b"]],
  ["a(?#comment)b", "ab", ["ab"]],
  ["\\-\\\"\\'\\/\\ \\:", "-\"'/ :", ["-\"'/ :"]],
];

for (const [source, text, expected] of matches) {
  Deno.test(`readPattern() reads ${source} as ripgrep does`, () => {
    assertEquals(found(source, text), expected);
  });
}

Deno.test("readPattern() lets matches cross lines with multiline", () => {
  const options = { multiline: true };
  assertEquals(found("a.b", "a\nb", options), ["a\nb"]);
  assertEquals(found("a\\s+b", "a\n b", options), ["a\n b"]);
  assertEquals(found("(?-s:a.)b", "a\nb", options), []);
  assert(read("a.b", options).shared === null);
});

Deno.test("readPattern() crosses lines for a pattern that names a line end", () => {
  assert(read("a\\nb").crossesLines);
  assertEquals(found("a\\s*\\n.", "a\nb"), ["a\nb"]);
  assert(!read("[^\\n]b").crossesLines);
});

const notShared = [
  "(?=a)",
  "(a)\\1",
  "\\p{L}",
  "a$b",
  "\\Aa",
  "a\\z",
  "\\<a",
  "a{1,1000}",
  "a\\nb",
  "\\B",
];

for (const source of notShared) {
  Deno.test(`readPattern() does not leave ${source} to rg`, () => {
    assertEquals(read(source).shared, null);
  });
}

Deno.test("readPattern() writes for rg what means the same there", () => {
  assertEquals(read("\\bfoo\\w+\\(").shared, "(?-u:\\b)foo[0-9A-Z_a-z]+\\(");
  assertEquals(read("a$", { ignoreCase: true }).shared, "(?i)a\\r?$");
});

const faults: readonly [source: string, message: RegExp][] = [
  ["foo(", /unclosed group/],
  ["foo)", /unopened group/],
  ["[a", /unclosed class/],
  ["*.ts", /[Nn]othing to repeat/],
  ["a\\", /escapes nothing/],
  ["(?>a)", /atomic/],
  ["\\K", /lookbehind/],
  ["\\y", /unknown escape/],
  ["[z-a]", /out of order/],
  ["[[:nope:]]", /unknown class/],
  ["\\p{Nope}", /unknown Unicode property/],
  ["(?x)a", /unknown flag/],
];

for (const [source, message] of faults) {
  Deno.test(`readPattern() names the fault of ${source}`, () => {
    const result = readPattern(source);
    assert(!result.ok);
    assertMatch(result.message, message);
  });
}

Deno.test("escapePattern() makes a pattern of any text", () => {
  const text = "a.b*c+(d)[e]{f}^$|\\g?-/\"'";
  assertEquals(found(escapePattern(text), text), [text]);
});
