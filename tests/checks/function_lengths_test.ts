import { assertEquals } from "@std/assert";
import { longFunctions } from "./function_lengths.ts";
import { isProduct, readTree } from "./source_tree.ts";

/** A function that doesn't fit on a screen is looked at again. */
const soft = 60;
const hard = 2 * soft;

Deno.test(`no function of the program has more than ${hard} lines`, async () => {
  const long = [...await readTree()]
    .filter(([path]) => isProduct(path) && !path.endsWith(".d.ts"))
    .flatMap(([path, text]) => longFunctions(path, text, soft));
  for (const { path, line, lines } of long) {
    // deno-lint-ignore no-console
    console.log(`${path}:${line}: ${lines} lines, over ${soft}`);
  }
  assertEquals(long.filter(({ lines }) => lines > hard), []);
});

Deno.test("longFunctions() measures each kind of function", () => {
  const body = "\n".repeat(10);
  const source = `function a() {${body}}
const b = () => {${body}};
class C {
  d() {${body}}
}
function e() {${"\n".repeat(9)}}
`;
  assertEquals(
    longFunctions("/x.ts", source, 10).map(({ line, lines }) => [line, lines]),
    [[1, 11], [12, 11], [24, 11]],
  );
});
