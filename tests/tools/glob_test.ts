import { assert, assertEquals, assertLess } from "@std/assert";
import { toolSpec } from "../../lib/core/schema.ts";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { glob, type GlobDetails } from "../../tools/glob.ts";
import { shownText, toolContext } from "../support/tool_call.ts";
import { makeTree, type Tree } from "../support/tree.ts";

function run(
  cwd: string,
  input: Record<string, unknown>,
  changes: Partial<ToolContext> = {},
): Promise<ToolOutcome> {
  return glob.run(glob.input.parse(input), toolContext(cwd, changes));
}

async function linesOf(
  cwd: string,
  input: Record<string, unknown>,
): Promise<string[]> {
  const outcome = await run(cwd, input);
  assert(outcome.ok, shownText(outcome));
  return shownText(outcome).split("\n").sort();
}

async function age(tree: Tree, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const time = new Date(1_700_000_000_000 - index * 10_000);
    await Deno.utime(tree.path(name), time, time);
  }
}

Deno.test("Glob is described in 350 bytes and hides include_ignored", () => {
  const spec = JSON.stringify(toolSpec(glob));
  assertLess(spec.length, 350);
  assert(!spec.includes("include_ignored"));
});

Deno.test("Glob lists the newest files first", async () => {
  using tree = makeTree({ "a.ts": "", "b.ts": "", "sub/c.ts": "", "d.js": "" });
  await age(tree, ["sub/c.ts", "a.ts", "b.ts"]);
  const outcome = await run(tree.root, { pattern: "**/*.ts" });
  assertEquals(shownText(outcome), "sub/c.ts\na.ts\nb.ts");
  const { durationMs, ...details } = outcome.details as GlobDetails;
  assert(durationMs >= 0);
  assertEquals(details, {
    numFiles: 3,
    filenames: ["sub/c.ts", "a.ts", "b.ts"],
    truncated: false,
    totalMatches: 3,
  });
});

Deno.test("Glob finds names at any depth, and paths from its folder on", async () => {
  using tree = makeTree({ "a.ts": "", "src/a.ts": "", "src/x/a.ts": "" });
  const { root } = tree;
  assertEquals(await linesOf(root, { pattern: "a.ts" }), [
    "a.ts",
    "src/a.ts",
    "src/x/a.ts",
  ]);
  assertEquals(await linesOf(root, { pattern: "src/*.ts" }), ["src/a.ts"]);
  assertEquals(await linesOf(root, { pattern: "./src/*.ts" }), ["src/a.ts"]);
  assertEquals(await linesOf(root, { pattern: "x/*", path: "src" }), [
    "src/x/a.ts",
  ]);
  assertEquals(await linesOf(root, { pattern: "src/" }), [
    "src/a.ts",
    "src/x/a.ts",
  ]);
});

Deno.test("Glob takes absolute patterns and .. inside the workspace", async () => {
  using tree = makeTree({ "ws/a.ts": "", "ws/src/b.ts": "", "out/c.ts": "" });
  const cwd = tree.path("ws");
  const lines = (pattern: string, path?: string) =>
    linesOf(cwd, { pattern, ...(path === undefined ? {} : { path }) });
  assertEquals(await lines(`${cwd}/**/*.ts`), ["a.ts", "src/b.ts"]);
  assertEquals(await lines(`${cwd}/*.ts`), ["a.ts"]);
  assertEquals(await lines(`${cwd}/src/b.ts`), ["src/b.ts"]);
  assertEquals(await lines("../*.ts", "src"), ["a.ts"]);
  for (const pattern of ["../out/*.ts", `${tree.path("out")}/*.ts`, "/**"]) {
    const outcome = await run(cwd, { pattern });
    assert(!outcome.ok, pattern);
    assertEquals(outcome.code, "not_permitted");
  }
});

Deno.test("Glob obeys .gitignore and says when ignored files would match", async () => {
  using tree = makeTree({
    ".git/config": "",
    ".gitignore": "dist/\n*.log\n",
    ".github/ci.yml": "",
    "dist/a.js": "",
    "b.log": "",
  });
  const { root } = tree;
  assertEquals(await linesOf(root, { pattern: "**" }), [
    ".github/ci.yml",
    ".gitignore",
  ]);
  const empty = await run(root, { pattern: "*.log" });
  assertEquals(
    shownText(empty),
    "No files\n(1 ignored file matches; include_ignored shows them)",
  );
  assertEquals(await linesOf(root, { pattern: "*.py" }), ["No files"]);
  const all = { pattern: "dist/**", include_ignored: true };
  assertEquals(await linesOf(root, all), ["dist/a.js"]);
});

Deno.test("Glob stops at 100 files and says how many there are", async () => {
  using tree = makeTree();
  for (let index = 0; index < 130; index++) tree.add({ [`f${index}`]: "" });
  const outcome = await run(tree.root, { pattern: "f*" });
  const lines = shownText(outcome).split("\n");
  assertEquals(lines.length, 101);
  assertEquals(lines[100], "(truncated, 130 in all; use a narrower pattern)");
  const details = outcome.details as GlobDetails;
  assertEquals(details.totalMatches, 130);
  assertEquals(details.numFiles, 100);
  assertEquals(details.truncated, true);
});

Deno.test("Glob keeps within the budget of the result", async () => {
  using tree = makeTree();
  for (let index = 0; index < 60; index++) {
    tree.add({ [`${"long".repeat(30)}${index}`]: "" });
  }
  const limits = { resultChars: 2000, readLines: 1, callMs: 1 };
  const outcome = await run(tree.root, { pattern: "*" }, { limits });
  assertLess(shownText(outcome).length, 2000);
  assert(shownText(outcome).includes("60 in all"));
});

Deno.test("Glob lists symlinks but does not follow them", async () => {
  using tree = makeTree({ "real/a.ts": "" });
  await Deno.symlink("real", tree.path("link"));
  assertEquals(await linesOf(tree.root, { pattern: "**" }), [
    "link",
    "real/a.ts",
  ]);
});

Deno.test("Glob names a folder that is not there", async () => {
  using tree = makeTree({ "file": "" });
  for (const path of ["none", "file"]) {
    const outcome = await run(tree.root, { pattern: "*", path });
    assert(!outcome.ok);
    assertEquals(outcome.code, "not_found");
  }
});
