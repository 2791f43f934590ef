import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { bash } from "../../tools/bash.ts";
import { lastingSurvivors, uniqueSeconds } from "../support/processes.ts";
import { type Bench, needsBwrap, sandboxBench } from "../support/sandbox.ts";
import { shownText, toolContext } from "../support/tool_call.ts";

const ignore = !await needsBwrap();
const label = "[sandbox: bwrap, no network]";

async function run(bench: Bench, command: string) {
  const context = toolContext(bench.workspace, { sandbox: bench.plan });
  const outcome = await bash.run({ command }, context);
  return { outcome, text: shownText(outcome) };
}

Deno.test({
  name: "Bash runs in the sandbox and says so in each result",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await run(bench, "echo $0 $OPENCLAUDE_SANDBOX");
    assertEquals(text, `bash bwrap\n${label}`);
    const silent = await run(bench, "true");
    assertEquals(silent.text, `(no output)\n${label}`);
    const failed = await run(bench, "touch /etc/new; exit 3");
    assertEquals(
      failed.text,
      "touch: cannot touch '/etc/new': Read-only file system\n" +
        `[exit code 3]\n${label}`,
    );
    assert(!failed.outcome.ok);
  },
});

Deno.test({
  name: "Bash says that there is no sandbox",
  async fn() {
    await using bench = await sandboxBench();
    const plan = { ...bench.plan, kind: "none" as const };
    const { text } = await run({ ...bench, plan }, "echo hello");
    assertEquals(text, "hello\n[no sandbox]");
  },
  ignore: Deno.build.os === "windows",
});

Deno.test({
  name: "Bash keeps its folder and its time limit in the sandbox",
  ignore,
  async fn() {
    await using bench = await sandboxBench({ "workspace/sub/file": "" });
    const moved = await run(bench, "cd sub && ls");
    assertEquals(moved.outcome.cwd, `${bench.workspace}/sub`);
    const seconds = uniqueSeconds();
    const context = toolContext(bench.workspace, { sandbox: bench.plan });
    const late = await bash.run(
      { command: `sleep ${seconds}`, timeout: 1 },
      context,
    );
    assert(!late.ok && late.code === "timeout");
    assertEquals(await lastingSurvivors(seconds), []);
  },
});

Deno.test({
  name: "Bash reports what appeared on protected paths",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await run(bench, "echo x > .envrc");
    assertMatch(text, /\[The command made \S+\.envrc, which/);
  },
});

Deno.test({
  name: "Bash says why the sandbox did not start",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const hidden = [{ path: "/no/such/folder", what: "folder" as const }];
    // What the probe found is gone, and this thread can't look there.
    const broken = { ...bench.plan, temp: `${bench.temp}/gone`, hidden };
    const { text } = await run({ ...bench, plan: broken }, "true");
    assertStringIncludes(text, "the sandbox did not start (bwrap: ");
  },
});

Deno.test({
  name: "Bash needs permission for the sandbox's program alone",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { workspace, plan } = bench;
    const script = new URL("../support/bash_alone.ts", import.meta.url);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "-q"],
        ...[`--allow-run=${plan.program}`, `--allow-read=${workspace}`],
        ...["-c", new URL("../../deno.json", import.meta.url).pathname],
        ...[script.pathname, workspace, "echo one > two; cat two", ""],
        JSON.stringify(plan),
      ],
    }).output();
    const { outcome } = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(outcome.content, [{ type: "text", text: `one\n${label}` }]);
  },
});
