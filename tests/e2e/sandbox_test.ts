import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer } from "../support/model_server.ts";
import type { SeenRequest } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

function toolNames(request: SeenRequest | undefined): string[] {
  const tools: { function: { name: string } }[] = request?.body.tools ?? [];
  return tools.map((tool) => tool.function.name);
}

Deno.test("one folder to read and one host: it reads, and offers no more", async () => {
  await using workspace = await tempFolder({ "a.txt": "the text\n" });
  await using outside = await tempFolder({ "secret.txt": "a secret\n" });
  await using server = await modelServer([
    {
      calls: [
        { name: "Read", input: { file_path: "a.txt" } },
        { name: "Read", input: { file_path: outside.at("secret.txt") } },
        { name: "Bash", input: { command: "cat a.txt" } },
        {
          name: "Write",
          input: { file_path: "b.txt", content: "written\n" },
        },
      ],
    },
    { text: "Read it." },
  ]);
  const flags = [
    `--allow-read=${workspace.path}`,
    `--allow-net=${new URL(server.url).host}`,
  ];
  const { code, stdout, stderr } = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=abc",
      "--permission-mode=bypassPermissions",
      "Hi",
    ],
    { cwd: workspace.path, command: denoRun(flags) },
  );
  assertEquals(stdout, "Read it.\n", stderr);
  assert([0, 3].includes(code), `code ${code}: ${stderr}`);
  assertEquals(toolNames(server.requests[0]), ["Glob", "Grep", "Read"]);
  const results = JSON.stringify(
    server.requests[1]?.body.messages.filter(
      ({ role }: { role: string }) => role === "tool",
    ),
  );
  assertStringIncludes(results, "the text");
  assertEquals(results.includes("a secret"), false, results);
  const left = await Array.fromAsync(Deno.readDir(workspace.path));
  assertEquals(left.map(({ name }) => name), ["a.txt"]);
});

Deno.test("with a network permission alone it still answers", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{ text: "Hello." }]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=abc", "Hi"],
    {
      cwd: workspace.path,
      command: denoRun([`--allow-net=${new URL(server.url).host}`]),
      env: { OPENAI_API_KEY: "not-granted" },
    },
  );
  assertEquals([code, stdout], [0, "Hello.\n"], stderr);
  assertEquals(toolNames(server.requests[0]), []);
  const [request] = server.requests;
  assertEquals(request?.headers.authorization?.includes("not-granted"), false);
});

Deno.test("without permission for the host it says which flag is missing", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{ text: "Hello." }]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=abc", "Hi"],
    { cwd: workspace.path, command: denoRun(["--allow-read=."]) },
  );
  assertEquals([stdout, server.requests.length], ["", 0]);
  assert(code !== 0);
  assertStringIncludes(stderr, "--allow-net");
  assertEquals(stderr.includes("    at "), false, stderr);
});
