import { assertEquals } from "@std/assert";
import { parseIgnore } from "../../lib/platform/ignore.ts";

function ignored(text: string, path: string, isFolder = false): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return parseIgnore(text).judge(path, name, isFolder) === "ignored";
}

Deno.test("parseIgnore() lets the last matching rule decide", () => {
  const text = "*.log\n!keep.log\n";
  assertEquals(ignored(text, "a.log"), true);
  assertEquals(ignored(text, "keep.log"), false);
  assertEquals(ignored(text + "keep.*\n", "keep.log"), true);
});

Deno.test("parseIgnore() keeps apart what a file did not say and what it kept", () => {
  const rules = parseIgnore("*.log\n!keep.log\n");
  assertEquals(rules.judge("a.ts", "a.ts", false), undefined);
  assertEquals(rules.judge("keep.log", "keep.log", false), "kept");
});

Deno.test("parseIgnore() reads comments, spaces, escapes, CRLF and a BOM", () => {
  assertEquals(ignored("\uFEFFfirst\n", "first"), true);
  assertEquals(ignored("# a\n", "# a"), false);
  assertEquals(ignored("\\# a\n", "# a"), true);
  assertEquals(ignored("\\!a\n", "!a"), true);
  assertEquals(ignored("a  \n", "a"), true);
  assertEquals(ignored("a\\ \n", "a "), true);
  assertEquals(ignored("a\r\n", "a"), true);
  assertEquals(ignored("a\\\n", "a"), false);
});

Deno.test("parseIgnore() applies a final slash to folders alone", () => {
  assertEquals(ignored("build/\n", "x/build", true), true);
  assertEquals(ignored("build/\n", "x/build"), false);
});

Deno.test("parseIgnore() anchors patterns with a slash inside or in front", () => {
  assertEquals(ignored("/a\n", "a"), true);
  assertEquals(ignored("/a\n", "x/a"), false);
  assertEquals(ignored("x/*.c\n", "x/a.c"), true);
  assertEquals(ignored("x/*.c\n", "y/x/a.c"), false);
  assertEquals(ignored("x/*.c\n", "x/y/a.c"), false);
  assertEquals(ignored("**/x/a\n", "y/x/a"), true);
  assertEquals(ignored("x/**\n", "x/y/a"), true);
  assertEquals(ignored("a/**/b\n", "a/b"), true);
});
