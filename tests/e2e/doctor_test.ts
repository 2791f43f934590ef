import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../.ci/bundle.ts";
import { compile } from "../../.ci/compile.ts";
import { capableReply } from "../support/doctor_server.ts";
import { modelServer } from "../support/model_server.ts";
import { needsCompiler } from "../support/needs.ts";
import { needsBwrap } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment, denoRun, entry, runProgram } from "./program.ts";

Deno.test("openclaude doctor says what is granted, found and contacted", async () => {
  await using folder = await tempFolder({ "AGENT.md": "Be brief.\n" });
  const { code, stderr, stdout } = await runProgram(["doctor"], {
    cwd: folder.path,
    env: { MODEL: "some-model", OPENAI_API_KEY: "a-secret-key" },
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (
    const part of [
      "runs as",
      "read   full",
      "offered  Bash, Edit, Glob, Grep, Read, Write",
      "with the rights of the mode",
      "some-model ($MODEL)",
      "set ($OPENAI_API_KEY)",
      `${folder.path}/AGENT.md`,
      "http://127.0.0.1:11434/v1/models",
      "http://127.0.0.1:8000/v1/models",
    ]
  ) assertStringIncludes(stdout, part);
  assert(!stdout.includes("a-secret-key"), "the key is shown");
  assert(!stdout.includes("\x1b"), "the report holds escapes");
});

Deno.test("openclaude doctor names the flags that are missing", async () => {
  await using folder = await tempFolder();
  const root = entry.slice(0, entry.lastIndexOf("/"));
  const { DENO_DIR } = await baseEnvironment(folder.path);
  const reads = [folder.path, root, DENO_DIR].join(",");
  const { code, stderr, stdout } = await runProgram(["doctor", "--json"], {
    cwd: folder.path,
    command: denoRun([`--allow-read=${reads}`]),
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const report = JSON.parse(stdout);
  assertEquals(report.kind, "environment");
  const states = report.permissions.map(
    (grant: { category: string; state: string }) =>
      `${grant.category} ${grant.state}`,
  );
  assertEquals(states, [
    "read scoped",
    "write none",
    "net none",
    "run none",
    "env none",
  ]);
  const bash = report.tools.find(({ name }: { name: string }) =>
    name === "Bash"
  );
  assertEquals(bash, {
    name: "Bash",
    offered: false,
    missing: ["--allow-run=bash,sh"],
  });
  const [server] = report.servers;
  assertEquals(server.state, "not_permitted");
  assertEquals(server.flag, "--allow-net=127.0.0.1:11434");
  assertEquals(report.endpoint.reachable, false);
});

Deno.test("openclaude doctor -m examines a model and keeps the profile", async () => {
  await using folder = await tempFolder();
  await using config = await tempFolder();
  await using server = await modelServer(capableReply, {
    routes: {
      "GET /v1/models": {
        json: { data: [{ id: "test-model", max_model_len: 32_768 }] },
      },
    },
  });
  const args = ["doctor", "-m", "test-model", "--base-url", server.url];
  const { code, stderr, stdout } = await runProgram([...args, "--json"], {
    cwd: folder.path,
    env: { OPENCLAUDE_CONFIG_DIR: config.path },
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const card = JSON.parse(stdout);
  assertEquals(card.capabilities.nativeTools.state, "yes");
  assertEquals(card.capabilities.window.value, 32_768);
  assertEquals(card.requests.chat, server.requests.length);
  assert(server.requests.length <= 12);
  const kept = JSON.parse(await Deno.readTextFile(card.learned.file));
  assertEquals(kept.capabilities.nativeTools, "yes");
});

Deno.test("openclaude doctor -m ends with 75 where nobody answers", async () => {
  await using folder = await tempFolder();
  const server = await modelServer([]);
  await server.close();
  const args = ["doctor", "-m", "test-model", "--base-url", server.url];
  const { code, stderr, stdout } = await runProgram(args, {
    cwd: folder.path,
  });
  assertEquals({ code, stderr }, { code: 75, stderr: "" });
  assertStringIncludes(stdout, server.url);
});

Deno.test("openclaude doctor -m ends with 130 at Ctrl+C", async () => {
  await using folder = await tempFolder();
  await using server = await modelServer(() => ({ hang: "headers" }));
  const [program = "", ...before] = denoRun();
  const child = new Deno.Command(program, {
    args: [...before, "doctor", "-m", "test-model", "--base-url", server.url],
    cwd: folder.path,
    clearEnv: true,
    env: await baseEnvironment(folder.path),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(90_000),
  }).spawn();
  const output = child.output();
  await server.arrived(1);
  child.kill("SIGINT");
  const { code, stderr, stdout } = await output;
  assertEquals(code, 130);
  assertEquals(stdout.length, 0);
  assertStringIncludes(new TextDecoder().decode(stderr), "interrupted");
});

Deno.test("openclaude takes doctor for a prompt where it is marked as one", async () => {
  await using folder = await tempFolder({
    "script.jsonl": '{"text":"I am no doctor."}\n',
  });
  const script = ["-m", `scripted:${folder.at("script.jsonl")}`];
  for (const words of [["-p", "doctor"], ["--", "doctor"], ["doctor", "who"]]) {
    const { code, stdout } = await runProgram([...script, ...words], {
      cwd: folder.path,
    });
    assertEquals({ code, stdout }, { code: 0, stdout: "I am no doctor.\n" });
  }
});

Deno.test("openclaude refuses --json without a subcommand", async () => {
  await using folder = await tempFolder();
  const { code, stderr, stdout } = await runProgram(["--json", "hello"], {
    cwd: folder.path,
  });
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertStringIncludes(stderr, "Cannot use --json");
});

Deno.test("openclaude doctor reports settings and keys that can't be used", async () => {
  await using folder = await tempFolder({
    "broken/settings.json": '{ "modle": "x" }',
    "good/settings.json": JSON.stringify({
      model: "box/m",
      endpoints: {
        box: {
          baseUrl: "http://user:pass-word@127.0.0.1:9/v1",
          apiKeyEnv: "NO_SUCH_KEY",
          contextWindow: 16_384,
        },
      },
    }),
  });
  const report = async (config: string) => {
    const { code, stdout } = await runProgram(["doctor", "--json"], {
      cwd: folder.path,
      env: { OPENCLAUDE_CONFIG_DIR: folder.at(config) },
    });
    assertEquals(code, 0);
    assert(!stdout.includes("pass-word"), stdout);
    return JSON.parse(stdout);
  };
  const broken = await report("broken");
  assertEquals(broken.settings.state, "partly_used");
  assertStringIncludes(broken.settings.problem, "modle");
  const good = await report("good");
  assertEquals(good.settings.state, "used");
  assertEquals(good.endpoint.model, { value: "m", source: "settings" });
  assertEquals(good.endpoint.contextWindow, {
    value: "16384",
    source: "settings",
  });
  assertEquals(good.endpoint.apiKey.set, false);
  assertStringIncludes(good.endpoint.apiKey.source, "NO_SUCH_KEY");
  assertEquals(good.endpoint.reachable, false);
});

Deno.test("openclaude doctor warns of memory that fills every request", async () => {
  const memory = "Always be careful with the words of others.\n".repeat(700);
  await using folder = await tempFolder({ "AGENT.md": memory });
  const { code, stdout } = await runProgram(["doctor"], { cwd: folder.path });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "tokens go with every request");
});

Deno.test("openclaude doctor takes no folder that is none", async () => {
  await using folder = await tempFolder();
  const args = ["doctor", "--cwd", folder.at("nowhere")];
  const { code, stderr, stdout } = await runProgram(args, {
    cwd: folder.path,
  });
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertStringIncludes(stderr, "nowhere");
});

Deno.test({
  name: "openclaude doctor knows itself as an executable, and its worker",
  ignore: !needsCompiler(),
  async fn() {
    await using folder = await tempFolder();
    await bundle(folder.at("bundle"));
    const executable = folder.at("openclaude");
    await compile(folder.at("bundle/main.js"), executable);
    const { code, stderr, stdout } = await runProgram(["doctor", "--json"], {
      cwd: folder.path,
      command: [executable],
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    assertEquals(report.runsAs, "executable");
    assertEquals(report.worker.starts, true);
    assertEquals(report.worker.narrowed, true);
  },
});

Deno.test({
  name: "openclaude doctor offers Bash where bwrap alone may be run",
  ignore: !await needsBwrap(),
  async fn() {
    await using folder = await tempFolder({}, { dir: "/var/tmp" });
    const doctor = async (...flags: string[]) => {
      const run = await runProgram(["doctor", "--json"], {
        cwd: folder.path,
        command: denoRun([`--allow-read=${folder.path},/usr/bin`, ...flags]),
      });
      assertEquals(run.code, 0, run.stderr);
      const { sandbox, tools } = JSON.parse(run.stdout);
      const bash = tools.find(({ name }: { name: string }) => name === "Bash");
      return { sandbox, bash };
    };
    const kept = await doctor("--allow-run=bwrap");
    assertEquals(kept.bash, { name: "Bash", offered: true, missing: [] });
    assertEquals(kept.sandbox.kind, "bwrap");
    const none = await doctor();
    assertEquals(none.bash.missing, ["--allow-run=bwrap"]);
    assertEquals([none.sandbox.kind, none.sandbox.canRun], ["none", false]);
    assertStringIncludes(none.sandbox.trials[0].because, "not granted");
  },
});
