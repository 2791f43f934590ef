import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { decodeText, encodeText } from "../../lib/platform/text_file.ts";
import { edit } from "../../tools/edit.ts";
import { read } from "../../tools/read.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { seenAfter, shownText, toolContext } from "../support/tool_call.ts";

type Content = string | Uint8Array;

interface Pair {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean;
}

/** Reads and edits a file that holds `content`; gives what came of it. */
async function editText(content: Content, pair: Pair) {
  await using folder = await tempFolder({ "a.txt": content });
  const outcome = await readAndEdit(folder, pair);
  return { outcome, bytes: await Deno.readFile(folder.at("a.txt")) };
}

async function readAndEdit(
  folder: TempFolder,
  pair: Pair,
): Promise<ToolOutcome> {
  const context = toolContext(folder.path);
  const seen = seenAfter(await read.run({ file_path: "a.txt" }, context));
  return await runEdit(toolContext(folder.path, { seen }), pair);
}

function runEdit(context: ToolContext, pair: Pair): Promise<ToolOutcome> {
  return edit.run({
    file_path: "a.txt",
    old_string: pair.old,
    new_string: pair.new,
    ...(pair.all === undefined ? {} : { replace_all: pair.all }),
  }, context);
}

function levelOf(outcome: ToolOutcome): unknown {
  return (outcome.details as { level?: unknown } | undefined)?.level;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Each level of the ladder: a hit, what it makes, and two hits. */
const ladder: readonly {
  readonly level: string;
  readonly content: string;
  readonly pair: Pair;
  readonly result: string;
  readonly twice: string;
}[] = [
  {
    level: "exact",
    content: "one\ntwo\nthree\n",
    pair: { old: "two", new: "2" },
    result: "one\n2\nthree\n",
    twice: "two\ntwo\n",
  },
  {
    level: "line ends",
    content: "a\r\nb\r\nc\r\n",
    pair: { old: "a\nb\n", new: "x\ny\nz\n" },
    result: "x\r\ny\r\nz\r\nc\r\n",
    twice: "a\r\nb\r\na\r\nb\r\n",
  },
  {
    level: "line numbers",
    content: "zero\n\tone()\n\ttwo()\n",
    pair: { old: "    2\t\tone()\n    3\t\ttwo()", new: "    2\t\tuno()" },
    result: "zero\n\tuno()\n",
    twice: "\tone()\n\ttwo()\n\tone()\n\ttwo()\n",
  },
  {
    level: "trailing white space",
    content: "if (a) {  \n  b();\t\n}\nend\n",
    pair: { old: "if (a) {\n  b();\n}", new: "b();" },
    result: "b();\nend\n",
    twice: "if (a) {  \n  b();\n}\nif (a) {\n  b(); \n}\n",
  },
  {
    level: "typographic punctuation",
    content: "say “it’s” – now\u00a0then\n",
    pair: { old: 'say "it\'s" - now then', new: "said" },
    result: "said\n",
    twice: 'say “it’s” – now then\nsay "it’s" – now then\n',
  },
  {
    level: "indentation",
    content: "class A {\n\t\tif (x) {\n\t\t\ty();\n\t\t}\n}\n",
    pair: {
      old: "if (x) {\n\ty();\n}",
      new: "if (z) {\n\tw();\n\n\tv();\n}",
    },
    result: "class A {\n\t\tif (z) {\n\t\t\tw();\n\n\t\t\tv();\n\t\t}\n}\n",
    twice: "\tif (x) {\n\t\ty();\n\t}\n\t\tif (x) {\n\t\t\ty();\n\t\t}\n",
  },
  {
    level: "escapes",
    content: 'print("a")\nprint("b")\n',
    pair: { old: 'print(\\"a\\")\\nprint(\\"b\\")', new: 'print(\\"c\\")' },
    result: 'print("c")\n',
    twice: 'print("a")\nprint("b")\nprint("a")\nprint("b")\n',
  },
];

for (const { level, content, pair, result, twice } of ladder) {
  Deno.test(`Edit matches at the level "${level}" and says so`, async () => {
    const { outcome, bytes } = await editText(content, pair);
    assertEquals(decoder.decode(bytes), result, shownText(outcome));
    assertEquals([outcome.ok, levelOf(outcome)], [true, level]);
    const note = `matched when ${level} were overlooked`;
    assertEquals(shownText(outcome).includes(note), level !== "exact");
  });

  Deno.test(`Edit refuses two hits at the level "${level}"`, async () => {
    const { outcome, bytes } = await editText(twice, pair);
    assertEquals(decoder.decode(bytes), twice);
    assertEquals(outcome.ok, false);
    assertStringIncludes(shownText(outcome), "is there 2 times, at lines 1, ");
    assertStringIncludes(shownText(outcome), "replace_all");
  });
}

/** Close, but not the same: nothing may be written. */
const nearMisses: Readonly<Record<string, readonly [string, Pair]>> = {
  "a different word": ["one two\n", { old: "one too", new: "x" }],
  "white space inside a line": ["f( a )\n", { old: "f(a)", new: "x" }],
  "white space that would have to end a line": [
    "foobar\n",
    { old: "foo ", new: "x" },
  ],
  "line numbers that do not count up": [
    "one\ntwo\n",
    { old: "    1\tone\n    3\ttwo", new: "x" },
  ],
  "line numbers on some lines": [
    "one\ntwo\n",
    { old: "    1\tone\ntwo", new: "x" },
  ],
  "foreign line numbers that the replacement has in part": [
    "one\ntwo\n",
    { old: "1: one\n2: two", new: "1: one\nthree" },
  ],
  "uneven indentation": [
    "if x:\n    a()\n      b()\n",
    { old: "  a()\n  b()", new: "x" },
  ],
  "a part of an indented line": [
    "\tfoo(bar)\n\tbaz\n",
    { old: "foo(bar\nbaz", new: "x" },
  ],
  "another letter case": ["Hello\n", { old: "hello", new: "x" }],
  "another order of lines": ["a\nb\n", { old: "b\na", new: "x" }],
};

for (const [name, [content, pair]] of Object.entries(nearMisses)) {
  Deno.test(`Edit does not match ${name}`, async () => {
    const { outcome, bytes } = await editText(content, pair);
    assertEquals(decoder.decode(bytes), content);
    assertEquals([outcome.ok, outcome.touched], [false, []]);
    assertStringIncludes(shownText(outcome), "is not in it");
  });
}

/** What models send for what files hold, and what must come of it. */
const corpus: Readonly<Record<string, readonly [string, Pair, string]>> = {
  "keeps CRLF in a replacement with more lines": [
    "a\r\n\tb\r\nc",
    { old: "\tb", new: "\tb\n\td" },
    "a\r\n\tb\r\n\td\r\nc",
  ],
  "keeps CRLF when a match begins with a line end": [
    "a\r\nb\r\n",
    { old: "\nb", new: "\nc" },
    "a\r\nc\r\n",
  ],
  "keeps a mixed file's other line ends": [
    "a\r\nb\nc\r\nd\n",
    { old: "c\nd", new: "e\nf" },
    "a\r\nb\ne\r\nf\n",
  ],
  "does not bring CRLF into a file with LF": [
    "a\nb\n",
    { old: "a", new: "x\r\ny" },
    "x\ny\nb\n",
  ],
  "keeps a missing final line end": ["a\nb", { old: "b", new: "c" }, "a\nc"],
  "keeps a byte order mark": [
    "\ufeffa\r\nb\r\n",
    { old: "a\nb", new: "c" },
    "\ufeffc\r\n",
  ],
  "overlooks a byte order mark that the model sends": [
    "a\nb\n",
    { old: "\ufeffa\nb", new: "\ufeffc" },
    "c\n",
  ],
  "turns spaces into the file's tabs": [
    "f() {\n\tif (a) {\n\t\tb();\n\t}\n}\n",
    {
      old: "    if (a) {\n        b();\n    }",
      new: "    if (a) {\n        c();\n        d();\n    }",
    },
    "f() {\n\tif (a) {\n\t\tc();\n\t\td();\n\t}\n}\n",
  ],
  "turns tabs into the file's spaces": [
    "f() {\n  if (a) {\n    b();\n  }\n}\n",
    { old: "\tif (a) {\n\t\tb();", new: "\tif (a) {\n\t\tc();" },
    "f() {\n  if (a) {\n    c();\n  }\n}\n",
  ],
  "takes indentation away": [
    "if (a) {\n  b();\n}\n",
    {
      old: "    if (a) {\n      b();\n    }",
      new: "    if (a) {\n      c();\n    }",
    },
    "if (a) {\n  c();\n}\n",
  ],
  "leaves trailing white space after a match alone": [
    "a  \nb  \nc\n",
    { old: "a\nb", new: "x" },
    "x  \nc\n",
  ],
  "leaves typographic quotes outside the match alone": [
    "“one” “two”\n",
    { old: '"one"', new: "1" },
    "1 “two”\n",
  ],
  "deletes a line": ["a\nb\nc\n", { old: "b\n", new: "" }, "a\nc\n"],
  "writes literal escapes where the file has them": [
    'print("a\\nb")\n',
    { old: 'print("a\nb")', new: 'print("c\nd")' },
    'print("c\\nd")\n',
  ],
  "replaces all, without overlaps": [
    "aaaa b aa\n",
    { old: "aa", new: "c", all: true },
    "cc b c\n",
  ],
  "replaces all at a looser level": [
    "x\r\ny\r\n-\r\nx\r\ny\r\n",
    { old: "x\ny", new: "z", all: true },
    "z\r\n-\r\nz\r\n",
  ],
  "does not read $ in a replacement as a pattern": [
    "price\n",
    { old: "price", new: "$& $1 $$" },
    "$& $1 $$\n",
  ],
  "strips the numbers that Grep puts before lines": [
    "one\ntwo\n",
    { old: "1:one\n2:two", new: "1:uno\n2:dos" },
    "uno\ndos\n",
  ],
  "strips the number of an empty line that lost its tab": [
    "one\n\ntwo\n",
    { old: "    1\tone\n    2\n    3\ttwo", new: "    1\tuno" },
    "uno\n",
  ],
  "strips numbers from new lines that carry on from no count": [
    "one\ntwo\n",
    { old: "    1\tone\n    2\ttwo", new: "    1\tone\n    1\tand\n\ta half" },
    "one\nand\n\ta half\n",
  ],
  "fills an empty file": ["", { old: "", new: "a\n" }, "a\n"],
};

for (const [promise, [content, pair, expected]] of Object.entries(corpus)) {
  Deno.test(`Edit ${promise}`, async () => {
    const { outcome, bytes } = await editText(content, pair);
    assertEquals(decoder.decode(bytes), expected, shownText(outcome));
    assertEquals(outcome.ok, true);
  });
}

Deno.test("Edit keeps UTF-16 and Windows-1252", async () => {
  const wide = { encoding: "utf-16le", bom: true } as const;
  const pair = { old: "b", new: "é" };
  const one = await editText(encodeText("a\r\nb\r\n", wide), pair);
  assertEquals(one.bytes, encodeText("a\r\né\r\n", wide));

  const narrow = Uint8Array.of(0x63, 0xe9, 0x62, 0x0a);
  const two = await editText(narrow, pair);
  assertEquals(two.bytes, Uint8Array.of(0x63, 0xe9, 0xe9, 0x0a));

  const three = await editText(narrow, { old: "b", new: "→" });
  assertEquals(three.bytes, narrow);
  assertStringIncludes(shownText(three.outcome), 'Windows-1252 has no "→"');
});

Deno.test("Edit changes the bytes of its span and no other", async () => {
  await using folder = await tempFolder();
  const piece = fc.constantFrom(
    ..."ab \t\n\n“é😀\\".split(""),
    "\r\n",
    "\r\n",
    "    ",
    "x1",
  );
  const text = fc.array(piece, { minLength: 3, maxLength: 60 })
    .map((pieces) => pieces.join("").toWellFormed());
  const format = fc.constantFrom(
    { encoding: "utf-8", bom: false } as const,
    { encoding: "utf-8", bom: true } as const,
    { encoding: "utf-16le", bom: true } as const,
  );
  const span = fc.tuple(fc.nat(), fc.nat({ max: 20 }));
  await fc.assert(
    fc.asyncProperty(text, span, format, async (text, [at, size], format) => {
      const start = at % text.length;
      const end = Math.min(text.length, start + size + 1);
      const old = text.slice(start, end);
      fc.pre(old.isWellFormed() && isUnique(text, old));
      fc.pre(text[start] !== "\n" || text[start - 1] !== "\r");
      fc.pre(text[end] !== "\n" || text[end - 1] !== "\r");
      await folder.write("a.txt", encodeText(text, format));
      const outcome = await readAndEdit(folder, { old, new: "NEW" });
      assertEquals(outcome.ok, true, shownText(outcome));
      assertEquals(levelOf(outcome), "exact");
      const expected = text.slice(0, start) + "NEW" + text.slice(end);
      assertEquals(
        await Deno.readFile(folder.at("a.txt")),
        encodeText(expected, format),
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("Edit at any level leaves what is around the match byte for byte", async () => {
  await using folder = await tempFolder();
  const noise = fc.array(
    fc.constantFrom("p", "q ", "\t", "“r”", "\r\n", "\n", "  \r\n", "é"),
    { maxLength: 30 },
  ).map((pieces) => pieces.join(""));
  const middle = fc.constantFrom(
    "\n  if (k) {  \n    v();\n  }\n",
    "\r\n\tif (k) {\r\n\t\tv();\r\n\t}\r\n",
    "\n        if (k) {\n          v();\n        }\n",
  );
  await fc.assert(
    fc.asyncProperty(noise, middle, noise, async (head, middle, tail) => {
      const content = head + middle + tail;
      await folder.write("a.txt", content);
      const outcome = await readAndEdit(folder, {
        old: "  if (k) {\n    v();\n  }",
        new: "  w();",
      });
      assertEquals(outcome.ok, true, shownText(outcome));
      const after = await folder.read("a.txt");
      assert(after.startsWith(head), "the head was changed");
      assert(after.endsWith(tail), "the tail was changed");
      assertEquals(after.includes("w();"), true);
    }),
    { numRuns: 150 },
  );
});

Deno.test("Edit demands that the file was read and is as it was read", async () => {
  await using folder = await tempFolder({ "a.txt": "one\ntwo\n" });
  const pair = { old: "one", new: "1" };
  const unread = await runEdit(toolContext(folder.path), pair);
  assertEquals([unread.ok, !unread.ok && unread.code], [false, "conflict"]);
  assertStringIncludes(shownText(unread), "Read it first");

  const context = toolContext(folder.path);
  const seen = seenAfter(await read.run({ file_path: "a.txt" }, context));
  await Deno.utime(folder.at("a.txt"), 1, 1);
  const next = toolContext(folder.path, { seen });
  const touched = await runEdit(next, pair);
  assertEquals(touched.ok, true, "a new time alone is no change");

  await folder.write("a.txt", "one\nTWO\n");
  const stale = toolContext(folder.path, { seen: seenAfter(touched) });
  const refused = await runEdit(stale, { old: "one", new: "uno" });
  assertEquals([refused.ok, !refused.ok && refused.code], [false, "conflict"]);
  assertStringIncludes(shownText(refused), "Read it again");
  assertEquals(await folder.read("a.txt"), "one\nTWO\n");
});

Deno.test("Edit can follow an Edit without a Read between", async () => {
  await using folder = await tempFolder({ "a.txt": "one\ntwo\n" });
  const first = await readAndEdit(folder, { old: "one", new: "1" });
  const context = toolContext(folder.path, { seen: seenAfter(first) });
  const second = await runEdit(context, { old: "two", new: "2" });
  assertEquals(second.ok, true);
  assertEquals(await folder.read("a.txt"), "1\n2\n");
});

Deno.test("Edit refuses what would change nothing or says nothing", async () => {
  const same = await editText("a\n", { old: "a", new: "a" });
  assertStringIncludes(shownText(same.outcome), "are the same");
  const already = await editText("a\r\n", { old: "a\n", new: "a\r\n" });
  assertStringIncludes(shownText(already.outcome), "already has new_string");
  const empty = await editText("a\n", { old: "", new: "b" });
  assertStringIncludes(shownText(empty.outcome), "old_string is empty");
  assertEquals(decoder.decode(empty.bytes), "a\n");
});

Deno.test("Edit of a missing file names Write or a name nearby", async () => {
  await using folder = await tempFolder({ "b.txt": "" });
  const context = toolContext(folder.path);
  const create = await runEdit(context, { old: "", new: "x" });
  assertEquals(
    shownText(create),
    'Cannot edit "a.txt": there is no such file\nCreate it with Write',
  );
  const other = await runEdit(context, { old: "y", new: "x" });
  assertStringIncludes(shownText(other), "Did you mean b.txt?");
});

Deno.test("Edit writes through a link and keeps mode bits", async () => {
  await using folder = await tempFolder({ "real.sh": "one\n" });
  await Deno.chmod(folder.at("real.sh"), 0o750);
  await Deno.symlink("real.sh", folder.at("a.txt"));
  const outcome = await readAndEdit(folder, { old: "one", new: "two" });
  assertEquals(outcome.ok, true, shownText(outcome));
  assertEquals(outcome.touched[0]?.path, folder.at("real.sh"));
  assertEquals(await folder.read("real.sh"), "two\n");
  assertEquals((await Deno.lstat(folder.at("a.txt"))).isSymlink, true);
  assertEquals(
    ((await Deno.stat(folder.at("real.sh"))).mode ?? 0) & 0o777,
    0o750,
  );
});

Deno.test("Edit does not follow a link out of the workspace", async () => {
  await using folder = await tempFolder({ "w/x": "", "out.txt": "secret\n" });
  await Deno.symlink("../out.txt", folder.at("w/a.txt"));
  const context = toolContext(folder.at("w"));
  const outcome = await runEdit(context, { old: "secret", new: "x" });
  assertEquals([outcome.ok, !outcome.ok && outcome.code], [
    false,
    "not_permitted",
  ]);
  assertEquals(await folder.read("out.txt"), "secret\n");
});

Deno.test("Edit shows the closest part and what differs", async () => {
  const content = "function add(a, b) {\n\treturn a + b;\n}\n\n" +
    "function sub(a, b) {\n\treturn a - b;\n}\n";
  const cases: [string, string][] = [
    ["function sub(a,b) {\n\treturn a - b;", "it differs in white space"],
    ["function SUB(a, b) {\n\treturn a - b;", "it differs in letter case"],
    [
      "function sub(a, b) {\n\treturn b - a;",
      'it has no line "return b - a;"',
    ],
  ];
  for (const [old, difference] of cases) {
    const { outcome } = await editText(content, { old, new: "x" });
    assertEquals(
      shownText(outcome),
      'Cannot edit "a.txt": old_string is not in it\n' +
        `Copy it from the file. Closest, lines 5-6; ${difference}:\n` +
        "function sub(a, b) {\n\treturn a - b;",
    );
  }
  const none = await editText("a\n", { old: "zebra", new: "x" });
  assertStringIncludes(shownText(none.outcome), "nor anything like it");
});

Deno.test("Edit gives the model a snippet and people a diff", async () => {
  const content = Array.from({ length: 40 }, (_, at) => `l${at + 1}\n`).join(
    "",
  );
  const { outcome } = await editText(content, { old: "l20\n", new: "x\ny\n" });
  assertEquals(
    shownText(outcome),
    "Edited a.txt (+2 -1).\n   17\tl17\n   18\tl18\n   19\tl19\n   20\tx\n" +
      "   21\ty\n   22\tl21\n   23\tl22\n   24\tl23",
  );
  const details = outcome.details as Record<string, unknown>;
  assertEquals(
    details.diff,
    "--- a/a.txt\n+++ b/a.txt\n@@ -17,7 +17,8 @@\n l17\n l18\n l19\n-l20\n" +
      "+x\n+y\n l21\n l22\n l23\n",
  );
  assertEquals([details.added, details.removed, details.replaceAll], [
    2,
    1,
    false,
  ]);
});

Deno.test("Edit keeps its answer short after a long replacement", async () => {
  const long = Array.from({ length: 5000 }, (_, at) => `n${at}`).join("\n");
  const { outcome } = await editText("a\nb\nc\n", { old: "b", new: long });
  assert(shownText(outcome).length < 1000, shownText(outcome));
});

Deno.test("Edit replaces all or nothing where there are very many places", async () => {
  const content = "ab ".repeat(120_000);
  const pair = { old: "ab", new: "c", all: true };
  const { outcome, bytes } = await editText(content, pair);
  assertEquals([outcome.ok, decoder.decode(bytes) === content], [false, true]);
  assertStringIncludes(shownText(outcome), "100000 times or more");
  const fewer = await editText("ab ".repeat(90_000), pair);
  assertEquals(decoder.decode(fewer.bytes), "c ".repeat(90_000));
});

Deno.test("Edit refuses binary files", async () => {
  await using folder = await tempFolder({ "a.txt": Uint8Array.of(0, 1, 2) });
  const outcome = await runEdit(toolContext(folder.path), {
    old: "a",
    new: "b",
  });
  assertStringIncludes(shownText(outcome), "it is binary");
});

Deno.test("Edit finds its way through ten megabytes in bounded time", async () => {
  const line = "some words in a line of a long file\n";
  const content = `${line.repeat(250_000)}needle\n`;
  const start = performance.now();
  const { outcome } = await editText(content, {
    old: "  needle\n  haystack",
    new: "x",
  });
  assertEquals(outcome.ok, false);
  const took = performance.now() - start;
  assert(took < 10_000, `took ${took} ms`);
});

function isUnique(text: string, part: string): boolean {
  const at = text.indexOf(part);
  return at !== -1 && text.indexOf(part, at + 1) === -1;
}

Deno.test("Edit decodes again what it has written", async () => {
  const { bytes } = await editText("a\r\nb", { old: "b", new: "c\n" });
  assertEquals(decodeText(bytes)?.text, "a\r\nc\r\n");
});
