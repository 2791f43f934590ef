import { assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type Reply } from "../support/model_server.ts";
import { needsBwrap } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

const hasBwrap = await needsBwrap();

/** Plays replies and gives the run with the results of its calls. */
async function play(
  replies: readonly Reply[],
  { workspace, flags = [], env = {}, permissions }: {
    readonly workspace: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    /** Deno's, besides the network; default: all. */
    readonly permissions?: readonly string[];
  },
) {
  await using server = await modelServer([...replies, { text: "Done." }]);
  const host = new URL(server.url).host;
  const run = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=abc",
      "--permission-mode=bypassPermissions",
      ...flags,
      "Go",
    ],
    {
      cwd: workspace,
      env,
      command: denoRun(
        permissions === undefined
          ? ["-A"]
          : [`--allow-net=${host}`, ...permissions],
      ),
    },
  );
  const messages: { role: string; content: string }[] =
    server.requests.at(-1)?.body.messages ?? [];
  const results = messages.filter(({ role }) => role === "tool")
    .map(({ content }) => content);
  const tools: { function: { name: string } }[] =
    server.requests[0]?.body.tools ?? [];
  const names = tools.map((tool) => tool.function.name);
  const system = messages[0]?.content ?? "";
  return { ...run, results, tools: names, system, host };
}

function bash(command: string): Reply {
  return { calls: [{ name: "Bash", input: { command } }] };
}

/** Not in `/tmp`, which commands have to themselves. */
async function workspaceWith(files: Readonly<Record<string, string>> = {}) {
  return await tempFolder(files, { dir: "/var/tmp" });
}

Deno.test({
  name: "a command can't write outside the workspace, and the result says why",
  ignore: !hasBwrap,
  async fn() {
    await using workspace = await workspaceWith();
    await using outside = await workspaceWith({ "a.txt": "kept\n" });
    const target = outside.at("a.txt");
    const { code, results } = await play(
      [bash(`echo changed > in.txt; echo changed > ${target}`)],
      { workspace: workspace.path },
    );
    assertEquals(code, 0);
    assertStringIncludes(results[0] ?? "", "Read-only file system");
    assertStringIncludes(results[0] ?? "", "[sandbox: bwrap, ");
    assertEquals(await Deno.readTextFile(target), "kept\n");
    const written = await Deno.readTextFile(workspace.at("in.txt"));
    assertEquals(written, "changed\n");
  },
});

Deno.test({
  name: "secrets are hidden from commands, and git's hooks are read-only",
  ignore: !hasBwrap,
  async fn() {
    await using workspace = await workspaceWith({
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/hooks/x.sample": "",
    });
    await using home = await workspaceWith({ ".ssh/id_ed25519": "a key\n" });
    const { results } = await play(
      [
        bash(
          "cat ~/.ssh/id_ed25519; ls -A ~/.ssh | wc -l; cat /etc/shadow; " +
            "echo evil > .git/hooks/pre-commit",
        ),
      ],
      { workspace: workspace.path, env: { HOME: home.path } },
    );
    const [result = ""] = results;
    assertEquals(result.includes("a key"), false, result);
    assertStringIncludes(result, "\n0\n");
    assertEquals(result.includes("root:"), false, result);
    assertStringIncludes(result, ".git/hooks/pre-commit: Read-only");
    const hooks = await Array.fromAsync(
      Deno.readDir(workspace.at(".git/hooks")),
    );
    assertEquals(hooks.map(({ name }) => name), ["x.sample"]);
  },
});

Deno.test({
  name: "what a command leaves in /tmp is read, changed and run as /tmp",
  ignore: !hasBwrap,
  async fn() {
    await using workspace = await workspaceWith();
    const file = "/tmp/openclaude-test-note.txt";
    const { results } = await play(
      [
        bash(`echo from a command > ${file}`),
        { calls: [{ name: "Read", input: { file_path: file } }] },
        {
          calls: [{
            name: "Write",
            input: { file_path: "/tmp/made.sh", content: "echo made $PWD\n" },
          }],
        },
        bash("cd /tmp; sh made.sh"),
        bash("pwd; ls"),
      ],
      { workspace: workspace.path },
    );
    assertStringIncludes(results[1] ?? "", "from a command");
    assertStringIncludes(results[3] ?? "", "made /tmp\n");
    assertStringIncludes(results[4] ?? "", "made.sh");
    const isThere = await Deno.stat(file).then(() => true, () => false);
    assertEquals(isThere, false, "it was in the real /tmp");
  },
});

Deno.test({
  name: "--allow-run=bwrap alone offers Bash, without network for a list",
  ignore: !hasBwrap,
  async fn() {
    await using workspace = await workspaceWith({ "a.txt": "one\n" });
    await using temp = await tempFolder();
    const folders = `${workspace.path},${temp.path}`;
    const { code, tools, results } = await play(
      [bash("cat a.txt; ls /sys/class/net; echo $TMPDIR")],
      {
        workspace: workspace.path,
        permissions: [
          "--allow-run=bwrap",
          "--allow-env=HOME,PATH",
          `--allow-read=${folders}`,
          `--allow-write=${folders}`,
        ],
      },
    );
    assertEquals(code, 0);
    assertEquals(tools.includes("Bash"), true);
    assertStringIncludes(results[0] ?? "", "one\n");
    assertStringIncludes(results[0] ?? "", "[sandbox: bwrap, no network]");
  },
});

Deno.test("--no-exec offers no Bash and starts nothing, also with -A", async () => {
  await using workspace = await workspaceWith({ ".git/HEAD": "ref: x\n" });
  const { code, tools, system, results } = await play(
    [bash("echo made > made.txt")],
    { workspace: workspace.path, flags: ["--no-exec"] },
  );
  assertEquals(tools.includes("Bash"), false);
  assertStringIncludes(system, "Bash (--no-exec)");
  assertEquals(results.length, 1);
  assertEquals([0, 3].includes(code), true);
  const names = await Array.fromAsync(Deno.readDir(workspace.path));
  assertEquals(names.map(({ name }) => name), [".git"]);
});

Deno.test({
  name: "--sandbox strict ends with 44 and the reason where bwrap fails",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using workspace = await workspaceWith();
    const { code, stderr, tools } = await play([], {
      workspace: workspace.path,
      flags: ["--sandbox", "strict"],
      permissions: ["--allow-run=sh", `--allow-read=${workspace.path}`],
    });
    assertEquals(code, 44, stderr);
    assertStringIncludes(stderr, "--allow-run=bwrap is not granted");
    assertEquals(tools, []);
  },
});

Deno.test("--sandbox off says once that commands are not kept", async () => {
  await using workspace = await workspaceWith();
  const { code, stderr, results } = await play(
    [bash("echo 1"), bash("echo 2")],
    {
      workspace: workspace.path,
      flags: ["--sandbox", "off"],
    },
  );
  assertEquals(code, 0, stderr);
  assertEquals(stderr.split("without a sandbox").length, 2, stderr);
  assertStringIncludes(results[1] ?? "", "[no sandbox]");
});

Deno.test("--local-only refuses to start where Deno grants every host", async () => {
  await using workspace = await workspaceWith();
  const { code, stderr, host } = await play([], {
    workspace: workspace.path,
    flags: ["--local-only"],
  });
  assertEquals(code, 2);
  assertStringIncludes(stderr, `--allow-net=${host}`);
});

Deno.test({
  name: "sandbox run gives the command's output and exit code",
  ignore: !hasBwrap,
  async fn() {
    await using workspace = await workspaceWith();
    const line = "echo in; echo x > /var/tmp/openclaude-evil; exit 7";
    const run = await runProgram(["sandbox", "run", "--", "sh", "-c", line], {
      cwd: workspace.path,
    });
    assertEquals([run.code, run.stdout], [7, "in\n"], run.stderr);
    assertStringIncludes(run.stderr, "Read-only file system");
    const status = await runProgram(["sandbox", "status", "--json"], {
      cwd: workspace.path,
    });
    assertEquals(JSON.parse(status.stdout).plan.kind, "bwrap");
  },
});
