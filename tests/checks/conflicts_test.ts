import { assertEquals } from "@std/assert";
import { readTree, type SourceTree } from "./source_tree.ts";

/** Marks that git leaves where two changes met; a formatter may join lines. */
const marks = ["<".repeat(7), ">".repeat(7)];

function findMarks(tree: SourceTree): string[] {
  return [...tree]
    .filter(([, text]) => marks.some((mark) => text.includes(mark)))
    .map(([path]) => path);
}

Deno.test("no file holds the marks of a conflict", async () => {
  assertEquals(findMarks(await readTree()), []);
});

Deno.test("findMarks() finds them in the middle of a line, too", () => {
  const tree = new Map([["a.md", `one ${marks[0]} HEAD two`], ["b.md", "<<<"]]);
  assertEquals(findMarks(tree), ["a.md"]);
});
