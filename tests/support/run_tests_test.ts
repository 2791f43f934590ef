import { assertEquals } from "@std/assert";
import { closingLines, countTests } from "./run_tests.ts";
import { tempFolder } from "./temp.ts";

Deno.test("countTests() reads the closing line, coloured or not", () => {
  const counts = countTests([
    "skipped: needs tmux",
    "skipped: needs tmux",
    "\x1b[31mFAILED\x1b[0m | 12 passed (3 steps) | 2 failed | 2 ignored \x1b[38;5;245m(394ms)\x1b[0m",
  ], 1);
  assertEquals(closingLines(counts), [
    "skipped: needs tmux (2x)",
    "12 passed, 2 failed, 2 skipped",
  ]);
});

Deno.test("countTests() calls a run without a closing line a failure", () => {
  assertEquals(closingLines(countTests(["error: Type checking failed."], 1)), [
    "0 passed, 1 failed, 0 skipped",
  ]);
  assertEquals(closingLines(countTests([], 0)), [
    "0 passed, 1 failed, 0 skipped",
  ]);
});

Deno.test("countTests() believes the exit code over the closing line", () => {
  const counts = countTests(["ok | 5 passed | 0 failed (1s)"], 1);
  assertEquals(counts.failed, 1);
});

Deno.test("run_tests.ts closes with the counts and fails on a failure", async () => {
  const runner = new URL("./run_tests.ts", import.meta.url).pathname;
  await using folder = await tempFolder();
  const run = async (source: string) => {
    await folder.write("a_test.ts", source);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-config", "--no-check", runner],
        ...["--no-config", "--no-check", folder.path],
      ],
      stderr: "null",
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    return [code, ...text.trimEnd().split("\n").slice(-2)];
  };
  assertEquals(
    await run(`
      Deno.test("a", () => {});
      console.log("skipped: needs x");
      Deno.test({ name: "b", ignore: true, fn() {} });`),
    [0, "skipped: needs x (1x)", "1 passed, 0 failed, 1 skipped"],
  );
  assertEquals(
    await run(`
      Deno.test("a", () => {});
      Deno.test("b", () => { throw new Error("b"); });`),
    [1, "", "1 passed, 1 failed, 0 skipped"],
  );
});
