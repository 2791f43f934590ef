// Cases of spec/providers.md 7 that need the whole program.
import { assertEquals } from "@std/assert";
import { modelServer } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

Deno.test("REQ-20 a local server without a key is asked with a placeholder", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{ text: "Hello." }]);
  const run = await runProgram(
    [`--base-url=${server.url}`, "--model=test-model", "Hi"],
    { cwd: workspace.path },
  );
  assertEquals([run.code, run.stdout], [0, "Hello.\n"], run.stderr);
  assertEquals(server.requests[0]?.headers.authorization, "Bearer ollama");
});

Deno.test("TXT-22 beside a structured call a call in the text does not run", async () => {
  await using workspace = await tempFolder({ "a.txt": "one\n" });
  const inText = '<tool_call>\n{"name": "Write", "arguments": {"file_path": ' +
    '"b.txt", "content": "x"}}\n</tool_call>';
  await using server = await modelServer([
    {
      text: inText,
      calls: [{ name: "Read", input: { file_path: "a.txt" } }],
    },
    { text: "Done." },
  ]);
  const run = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=test-model",
      "--permission-mode=bypassPermissions",
      "Go",
    ],
    { cwd: workspace.path },
  );
  assertEquals([run.code, run.stdout], [0, "Done.\n"], run.stderr);
  const names = await Array.fromAsync(Deno.readDir(workspace.path));
  assertEquals(names.map(({ name }) => name), ["a.txt"]);
  const calls = server.requests[1]?.body.messages.flatMap(
    ({ tool_calls = [] }) => tool_calls,
  );
  assertEquals(calls.length, 1);
});
