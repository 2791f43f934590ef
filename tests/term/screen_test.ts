import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Frame, Screen } from "../../lib/term/screen.ts";
import { loadLexer } from "../../lib/term/markdown.ts";
import { MarkdownStream } from "../../lib/term/markdown_stream.ts";
import { createStyles } from "../../lib/term/style.ts";
import { wrapColumns } from "../../lib/term/width.ts";
import { TextSink } from "../support/front_end_io.ts";
import { TerminalScreen } from "../support/screen.ts";

function open(columns: number, rows: number) {
  const terminal = new TerminalScreen(columns, rows);
  const sink = new TextSink();
  sink.onWrite((text) => terminal.write(text));
  const size = () => ({ columns: terminal.columns, rows: terminal.rows });
  return { terminal, sink, screen: new Screen(sink, size) };
}

const line = fc.oneof(
  fc.string({ maxLength: 30, unit: fc.constantFrom("a", "b", " ", "世", "é") }),
  fc.constantFrom("", "word", "word more", "\x1b[31mred\x1b[39m text"),
);
const frame = fc.array(line, { maxLength: 12 }).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    cursorRow: fc.nat({ max: Math.max(0, lines.length - 1) }),
    hasCursor: fc.boolean(),
  })
);
const step = fc.oneof(
  frame.map((value) => ({ kind: "render" as const, ...value })),
  fc.array(line, { maxLength: 4 }).map((lines) => ({
    kind: "commit" as const,
    lines,
  })),
);

/** The text of a line on a terminal of unlimited width. */
function plain(value: string): string {
  // deno-lint-ignore no-control-regex -- the colours of the samples
  return value.replace(/\x1b\[\d+m/g, "").trimEnd();
}

Deno.test("Screen leaves what was committed above the last frame, whatever came before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { terminal, screen } = open(70, 20);
      const committed: string[] = [];
      let live: readonly string[] = [];
      for (const step of steps) {
        if (step.kind === "commit") {
          screen.commit(step.lines);
          committed.push(...step.lines);
        } else {
          const { lines, hasCursor, cursorRow } = step;
          const frame: Frame = hasCursor && lines.length > 0
            ? { lines, cursor: { row: cursorRow, column: 0 } }
            : { lines };
          screen.render(frame);
          live = lines;
        }
        const expected = [...committed, ...live].map(plain);
        while (expected.at(-1) === "") expected.pop();
        assertEquals(terminal.lines(), expected);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Screen places the cursor where the frame says", () => {
  const { terminal, screen } = open(40, 10);
  screen.render({
    lines: ["one", "> two", "status"],
    cursor: { row: 1, column: 4 },
  });
  assertEquals(terminal.cursor(), { row: 1, column: 4 });
  screen.commit(["above"]);
  assertEquals(terminal.cursor(), { row: 2, column: 4 });
  assert(terminal.cursorVisible);
  screen.render({ lines: ["one", "two"] });
  assert(!terminal.cursorVisible);
  screen.clear();
  assert(terminal.cursorVisible);
  assertEquals(terminal.lines(), ["above"]);
  assertEquals(terminal.cursor(), { row: 1, column: 0 });
});

Deno.test("Screen writes nothing for a frame that is the same", () => {
  const { sink, screen } = open(40, 10);
  const frame = { lines: ["a", "b"], cursor: { row: 1, column: 1 } };
  screen.render(frame);
  const before = sink.text.length;
  screen.render({ ...frame, lines: [...frame.lines] });
  assertEquals(sink.text.length, before);
});

Deno.test("Screen shows the end of a frame that is higher than the terminal", () => {
  const { terminal, screen } = open(40, 5);
  const lines = Array.from({ length: 9 }, (_, row) => `row ${row}`);
  screen.render({ lines, cursor: { row: 8, column: 2 } });
  assertEquals(terminal.lines(), ["row 5", "row 6", "row 7", "row 8"]);
  screen.commit(["done"]);
  assertEquals(terminal.lines()[0], "done");
});

Deno.test("Screen cuts rows that are wider than the terminal", () => {
  const { terminal, screen } = open(10, 5);
  screen.render({ lines: ["0123456789abc", "世界世界世界"] });
  assertEquals(terminal.lines(), ["012345678…", "世界世界…"]);
});

Deno.test("Screen.resize() draws anew without leaving rows behind", () => {
  const { terminal, screen } = open(20, 10);
  screen.commit(["kept"]);
  screen.render({ lines: ["a".repeat(20), "tail"] });
  // The terminal wraps the full row into two.
  terminal.reflow(10);
  screen.resize();
  assertEquals(terminal.lines(), ["kept", "aaaaaaaaa…", "tail"]);
});

Deno.test("Screen.distrust() has rows that were cleared by another drawn again", () => {
  const { terminal, screen } = open(40, 10);
  const frame = {
    lines: ["spinner", "> text", "status"],
    cursor: { row: 1, column: 6 },
  };
  screen.render(frame);
  terminal.write("\r\x1b[K\x1b[J");
  assertEquals(terminal.lines(), ["spinner"]);
  screen.distrust();
  screen.render(frame);
  assertEquals(terminal.lines(), frame.lines);
  assertEquals(terminal.cursor(), { row: 1, column: 6 });
});

const sizes = [[80, 24], [200, 60]] as const;

for (const [columns, rows] of sizes) {
  Deno.test(`a reply streamed to ${columns}x${rows} costs less than 1 KB a token and clears nothing`, async () => {
    const { terminal, sink, screen } = open(columns, rows);
    const stream = new MarkdownStream(await loadLexer(), {
      styles: createStyles(true),
      columns: () => columns,
    });
    const words = longReply().match(/\s*\S+\s?/g) ?? [];
    for (const [index, word] of words.entries()) {
      stream.push(word);
      screen.commit(stream.take());
      const open = stream.open()
        .flatMap((line) => wrapColumns(line, columns));
      screen.render({
        lines: [...open, "", `⠋ Writing ${index} s`, "", "> ", "status"],
        cursor: { row: open.length + 3, column: 2 },
      });
    }
    const perToken = sink.text.length / words.length;
    assert(perToken < 1024, `${perToken} bytes`);
    screen.commit(Array.from({ length: 5000 }, (_, row) => `output ${row}`));
    // The emulator throws at any sequence that clears screen or scrollback.
    assert(terminal.lines().length > 5400, `${terminal.lines().length}`);
  });
}

/** Prose, lists and code, some 3,000 words. */
function longReply(): string {
  let text = "";
  for (let part = 0; part < 8; part++) {
    text += `## Part ${part}\n\n${"Some words of prose here. ".repeat(30)}\n\n`;
    text += "- an item with *stress*\n".repeat(5);
    text += `\n\`\`\`ts\n${"const value = compute(1);\n".repeat(40)}\`\`\`\n\n`;
  }
  return text;
}
