import { assertEquals } from "@std/assert";
import { anchorsOf, findLinkFaults } from "./docs.ts";
import { readTree } from "./source_tree.ts";

Deno.test("links and file names in the documentation lead somewhere", async () => {
  assertEquals(findLinkFaults(await readTree()), []);
});

Deno.test("anchorsOf() makes anchors as code hosts do", () => {
  const page = "# The *loop*, in `agent/`\n## A & B\n## A & B\n## 运行 示例\n" +
    "```sh\n# not a heading\n```\n";
  assertEquals([...anchorsOf(page)], [
    "the-loop-in-agent",
    "a--b",
    "a--b-1",
    "运行-示例",
  ]);
});

Deno.test("findLinkFaults() names links, headings and files that are gone", () => {
  const faults = findLinkFaults(
    new Map([
      [
        "README.md",
        [
          "[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#part) [d](docs/a.md#no)",
          "[e](https://example.com/x) [f](#here) [g](docs/) ![h](docs/h.png)",
          "`lib/core/gone.ts` `lib/core/there.ts` `lib/core/` `[i](i.md)`",
          "[j]: docs/j.md",
          "# Here",
          "```md",
          "[k](k.md)",
          "```",
          "",
        ].join("\n"),
      ],
      ["docs/a.md", "[up](../README.md)\n## Part\n`lib/core/gone.ts`\n"],
      ["lib/core/there.ts", ""],
    ]),
  );
  assertEquals(faults, [
    'README.md: no file "docs/b.md"',
    'README.md: no heading "docs/a.md#no"',
    'README.md: no file "docs/h.png"',
    'README.md: no file "docs/j.md"',
    'README.md: no file "lib/core/gone.ts"',
  ]);
});
