import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { type Finished, runProgram } from "./program.ts";

/** A model server, a workspace and a home that outlives each run. */
async function world(files: Record<string, string> = {}) {
  const workspace = await tempFolder(files);
  const home = await tempFolder();
  const server = await modelServer(({ body }) => ({
    text: `answer ${body.messages.length}`,
  }));
  return {
    workspace,
    home,
    server,
    run: (...args: string[]): Promise<Finished> =>
      runProgram([`--base-url=${server.url}`, "--model=abc", ...args], {
        cwd: workspace.path,
        env: { OPENCLAUDE_CONFIG_DIR: home.path },
      }),
    /** The session files, by name. */
    async files(): Promise<string[]> {
      const found: string[] = [];
      const root = home.at("state/sessions");
      for await (const folder of Deno.readDir(root)) {
        if (!folder.isDirectory) continue;
        for await (const { name } of Deno.readDir(`${root}/${folder.name}`)) {
          if (name.endsWith(".jsonl")) {
            found.push(`${root}/${folder.name}/${name}`);
          }
        }
      }
      return found.sort();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** Role and text of a request's messages but the system prompt. */
function said(request: SeenRequest | undefined): string[] {
  return (request?.body.messages ?? []).slice(1).map(
    ({ role, content }: { role: string; content: string }) =>
      `${role}: ${content.replace(/<environment>.*<\/environment>\s*/s, "")}`,
  );
}

Deno.test("a one-shot run can be gone on with by a part of its prompt", async () => {
  await using here = await world();
  await here.run("Find the lemon");
  const second = await here.run("--resume", "lemon", "And the apple");
  assertEquals(second.code, 0, second.stderr);
  assertEquals(said(here.server.requests[1]), [
    "user: Find the lemon",
    "assistant: answer 2",
    "user: And the apple",
  ]);
  assertEquals((await here.files()).length, 1);
});

Deno.test("the next request of a resumed session has the old one as its prefix", async () => {
  await using here = await world();
  await here.run("One");
  await here.run("--resume", "One", "Two");
  await here.run("--resume", "One", "Three");
  const texts = here.server.requests.map(({ body }) =>
    JSON.stringify(body.messages).slice(0, -1)
  );
  assert(texts[1]?.startsWith(texts[0] ?? "-"), texts.join("\n"));
  assert(texts[2]?.startsWith(texts[1] ?? "-"), texts.join("\n"));
});

Deno.test("--fork-session leaves the session that it copies", async () => {
  await using here = await world();
  await here.run("One");
  const [file = ""] = await here.files();
  const before = await Deno.readTextFile(file);
  const forked = await here.run("--resume=One", "--fork-session", "Two");
  assertEquals(forked.code, 0, forked.stderr);
  assertEquals(await Deno.readTextFile(file), before);
  assertEquals((await here.files()).length, 2);
  assertEquals(said(here.server.requests[1]).length, 3);
});

Deno.test("--session-id and --name name a session, and --no-session writes none", async () => {
  await using here = await world();
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  await here.run("--no-session", "Nothing");
  await here.run("--session-id", id, "--name", "citrus", "One");
  const [file, ...others] = await here.files();
  assertEquals(others, []);
  assertStringIncludes(file ?? "", id);
  assertEquals(((await Deno.stat(file ?? "")).mode ?? 0) & 0o777, 0o600);
  const named = await here.run("--resume", "citrus", "Two");
  assertEquals(named.code, 0, named.stderr);
  const again = await here.run("--session-id", id, "Three");
  assertEquals(again.code, 1);
  assertStringIncludes(again.stderr, "there is one; resume it instead");
});

Deno.test("session options that can't be kept are usage errors that say why", async () => {
  await using here = await world();
  await here.run("Find the lemon");
  await here.run("Find the lemon again");
  const cases: [string[], string][] = [
    [["--resume", "nothing like it", "Go"], "no session has that id"],
    [["--resume", "lemon", "Go"], "several sessions fit"],
    [["-p", "Go", "--resume"], "no terminal to choose at"],
    [["--continue", "--resume=x", "Go"], "give one of them"],
    [
      ["--continue", "--no-session", "Go"],
      "nothing that could be gone on with",
    ],
    [["--fork-session", "Go"], "add --continue or --resume"],
    [["--session-id=7", "Go"], "must be a UUID"],
  ];
  for (const [args, reason] of cases) {
    const { code, stdout, stderr } = await here.run(...args);
    assertEquals([code, stdout], [2, ""], `${args.join(" ")}: ${stderr}`);
    assertStringIncludes(stderr, reason);
  }
});

Deno.test("-c goes on with the last prompt of this folder, or says that there is none", async () => {
  await using here = await world();
  for (const flag of ["-c", "--continue"]) {
    const { code, stderr } = await here.run(flag, "Go");
    assertEquals(code, 2);
    assertStringIncludes(stderr, "no conversation of this folder");
  }
  await here.run("Find the lemon");
  await here.run("Find the apple");
  const { code, stderr } = await here.run("-c", "And the pear");
  assertEquals(code, 0, stderr);
  assertEquals(said(here.server.requests.at(-1)), [
    "user: Find the apple",
    "assistant: answer 2",
    "user: And the pear",
  ]);
});

Deno.test("a resumed session says what is different, and reads what changed again", async () => {
  await using here = await world({ "a.txt": "one\n" });
  await using elsewhere = await tempFolder();
  await using reader = await modelServer([
    { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
    { text: "Read it." },
  ]);
  await here.run(`--base-url=${reader.url}`, "Read it");
  await here.workspace.write("a.txt", "two\n");
  const changed = await here.run("--resume", "Read it", "--model=xyz", "Go on");
  assertStringIncludes(changed.stderr, "model was abc; now it is xyz");
  assertStringIncludes(
    changed.stderr,
    "Changed since the model read them: a.txt",
  );
  const moved = await here.run(
    "--resume=Read it",
    `--cwd=${elsewhere.path}`,
    "Go on",
  );
  assertStringIncludes(moved.stderr, `worked in ${here.workspace.path}`);
});

Deno.test("a start that fails leaves no folder behind", async () => {
  await using here = await world();
  await using temp = await tempFolder();
  const { code } = await runProgram(
    [`--base-url=${here.server.url}`, "--model=abc", "--resume=nothing", "Go"],
    {
      cwd: here.workspace.path,
      env: { OPENCLAUDE_CONFIG_DIR: here.home.path, TMPDIR: temp.path },
    },
  );
  assertEquals(code, 2);
  assertEquals(await Array.fromAsync(Deno.readDir(temp.path)), []);
});

Deno.test("-c with a number is the context window still", async () => {
  await using here = await world();
  const { code, stderr } = await here.run("-c", "32768", "One");
  assertEquals(code, 0, stderr);
});

Deno.test("a session whose folder may not be written is kept in memory", async () => {
  await using here = await world();
  const { code, stdout } = await runProgram(
    [`--base-url=${here.server.url}`, "--model=abc", "One"],
    { cwd: here.workspace.path, env: { HOME: "/proc/nowhere" } },
  );
  assertEquals([code, stdout], [0, "answer 2\n"]);
});
