import { assertEquals } from "@std/assert";
import { fail, ok, type ToolOutcome } from "../../lib/core/tool.ts";
import { createStyles } from "../../lib/term/style.ts";
import { callSummary, outcomeSummary } from "../../lib/ui/describe.ts";
import { drawDiff } from "../../lib/ui/draw_diff.ts";
import { hunksOf, parseHunks, replacementHunk } from "../../lib/ui/hunks.ts";

const calls: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["Read", { file_path: "/project/lib/a.ts" }, "Read lib/a.ts"],
  ["Read", { file_path: "a", offset: 5, limit: 3 }, "Read a:5-7"],
  ["Read", { file_path: "a", offset: 5 }, "Read a:5-"],
  ["Read", { file_path: "/etc/hosts" }, "Read /etc/hosts"],
  ["Read", { file_path: "/project-b/x" }, "Read /project-b/x"],
  ["Edit", { file_path: "/project/a" }, "Edit a"],
  ["Bash", { command: "deno test" }, "Bash deno test"],
  ["Bash", { command: "a\nb" }, "Bash a …"],
  ["Bash", { command: "x\x1b[2Jy" }, "Bash xy"],
  ["Grep", { pattern: "x", path: "/project/lib" }, 'Grep "x" in lib'],
  ["Grep", { pattern: "x", glob: "*.ts" }, 'Grep "x" (*.ts)'],
  ["Glob", { pattern: "**/*.ts" }, "Glob **/*.ts"],
  ["Other", { count: 3, name: "thing" }, "Other thing"],
  ["Other", {}, "Other"],
  ["Read", { file_path: 5 }, "Read"],
];

for (const [tool, input, expected] of calls) {
  Deno.test(`callSummary() describes ${tool} ${JSON.stringify(input)}`, () => {
    assertEquals(callSummary(tool, input, "/project"), expected);
  });
}

const results: readonly (readonly [string, ToolOutcome, string])[] = [
  ["Read", ok("a\nb\n"), "2 lines"],
  ["Read", ok("", { details: { numLines: 1 } }), "1 line"],
  ["Read", ok("", { details: { type: "image" } }), "image"],
  ["Bash", ok("x", { details: { stdout: "a\nb\n", exitCode: 0 } }), "2 lines"],
  ["Bash", ok("", { details: { stdout: "", exitCode: 0 } }), "no output"],
  [
    "Bash",
    ok("", {
      details: { exitCode: 1, returnCodeInterpretation: "no match" },
    }),
    "no match",
  ],
  [
    "Bash",
    fail("failed", "long output", undefined, { details: { exitCode: 2 } }),
    "exit code 2",
  ],
  [
    "Bash",
    fail("timeout", "x", undefined, { details: { timedOutAfterMs: 2000 } }),
    "stopped after 2 s",
  ],
  ["Bash", fail("aborted", "x"), "interrupted"],
  ["Edit", ok("x", { details: { added: 2, removed: 1 } }), "+2 -1"],
  ["Edit", ok("x", { details: { diff: "@@ -1 +1 @@\n-a\n+b\n" } }), "+1 -1"],
  ["Write", ok("x", { details: { type: "create" } }), "new"],
  ["Grep", ok("x", { details: { numMatches: 1 } }), "1 match"],
  ["Grep", ok("x", { details: { numFiles: 3 } }), "3 files"],
  ["Glob", ok("a\nb"), "2 files"],
  ["Edit", fail("conflict", "Cannot edit\nmore"), "failed: Cannot edit"],
  ["Bash", fail("not_permitted", "Bash was refused"), "Bash was refused"],
  ["Other", ok("first\nsecond"), "first"],
];

for (const [tool, outcome, expected] of results) {
  Deno.test(`outcomeSummary() says "${expected}" of ${tool}`, () => {
    assertEquals(outcomeSummary(tool, outcome), expected);
  });
}

const styles = createStyles(false);

Deno.test("drawDiff() numbers the lines as they were and as they are", () => {
  const hunks = parseHunks(
    "--- a\n+++ b\n@@ -9,3 +9,3 @@\n nine\n-ten\n+10\n eleven\n" +
      "@@ -20 +20,2 @@\n twenty\n+more\n",
  );
  assertEquals(drawDiff(hunks, styles), [
    "   9   nine",
    "  10 - ten",
    "  10 + 10",
    "  11   eleven",
    "    ⋮",
    "  20   twenty",
    "  21 + more",
  ]);
});

Deno.test("drawDiff() counts what it leaves out", () => {
  const lines = Array.from({ length: 50 }, (_, row) => `+${row}`);
  const drawn = drawDiff([{ oldStart: 0, newStart: 1, lines }], styles, {
    limit: 3,
  });
  assertEquals(drawn, [
    "   1 + 0",
    "   2 + 1",
    "   3 + 2",
    "    … 47 more lines",
  ]);
});

Deno.test("hunksOf() finds nothing in details that are no diff", () => {
  for (const details of [undefined, null, 5, {}, { structuredPatch: [1] }]) {
    assertEquals(hunksOf(details), []);
  }
});

Deno.test("replacementHunk() keeps what both texts share as context", () => {
  assertEquals(
    replacementHunk("a\nb\nc\nold\nd\ne\nf", "a\nb\nc\nnew\nd\ne\nf").lines,
    [" b", " c", "-old", "+new", " d", " e"],
  );
  assertEquals(replacementHunk("", "new").lines, ["+new"]);
  assertEquals(replacementHunk("a\na", "a\na\na").lines, [" a", " a", "+a"]);
});
