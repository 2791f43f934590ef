import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { toolSpec } from "../../lib/core/schema.ts";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { grep } from "../../tools/grep.ts";
import type { GrepDetails } from "../../tools/_report.ts";
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

async function textOf(cwd: string, input: Input): Promise<string> {
  return shownText(await runScript(cwd, input));
}

function detailsOf(outcome: ToolOutcome): GrepDetails {
  return outcome.details as GrepDetails;
}

/** Gives files their age, so that the newest is known. */
async function age(tree: Tree, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const time = new Date(1_700_000_000_000 - index * 10_000);
    await Deno.utime(tree.path(name), time, time);
  }
}

Deno.test("Grep is described in 900 bytes and advertises eight parameters", () => {
  const spec = toolSpec(grep);
  assertLess(JSON.stringify(spec).length, 900);
  const properties = spec.parameters.properties as Record<string, unknown>;
  assertEquals(
    Object.keys(properties).join(" "),
    "pattern path glob output_mode -i -C head_limit multiline",
  );
});

Deno.test("Grep lists the files with matches, the newest first", async () => {
  using tree = makeTree({ "a": "x", "sub/b": "x", "c": "y", "d": "x" });
  await age(tree, ["d", "sub/b", "a"]);
  const outcome = await runScript(tree.root, { pattern: "x" });
  assertEquals(shownText(outcome), "Found 3 files\nd\nsub/b\na");
  assertEquals(detailsOf(outcome), {
    mode: "files_with_matches",
    numFiles: 3,
    filenames: ["d", "sub/b", "a"],
  });
  assertEquals(outcome.touched, []);
});

Deno.test("Grep orders files of the same age by path", async () => {
  using tree = makeTree({ "b": "x", "a": "x", "c/a": "x" });
  const now = new Date();
  for (const name of ["a", "b", "c/a"]) {
    await Deno.utime(tree.path(name), now, now);
  }
  const text = await textOf(tree.root, { pattern: "x" });
  assertEquals(text, "Found 3 files\na\nb\nc/a");
});

Deno.test("Grep shows lines with their numbers, sorted by path", async () => {
  using tree = makeTree({ "b.ts": "one\ntwo\none", "a.ts": "\none\n" });
  const outcome = await runScript(tree.root, {
    pattern: "one",
    output_mode: "content",
  });
  const content = "a.ts:2:one\nb.ts:1:one\nb.ts:3:one";
  assertEquals(shownText(outcome), content);
  assertEquals(detailsOf(outcome), {
    mode: "content",
    numFiles: 2,
    filenames: ["a.ts", "b.ts"],
    content,
    numLines: 3,
    numMatches: 3,
  });
});

Deno.test("Grep counts the matching lines of each file", async () => {
  using tree = makeTree({ "a": "x x\nx\n", "b": "x\n" });
  const outcome = await runScript(tree.root, {
    pattern: "x",
    output_mode: "count",
  });
  assertEquals(
    shownText(outcome),
    "Found 3 matching lines in 2 files\na:2\nb:1",
  );
  assertEquals(detailsOf(outcome).numMatches, 3);
});

Deno.test("Grep shows context once, with gaps marked", async () => {
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
  using tree = makeTree({ "a": lines.join("\n") + "\n" });
  const content = (more: Record<string, unknown>) =>
    textOf(tree.root, {
      pattern: "line (2|4|10)$",
      path: "a",
      output_mode: "content",
      ...more,
    });
  assertEquals(
    await content({ "-C": 1 }),
    "1-line 1\n2:line 2\n3-line 3\n4:line 4\n5-line 5\n--\n" +
      "9-line 9\n10:line 10\n11-line 11",
  );
  assertEquals(
    await content({ "-A": 1 }),
    "2:line 2\n3-line 3\n4:line 4\n5-line 5\n--\n10:line 10\n11-line 11",
  );
  assertEquals(
    await content({ "-B": 20, "-n": false }),
    lines.slice(0, 10).join("\n"),
  );
  assertEquals(
    await content({ context: 1, head_limit: 1 }),
    "1-line 1\n2:line 2\n3-line 3\n(2 more matching lines; go on with offset=1)",
  );
  assertEquals(
    await content({ offset: 2, "-C": 2 }),
    "8-line 8\n9-line 9\n10:line 10\n11-line 11\n12-line 12",
  );
});

Deno.test("Grep pages with head_limit and offset without loss", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 7 }, (_, index) => [`f${index}`, "x\ny\nx\n"]),
  );
  using tree = makeTree(files);
  const whole = await textOf(tree.root, {
    pattern: "x",
    output_mode: "content",
  });
  const pages: string[] = [];
  for (let offset = 0; offset < 14; offset += 3) {
    const outcome = await runScript(tree.root, {
      pattern: "x",
      output_mode: "content",
      head_limit: 3,
      offset,
    });
    pages.push(detailsOf(outcome).content ?? "");
    const left = 14 - offset - 3;
    if (left > 0) {
      assertStringIncludes(shownText(outcome), `offset=${offset + 3}`);
      assertEquals(detailsOf(outcome).appliedLimit, 3);
    }
  }
  assertEquals(pages.join("\n"), whole);
});

Deno.test("Grep shows only what matched with -o", async () => {
  using tree = makeTree({ "a": "f(1) f(22)\nnone\nf(3)\n" });
  const text = await textOf(tree.root, {
    pattern: "f\\(\\d+\\)",
    path: "a",
    output_mode: "content",
    "-o": true,
  });
  assertEquals(text, "1:f(1)\n1:f(22)\n3:f(3)");
});

Deno.test("Grep matches across lines only when asked", async () => {
  using tree = makeTree({ "a": "start {\n  middle\n}\nafter\n" });
  const single = await textOf(tree.root, { pattern: "start.*middle" });
  assertEquals(single, "No matches");
  const spaces = await textOf(tree.root, { pattern: "\\{\\s+middle" });
  assert(spaces.startsWith("No matches"));
  const multi = await textOf(tree.root, {
    pattern: "start.*?middle",
    output_mode: "content",
    multiline: true,
  });
  assertEquals(multi, "a:1:start {\na:2:  middle");
  const named = await textOf(tree.root, {
    pattern: "\\{\\n  mid",
    output_mode: "content",
  });
  assertEquals(named, "a:1:start {\na:2:  middle");
});

Deno.test("Grep ends lines of CRLF files before the carriage return", async () => {
  using tree = makeTree({ "a": "one\r\n\r\ntwo\r\n" });
  const content = (pattern: string) =>
    textOf(tree.root, { pattern, path: "a", output_mode: "content" });
  assertEquals(await content("e$"), "1:one");
  assertEquals(await content("^$"), "2:");
  assertEquals(await content("^two"), "3:two");
});

Deno.test("Grep keeps within the budget for 50,000 matching files and lines", async () => {
  const lines = "some matching line\n".repeat(50_000);
  using tree = makeTree({ "big.txt": lines });
  for (let index = 0; index < 500; index++) {
    tree.add({
      [`many/${"long".repeat(10)}${index}`]: "matching\n".repeat(100),
    });
  }
  for (const output_mode of ["files_with_matches", "content", "count"]) {
    const outcome = await run(tree.root, {
      pattern: "matching",
      output_mode,
      head_limit: 0,
    }, {
      environment: {},
      limits: { resultChars: 5000, readLines: 1, callMs: 1 },
    });
    const text = shownText(outcome);
    assertLess(text.length, 5000);
    assertMatch(text, /\(\d+ more [a-z ]+; go on with offset=\d+\)$/);
    assertLess(JSON.stringify(outcome.details).length, 15_000);
  }
});

Deno.test("Grep cuts long lines around the match", async () => {
  using tree = makeTree({
    "a": "a".repeat(5000) + "needle" + "b".repeat(5000),
  });
  const text = await textOf(tree.root, {
    pattern: "needle",
    output_mode: "content",
  });
  assertStringIncludes(text, "needle");
  assertMatch(text, /^a:1:…a+needleb+…$/);
  assertLess(text.length, 350);
});

Deno.test("Grep passes over binary files, .git, ignored files and symlinks", async () => {
  using tree = makeTree({
    ".git/config": "x",
    ".gitignore": "ignored\n",
    ".hidden/a": "x",
    "ignored": "x",
    "binary": "x\0",
    "late": "x\n".repeat(100_000) + "\0",
    "plain": "x",
  });
  await Deno.symlink("plain", tree.path("link"));
  const text = await textOf(tree.root, {
    pattern: "x",
    output_mode: "count",
  });
  assertEquals(text, "Found 2 matching lines in 2 files\n.hidden/a:1\nplain:1");
  assertEquals(
    await textOf(tree.root, { pattern: "x", path: "binary" }),
    'No matches\n"binary" is a binary file',
  );
  const named = await textOf(tree.root, { pattern: "x", path: "ignored" });
  assertEquals(named, "Found 1 file\nignored");
});

Deno.test("Grep reads UTF-16 and passes over a byte order mark", async () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 0x78, 0, 0x0a, 0, 0x79, 0]);
  using tree = makeTree({ "wide": utf16, "marked": "\uFEFFx\n" });
  const text = await textOf(tree.root, {
    pattern: "^x$",
    output_mode: "content",
  });
  assertEquals(text, "marked:1:x\nwide:1:x");
});

Deno.test("Grep searches a named file of any size in pieces", async () => {
  using tree = makeTree();
  const line = "0123456789abcdef".repeat(64) + "\n";
  const block = new TextEncoder().encode(line.repeat(1024));
  const file = await Deno.open(tree.path("big"), { write: true, create: true });
  const writer = file.writable.getWriter();
  for (let count = 0; count < 12; count++) await writer.write(block);
  await writer.write(new TextEncoder().encode("before\nneedle\nafter\n"));
  await writer.close();
  const text = await textOf(tree.root, {
    pattern: "needle",
    path: "big",
    output_mode: "content",
    "-C": 1,
  });
  assertEquals(text, "12289-before\n12290:needle\n12291-after");
});

Deno.test("Grep shows context over the border of two pieces", async () => {
  using tree = makeTree();
  const rows = Array.from(
    { length: 400_000 },
    (_, index) => `row ${String(index + 1).padStart(8, "0")} ........`,
  );
  tree.add({ "big": rows.join("\n") + "\n" });
  const border = Math.floor(4 * 1024 * 1024 / 22);
  for (let number = border - 2; number <= border + 3; number++) {
    const text = await textOf(tree.root, {
      pattern: `row ${String(number).padStart(8, "0")}`,
      path: "big",
      output_mode: "content",
      "-C": 3,
    });
    const expected = rows.slice(number - 4, number + 3).map((row, index) =>
      `${number - 3 + index}${index === 3 ? ":" : "-"}${row}`
    );
    assertEquals(text, expected.join("\n"));
  }
});

Deno.test("Grep filters by glob and by type", async () => {
  using tree = makeTree({
    "a.ts": "x",
    "a.test.ts": "x",
    "src/b.tsx": "x",
    "src/c.py": "x",
  });
  const files = async (more: Record<string, unknown>) => {
    const outcome = await runScript(tree.root, { pattern: "x", ...more });
    return [...detailsOf(outcome).filenames].sort().join(" ");
  };
  assertEquals(await files({ glob: "*.ts" }), "a.test.ts a.ts");
  assertEquals(await files({ glob: "*.{ts,tsx}" }), "a.test.ts a.ts src/b.tsx");
  assertEquals(await files({ glob: "src/**" }), "src/b.tsx src/c.py");
  assertEquals(await files({ glob: "*.ts,!*.test.ts" }), "a.ts");
  assertEquals(await files({ type: "ts" }), "a.test.ts a.ts src/b.tsx");
  assertEquals(await files({ type: "python" }), "src/c.py");
  assertEquals(await files({ type: "ts", glob: "src/**" }), "src/b.tsx");
});

Deno.test("Grep says when a glob matches no file", async () => {
  using tree = makeTree({ "a.ts": "x" });
  assertEquals(
    await textOf(tree.root, { pattern: "x", glob: "*.rs" }),
    "No matches\nNo file matches *.rs",
  );
  assertEquals(await textOf(tree.root, { pattern: "y" }), "No matches");
  assertStringIncludes(
    await textOf(tree.root, { pattern: "x\\|y" }),
    "backslash makes the next character literal",
  );
});

Deno.test("Grep answers a bad pattern with its fault and the literal form", async () => {
  using tree = makeTree({ "a": "foo(bar" });
  const outcome = await runScript(tree.root, { pattern: "foo(bar" });
  assert(!outcome.ok);
  assertEquals(outcome.code, "invalid_input");
  assertEquals(
    outcome.message,
    'Cannot search for "foo(bar": unclosed group',
  );
  assertEquals(outcome.hint, "To find it as plain text use foo\\(bar");
  const text = await textOf(tree.root, { pattern: "foo\\(bar" });
  assertEquals(text, "Found 1 file\na");
});

Deno.test("Grep refuses what is outside the workspace and what is not there", async () => {
  using tree = makeTree({ "in/a": "x", "out/b": "x" });
  const cwd = tree.path("in");
  const outside = await runScript(cwd, { pattern: "x", path: "../out" });
  assert(!outside.ok);
  assertEquals(outside.code, "not_permitted");
  const missing = await runScript(cwd, { pattern: "x", path: "none" });
  assert(!missing.ok);
  assertEquals(missing.code, "not_found");
});

Deno.test("Grep names files relative to the working directory", async () => {
  using tree = makeTree({ "a/b/c": "x" });
  const inputs = ["a", "./a/", tree.path("a"), "a/b", "a/b/c"];
  for (const path of inputs) {
    assertEquals(
      await textOf(tree.root, { pattern: "x", path }),
      "Found 1 file\na/b/c",
    );
  }
  const up = await run(tree.path("a"), { pattern: "x", path: ".." }, {
    environment: {},
    roots: [tree.root],
  });
  assertEquals(shownText(up), `Found 1 file\n${tree.path("a/b/c")}`);
});

Deno.test("Grep stops when its signal is aborted, before and during", async () => {
  using tree = makeTree();
  for (let index = 0; index < 300; index++) {
    tree.add({ [`f${index}`]: "x".repeat(2000) });
  }
  const before = await run(tree.root, { pattern: "x" }, {
    signal: AbortSignal.abort(),
  });
  assert(!before.ok);
  assertEquals(before.code, "aborted");
  const controller = new AbortController();
  // This pattern takes much longer than the first pause.
  const running = run(tree.root, { pattern: "x*y" }, {
    environment: {},
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 0);
  const during = await running;
  assert(!during.ok);
  assertEquals(during.code, "aborted");
});

Deno.test({
  name: "Grep refuses a pipe",
  ignore: !needs("mkfifo"),
  async fn() {
    using tree = makeTree();
    await new Deno.Command("mkfifo", { args: [tree.path("pipe")] }).output();
    const outcome = await runScript(tree.root, { pattern: "x", path: "pipe" });
    assert(!outcome.ok);
    assertEquals(outcome.code, "not_permitted");
    assertEquals(
      await textOf(tree.root, { pattern: "x" }),
      "No matches\nThere are no files to search",
    );
  },
});

Deno.test("Grep searches the folder of saved results", async () => {
  using tree = makeTree({ "ws/a": "", "saved/out.txt": "x" });
  const path = tree.path("saved/out.txt");
  const outcome = await run(tree.path("ws"), { pattern: "x", path }, {
    spillFolder: tree.path("saved"),
  });
  assertEquals(shownText(outcome), `Found 1 file\n${path}`);
});

Deno.test("Grep with a runaway pattern ends with the worker that runs it", async () => {
  using tree = makeTree({ "a": "a".repeat(40) + "!\n" });
  const source = `
    import { grep } from ${
    JSON.stringify(import.meta.resolve("../../tools/grep.ts"))
  };
    import { toolContext } from ${
    JSON.stringify(import.meta.resolve("../support/tool_call.ts"))
  };
    self.onmessage = async ({ data }) => {
      const context = toolContext(data.cwd, { environment: {} });
      const first = await grep.run({ pattern: "a!" }, context);
      self.postMessage(first.ok);
      await grep.run({ pattern: data.pattern }, context);
      self.postMessage("ended");
    };`;
  const url = URL.createObjectURL(
    new Blob([source], { type: "text/typescript" }),
  );
  const worker = new Worker(url, { type: "module" });
  const messages: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    messages.push(data);
    resolve();
  };
  worker.postMessage({ cwd: tree.root, pattern: "(a+)+$" });
  await promise;
  // Time enough for a pattern that does end; this one takes hours.
  await new Promise((done) => setTimeout(done, 300));
  worker.terminate();
  URL.revokeObjectURL(url);
  assertEquals(messages, [true]);
  const text = await textOf(tree.root, { pattern: "a!" });
  assertEquals(text, "Found 1 file\na");
});
