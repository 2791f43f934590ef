/** The examples for git and for GitHub, as far as they run without either. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { baseEnvironment, denoRun } from "../e2e/program.ts";
import { modelServer, type Reply } from "../support/model_server.ts";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";

const examples = new URL("../../examples/", import.meta.url).pathname;

/** Runs a shell's lines in a new repository with a change in its index. */
async function shell(lines: string, reply: Reply) {
  await using home = await tempFolder();
  await using folder = await tempFolder({ "a.txt": "password=1\n" });
  await using server = await modelServer([reply]);
  const command = denoRun().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(
    `${home.path}/openclaude`,
    `#!/bin/sh\nexec ${command} "$@"\n`,
    { mode: 0o755 },
  );
  const variables = await baseEnvironment(home.path);
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      "-ec",
      "git init -q; git config user.name a; git config user.email a@b\n" +
      `cp '${examples}pre-commit-hook' .git/hooks/pre-commit\n` +
      `git add a.txt\n${lines}`,
    ],
    cwd: folder.path,
    clearEnv: true,
    env: {
      ...variables,
      PATH: `${home.path}:${variables.PATH}`,
      MODEL: "abc",
      CONTEXT_WINDOW: "32768",
      OPENAI_BASE_URL: server.url,
    },
    stdin: "null",
    signal: AbortSignal.timeout(90_000),
  }).output();
  const [request] = server.requests;
  return {
    code,
    stderr: new TextDecoder().decode(stderr),
    asked: JSON.stringify(request?.body.messages ?? ""),
  };
}

const commit = "git commit -q -m one";

Deno.test({
  name: "examples/pre-commit-hook stops a commit with a fault, and no other",
  ignore: !needs("sh", "git"),
  async fn() {
    const stopped = await shell(commit, { text: "FAULT\na.txt:1: a password" });
    assertEquals(stopped.code, 1, stopped.stderr);
    assertStringIncludes(stopped.stderr, "a.txt:1: a password");
    assertStringIncludes(stopped.asked, "+password=1");
    const passed = await shell(commit, { text: "OK" });
    assertEquals([passed.code, passed.stderr], [0, ""]);
    const unreviewed = await shell(commit, {
      status: 401,
      json: { error: { message: "wrong key" } },
    });
    assertEquals(unreviewed.code, 0, unreviewed.stderr);
    assertStringIncludes(unreviewed.stderr, "not reviewed, openclaude ended");
  },
});

Deno.test({
  name: "examples/github-action.yml reviews what a branch changes",
  ignore: !needs("sh", "git"),
  async fn() {
    const file = await Deno.readTextFile(`${examples}github-action.yml`);
    const [, block = ""] = /- name: review[\s\S]*?run: \|\n([\s\S]*?)\n {6}- /
      .exec(file) ?? [];
    const main = new URL("../../main.ts", import.meta.url).pathname;
    const { code, stderr, asked } = await shell(
      "git commit -q -n -m one; git update-ref refs/remotes/origin/main HEAD\n" +
        "echo secret=2 >> a.txt; git commit -q -n -a -m two\n" +
        `BASE=main; OPENCLAUDE='${main}'\n` +
        `deno() { '${Deno.execPath()}' "$@"; }\n${block}\n` +
        'test "$(cat review.md)" = "a.txt:2 is a secret"',
      { text: "a.txt:2 is a secret" },
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(asked, "+secret=2");
  },
});
