import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { encodeText } from "../../lib/platform/text_file.ts";
import { read } from "../../tools/read.ts";
import { write } from "../../tools/write.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { seenAfter, shownText, toolContext } from "../support/tool_call.ts";

function runWrite(
  context: ToolContext,
  file_path: string,
  content: string,
): Promise<ToolOutcome> {
  return write.run({ file_path, content }, context);
}

async function readAndWrite(
  folder: TempFolder,
  file_path: string,
  content: string,
): Promise<ToolOutcome> {
  const context = toolContext(folder.path);
  const seen = seenAfter(await read.run({ file_path }, context));
  return await runWrite(toolContext(folder.path, { seen }), file_path, content);
}

Deno.test("Write creates a file with the folders above it", async () => {
  await using folder = await tempFolder();
  const context = toolContext(folder.path);
  const outcome = await runWrite(context, "a/b/c.txt", "one\ntwo\n");
  assertEquals(shownText(outcome), "Created a/b/c.txt (2 lines).");
  assertEquals(await folder.read("a/b/c.txt"), "one\ntwo\n");
  assertEquals(outcome.touched.map(({ kind, path }) => [kind, path]), [
    ["write", folder.at("a/b/c.txt")],
  ]);
  assertEquals(outcome.details, {
    type: "create",
    filePath: folder.at("a/b/c.txt"),
    structuredPatch: [{
      oldStart: 1,
      oldLines: 0,
      newStart: 1,
      newLines: 2,
      lines: ["+one", "+two"],
    }],
    diff: "--- a/a/b/c.txt\n+++ b/a/b/c.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n",
    added: 2,
    removed: 0,
  });
});

Deno.test("Write overwrites only what was read and is as it was read", async () => {
  await using folder = await tempFolder({ "a.txt": "one\n" });
  const unread = await runWrite(toolContext(folder.path), "a.txt", "new\n");
  assertEquals([unread.ok, !unread.ok && unread.code], [false, "conflict"]);
  assertEquals(await folder.read("a.txt"), "one\n");

  const done = await readAndWrite(folder, "a.txt", "two\n");
  assertEquals(shownText(done), "Updated a.txt (+1 -1).");
  const seen = seenAfter(done);
  const again = await runWrite(
    toolContext(folder.path, { seen }),
    "a.txt",
    "three\n",
  );
  assertEquals(again.ok, true, "its own write counts as read");

  const stale = await runWrite(
    toolContext(folder.path, { seen }),
    "a.txt",
    "four\n",
  );
  assertEquals([stale.ok, !stale.ok && stale.code], [false, "conflict"]);
  assertEquals(await folder.read("a.txt"), "three\n");
});

Deno.test("Write fills an empty file without a Read", async () => {
  await using folder = await tempFolder({ "a.txt": "" });
  const outcome = await runWrite(toolContext(folder.path), "a.txt", "new\n");
  assertEquals([outcome.ok, await folder.read("a.txt")], [true, "new\n"]);
});

Deno.test("Write keeps mode bits, line ends, mark and encoding", async () => {
  await using folder = await tempFolder({
    "crlf.sh": "a\r\nb\r\n",
    "mixed.txt": "a\r\nb\n",
    "bom.txt": "\ufeffa\n",
    "wide.txt": encodeText("a\n", { encoding: "utf-16be", bom: true }),
    "narrow.txt": Uint8Array.of(0xe9, 0x0a),
  });
  await Deno.chmod(folder.at("crlf.sh"), 0o755);
  const crlf = await readAndWrite(folder, "crlf.sh", "x\ny\n");
  assertStringIncludes(shownText(crlf), "CRLF line ends were kept");
  assertEquals(await folder.read("crlf.sh"), "x\r\ny\r\n");
  const { mode } = await Deno.stat(folder.at("crlf.sh"));
  assertEquals((mode ?? 0) & 0o777, 0o755);

  await readAndWrite(folder, "mixed.txt", "x\ny\n");
  assertEquals(await folder.read("mixed.txt"), "x\ny\n");
  await readAndWrite(folder, "bom.txt", "b\n");
  assertEquals(
    await Deno.readFile(folder.at("bom.txt")),
    Uint8Array.of(0xef, 0xbb, 0xbf, 0x62, 0x0a),
  );
  await readAndWrite(folder, "wide.txt", "é\n");
  assertEquals(
    await Deno.readFile(folder.at("wide.txt")),
    encodeText("é\n", { encoding: "utf-16be", bom: true }),
  );
  await readAndWrite(folder, "narrow.txt", "éé\n");
  assertEquals(
    await Deno.readFile(folder.at("narrow.txt")),
    Uint8Array.of(0xe9, 0xe9, 0x0a),
  );
  const widened = await readAndWrite(folder, "narrow.txt", "→\n");
  assertStringIncludes(shownText(widened), "It is UTF-8 now");
  assertEquals(await folder.read("narrow.txt"), "→\n");
});

const elided: readonly string[] = [
  "// ... rest of the file unchanged ...",
  "// rest of file unchanged",
  "# ... existing code ...",
  "// ... (rest of the code remains the same)",
  "/* remaining functions unchanged */",
  "<!-- rest of the content omitted for brevity -->",
  "    # rest of the implementation stays the same",
  "... rest of the file ...",
  "[... unchanged ...]",
  "-- other functions remain unchanged",
  "{/* ... existing code ... */}",
  "// 其余代码保持不变",
  "# 省略",
  "// unchanged",
  "# keep the rest of the file as is",
  "// same as before",
];

for (const line of elided) {
  Deno.test(`Write refuses to lose the rest to ${line.trim()}`, async () => {
    const old = "a();\n".repeat(20);
    await using folder = await tempFolder({ "a.ts": old });
    const outcome = await readAndWrite(folder, "a.ts", `b();\n${line}\n`);
    assertEquals(await folder.read("a.ts"), old);
    assertEquals([outcome.ok, !outcome.ok && outcome.code], [
      false,
      "invalid_input",
    ]);
    assertStringIncludes(shownText(outcome), "with Edit");
  });
}

const honest: readonly string[] = [
  "# Remaining work",
  "// The rest of the arguments are passed on",
  "// existing files are kept",
  "# Other functions",
  "The rest of the file is unchanged by this command.",
  "const rest = args.slice(1);",
  "// Unchanged entries are skipped",
  "// returns the remaining code points",
  "...rest,",
  "// previous code path",
  "// Other functions below",
  "// The rest of the file is parsed lazily",
  "const { a, ...rest } = options;",
  "# see above",
];

for (const line of honest) {
  Deno.test(`Write takes the line ${line}`, async () => {
    await using folder = await tempFolder({ "a.ts": "a();\n".repeat(20) });
    const outcome = await readAndWrite(folder, "a.ts", `b();\n${line}\n`);
    assertEquals(outcome.ok, true, shownText(outcome));
  });
}

Deno.test("Write takes an elision that the file has already, or that loses nothing", async () => {
  const marked = "a\nb\nc\n// ... existing code ...\n";
  await using folder = await tempFolder({ "a.ts": marked, "b.ts": "a\n" });
  const kept = await readAndWrite(
    folder,
    "a.ts",
    "a\n// ... existing code ...\n",
  );
  assertEquals(kept.ok, true, shownText(kept));
  const longer = await readAndWrite(
    folder,
    "b.ts",
    "a\nb\n// ... existing code ...\n",
  );
  assertEquals(longer.ok, true, shownText(longer));
});

Deno.test("Write goes through a link to its target, also one that dangles", async () => {
  await using folder = await tempFolder({ "w/real.txt": "old\n" });
  await Deno.symlink("real.txt", folder.at("w/link.txt"));
  await Deno.symlink("later.txt", folder.at("w/dangling.txt"));
  await Deno.symlink("../out.txt", folder.at("w/away.txt"));
  const context = toolContext(folder.at("w"));
  const seen = seenAfter(await read.run({ file_path: "link.txt" }, context));
  const through = { ...context, seen };
  assertEquals((await runWrite(through, "link.txt", "new\n")).ok, true);
  assertEquals(await folder.read("w/real.txt"), "new\n");
  assertEquals((await Deno.lstat(folder.at("w/link.txt"))).isSymlink, true);

  assertEquals((await runWrite(context, "dangling.txt", "made\n")).ok, true);
  assertEquals(await folder.read("w/later.txt"), "made\n");

  const away = await runWrite(context, "away.txt", "lost\n");
  assertEquals([away.ok, !away.ok && away.code], [false, "not_permitted"]);
  const names = await Array.fromAsync(Deno.readDir(folder.path));
  assertEquals(names.map((entry) => entry.name), ["w"]);
});

Deno.test("Write makes failures of the file system outcomes", async () => {
  await using folder = await tempFolder({ "a.txt": "a", "dir/b.txt": "b" });
  const context = toolContext(folder.path);
  const cases: Readonly<Record<string, string>> = {
    "dir": "it is a folder",
    "a.txt/b": "a part of the path is a file, not a folder",
    ["n".repeat(300)]: "the name is too long",
    "": "the path is empty",
    "/proc/none": "outside the workspace",
  };
  for (const [path, state] of Object.entries(cases)) {
    const outcome = await runWrite(context, path, "x");
    assertEquals(outcome.ok, false, path);
    assertStringIncludes(shownText(outcome), state);
  }
  const stopped = await runWrite(
    toolContext(folder.path, { signal: AbortSignal.abort() }),
    "new.txt",
    "x",
  );
  assertEquals([stopped.ok, !stopped.ok && stopped.code], [false, "aborted"]);
  const names = await Array.fromAsync(Deno.readDir(folder.path));
  assertEquals(names.map((entry) => entry.name).sort(), ["a.txt", "dir"]);
});

Deno.test("Write bounds what it says of a huge change", async () => {
  await using folder = await tempFolder();
  const content = "line\n".repeat(300_000);
  const outcome = await runWrite(toolContext(folder.path), "a.txt", content);
  const details = outcome.details as { diff: string; added: number };
  assertEquals(details.added, 300_000);
  assertEquals(details.diff.length < 20_000, true);
  assertStringIncludes(details.diff, "(298000 more diff lines)");
});
