import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { drawMarkdown, loadLexer } from "../../lib/term/markdown.ts";
import { MarkdownStream } from "../../lib/term/markdown_stream.ts";
import { createStyles } from "../../lib/term/style.ts";

const lexer = await loadLexer();
const options = { styles: createStyles(false), columns: () => 40 };

const samples: readonly (readonly [string, string, string[]])[] = [
  ["a heading", "## One *two*", ["One two"]],
  ["a paragraph", "one\ntwo **three** `four`", ["one", "two three four"]],
  ["a paragraph that is too wide", `${"word ".repeat(10)}end`, [
    "word word word word word word word word",
    "word word end",
  ]],
  ["a hard break", "one  \ntwo", ["one", "two"]],
  ["entities and escapes", "a &amp; b \\* c", ["a & b * c"]],
  ["a list", "- one\n- two\n  - three", ["• one", "• two", "  • three"]],
  ["a numbered list", "3. one\n4. two", ["3. one", "4. two"]],
  ["a task list", "- [ ] one\n- [x] two", ["• [ ] one", "• [x] two"]],
  ["a loose list", "- one\n\n- two", ["• one", "", "• two"]],
  ["code", "```ts\nlet a;\n\n\tb();\n```", ["  let a;", "", "      b();"]],
  ["a quotation", "> one\n> two", ["│ one", "│ two"]],
  ["a rule", "---", ["─".repeat(40)]],
  ["a link", "[here](http://x.y) http://z.w", [
    "here (http://x.y) http://z.w",
  ]],
  ["a table", "|a|b|\n|-|-:|\n|one|2|", [
    "a   │ b",
    "────┼──",
    "one │ 2",
  ]],
  [
    "a table that is too wide",
    `|name|text|\n|-|-|\n|a|${"x".repeat(40)}|`,
    ["name: a", "text:", `  ${"x".repeat(38)}`, "  xx"],
  ],
  ["HTML", "<b>one</b>", ["<b>one</b>"]],
  ["escape sequences", "a\x1b[2Jb `\x1b]0;x\x07c`", ["ab c"]],
  ["blocks in a row", "# a\n\nb\n\n- c", ["a", "", "b", "", "• c"]],
];

for (const [name, source, lines] of samples) {
  Deno.test(`drawMarkdown() draws ${name}`, () => {
    assertEquals(drawMarkdown(source, lexer, options), lines);
  });
  Deno.test(`MarkdownStream draws ${name} that comes character by character`, () => {
    assertEquals(streamed([...source]), lines);
  });
}

Deno.test("drawMarkdown() styles what is emphasised", () => {
  const styles = createStyles(true);
  assertEquals(drawMarkdown("**a** `b`", lexer, { ...options, styles }), [
    "\x1b[1ma\x1b[22m \x1b[36mb\x1b[39m",
  ]);
});

function streamed(pieces: readonly string[]): string[] {
  const stream = new MarkdownStream(lexer, options);
  const lines: string[] = [];
  for (const piece of pieces) {
    stream.push(piece);
    lines.push(...stream.take());
    // Drawing the open block must not disturb what follows.
    stream.open();
  }
  return [...lines, ...stream.finish()];
}

Deno.test("MarkdownStream hands the same lines out wherever the text is cut", () => {
  const block = fc.constantFrom(
    ...samples.map(([, source]) => source)
      .filter((source) => !source.includes("\x1b")),
  );
  const text = fc.array(block, { minLength: 1, maxLength: 5 })
    .map((blocks) => `${blocks.join("\n\n")}\n`);
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (source, cuts) => {
      const places = [...new Set(cuts.map((cut) => cut % source.length))]
        .sort((a, b) => a - b);
      const pieces = [0, ...places]
        .map((place, index) => source.slice(place, places[index]));
      assertEquals(pieces.join(""), source);
      assertEquals(streamed(pieces), streamed([source]));
    }),
    { numRuns: 200 },
  );
});

Deno.test("MarkdownStream hands code out line by line", () => {
  const stream = new MarkdownStream(lexer, options);
  stream.push("```ts\none();\ntwo();\nthr");
  assertEquals(stream.take(), ["  one();", "  two();"]);
  assertEquals(stream.open(), ["  thr"]);
  stream.push("ee();\n```\nafter");
  assertEquals(stream.take(), ["  three();"]);
  assertEquals(stream.finish(), ["", "after"]);
});

Deno.test("MarkdownStream waits for a number that may begin the next item", () => {
  const source = "1. one\n\n2. two\n\n3. three\n";
  const tokens = source.split(/(?=[.])|(?<=[.])/);
  assertEquals(streamed(tokens), ["1. one", "", "2. two", "", "3. three"]);
  assertEquals(streamed(["in\n\n19", "84"]), ["in", "", "1984"]);
});

Deno.test("MarkdownStream hands a list out item by item", () => {
  const stream = new MarkdownStream(lexer, options);
  stream.push("1. one\n1. two\n1. thr");
  assertEquals(stream.take(), ["1. one", "2. two"]);
  assertEquals(stream.open(), ["3. thr"]);
});

Deno.test("MarkdownStream keeps an endless block small", () => {
  const stream = new MarkdownStream(lexer, options);
  let lines = 0;
  for (let piece = 0; piece < 1000; piece++) {
    stream.push("words without any end ".repeat(5));
    lines += stream.take().length;
  }
  assert(lines > 2500, `${lines} lines`);
  assert(stream.open().length < 300, `${stream.open().length} rows`);
});

Deno.test("MarkdownStream shows a text that the lexer cannot take", () => {
  const text = `${">".repeat(20_000)} deep`;
  const lines = streamed([text]).join("");
  assert(lines.includes("deep"), lines.slice(0, 100));
});
