import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { modelServer } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

Deno.test("without a server the URL is named, and the demo", async () => {
  await using workspace = await tempFolder();
  await using gone = await modelServer([]);
  await gone.close();
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${gone.url}`, "--model=abc", "Hi"],
    { cwd: workspace.path },
  );
  assertEquals([code, stdout], [75, ""], stderr);
  assertStringIncludes(stderr, gone.url);
  assertMatch(stderr, /--base-url/);
  assertMatch(stderr, /demo/);
  assertEquals(stderr.includes("    at "), false, stderr);
});

/** Whether something listens where Ollama would, for example Ollama. */
async function isOllamaThere(): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "localhost", port: 11434 })).close();
    // deno-lint-ignore no-console
    console.log("skipped: needs port 11434 to be free");
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "without any option it looks for Ollama and says how to start it",
  ignore: await isOllamaThere(),
  async fn() {
    await using workspace = await tempFolder();
    const { code, stdout, stderr } = await runProgram(["Hi"], {
      cwd: workspace.path,
    });
    assertEquals([code, stdout], [75, ""], stderr);
    assertStringIncludes(stderr, "http://localhost:11434/v1");
    assertMatch(stderr, /ollama serve/);
  },
});

Deno.test("a key that is refused ends with code 41 and is not shown", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([
    { status: 401, json: { error: { message: "Incorrect key secret-1" } } },
  ]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=abc", "--api-key=secret-1", "Hi"],
    { cwd: workspace.path },
  );
  assertEquals([code, stdout, server.requests.length], [41, "", 1], stderr);
  assertEquals(stderr.includes("secret-1"), false, stderr);
});

Deno.test("a reader of stdout that leaves ends the program quietly", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{
    text: Array.from({ length: 2_000 }, (_, at) => `a word of the ${at}th `),
    chunkDelayMs: 1,
  }]);
  const command = [...denoRun(), "--model=abc", `--base-url=${server.url}`];
  const line = command.map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await runProgram(
    [`${line} Hi | head -c 12; exit "\${PIPESTATUS[0]}"`],
    { cwd: workspace.path, command: ["bash", "-c"] },
  );
  assertEquals(stdout, "a word of th");
  assertEquals(stderr.includes("    at "), false, stderr);
  assertEquals(stderr.includes("BrokenPipe"), false, stderr);
  assertEquals([0, 1, 141].includes(code), true, `code ${code}`);
});

Deno.test("no variable brings colours into a pipe", async () => {
  await using workspace = await tempFolder({ "a.txt": "one\n" });
  for (const env of [{}, { TERM: "xterm-256color", COLORTERM: "truecolor" }]) {
    await using server = await modelServer([
      { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
      { text: "**bold** `code`\n\n```ts\nconst a = 1;\n```" },
    ]);
    const { code, stdout, stderr } = await runProgram(
      [`--base-url=${server.url}`, "--model=abc", "Hi"],
      { cwd: workspace.path, env },
    );
    assertEquals(code, 0, stderr);
    assertEquals(stdout, "**bold** `code`\n\n```ts\nconst a = 1;\n```\n");
    assertEquals(stderr.includes("\x1b"), false, JSON.stringify(stderr));
  }
});
