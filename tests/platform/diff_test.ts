import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  diffTexts,
  type TextDiff,
  unifiedDiff,
} from "../../lib/platform/diff.ts";

function lines(count: number, of = "line"): string {
  return Array.from({ length: count }, (_, at) => `${of} ${at + 1}\n`).join("");
}

Deno.test("diffTexts() finds changes with three lines around them", async () => {
  const before = lines(100);
  const after = before.replace("line 50\n", "fifty\nand more\n");
  const diff = await diffTexts(before, after);
  assertEquals([diff.added, diff.removed, diff.omitted], [2, 1, 0]);
  assertEquals(
    unifiedDiff("a.txt", diff),
    `--- a/a.txt
+++ b/a.txt
@@ -47,7 +47,8 @@
 line 47
 line 48
 line 49
-line 50
+fifty
+and more
 line 51
 line 52
 line 53
`,
  );
});

Deno.test("diffTexts() handles empty texts and missing line ends", async () => {
  assertEquals(await diffTexts("a\n", "a\n"), {
    hunks: [],
    added: 0,
    removed: 0,
    omitted: 0,
  });
  const created = await diffTexts("", "a\nb");
  assertEquals(
    unifiedDiff("n", created),
    "--- a/n\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n",
  );
  const ended = await diffTexts("a\nb", "a\nb\n");
  assertEquals([ended.added, ended.removed], [1, 1]);
});

Deno.test("diffTexts() gives hunks that turn the old text into the new", async () => {
  const text = fc.array(fc.constantFrom("a", "b", "\n", "\n", "\r\n", "cc"), {
    maxLength: 80,
  }).map((pieces) => pieces.join(""));
  const timeoutMs = fc.constantFrom(200, -1);
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      timeoutMs,
      async (before, after, timeoutMs) => {
        const diff = await diffTexts(before, after, { timeoutMs });
        assertEquals(apply(before, diff), after);
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("diffTexts() replaces the whole middle when time is up", async () => {
  const before = `head\n${lines(30, "old")}tail\n`;
  const after = `head\n${lines(30, "new")}tail\n`;
  const diff = await diffTexts(before, after, { timeoutMs: -1 });
  assertEquals(diff.hunks.length, 1);
  assertEquals([diff.added, diff.removed], [30, 30]);
  assertEquals(apply(before, diff), after);
});

Deno.test("diffTexts() stays within its time on texts that share nothing in order", async () => {
  const before = Array.from(
    { length: 20_000 },
    (_, at) => `${at * 7919 % 20_011}`,
  );
  const after = before.toReversed();
  const start = performance.now();
  const diff = await diffTexts(before.join("\n"), after.join("\n"));
  const took = performance.now() - start;
  assert(took < 2000, `took ${took} ms`);
  assertEquals(diff.omitted > 0, true);
  const kept = diff.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  assertEquals(kept, 2000);
});

Deno.test("diffTexts() finds one change in ten megabytes at once", async () => {
  const before = lines(700_000, "some words in a line");
  const after = before.replace("line 350000\n", "line changed\n");
  await diffTexts("warm", "up");
  const start = performance.now();
  const diff = await diffTexts(before, after);
  const took = performance.now() - start;
  assertEquals(diff.hunks[0]?.oldStart, 349_997);
  assert(took < 1000, `took ${took} ms`);
});

/** Applies hunks as `patch` does, trusting their line numbers. */
function apply(before: string, { hunks }: TextDiff): string {
  const split = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const old = split(before);
  const made: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const start = hunk.oldStart - 1;
    made.push(...old.slice(at, start));
    at = start + hunk.oldLines;
    assertEquals(made.length, hunk.newStart - 1);
    for (const [index, line] of hunk.lines.entries()) {
      if (!line.startsWith("+") && !line.startsWith(" ")) continue;
      const isOpen = hunk.lines[index + 1]?.startsWith("\\") ?? false;
      made.push(line.slice(1) + (isOpen ? "" : "\n"));
    }
  }
  return [...made, ...old.slice(at)].join("");
}
