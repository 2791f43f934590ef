import { assert, assertEquals } from "@std/assert";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { grep } from "../../tools/grep.ts";
import { needs } from "../support/needs.ts";
import { shownText, toolContext } from "../support/tool_call.ts";
import { makeTree, type Tree } from "../support/tree.ts";

type Input = Record<string, unknown> & { pattern: string };

function run(
  cwd: string,
  input: Input,
  changes: Partial<ToolContext> = {},
): Promise<ToolOutcome> {
  return grep.run(grep.input.parse(input), toolContext(cwd, changes));
}

/** Runs without `rg`: none is on an empty PATH. */
function runScript(cwd: string, input: Input): Promise<ToolOutcome> {
  return run(cwd, input, { environment: {} });
}

/** Files that tell engines apart. */
function thorny(): Tree {
  const latin1 = new Uint8Array([0x61, 0xe9, 0x62, 0x0a, 0x61, 0x62, 0x0a]);
  const tree = makeTree({
    ".git/info/exclude": "excluded\n",
    ".gitignore": "*.log\n/build/\n",
    ".ignore": "not_for_us.ts\n",
    "not_for_us.ts": "const x = 1;\n",
    "excluded": "const x = 1;\n",
    "build/a.ts": "const x = 1;\n",
    "a.log": "const x = 1;\n",
    ".hidden/b.ts": "const foo = bar(1);\n",
    "src/a.ts": "import x from 'y';\nfunction foo() {\n  return \"1\";\n}\n",
    "src/crlf.ts": "const x = 1;\r\n\r\nfoo(\r\nend\r\n",
    "src/wide.txt": "naïve ünï café\nＦＵＬＬ 😀 x\n\u2028sep\n",
    "src/bom.txt": "\uFEFFconst x = 1;\n",
    "src/utf16.txt": new Uint8Array([0xff, 0xfe, 0x78, 0, 0x0a, 0, 0x78, 0]),
    "src/latin1.txt": latin1,
    "src/empty": "",
    "src/lines": "\n\n\n",
    "src/no_end": "x\nx = y",
    "src/lone_cr": "a\rb\nfoo\r",
    "src/binary": "const x = 1;\n\0\0",
    "src/late_binary": "const x = 1;\n".repeat(20_000) + "\0",
    "src/long.js": "var x=1;".repeat(5000),
    "src/sub/.gitignore": "*.gen.ts\n!keep.log\n",
    "src/sub/a.gen.ts": "const x = 1;\n",
    "src/sub/keep.log": "const x = 1;\n",
    "space name.md": "x = 1\nTODO: foo-bar [x] {y}\n",
    "nested/.git/HEAD": "x",
    "nested/a.log": "const x = 1;\n",
  });
  return tree;
}

const parityInputs: readonly Input[] = [
  ...[
    "x",
    "const \\w+ = \\d;",
    "^",
    "$",
    "^$",
    "x$",
    ";$",
    "^.{3}$",
    "a.b",
    "\\bfoo\\b",
    "\\s+x",
    "[^a-z]x",
    "\\W\\w",
    "\\Sx",
    "[\\w.-]+\\(",
    "function foo() {",
    "foo\\(",
    "(foo|bar)[(-]",
    "x{2,3}|n{1}",
    "ï|😀|\\x{fc}",
    "[à-ÿ]",
    "(?i)TODO|CONST",
    "(?P<name>foo)",
    "[[:upper:]]{2}",
    "\\[x\\] \\{y\\}",
    "-bar",
    "sep",
    "\\r",
    "x*",
    "zzz",
    "'y'|\"1\"",
    "a&&b|~|#",
  ].map((pattern) => ({ pattern })),
  { pattern: "foo", "-i": true },
  { pattern: "ＦＵ", "-i": true },
  { pattern: "k|s", "-i": true },
  { pattern: "x", glob: "*.ts" },
  { pattern: "x", glob: "*.{ts,md},!bom*" },
  { pattern: "x", glob: "src/**/*.ts" },
  { pattern: "x", glob: "*.log" },
  { pattern: "x", type: "ts" },
  { pattern: "x", path: "src" },
  { pattern: "x", path: "src/sub" },
  { pattern: "x", path: "build" },
  { pattern: "x", path: "nested" },
  { pattern: "foo.*\\n", multiline: true },
  { pattern: "x", head_limit: 2, offset: 1 },
];

Deno.test({
  name: "Grep gives the same with rg and without, byte for byte",
  ignore: !needs("rg"),
  async fn() {
    using tree = thorny();
    const shared: string[] = [];
    for (const output_mode of ["files_with_matches", "content", "count"]) {
      for (const given of parityInputs) {
        const input = { ...given, output_mode };
        const started: number[] = [];
        const outcome = await run(tree.root, input, {
          processGroup: (id) => started.push(id),
        });
        const label = JSON.stringify(input);
        assertEquals(outcome, await runScript(tree.root, input), label);
        if (started.length > 0) shared.push(given.pattern);
      }
    }
    // Most of it must have gone through rg for this to prove anything.
    assert(new Set(shared).size > 25, [...new Set(shared)].join(" "));
  },
});

Deno.test({
  name: "Grep gives the same with rg outside a repository",
  ignore: !needs("rg"),
  async fn() {
    using tree = makeTree({
      ".gitignore": "*.a\n",
      "in/.gitignore": "*.b\n",
      "in/1.a": "x",
      "in/1.b": "x",
      "in/1.c": "x",
    });
    for (const path of [".", "in"]) {
      const input = { pattern: "x", path };
      const outcome = await run(tree.root, input);
      assertEquals(outcome, await runScript(tree.root, input));
    }
  },
});

Deno.test({
  name: "Grep does not take rg from a folder of the workspace",
  ignore: !needs("rg"),
  async fn() {
    using tree = makeTree({ "a": "x", "bin/rg": "#!/bin/sh\necho evil\n" });
    await Deno.chmod(tree.path("bin/rg"), 0o755);
    const started: number[] = [];
    const outcome = await run(tree.root, { pattern: "^x" }, {
      environment: { PATH: `${tree.path("bin")}:bin:.` },
      processGroup: (id) => started.push(id),
    });
    assertEquals(shownText(outcome), "Found 1 file\na");
    assertEquals(started, []);
  },
});
