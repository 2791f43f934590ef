import { assertEquals } from "@std/assert";
import { settle } from "../../.ci/bundle.ts";

/** What the bundler writes on a machine: its paths decide chunk names. */
function written(hash: string, cache: string): Map<string, string> {
  return new Map([
    ["main.js", `await import("./run-${hash}.js");\n`],
    [
      `run-${hash}.js`,
      `// lib/run.ts\nimport { a } from "./chunk-${hash}.js";\n` +
      "const text = `\n// ../a.js\nrun-ABCDEFGH.js`;\n",
    ],
    [
      `chunk-${hash}.js`,
      `// ../../${cache}/npm/registry.example/zod/4.6.7/v4/core.js\nvar a;\n`,
    ],
  ]);
}

Deno.test("settle() gives the same bytes whatever the machine", async () => {
  const one = await settle(written("AAAAAAAA", "home/ada/.cache/deno"));
  const two = await settle(written("BBBBBBBB", "root/.cache/deno"));
  assertEquals([...one], [...two]);
});

Deno.test("settle() renames each reference and nothing else", async () => {
  const settled = [...await settle(written("AAAAAAAA", "root/cache"))];
  const [main, chunk, run] = settled.map(([name]) => name);
  assertEquals(settled, [
    [main, `await import("./${run}");\n`],
    [chunk, "// npm:zod/4.6.7/v4/core.js\nvar a;\n"],
    [
      run,
      `// lib/run.ts\nimport { a } from "./${chunk}";\n` +
      "const text = `\n// ../a.js\nrun-ABCDEFGH.js`;\n",
    ],
  ]);
});
