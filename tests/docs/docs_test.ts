/**
 * What the documentation says of the program, held against the program. Links
 * and named files are checked in tests/checks/docs_test.ts.
 */
import { assert, assertEquals } from "@std/assert";
import { categories } from "../../lib/app/permission_words.ts";
import { options } from "../../lib/app/option_table.ts";
import { exitCodes } from "../../lib/core/error.ts";
import { commands } from "../../lib/ui/commands.ts";
import { readTree, root } from "../checks/source_tree.ts";
import { runProgram } from "../e2e/program.ts";
import { blocksOf, inside, wordsOf } from "../support/pages.ts";
import { tempFolder } from "../support/temp.ts";

const tree = await readTree();
const readme = page("README.md");
const chinese = page("docs/README.zh.md");
const commandLine = page("docs/reference/cli.md");

/** Options of other programs that pages name, by the program. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  deno: ["unstable-worker-options", "no-check", "allow-sys"],
  "deno task compile": ["all", "target"],
  "sha256sum": ["check", "ignore-missing"],
  gh: ["repo"],
  "llama-server": ["jinja", "parallel"],
  vllm: [
    "enable-auto-tool-choice",
    "help",
    "max-model-len",
    "reasoning-parser",
    "tool-call-parser",
  ],
  sglang: ["model-path", "tool-call-parser"],
  git: ["force", "hard", "list", "output"],
  sort: ["compress-program"],
  split: ["additional-suffix"],
};

/** What the program and Deno call permissions. */
const permissionWords = [
  "deny",
  "allow-ffi",
  "no-prompt",
  "allow-all",
  ...categories.flatMap((name) => [`allow-${name}`, `deny-${name}`]),
];

function page(path: string): string {
  const text = tree.get(path);
  assert(text !== undefined, `there is no ${path}`);
  return text;
}

function headingsOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return (prose.match(/^#+ /gm) ?? []).map((heading) => heading.trim());
}

Deno.test("pages name no option that nobody has", () => {
  const known = new Set([
    ...options.map(({ name }) => name),
    ...permissionWords,
    ...Object.values(foreign).flat(),
  ]);
  const unknown: string[] = [];
  for (const [path, text] of tree) {
    if (path !== "README.md" && !/^docs\/.*\.md$/.test(path)) continue;
    for (
      const [, name = ""] of text.matchAll(
        /(?<![\w-])--([a-z][A-Za-z-]*[a-z])/g,
      )
    ) {
      if (!known.has(name)) unknown.push(`${path}: --${name}`);
    }
  }
  assertEquals(unknown, []);
});

Deno.test("cli.md has a row for each option, with its letter and value", () => {
  const rows = [...commandLine.matchAll(/^\| (`-[^|]*?) *\|/gm)]
    .map(([, cell = ""]) => cell);
  const expected = options.map(({ name, short, value }) => {
    const long = `\`--${name}${value === undefined ? "" : ` ${value}`}\``;
    return short === undefined ? long : `\`-${short}\`, ${long}`;
  });
  assertEquals(rows.toSorted(), expected.toSorted());
});

Deno.test("cli.md has a row for each exit code", () => {
  const rows = [...commandLine.matchAll(/^\| (\d+) +\|/gm)]
    .map(([, code]) => Number(code));
  assertEquals(rows, Object.values(exitCodes));
});

Deno.test("cli.md has a row for each slash command, in the order of the help", () => {
  const rows = [...commandLine.matchAll(/^\| `(\/.*?)` +\|/gm)]
    .map(([, cell = ""]) => cell.replaceAll("\\|", "|"));
  const expected = commands.map(({ name, argument }) =>
    argument === undefined ? `/${name}` : `/${name} ${argument}`
  );
  assertEquals(rows, expected);
});

Deno.test("cli.md names variables that the program reads", () => {
  const source = [...tree]
    .filter(([path]) => /^(lib|tools)\//.test(path))
    .map(([, text]) => text).join("\n");
  const section = commandLine.split("## Environment variables")[1]
    ?.split("\n## ")[0] ?? "";
  const names = [...section.matchAll(/^\| (`[^|]*)\|/gm)]
    .flatMap(([, cell = ""]) => cell.match(/[A-Z][A-Z_]+/g) ?? []);
  assert(names.length > 10);
  const read = (name: string) => new RegExp(`\\b${name}\\b`).test(source);
  assertEquals(names.filter((name) => !read(name)), []);
});

Deno.test("events.md has a row for each event", () => {
  const types = [
    ...page("lib/core/event.ts").matchAll(/readonly type: "(\w+)"/g),
  ].map(([, type]) => type);
  const rows = [...page("docs/reference/events.md").matchAll(/^\| `(\w+)` /gm)]
    .map(([, type]) => type);
  assertEquals(rows, types);
});

Deno.test("README's first line leads to the Chinese one, and back", () => {
  assertEquals(readme.split("\n")[0]?.includes("(docs/README.zh.md)"), true);
  assertEquals(chinese.split("\n")[0]?.includes("(../README.md)"), true);
});

Deno.test("README's table of features names files that are there", () => {
  const table = readme.split("## What it can do")[1]?.split("\n## ")[0] ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| "))
    .slice(2);
  assert(rows.length > 20);
  for (const row of rows) {
    const files = [...(row.split("|").at(-2) ?? "").matchAll(/`([^`]+)`/g)]
      .map(([, file = ""]) => file);
    assert(files.length > 0, `names no file: ${row}`);
    for (const file of files) {
      const isThere = tree.has(file) ||
        [...tree.keys()].some((path) => path.startsWith(file));
      assert(isThere, `there is no ${file}`);
    }
  }
});

Deno.test("the Chinese README has the headings and blocks of the English", () => {
  assertEquals(headingsOf(chinese), headingsOf(readme));
  assertEquals(blocksOf(chinese), blocksOf(readme));
  const files = (text: string) =>
    [...text.matchAll(/^\|.*\|([^|]*)\|$/gm)]
      .map(([, cell = ""]) => cell.trim()).filter((cell) => cell[0] === "`");
  assertEquals(files(chinese), files(readme));
});

Deno.test("scripted-model.md's example says what the page says", async () => {
  const [script = "", command = "", answer = ""] = blocksOf(
    page("docs/reference/scripted-model.md"),
  ).map(inside);
  await using folder = await tempFolder({ "greet.jsonl": script });
  const [, ...words] = wordsOf(command).map((word) =>
    word.replaceAll("$OPENCLAUDE", root.pathname.slice(0, -1))
  );
  const { code, stdout, stderr } = await runProgram(words, {
    cwd: folder.path,
    command: [Deno.execPath()],
  });
  assertEquals([code, stdout], [0, `${answer}\n`], stderr);
  assertEquals(await folder.read("greet.sh"), "echo hello\n");
});
