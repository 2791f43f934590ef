import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

/** A small project whose one test fails, in nothing but shell. */
const project = {
  "README.md": "# Till\n\nAdds up what is bought.\n",
  "src/price.sh": "# Price of a line: quantity times unit price.\n" +
    "price() {\n\techo $(($1 + $2))\n}\n",
  "src/total.sh": ". src/price.sh\n\ntotal() {\n\techo $(($1 + $2))\n}\n",
  "test.sh": ". src/total.sh\n" +
    'got=$(price 3 4)\n[ "$got" = 12 ] || {\n' +
    '\techo "FAIL: price 3 4 gave $got"\n\texit 1\n}\n' +
    'echo "1 test passed"\n',
};

const answer = "Fixed: `price` multiplies now (src/price.sh:3). Tests pass ✓";

const allowAll = ["--model=test-model", "--permission-mode=bypassPermissions"];

interface WireMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

/** The results in a request, checked to be one a call, in the calls' order. */
function resultsIn(request: SeenRequest | undefined): string[] {
  assert(request !== undefined);
  const messages: WireMessage[] = request.body.messages;
  const calls = messages.flatMap(({ tool_calls = [] }) =>
    tool_calls.map(({ id }) => id)
  );
  const answers = messages.filter(({ role }) => role === "tool");
  assertEquals(answers.map(({ tool_call_id }) => tool_call_id), calls);
  assertEquals(new Set(calls).size, calls.length);
  return answers.map(({ content }) => content ?? "");
}

Deno.test("a run greps, reads, edits, runs the test and answers", async () => {
  await using workspace = await tempFolder(project);
  const file = workspace.at("src/price.sh");
  await Deno.chmod(file, 0o750);
  const fragments = 7;
  await using server = await modelServer([
    {
      text: "Let me look.",
      calls: [{ name: "Grep", input: { pattern: "price\\(\\)" } }],
      fragments,
    },
    {
      calls: [{ name: "Read", input: { file_path: "src/price.sh" } }],
      fragments,
    },
    {
      calls: [{
        name: "Edit",
        input: {
          file_path: "src/price.sh",
          old_string: "\techo $(($1 + $2))",
          new_string: "\techo $(($1 * $2))",
        },
      }],
      fragments,
    },
    { calls: [{ name: "Bash", input: { command: "sh test.sh" } }], fragments },
    { text: answer },
  ]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, ...allowAll, "The test fails. Mend it."],
    { cwd: workspace.path },
  );

  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, answer);
  assertEquals(
    await Deno.readTextFile(file),
    project["src/price.sh"].replace("+", "*"),
  );
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o750);
  const left = await Array.fromAsync(Deno.readDir(workspace.at("src")));
  assertEquals(left.map(({ name }) => name).sort(), ["price.sh", "total.sh"]);

  assertEquals(server.requests.length, 5);
  const [grep = "", read = "", edit = "", bash = ""] = resultsIn(
    server.requests.at(-1),
  );
  assertStringIncludes(grep, "src/price.sh");
  assertEquals(grep.includes("README.md"), false);
  assertStringIncludes(read, "3\t\techo $(($1 + $2))");
  assertStringIncludes(edit, "$(($1 * $2))");
  assertStringIncludes(bash, "1 test passed");
  for (const name of ["Grep", "Read", "Edit", "Bash"]) {
    assertStringIncludes(stderr, name);
  }
  assertEquals((stdout + stderr).includes("\x1b"), false);
});

Deno.test("a failing call teaches and the run goes on", async () => {
  await using workspace = await tempFolder(project);
  await using server = await modelServer([
    {
      calls: [
        { name: "Read", input: { file_path: "src/prices.sh" } },
        { name: "Delete", input: {} },
        { name: "Edit", arguments: '{"file_path": "test.sh"}' },
        { name: "Bash", input: { command: "echo out; echo err >&2; exit 7" } },
      ],
      fragments: 3,
    },
    { text: "Gave up." },
  ]);
  const { code, stderr } = await runProgram(
    [`--base-url=${server.url}`, ...allowAll, "Do it."],
    { cwd: workspace.path },
  );
  assertEquals(code, 0, stderr);
  const [read = "", unknown = "", edit = "", bash = ""] = resultsIn(
    server.requests.at(-1),
  );
  assertStringIncludes(read, "price.sh");
  assertStringIncludes(unknown, "Read");
  assertStringIncludes(edit, "old_string");
  assertStringIncludes(bash, "7");
  assertStringIncludes(bash, "out");
  assertStringIncludes(bash, "err");
});

/** The text of the messages in a body, as it was sent. */
function messagesText({ text, body }: SeenRequest): string {
  const messages = JSON.stringify(body.messages);
  const start = text.indexOf('"messages":') + '"messages":'.length;
  assertEquals(text.slice(start, start + messages.length), messages);
  return messages;
}

Deno.test("the bytes of each request begin with those of the one before", async () => {
  const turns = 20;
  await using workspace = await tempFolder({
    "AGENTS.md": "Speak plainly. Ünïcödé ✓\n",
    "log.txt": Array.from({ length: 400 }, (_, n) => `line ${n} é\n`).join(""),
  });
  await using server = await modelServer((_, index) =>
    index === turns - 1 ? { text: "Done." } : {
      text: index % 3 === 0 ? `Step ${index}.` : "",
      thinking: index % 2 === 0 ? `Thought ${index}` : "",
      calls: [
        {
          name: "Read",
          input: { file_path: "log.txt", offset: index * 10 + 1, limit: 5 },
        },
        { name: "Bash", input: { command: `echo ${index}; date +%s%N` } },
      ],
    }
  );
  const { code, stderr } = await runProgram(
    [`--base-url=${server.url}`, ...allowAll, "Read the log."],
    { cwd: workspace.path },
  );
  assertEquals(code, 0, stderr);
  assertEquals(server.requests.length, turns);
  for (const [index, request] of server.requests.entries()) {
    const next = server.requests[index + 1];
    if (next === undefined) break;
    const shared = messagesText(request).slice(0, -1);
    assert(
      messagesText(next).startsWith(`${shared},`),
      `request ${index + 1} does not begin with request ${index}`,
    );
    const before = request.text.indexOf('"messages":');
    assertEquals(
      next.text.slice(0, before),
      request.text.slice(0, before),
    );
    assertEquals(next.body.tools, request.body.tools);
  }
});

Deno.test("the first request holds six tools in 5,600 bytes", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{ text: "Hello." }]);
  const { code, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=test-model", "Go on, please."],
    { cwd: workspace.path },
  );
  assertEquals(code, 0, stderr);
  const [request] = server.requests;
  assert(request !== undefined);
  const tools: { function: { name: string } }[] = request.body.tools;
  const names = tools.map((tool) => tool.function.name);
  assertEquals(names, ["Bash", "Edit", "Glob", "Grep", "Read", "Write"]);
  const size = new TextEncoder().encode(request.text).length;
  assert(size <= 5_600, `${size} bytes`);
  assertEquals(server.requests.length, 1, "a side request was made");
});
