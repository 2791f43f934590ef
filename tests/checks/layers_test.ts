import { assertEquals } from "@std/assert";
import { findCycles, findLayerFaults } from "./layers.ts";
import { importsOf, readTree } from "./source_tree.ts";

const tree = await readTree();

Deno.test("imports of the program point down or stay in the room", () => {
  assertEquals(findLayerFaults(tree), []);
});

Deno.test("no files import one another in a circle", () => {
  assertEquals(findCycles(tree), []);
});

Deno.test("importsOf() sees each way to import, and no comment", () => {
  const text = `import type { A } from "./a.ts";
import {
  b,
} from "./b.ts";
import "./c.ts";
export * from "./d.ts";
/** Like \`import("./no.ts")\`:
 * import { x } from "./no.ts";
 */
// import("./no.ts")
export type E = import("./e.ts").E;
const f = await import("./f.ts");
const g = 'import { x } from "./no.ts"';
`;
  assertEquals(
    importsOf(text).map(({ specifier, lazy }) => [specifier, lazy]),
    [
      ["./a.ts", false],
      ["./b.ts", false],
      ["./c.ts", false],
      ["./d.ts", false],
      ["./e.ts", true],
      ["./f.ts", true],
    ],
  );
});

Deno.test("findLayerFaults() names each import that breaks the plan", () => {
  const faults = findLayerFaults(
    new Map([
      ["main.ts", 'import { start } from "./lib/app/launcher.ts";'],
      ["lib/app/boot.ts", 'import { read } from "../../tools/read.ts";'],
      ["lib/app/up.ts", 'export type U = import("../ui/oneshot.ts").U;'],
      ["lib/core/net.ts", 'import OpenAI from "openai";'],
      ["lib/core/up.ts", 'import type { P } from "../platform/paths.ts";'],
      ["lib/agent/disk.ts", 'import { read } from "../platform/lock.ts";'],
      ["lib/agent/good.ts", 'import { C } from "../platform/channel.ts";'],
      ["lib/agent/schema.ts", 'import { z } from "zod";'],
      ["lib/session/x.ts", 'import { y } from "../settings/y.ts";'],
      ["lib/term/x.ts", 'import { path } from "../platform/paths.ts";'],
      ["tools/boot.ts", 'import { boot } from "../lib/app/boot.ts";'],
      ["tools/node.ts", 'import { join } from "node:path";'],
      ["tools/spawn.ts", 'import { spawn } from "node:child_process";'],
      ["tools/late.ts", 'const os = await import("node:os");'],
      ["tools/pin.ts", 'import { z } from "npm:zod@4";'],
      ["tools/test.ts", 'import { t } from "../tests/support/temp.ts";'],
      ["lib/hooks/runner.ts", ""],
      ["tests/a_test.ts", 'import { boot } from "../lib/app/boot.ts";'],
    ]),
  );
  assertEquals(faults.map((fault) => fault.split(" ", 1)[0]), [
    "lib/app/up.ts",
    "lib/core/net.ts",
    "lib/core/up.ts",
    "lib/agent/disk.ts",
    "lib/agent/schema.ts",
    "lib/session/x.ts",
    "lib/term/x.ts",
    "tools/boot.ts",
    "tools/node.ts",
    "tools/spawn.ts",
    "tools/pin.ts",
    "tools/test.ts",
    "lib/hooks/runner.ts:",
  ]);
});

Deno.test("findCycles() shows the way round", () => {
  const cycles = findCycles(
    new Map([
      ["lib/a.ts", 'import { b } from "./b.ts";'],
      ["lib/b.ts", 'import type { C } from "./c.ts";'],
      ["lib/c.ts", 'const a = await import("./a.ts");'],
      ["lib/d.ts", 'import { a } from "./a.ts";'],
    ]),
  );
  assertEquals(cycles, ["lib/a.ts -> lib/b.ts -> lib/c.ts -> lib/a.ts"]);
});
