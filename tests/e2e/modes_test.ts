import { assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type Reply } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const replies: readonly Reply[] = [
  { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
  {
    calls: [
      { name: "Write", input: { file_path: "new.txt", content: "x" } },
      {
        name: "Edit",
        input: { file_path: "a.txt", old_string: "one", new_string: "two" },
      },
      { name: "Bash", input: { command: "sh -c 'echo three > a.txt'" } },
    ],
  },
  { text: "That is the plan." },
];

/** What each mode lets happen where nobody can be asked. */
const modes = [
  { mode: "default", code: 3, text: "one\n", isNew: false },
  { mode: "dontAsk", code: 3, text: "one\n", isNew: false },
  { mode: "plan", code: 3, text: "one\n", isNew: false },
  { mode: "acceptEdits", code: 3, text: "two\n", isNew: true },
  { mode: "bypassPermissions", code: 0, text: "three\n", isNew: true },
];

for (const { mode, code, text, isNew } of modes) {
  Deno.test(`--permission-mode ${mode} changes what it says and no more`, async () => {
    await using workspace = await tempFolder({ "a.txt": "one\n" });
    await using server = await modelServer(replies);
    const run = await runProgram(
      [
        `--base-url=${server.url}`,
        "--model=test-model",
        `--permission-mode=${mode}`,
        "Go",
      ],
      { cwd: workspace.path },
    );
    assertEquals([run.code, run.stdout], [code, "That is the plan.\n"]);
    assertEquals(await Deno.readTextFile(workspace.at("a.txt")), text);
    const names = await Array.fromAsync(Deno.readDir(workspace.path));
    assertEquals(names.some(({ name }) => name === "new.txt"), isNew);
    if (code === 3) assertStringIncludes(run.stderr, "refused:");
    const tools = server.requests.map(({ body }) => JSON.stringify(body.tools));
    assertEquals(new Set(tools).size, 1, "the tools are the same in all modes");
  });
}
