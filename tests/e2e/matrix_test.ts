/**
 * The program under each set of flags: which tools it offers, what comes of
 * using them, how it ends. The rows are in matrix_table.ts.
 */
import { assert, assertEquals } from "@std/assert";
import { root } from "../checks/source_tree.ts";
import { builtExecutable } from "../support/built.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import { formatted, observeAll, pagePath, sectionOf } from "./matrix_page.ts";
import { actions, type Observed, type Way } from "./matrix_run.ts";
import { expectedOf, matrix } from "./matrix_table.ts";

async function check(t: Deno.TestContext, way: Way): Promise<void> {
  const executable = way === "executable" ? await builtExecutable() : "";
  const all = await observeAll(way, executable);
  for (const [index, row] of matrix.entries()) {
    await t.step(row.name, () => {
      const seen = all[index];
      assert(seen !== undefined);
      const { refused, ...expected } = expectedOf(row, way);
      const { tools, code, key, outcomes, stderr } = seen;
      assertEquals({ tools: [...tools], code, key }, expected, stderr);
      const wanted = Object.fromEntries(
        actions.map((action) => [action, refused[action] ?? "done"]),
      );
      assertEquals({ ...outcomes }, wanted, told(seen));
    });
  }
  await t.step(`${pagePath} says the same`, async () => {
    const page = await Deno.readTextFile(new URL(pagePath, root));
    const section = await formatted(sectionOf(way, all));
    assert(
      page.includes(section),
      "Run deno task matrix, and look at the diff",
    );
  });
}

function told({ results }: Observed): string {
  return actions.map((action) => `${action}: ${results[action]}`).join("\n");
}

Deno.test("the matrix has at least 14 sets of flags, each named once", () => {
  assert(matrix.length >= 14);
  assertEquals(new Set(matrix.map(({ name }) => name)).size, matrix.length);
});

Deno.test({
  name: "deno run allows under each set of flags what the matrix says",
  ignore: !needs("bash", "bwrap"),
  fn: (t) => check(t, "deno run"),
});

Deno.test({
  name: "the executable allows with the same words what the matrix says",
  ignore: !needs("bash", "bwrap") || !needsCompiler(),
  fn: (t) => check(t, "executable"),
});
