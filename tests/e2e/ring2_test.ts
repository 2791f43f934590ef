import { assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type Reply } from "../support/model_server.ts";
import { findProgram, needs } from "../support/needs.ts";
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
  assertEquals(stderr.split("so each is asked about").length, 2, stderr);
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

Deno.test({
  name: "--sandbox strict ends with 44 where the bwrap on PATH is broken",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using workspace = await workspaceWith();
    await using bin = await tempFolder({
      "bwrap": "#!/bin/sh\necho 'bwrap: no luck today' >&2\nexit 1\n",
    });
    await Deno.chmod(bin.at("bwrap"), 0o755);
    const { code, stderr, tools } = await play([], {
      workspace: workspace.path,
      flags: ["--sandbox", "strict"],
      env: { PATH: `${bin.path}:${Deno.env.get("PATH")}` },
      permissions: [
        `--allow-run=${bin.at("bwrap")}`,
        "--allow-env=PATH",
        `--allow-read=${workspace.path}`,
      ],
    });
    assertEquals([code, tools], [44, []], stderr);
    assertStringIncludes(stderr, "bwrap: no luck today");
  },
});

Deno.test({
  name: "--no-exec executes nothing but the program itself",
  ignore: !needs("strace"),
  async fn() {
    await using workspace = await workspaceWith({ ".git/HEAD": "ref: x\n" });
    await using log = await tempFolder();
    const executions = async (flags: readonly string[]) => {
      await using server = await modelServer([
        bash("true"),
        { calls: [{ name: "Grep", input: { pattern: "x" } }] },
        { text: "Done." },
      ]);
      const options = [
        `--base-url=${server.url}`,
        "--model=abc",
        "--permission-mode=bypassPermissions",
      ];
      await runProgram([...options, ...flags, "Go"], {
        cwd: workspace.path,
        command: [
          ...["strace", "-f", "-e", "trace=execve", "-o", log.at("log")],
          ...denoRun(),
        ],
      });
      assertEquals(server.requests.length, 3);
      const lines = (await log.read("log")).split("\n");
      return lines.filter((line) => /execve\(.* = 0$/.test(line)).length;
    };
    assertEquals(await executions(["--no-exec"]), 1);
    assertEquals(await executions(["--sandbox", "off"]) > 1, true);
  },
});

/** A listener that counts who comes. */
function listener() {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let count = 0;
  const serving = (async () => {
    for await (const connection of server) {
      count++;
      connection.close();
    }
  })().catch(() => {});
  return {
    port: server.addr.port,
    count: () => count,
    async [Symbol.asyncDispose]() {
      server.close();
      await serving;
    },
  };
}

Deno.test({
  name: "--local-only lets no command connect to anything else",
  ignore: !hasBwrap || !needs("bash"),
  async fn() {
    await using workspace = await workspaceWith();
    await using temp = await tempFolder();
    await using other = listener();
    await using server = await modelServer([
      bash(`(exec 3<>/dev/tcp/127.0.0.1/${other.port}) && echo connected`),
      { text: "Done." },
    ]);
    const host = new URL(server.url).host;
    const folders = `${workspace.path},${temp.path}`;
    const run = (flags: readonly string[], net: string) =>
      runProgram([
        `--base-url=${server.url}`,
        "--model=abc",
        "--permission-mode=bypassPermissions",
        ...flags,
        "Go",
      ], {
        cwd: workspace.path,
        env: { TMPDIR: temp.path },
        command: denoRun([
          ...["--allow-run=bwrap", "--allow-env=HOME,PATH,TMPDIR", net],
          ...[`--allow-read=${folders}`, `--allow-write=${folders}`],
        ]),
      });
    const kept = await run(["--local-only"], `--allow-net=${host}`);
    assertEquals(kept.code, 0, kept.stderr);
    const sent = JSON.stringify(server.requests.at(-1)?.body.messages);
    assertStringIncludes(sent, "[sandbox: bwrap, no network]");
    assertEquals(sent.includes("connected\\n"), false, sent);
    assertEquals(other.count(), 0);
  },
});

Deno.test({
  name: "commands connect where all of the network is granted",
  ignore: !hasBwrap || !needs("bash"),
  async fn() {
    await using workspace = await workspaceWith();
    await using other = listener();
    const { results } = await play([
      bash(`(exec 3<>/dev/tcp/127.0.0.1/${other.port}) && echo connected`),
    ], { workspace: workspace.path });
    assertStringIncludes(results[0] ?? "", "connected\n");
    assertEquals(other.count(), 1);
  },
});

Deno.test({
  name: "--local-only ends with 44 where a program could be run unkept",
  ignore: findProgram("git") === undefined,
  async fn() {
    await using workspace = await workspaceWith();
    await using server = await modelServer([{ text: "Done." }]);
    const host = new URL(server.url).host;
    const run = (...flags: readonly string[]) =>
      runProgram(
        [`--base-url=${server.url}`, "--model=abc", "--local-only", "Go"],
        {
          cwd: workspace.path,
          command: denoRun([
            `--allow-net=${host}`,
            `--allow-read=${workspace.path}`,
            ...flags,
          ]),
        },
      );
    const open = await run("--allow-run=git");
    assertEquals(open.code, 44, open.stderr);
    assertStringIncludes(open.stderr, "git could reach any host");
    const shut = await run();
    assertEquals([shut.code, shut.stdout], [0, "Done.\n"], shut.stderr);
  },
});

Deno.test("a command for the key is refused where no process may be started", async () => {
  await using workspace = await workspaceWith();
  const settings = (baseUrl: string) =>
    JSON.stringify({
      endpoints: { own: { baseUrl, apiKeyCommand: "echo k" } },
    });
  await using server = await modelServer([{ text: "Done." }]);
  const run = (...flags: readonly string[]) =>
    runProgram([
      "--model=own/abc",
      "--settings",
      settings(server.url),
      ...flags,
      "Go",
    ], {
      cwd: workspace.path,
    });
  const kept = await run("--no-exec");
  assertEquals(kept.code, 41);
  assertStringIncludes(kept.stderr, "--no-exec starts no process");
  const local = await run("--local-only");
  assertEquals(local.code, 41);
  assertStringIncludes(local.stderr, "it could reach other hosts");
  assertEquals(server.requests.length, 0);
  const free = await run();
  assertEquals(free.code, 0, free.stderr);
  assertEquals(server.requests[0]?.headers.authorization, "Bearer k");
});

Deno.test({
  name: "sandbox run gives the network where --network says so, alone",
  ignore: !hasBwrap || !needs("bash"),
  async fn() {
    await using workspace = await workspaceWith();
    await using other = listener();
    const line = `(exec 3<>/dev/tcp/127.0.0.1/${other.port}) 2>/dev/null`;
    const run = (...flags: readonly string[]) =>
      runProgram(["sandbox", "run", ...flags, "--", "bash", "-c", line], {
        cwd: workspace.path,
        command: denoRun([
          ...["--allow-run=bwrap", "--allow-env", "--allow-sys"],
          `--allow-read=${workspace.path},/tmp`,
          "--allow-write=/tmp",
        ]),
      });
    assertEquals((await run()).code, 1);
    assertEquals(other.count(), 0);
    assertEquals((await run("--network")).code, 0);
    assertEquals(other.count(), 1);
    const both = await run("--network", "--local-only");
    assertEquals(both.code, 2, both.stderr);
    const prompt = await runProgram(["--network", "Hi"], {
      cwd: workspace.path,
    });
    assertEquals(prompt.code, 2, prompt.stderr);
    assertStringIncludes(prompt.stderr, "sandbox run");
  },
});
