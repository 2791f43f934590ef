import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Access } from "../../lib/core/permission.ts";
import { createStyles } from "../../lib/term/style.ts";
import {
  type AskedCall,
  drawPreview,
  drawReason,
} from "../../lib/ui/preview.ts";

const styles = createStyles(false);
const workspace = "/project";

function call(
  tool: string,
  input: unknown,
  rest: Partial<AskedCall> = {},
): AskedCall {
  return { tool, input, access: [], because: "", ...rest };
}

function draw(asked: AskedCall, cwd = workspace): string[] {
  return drawPreview(asked, { workspace, cwd }, styles);
}

function bash(command: string): AskedCall {
  const access = [{ kind: "run", line: command, readOnly: false }] as const;
  return call("Bash", { command }, { access });
}

Deno.test("drawPreview() shows a command whole, however many lines it has", () => {
  const command = Array.from({ length: 300 }, (_, row) => `echo ${row}`);
  assertEquals(draw(bash(command.join("\n"))), [
    "? Bash",
    ...command.map((line) => `    ${line}`),
  ]);
});

Deno.test("drawPreview() says what it leaves out of a flood, and shows its end", () => {
  const lines = draw(bash(`begin ${"x".repeat(50_000)}\nrm -rf ~`));
  assertStringIncludes(lines[1] ?? "", "begin xxx");
  assert(
    lines.some((line) => /… \d+ more characters not shown$/.test(line)),
    "what is hidden is not said",
  );
  assertEquals(lines.at(-1), "    rm -rf ~");
});

Deno.test("drawPreview() says where a command runs when that is not the workspace", () => {
  assertEquals(draw(bash("make"), "/project/sub"), [
    "? Bash",
    "    make",
    "  in sub",
  ]);
  assertEquals(draw(bash("make"), "/elsewhere").at(-1), "  in /elsewhere");
});

const disguises: readonly (readonly [string, string])[] = [
  ["echo a\x1b[2Kb", "    echo a\\x1b[2Kb"],
  ["echo a\rb", "    echo a\\x0db"],
  ["echo a\x08b", "    echo a\\x08b"],
  ["echo \u202egnp.exe", "    echo \\u{202e}gnp.exe"],
  ["rm\u00a0-rf x", "    rm\\xa0-rf x"],
  ["a\u200bb \u{e0041}", "    a\\u{200b}b \\u{e0041}"],
  ["x\u200dy", "    x\\u{200d}y"],
];

for (const [command, shown] of disguises) {
  Deno.test(`drawPreview() hides nothing of ${JSON.stringify(command)}`, () => {
    assertEquals(draw(bash(command)), ["? Bash", shown]);
  });
}

Deno.test("drawPreview() leaves words of all languages and emoji as they are", () => {
  const command = "echo 👩‍💻 👍🏽‍ 日本語 naïve ❤️‍🔥";
  assertEquals(draw(bash(command))[1], `    ${command}`);
});

Deno.test("drawPreview() tells an escape from the same characters by its style", () => {
  const coloured = createStyles(true);
  const place = { workspace, cwd: workspace };
  const [, line] = drawPreview(bash("a\x1b\\x1b"), place, coloured);
  assertEquals(line, "    a\x1b[7m\\x1b\x1b[27m\\x1b");
});

Deno.test("drawPreview() shows an edit as the change that it is", () => {
  const input = {
    file_path: "/project/a.ts",
    old_string: "one\ntwo",
    new_string: "one\n2\u202e",
  };
  const access: Access[] = [{ kind: "write", path: "/project/a.ts" }];
  assertEquals(draw(call("Edit", input, { access })), [
    "? Edit a.ts",
    "       one",
    "     - two",
    "     + 2\\u{202e}",
  ]);
  assertEquals(
    draw(call("Edit", { ...input, replace_all: true }, { access }))[1],
    "    (at every place where it is found)",
  );
});

Deno.test("drawPreview() names the file that is really written", () => {
  const input = { file_path: "a.ts", content: "x" };
  const access: Access[] = [{ kind: "write", path: "/project/sub/a.ts" }];
  assertEquals(draw(call("Write", input, { access })), [
    "? Write a.ts",
    "     + x",
    "  writes sub/a.ts",
  ]);
});

Deno.test("drawPreview() shows a path to its end, on one line", () => {
  const path = `${"/deep".repeat(60)}/a\nb`;
  const access: Access[] = [{ kind: "read", path }];
  const lines = draw(call("Read", { file_path: path }, { access }));
  assertEquals(lines[0], `? Read ${path.replace("\n", " ")}`);
  assertEquals(lines.length, 2);
});

Deno.test("drawPreview() names hosts and programs of other tools", () => {
  const access: Access[] = [
    { kind: "net", host: "example.com:443" },
    { kind: "net", host: "example.com:443" },
    { kind: "run", line: "convert\nx", readOnly: false },
    { kind: "user" },
  ];
  assertEquals(draw(call("Fetch", { a: 1, b: ["x"] }, { access })), [
    "? Fetch",
    "    {",
    '      "a": 1,',
    '      "b": [',
    '        "x"',
    "      ]",
    "    }",
    "  connects to example.com:443",
    "  runs convert x",
  ]);
});

Deno.test("drawPreview() shows rules that are too long for a choice", () => {
  const offer = [`Bash(${"x".repeat(190)})`, "Bash(git push *)"];
  const { length } = draw(call("Bash", { command: "x" }, { offer }));
  assertEquals(length, 5);
  assertEquals(draw(call("Bash", { command: "x" }, { offer })).slice(2), [
    "  would be allowed by",
    ...offer.map((rule) => `    ${rule}`),
  ]);
});

Deno.test("drawReason() is one line without control characters", () => {
  const because = `mode default asks ("a\nb\x1b[2J")`;
  assertEquals(
    drawReason(call("Bash", {}, { because }), styles),
    'mode default asks ("a b\\x1b[2J")',
  );
});
