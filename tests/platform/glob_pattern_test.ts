import { assert, assertEquals, assertLess } from "@std/assert";
import {
  compileGlob,
  expandBraces,
  globFilter,
  staticPrefix,
} from "../../lib/platform/glob_pattern.ts";

const table: readonly [glob: string, yes: string[], no: string[]][] = [
  ["*.ts", ["a.ts", ".ts"], ["a/b.ts", "a.tsx"]],
  ["**/*.ts", ["a.ts", "a/b.ts", "a/b/c.ts"], ["a.js"]],
  ["src/**", ["src/a", "src/a/b"], ["src", "a/src/b"]],
  ["src/**/x", ["src/x", "src/a/x", "src/a/b/x"], ["src/ax", "x"]],
  ["a?c", ["abc", "a😀c"], ["ac", "a/c"]],
  ["a[bc]d", ["abd", "acd"], ["aad", "a[bc]d"]],
  ["a[!bc]d", ["aad"], ["abd", "a/d"]],
  ["a[^bc]d", ["aad"], ["abd"]],
  ["a[]]d", ["a]d"], ["ad"]],
  ["a[b", ["a[b"], ["ab"]],
  ["[[:digit:]x].c", ["1.c", "x.c"], ["a.c"]],
  ["{a,b}.{ts,js}", ["a.ts", "b.js"], ["c.ts"]],
  ["v{1..3}", ["v1", "v2", "v3"], ["v4", "v1..3"]],
  ["{a,b{c,d}}", ["a", "bc", "bd"], ["b"]],
  ["{a}", ["{a}"], ["a"]],
  ["\\*", ["*"], ["a"]],
  ["a+(b).$", ["a+(b).$"], ["aab"]],
  ["*a*b*", ["ab", "xaybz", "aabb"], ["ba"]],
];

for (const [glob, yes, no] of table) {
  Deno.test(`compileGlob() matches ${glob} as a shell does`, () => {
    const expression = compileGlob(glob);
    for (const path of yes) assert(expression.test(path), path);
    for (const path of no) assert(!expression.test(path), path);
  });
}

Deno.test("compileGlob() takes linear time for a pattern of many stars", () => {
  const expression = compileGlob("*a".repeat(20) + "b");
  const start = performance.now();
  assert(!expression.test("a".repeat(250)));
  assert(expression.test("a".repeat(250) + "b"));
  assertLess(performance.now() - start, 1000);
});

Deno.test("expandBraces() stops at 1,000 patterns", () => {
  assertEquals(expandBraces("{0..9}".repeat(6)).length, 1000);
  assertEquals(expandBraces("{1..999999999}").length, 1000);
});

Deno.test("globFilter() matches names at any depth without a slash", () => {
  const filter = globFilter(["*.ts"]);
  assert(filter("a.ts"));
  assert(filter("deep/down/a.ts"));
  assert(!filter("a.js"));
});

Deno.test("globFilter() anchors a pattern with a slash", () => {
  assert(globFilter(["src/*.ts"])("src/a.ts"));
  assert(!globFilter(["src/*.ts"])("x/src/a.ts"));
  assert(globFilter(["/a.ts"])("a.ts"));
  assert(!globFilter(["/a.ts"])("x/a.ts"));
  assert(globFilter(["src/"])("src/x/a.ts"));
});

Deno.test("globFilter() lets the last match decide about exclusion", () => {
  const filter = globFilter(["*.ts", "!*.test.ts"]);
  assert(filter("a.ts"));
  assert(!filter("a.test.ts"));
  assert(globFilter(["!*.ts"])("a.js"));
  assert(!globFilter(["!*.ts"])("a.ts"));
});

Deno.test("staticPrefix() gives the folders before the first wildcard", () => {
  assertEquals(staticPrefix("src/app/*.ts"), "src/app");
  assertEquals(staticPrefix("*.ts"), "");
  assertEquals(staticPrefix("/ws/a/**/b"), "/ws/a");
  assertEquals(staticPrefix("src/a.ts"), "src");
});
