import { assert, assertEquals } from "@std/assert";
import type { AgentEventBody } from "../../lib/core/event.ts";
import type { Answer } from "../../lib/core/permission.ts";
import { type Key, KeyParser } from "../../lib/term/keys.ts";
import { createStyles } from "../../lib/term/style.ts";
import { columnsOf } from "../../lib/term/width.ts";
import {
  drawQuestion,
  openQuestion,
  type Question,
  questionHint,
  questionKey,
} from "../../lib/ui/question.ts";

type Request = AgentEventBody & { type: "permission_request" };

const rules = ["Bash(npm run test *)", "Bash(git push *)"];

function ask(rest: Partial<Request> = {}): Question {
  return openQuestion({
    type: "permission_request",
    requestId: "r1",
    callId: "c1",
    tool: "Bash",
    input: { command: "npm run test" },
    access: [],
    because: "mode default asks before running programs",
    seq: 0,
    at: 0,
    agent: "main",
    ...rest,
  }, 0);
}

function keysOf(typed: string): Key[] {
  const parser = new KeyParser();
  return [...parser.feed(new TextEncoder().encode(typed)), ...parser.flush()];
}

/** Types keys, a second apart. */
function type(
  question: Question,
  ...keys: readonly string[]
): { question: Question; answer?: Answer; interrupt?: boolean } {
  let open = question;
  let now = 0;
  for (const typed of keys) {
    now += 1000;
    for (const key of keysOf(typed)) {
      const result = questionKey(open, key, now);
      if (result.kind === "answered") {
        const { answer, interrupt } = result;
        return { question: open, answer, interrupt };
      }
      open = result.question;
    }
  }
  return { question: open };
}

const yes: Answer = { kind: "allow" };
const always: Answer = { kind: "allow", remember: rules };
const [up, down] = ["\x1b[A", "\x1b[B"];

const answers: readonly (readonly [string, readonly string[], Answer])[] = [
  ["y", ["y"], yes],
  ["Y", ["Y"], yes],
  ["1", ["1"], yes],
  ["Enter", ["\r"], yes],
  ["a", ["a"], always],
  ["2", ["2"], always],
  ["down and Enter", [down, "\r"], always],
  ["three times down and Enter", [down, down, down, "\r"], yes],
  ["n and Enter", ["n", "\r"], { kind: "deny" }],
  ["3 and a reason", ["3", "use make\r"], { kind: "deny", reason: "use make" }],
  ["up, Enter and a reason", [up, "\r", "no\r"], {
    kind: "deny",
    reason: "no",
  }],
  ["a reason of several lines", ["n", "a\nb\r"], {
    kind: "deny",
    reason: "a\nb",
  }],
  ["no, back, and yes", ["n", "y", "\x1b", "y"], yes],
  ["a reason with Ctrl+R in it", ["n", "x\x12y\r"], {
    kind: "deny",
    reason: "xy",
  }],
];

for (const [name, keys, expected] of answers) {
  Deno.test(`questionKey() takes ${name}`, () => {
    const { answer, interrupt } = type(ask({ offer: rules }), ...keys);
    assertEquals(answer, expected);
    assertEquals(interrupt, false);
  });
}

for (const [name, key] of [["Escape", "\x1b"], ["Ctrl+C", "\x03"]] as const) {
  Deno.test(`questionKey() takes ${name} at once as a no that stops the run`, () => {
    const [pressed] = keysOf(key);
    assert(pressed !== undefined);
    assertEquals(questionKey(ask(), pressed, 1), {
      kind: "answered",
      answer: { kind: "deny" },
      interrupt: true,
    });
  });
}

Deno.test("questionKey() remembers nothing where there is no rule", () => {
  assertEquals(type(ask(), "a", "2").answer, undefined);
  assertEquals(type(ask(), down, "\r").question.reason?.text, "");
  assertEquals(type(ask(), "3", "\r").answer, { kind: "deny" });
});

Deno.test("questionKey() takes no key of somebody who is still typing", () => {
  let question = ask({ offer: rules });
  const key = { name: "text", ctrl: false, alt: false, shift: false };
  for (const [at, text] of [[300, "y"], [600, "a"], [900, "1"]] as const) {
    const result = questionKey(question, { ...key, text }, at);
    assert(result.kind === "open" && result.isEarly, text);
    question = result.question;
  }
  const result = questionKey(question, { ...key, text: "y" }, 1250);
  assertEquals(result.kind, "answered");
});

const plain = createStyles(false);

function draw(
  question: Question,
  { columns = 80, rows = 24, waiting = 1 } = {},
): string[] {
  const size = { columns, rows };
  const frame = drawQuestion(question, { waiting, size, styles: plain });
  for (const line of frame.lines) assert(columnsOf(line) <= columns, line);
  const { row = -1, column = -1 } = frame.cursor ?? {};
  assert(row >= 0 && row < frame.lines.length && column < columns);
  return [...frame.lines];
}

Deno.test("drawQuestion() shows why, and every choice with its digit", () => {
  assertEquals(draw(ask({ offer: rules })), [
    "Allow this?",
    "mode default asks before running programs",
    "❯ 1 Yes",
    "  2 Yes, and don't ask again for: Bash(npm run test *), Bash(git push *)",
    "  3 No, and say why",
  ]);
});

Deno.test("drawQuestion() keeps the digit of no where nothing can be remembered", () => {
  assertEquals(draw(type(ask(), down).question).slice(2), [
    "  1 Yes",
    "❯ 3 No, and say why",
  ]);
});

Deno.test("drawQuestion() says how long a rule holds", () => {
  const edit = ask({ tool: "Edit", offer: ["Edit(/a.ts)"] });
  assertEquals(
    draw(edit)[3],
    "  2 Yes, and for the rest of this session: Edit(/a.ts)",
  );
  const both = ask({ offer: ["Bash(sort *)", "Edit(/out)"] });
  assertEquals(
    draw(both)[3],
    "  2 Yes, and don't ask again for: Bash(sort *); " +
      "for the rest of this session:",
  );
});

Deno.test("drawQuestion() counts the questions that wait", () => {
  assertEquals(draw(ask(), { waiting: 3 })[0], "Allow this? (1 of 3)");
});

Deno.test("drawQuestion() wraps in 20 columns, wide characters too", () => {
  const question = ask({
    because: 'mode default asks ("印刷 ファイル名 印刷")',
    offer: ["Bash(印刷ファイル名印刷ファイル名 *)"],
  });
  assertEquals(draw(question, { columns: 20 }), [
    "Allow this?",
    "mode default asks",
    '("印刷 ファイル名 印',
    '刷")',
    "❯ 1 Yes",
    "  2 Yes, and don't",
    "    ask again for:",
    "    Bash(印刷ファイ",
    "    ル名印刷ファイル",
    "    名 *)",
    "  3 No, and say why",
  ]);
});

Deno.test("drawQuestion() caps a long reason and refers to long rules", () => {
  const offer = Array.from({ length: 5 }, () => `Bash(${"x".repeat(100)})`);
  const lines = draw(ask({ because: "why ".repeat(500), offer }), {
    columns: 40,
  });
  assertEquals(lines.length, 8);
  assertEquals(lines.slice(5), [
    "  2 Yes, and don't ask again for the 5",
    "    rules above",
    "  3 No, and say why",
  ]);
});

Deno.test("drawQuestion() shows the end of a long reason for a no", () => {
  const { question } = type(ask(), "n", "word ".repeat(100) + "end");
  const lines = draw(question, { columns: 20, rows: 12 });
  assertEquals(lines.slice(0, 2), ["What should it do", "instead?"]);
  assertEquals(lines.length, 6);
  assert(lines.at(-1)?.endsWith("end"), lines.join("\n"));
  assertEquals(questionHint(question), "Enter sends · Esc goes back");
});

Deno.test("questionHint() names the letters that can be typed", () => {
  assertEquals(
    questionHint(ask({ offer: rules })),
    "↑ ↓ Enter, or y a n · Esc stops the run",
  );
  assertEquals(
    questionHint(ask()),
    "↑ ↓ Enter, or y n · Esc stops the run",
  );
});
