import { assertEquals } from "@std/assert";
import {
  findPinFaults,
  findSizeFaults,
  findTopLevelFaults,
  findTraces,
} from "./shape.ts";
import { readTree } from "./source_tree.ts";

const tree = await readTree();

Deno.test("the top level holds what the plan names and no more", () => {
  assertEquals(findTopLevelFaults(tree), []);
});

Deno.test("no file of the program has more than 450 lines", () => {
  assertEquals(findSizeFaults(tree), []);
});

Deno.test("no file holds a path of some machine or a registry's host", () => {
  assertEquals(findTraces(tree), []);
});

Deno.test("each import of deno.json has an exact version in a frozen lock", () => {
  assertEquals(findPinFaults(tree), []);
});

Deno.test("findTopLevelFaults() names what is too much and what is missing", () => {
  const paths = "deno.json main.ts lib/a.ts tools/a.ts docs/a.md " +
    "examples/a.ts tests/a.ts README.md LICENSE deno.lock .ci/run .gitignore";
  const tree = new Map(paths.split(" ").map((path) => [path, ""]));
  assertEquals(findTopLevelFaults(tree), []);
  tree.set("src/a.ts", "").set(".env", "").delete("LICENSE");
  assertEquals(findTopLevelFaults(tree), [
    "src: not in the plan of the top level",
    ".env: not in the plan of the top level",
    "LICENSE: missing from the top level",
  ]);
});

Deno.test("findSizeFaults() counts lines of the program alone", () => {
  const faults = findSizeFaults(
    new Map([
      ["lib/core/a.ts", "\n".repeat(450)],
      ["tools/b.ts", "\n".repeat(451)],
      ["tests/c.ts", "\n".repeat(451)],
    ]),
  );
  assertEquals(faults, ["tools/b.ts: 451 lines, over 450"]);
});

Deno.test("findTraces() names the line", () => {
  const host = ["registry", "npmjs", "org"].join(".");
  const faults = findTraces(
    new Map([["docs/a.md", `one\nsee https://${host}/zod\n`]]),
  );
  assertEquals(faults.map((fault) => fault.split(": ")[0]), ["docs/a.md:2"]);
});

Deno.test("findPinFaults() refuses ranges, tags and what the lock lacks", () => {
  const config = {
    lock: { frozen: false },
    imports: {
      "a": "npm:a@^1.0.0",
      "b": "npm:b",
      "c": "npm:@scope/c@1.2.3/sub/path.js",
      "d": "jsr:@scope/d@1.2.3",
      "e": "npm:e@1.2.3",
    },
  };
  const faults = findPinFaults(
    new Map([
      ["deno.json", JSON.stringify(config)],
      ["deno.lock", '{"specifiers":{"npm:@scope/c@1.2.3":"1.2.3"}}'],
    ]),
  );
  assertEquals(faults, [
    'deno.json: "a" has no exact version: npm:a@^1.0.0',
    'deno.json: "b" has no exact version: npm:b',
    'deno.json: "d" has no exact version: jsr:@scope/d@1.2.3',
    'deno.json: "e" is not in deno.lock',
    "deno.json: lock is not frozen",
  ]);
});
