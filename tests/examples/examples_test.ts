import { assertEquals, assertMatch } from "@std/assert";
import { version } from "../../lib/app/version.ts";
import config from "../../deno.json" with { type: "json" };

const examples = new URL("../../examples/", import.meta.url);

/** What each numbered example prints. */
const printed: Readonly<Record<string, string>> = {
  "01_embed.ts": "Grep starts\nIt has three tests, all in cart_test.ts.\n" +
    "done in 2 turns\n",
  "02_custom_tool.ts": "ConvertTemperature: worked\n" +
    "451 °F is 232.78 °C: paper catches fire.\n",
};

Deno.test("every numbered example runs and prints what it promises", async () => {
  const entries = await Array.fromAsync(Deno.readDir(examples));
  const numbered = entries.map(({ name }) => name)
    .filter((name) => /^\d+_.*\.ts$/.test(name)).sort();
  assertEquals(numbered, Object.keys(printed));
  for (const name of numbered) {
    const run = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", new URL(name, examples).pathname],
      stdin: "null",
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(decode(run.stdout), printed[name], decode(run.stderr));
    assertEquals(run.code, 0);
  }
});

Deno.test("the demo mends its project", async () => {
  const run = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL("demo.ts", examples).pathname],
    stdin: "null",
  }).output();
  const shown = new TextDecoder().decode(run.stderr);
  assertEquals(run.code, 0, shown);
  assertMatch(shown, /The project's test passes/);
});

Deno.test("the program says the version that deno.json has", () => {
  assertEquals(version, config.version);
});
