import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment, denoRun, runProgram } from "./program.ts";

Deno.test("the second process on a session is told who has it, and can go on in a copy", async () => {
  await using workspace = await tempFolder();
  await using home = await tempFolder();
  await using server = await modelServer((_request, index) =>
    index === 0 ? { hang: "headers" } : { text: "From the copy." }
  );
  const env = { OPENCLAUDE_CONFIG_DIR: home.path };
  const id = crypto.randomUUID();
  const flags = [`--base-url=${server.url}`, "--model=abc"];
  const [program = "", ...before] = denoRun();
  const first = new Deno.Command(program, {
    args: [...before, ...flags, `--session-id=${id}`, "Wait for it"],
    cwd: workspace.path,
    clearEnv: true,
    env: { ...await baseEnvironment(home.path), ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    // Its session is written before its model is asked.
    await server.arrived(1);
    const resume = [...flags, `--resume=${id}`];
    const options = { cwd: workspace.path, env };
    const second = await runProgram([...resume, "Me too"], options);
    assertEquals([second.code, second.stdout], [1, ""]);
    assertStringIncludes(second.stderr, `process ${first.pid}`);
    assertStringIncludes(second.stderr, "--fork-session");
    assertEquals(second.stderr.trimEnd().split("\n").length, 1);
    assertEquals(server.requests.length, 1);
    const copy = await runProgram(
      [...resume, "--fork-session", "Me too"],
      options,
    );
    assertEquals([copy.code, copy.stdout], [0, "From the copy.\n"]);
    assert(server.requests[1]?.text.includes("Wait for it"));
  } finally {
    first.kill("SIGKILL");
    await first.status;
  }
});
