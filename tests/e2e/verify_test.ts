/** Work that has to be seen: --verify, --require-change, --replay. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkedLines, resultOf } from "../support/json_lines.ts";
import { modelServer, type Reply } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

/** A project whose check fails until `add()` adds. */
const project = {
  "sum.sh": "add() { echo $(($1 - $2)); }\n",
  "check.sh": ". ./sum.sh\ngot=$(add 2 3)\n" +
    '[ "$got" = 5 ] && exit 0\necho "add 2 3 gave $got, not 5" >&2\nexit 7\n',
};
const wrong = write("add() { echo $(($1 * $2)); }");
const right = write("add() { echo $(($1 + $2)); }");
const done = { text: "It is mended." };

/** A reply that writes the file with a command. */
function write(content: string): Reply {
  const command = `printf '%s\\n' '${content}' > sum.sh`;
  return { calls: [{ name: "Bash", input: { command } }] };
}

/** Runs the program in the project; the model gives these replies. */
async function run(
  replies: readonly Reply[],
  args: readonly string[],
  files: Readonly<Record<string, string>> = project,
) {
  await using workspace = await tempFolder(files);
  await using server = await modelServer(replies);
  const finished = await runProgram(
    [
      `--base-url=${server.url}`,
      "-m=abc",
      "--dangerously-skip-permissions",
      ...args,
      "Mend add",
    ],
    { cwd: workspace.path },
  );
  const last = server.requests.at(-1)?.body.messages.at(-1);
  return { ...finished, requests: server.requests, last };
}

Deno.test("--verify gives the model a failure until it is mended", async () => {
  const { code, stdout, stderr, requests, last } = await run(
    [wrong, done, right, done],
    ["--verify", "sh check.sh"],
  );
  assertEquals([code, stdout], [0, "It is mended.\n"], stderr);
  assertEquals(requests.length, 4);
  const told = requests[2]?.body.messages.at(-1);
  assertEquals(told.role, "user");
  assertStringIncludes(told.content, "$ sh check.sh\nadd 2 3 gave 6, not 5");
  assertStringIncludes(told.content, "[exit code 7]");
  assertEquals(last.role, "tool");
  assertStringIncludes(stderr, "Verification failed (1 of 3): exit code 7");
  assertStringIncludes(stderr, "Verified: 1 command passed");
});

Deno.test("--verify that never passes ends with code 6, in words and as JSON", async () => {
  for (const format of ["text", "json", "stream-json"]) {
    const { code, stdout, stderr, requests } = await run(
      [wrong, done, done],
      [
        "--verify=sh check.sh",
        "--verify-attempts=2",
        `--output-format=${format}`,
      ],
    );
    assertEquals([code, requests.length], [6, 3], stderr);
    const said = 'Not verified: "sh check.sh" failed 2 times ' +
      "(--verify-attempts), the last time with exit code 7";
    assertEquals(stderr.split(said).length, 2, stderr);
    if (format === "text") {
      assertEquals(stdout, "");
      continue;
    }
    const result = resultOf(checkedLines(stdout));
    assertEquals(result.terminal_reason, "unverified");
    assertEquals(result.subtype, "error_during_execution");
    assertEquals([result.is_error, result.num_turns], [true, 3]);
    assertEquals(result.errors, [said]);
  }
});

Deno.test("--verify may be given again: all of them have to pass", async () => {
  const { code, stderr, last } = await run([right, done, done, done], [
    "--verify=sh check.sh",
    "--verify=grep -q subtract sum.sh",
  ]);
  // The exit code 1 of grep is an answer to a model and a failure here.
  assertEquals(code, 6, stderr);
  assertStringIncludes(last.content, "$ grep -q subtract sum.sh");
});

Deno.test("--verify gives way to the other limits of a run", async () => {
  const { code, stderr } = await run([wrong, done], [
    "--verify=sh check.sh",
    "--max-turns=2",
  ]);
  assertEquals(code, 53, stderr);
});

Deno.test("--verify is consented to, whatever the mode and the tools", async () => {
  const { code, stderr, requests } = await run([done], [
    "--verify=true",
    "--permission-mode=dontAsk",
    "--tools=Read",
  ]);
  assertEquals(code, 0, stderr);
  const tools = requests[0]?.body.tools as { function: { name: string } }[];
  assertEquals(tools.map((tool) => tool.function.name), ["Read"]);
});

Deno.test("--verify and --require-change name what keeps them from being used", async () => {
  const cases: [string[], string][] = [
    [["--verify=true", "--no-exec"], "Cannot use --verify: --no-exec was"],
    [
      ["--verify=true", "--permission-mode=plan"],
      "Cannot use --verify: plan mode only reads",
    ],
    [
      ["--require-change", "--permission-mode=plan"],
      "Cannot use --require-change: plan mode only reads",
    ],
    [["--verify-attempts=2"], "Cannot use --verify-attempts: it needs"],
    [["--verify= "], "Cannot use --verify: it needs a command line"],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, requests } = await run([done], args);
    assertEquals([code, requests.length], [2, 0], stderr);
    assertStringIncludes(stderr, message);
  }
});

Deno.test("--require-change ends with code 6 where no file was changed", async () => {
  const look = { calls: [{ name: "Bash", input: { command: "sh sum.sh" } }] };
  const { code, stdout, stderr } = await run([look, done], [
    "--require-change",
    "--output-format=json",
  ]);
  assertEquals(code, 6, stderr);
  const result = resultOf(checkedLines(stdout));
  assertEquals(result.terminal_reason, "unverified");
  assertStringIncludes(stderr, "no file of the workspace was changed");
});

Deno.test("--require-change sees what tools and commands changed, not the user's check", async () => {
  const tool: Reply = {
    calls: [{ name: "Write", input: { file_path: "new.txt", content: "a" } }],
  };
  for (const change of [tool, right]) {
    const { code, stderr } = await run([change, done], ["--require-change"]);
    assertEquals(code, 0, stderr);
  }
  const { code } = await run([done], [
    "--require-change",
    "--verify=echo built > built.txt",
  ]);
  assertEquals(code, 6);
});

Deno.test("--replay plays what --record wrote", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{ text: "Hi there." }]);
  const { path: cwd } = workspace;
  const recorded = await runProgram(
    [`--base-url=${server.url}`, "-m=abc", "--record=r.jsonl", "Go"],
    { cwd },
  );
  const replayed = await runProgram(["--replay=r.jsonl", "Go"], { cwd });
  assertEquals([replayed.code, replayed.stdout], [0, recorded.stdout]);
  assertEquals(replayed.stdout, "Hi there.\n");
  const both = await runProgram(["--replay=r.jsonl", "-m=abc", "Go"], { cwd });
  assertEquals(both.code, 2);
  assert(both.stderr.includes("Cannot use both --model and --replay"));
});
