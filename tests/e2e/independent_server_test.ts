// A conversation with a server that is not ours and knows nothing of us.
import { assertEquals } from "@std/assert";
import { LLMock } from "@copilotkit/aimock";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

function call(name: string, input: Record<string, unknown>) {
  return { toolCalls: [{ name, arguments: JSON.stringify(input) }] };
}

Deno.test({
  name: "an independent server: search, read, edit, run, answer",
  // The server keeps connections of its own after it was stopped.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    await using workspace = await tempFolder({ "a.txt": "one\ntwo\n" });
    const mock = new LLMock({ port: 0 });
    mock.on({ turnIndex: 0 }, call("Grep", { pattern: "two" }));
    mock.on({ turnIndex: 1 }, call("Read", { file_path: "a.txt" }));
    mock.on(
      { turnIndex: 2 },
      call("Edit", {
        file_path: "a.txt",
        old_string: "two",
        new_string: "2",
      }),
    );
    mock.on({ turnIndex: 3 }, call("Bash", { command: "cat a.txt" }));
    mock.on({ turnIndex: 4 }, { content: "It is 2 now." });
    await mock.start();
    try {
      const run = await runProgram(
        [
          `--base-url=${mock.url}/v1`,
          "--model=gpt-4o",
          "--permission-mode=bypassPermissions",
          "Write two as a digit",
        ],
        { cwd: workspace.path },
      );
      assertEquals([run.code, run.stdout], [0, "It is 2 now.\n"], run.stderr);
      assertEquals(
        await Deno.readTextFile(workspace.at("a.txt")),
        "one\n2\n",
      );
    } finally {
      await mock.stop();
    }
  },
});
