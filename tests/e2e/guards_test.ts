// The cases of spec/providers.md 7.9, by id, through the whole program.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type ModelServer,
  modelServer,
  type Reply,
  type SeenRequest,
} from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { type Finished, runProgram } from "./program.ts";

function look(command: string): Reply {
  return { calls: [{ name: "Bash", input: { command } }] };
}

async function run(
  server: ModelServer,
  args: readonly string[] = [],
  files: Record<string, string> = {},
): Promise<Finished> {
  await using workspace = await tempFolder(files);
  return await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=test-model",
      "--permission-mode=bypassPermissions",
      ...args,
      "Go",
    ],
    { cwd: workspace.path },
  );
}

/** The texts of the results that a request carries. */
function resultsOf(request: SeenRequest | undefined): string[] {
  assert(request !== undefined);
  return request.body.messages
    .filter(({ role }: { role: string }) => role === "tool")
    .map(({ content }: { content: string }) => content);
}

Deno.test("AGT-01 the third same call is refused, the fifth ends the run", async () => {
  await using server = await modelServer(() => look("echo same"));
  const { code, stderr } = await run(server);
  assertEquals(server.requests.length, 5);
  const results = resultsOf(server.requests[4]);
  assertEquals(results.length, 4);
  assertStringIncludes(results[1] ?? "", "exactly the same result");
  assertStringIncludes(results[2] ?? "", "Not run");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Stopped: Bash was called 5 times");
});

Deno.test("the loop of qwen-code#4695, git status for ever, ends after five calls and says why", async () => {
  await using workspace = await tempFolder({ "a.txt": "one\n" });
  const git = new Deno.Command("git", {
    args: ["init", "-q"],
    cwd: workspace.path,
  });
  assert((await git.output()).success);
  await using server = await modelServer((_request, index) => ({
    // It says something else each time, as that model did.
    text: `Let me check the state, for the ${index + 1}. time.`,
    ...look("git status"),
  }));
  const { code, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=test-model", "Commit my work"],
    { cwd: workspace.path },
  );
  assertEquals(code, 1, stderr);
  assertEquals(server.requests.length, 5);
  assertStringIncludes(
    stderr,
    "Stopped: Bash was called 5 times with the same input and the same result",
  );
});

Deno.test("AGT-03 the same call with another result may go on", async () => {
  const poll = look("echo x >> polls; wc -l < polls");
  await using server = await modelServer([
    ...Array<Reply>(7).fill(poll),
    { text: "Built." },
  ]);
  const { code, stdout } = await run(server);
  assertEquals([code, stdout], [0, "Built.\n"]);
});

Deno.test("AGT-04 a reply that repeats itself is stopped and asked for once more", async () => {
  const text = Array<string>(400).fill("The same line again.\n");
  await using server = await modelServer([
    { text, chunkDelayMs: 1 },
    { text: "All is well." },
  ]);
  const { code, stdout } = await run(server);
  assertEquals([code, stdout], [0, "All is well.\n"]);
  assertEquals(await server.requests[0]?.ended, "left");
  const [first, second] = server.requests.map(({ body }) => body.temperature);
  assert(first !== second, `${first} and ${second}`);
});

Deno.test("AGT-05 an announced action gets a push, two at the most", async () => {
  await using server = await modelServer(() => ({
    text: "Let me read the file now.",
  }));
  const { code } = await run(server);
  assertEquals(server.requests.length, 3);
  assertEquals(code, 0);
});

Deno.test("AGT-07 no two requests are under way at a local server", async () => {
  let running = 0;
  let most = 0;
  await using server = await modelServer(async (_request, index) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
    return index < 6 ? look(`echo ${index} ${"x".repeat(3_000)}`) : {
      text: "Done.",
    };
  });
  const { code } = await run(server, ["-c", "8192"]);
  assertEquals([code, most], [0, 1]);
});

Deno.test("AGT-08 a compaction changes the prefix once, then it only grows", async () => {
  await using server = await modelServer((request, index) => {
    const last = request.body.messages.at(-1);
    if (JSON.stringify(last).includes("has to be shortened")) {
      return { text: "Goal: go on" };
    }
    return index < 14 ? look(`echo ${index}; seq 1 400`) : { text: "Done." };
  });
  const { code } = await run(server, ["-c", "8192", "-t", "40"]);
  assertEquals(code, 0);
  const turns = server.requests.filter(({ body }) =>
    !JSON.stringify(body.messages.at(-1)).includes("has to be shortened")
  );
  const isPrefix = turns.slice(1).map(({ body }, index) => {
    const before: unknown[] = turns[index]?.body.messages;
    const now: unknown[] = body.messages.slice(0, before.length);
    return JSON.stringify(now) === JSON.stringify(before);
  });
  const changes = isPrefix.filter((each) => !each).length;
  assert(changes >= 1 && changes <= 4, `${changes} changes in ${turns.length}`);
  // Never two changes in a row: what compaction left is built upon.
  assertEquals(isPrefix.join().includes("false,false"), false);
});

Deno.test("AGT-09 a prefix cache that is lost is told in the debug output", async () => {
  const usage = (cached: number) => ({
    prompt_tokens: 1_000,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: cached },
  });
  await using server = await modelServer([
    { ...look("echo 1"), usage: usage(900) },
    { ...look("echo 2"), usage: usage(100) },
    { text: "Done.", usage: usage(950) },
  ]);
  const { code, stderr } = await run(server, ["--debug"]);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "reused 100 of 1000 tokens, after 900 of 1000");
});
