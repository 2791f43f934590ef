/**
 * What programs read: every line of every kind against its schema, through
 * main.ts, and nothing else on stdout whatever happens.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { OutputLine } from "../../lib/ui/json/output_lines.ts";
import { outputLineSchemas } from "../../lib/ui/json/output_lines.ts";
import {
  drive,
  isQuestion,
  isResult,
  requestLine,
  userLine,
} from "../support/driver.ts";
import { checkedLines, countKinds, resultOf } from "../support/json_lines.ts";
import { modelServer } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { goldenCases, goldenFolder } from "./golden.ts";
import { baseEnvironment, denoRun, runProgram } from "./program.ts";

const stream = ["--output-format=stream-json", "--include-partial-messages"];

/** Replies, one a line. */
function script(...replies: readonly object[]): string {
  return replies.map((reply) => JSON.stringify(reply)).join("\n");
}

const write = {
  calls: [{ name: "Write", input: { file_path: "b.txt", content: "b\n" } }],
};

/** Runs that give the kinds of lines that no golden case gives. */
const scripts: Readonly<Record<string, string>> = {
  "retry.jsonl": script(
    { retry: { because: "busy" }, text: "Here." },
  ),
  "denied.jsonl": script(write, { text: "I may not." }),
  "overflow.jsonl": script(
    { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
    { failure: { code: "context_overflow", message: "too long" } },
    { for: "summary", text: "a.txt was read." },
    { text: "Done." },
  ),
};

/** Plays the golden cases and the scripts; all lines. */
async function playAll(): Promise<OutputLine[]> {
  const lines: OutputLine[] = [];
  for (const name of await goldenCases()) {
    await using workspace = await tempFolder({ "a.txt": "one\n" });
    const file = new URL(`${name}/script.jsonl`, goldenFolder).pathname;
    const { stdout } = await runProgram(
      [...stream, "--permission-mode=bypassPermissions", "-m", file, "Go"]
        .map((word) => word === file ? `scripted:${file}` : word),
      { cwd: workspace.path },
    );
    const checked = checkedLines(stdout);
    resultOf(checked);
    lines.push(...checked);
  }
  const long = "a line of text that takes some room\n".repeat(300);
  await using workspace = await tempFolder({ ...scripts, "a.txt": long });
  for (const name of Object.keys(scripts)) {
    const { stdout } = await runProgram(
      [...stream, "-m", `scripted:${name}`, "Go"],
      { cwd: workspace.path },
    );
    lines.push(...checkedLines(stdout));
  }
  return lines;
}

/** A driven run with a question that is withdrawn. */
async function playDriven(): Promise<readonly OutputLine[]> {
  await using workspace = await tempFolder(scripts);
  await using program = await drive(
    ["-m", "scripted:denied.jsonl", "--permission-prompt-tool=stdio"],
    { cwd: workspace.path },
  );
  await program.send(
    requestLine("1", { subtype: "set_permission_mode", mode: "plan" }),
  );
  await program.send(
    requestLine("2", { subtype: "set_permission_mode", mode: "default" }),
  );
  await program.send("no JSON");
  await program.send(userLine("Go"));
  await program.next(isQuestion);
  await program.send(requestLine("3", { subtype: "interrupt" }));
  const result = await program.next(isResult);
  assertEquals(result.terminal_reason, "aborted_tools");
  await program.end();
  return program.lines;
}

Deno.test("every kind of line is written, and fits its schema", async () => {
  const counts = countKinds(await playAll());
  countKinds(await playDriven(), counts);
  for (const kind of Object.keys(outputLineSchemas)) {
    // deno-lint-ignore no-console
    console.log(`${String(counts.get(kind) ?? 0).padStart(4)} ${kind}`);
  }
  const missing = Object.keys(outputLineSchemas)
    .filter((kind) => !counts.has(kind));
  assertEquals(missing, []);
});

Deno.test("--output-format json gives one result, and warnings on stderr", async () => {
  await using workspace = await tempFolder({
    "script.jsonl": script(
      { thinking: "Hm.", ...write, usage: { input: 100, output: 10 } },
      { text: "No \x1b[31mcolour\x1b[0m", usage: { input: 120, output: 7 } },
    ),
  });
  const { code, stdout, stderr } = await runProgram(
    ["--output-format=json", "-m", "scripted:script.jsonl", "Go"],
    { cwd: workspace.path, env: { FORCE_COLOR: "1", TERM: "xterm-256color" } },
  );
  const lines = checkedLines(stdout);
  const result = resultOf(lines);
  assertEquals([code, lines.length], [3, 1]);
  assertEquals(result.subtype, "success");
  assertEquals(result.result, "No \x1b[31mcolour\x1b[0m");
  assertEquals(result.num_turns, 2);
  assertEquals(result.stop_reason, "end_turn");
  assertEquals(result.terminal_reason, "completed");
  assertEquals(
    [result.usage.input_tokens, result.usage.output_tokens],
    [220, 17],
  );
  assertEquals(
    Object.values(result.modelUsage).map(({ inputTokens, outputTokens }) => [
      inputTokens,
      outputTokens,
    ]),
    [[220, 17]],
  );
  assertEquals("total_cost_usd" in result, false);
  const [denial] = result.permission_denials;
  assertEquals(denial?.tool_name, "Write");
  assertEquals(denial?.tool_input, write.calls[0]?.input);
  assertStringIncludes(stderr, "1 call was refused");
  assert(!stderr.includes("\x1b"), stderr);
});

Deno.test("prices of the settings give a cost", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([
    { text: "Hi.", usage: { prompt_tokens: 1000, completion_tokens: 100 } },
  ]);
  const settings = JSON.stringify({
    endpoints: {
      here: {
        baseUrl: server.url,
        models: { abc: { prices: { input: 1, output: 10 } } },
      },
    },
  });
  const { stdout, stderr } = await runProgram(
    ["--output-format=json", "-m", "here/abc", "--settings", settings, "Go"],
    { cwd: workspace.path },
  );
  const result = resultOf(checkedLines(stdout));
  assertEquals(result.total_cost_usd, 0.002, stderr);
  assertEquals(result.modelUsage.abc?.costUSD, 0.002);
});

Deno.test("what fails before the start is a result, a sentence and a code", async () => {
  await using workspace = await tempFolder({ "bad.json": "{" });
  const cases: readonly [args: readonly string[], code: number][] = [
    [["--output-format=json", "--nope", "Go"], 2],
    [["--output-format", "stream-json", "-m", "scripted:none", "Go"], 2],
    [["--outputFormat=json"], 2],
    [["--output-format=json", "--settings=bad.json", "Go"], 52],
    [["--output-format=json", "--input-format=stream-json"], 2],
    [["--output-format=stream-json", "--input-format=stream-json"], 2],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await runProgram(args, {
      cwd: workspace.path,
    });
    const lines = checkedLines(stdout);
    const result = resultOf(lines);
    assertEquals([code, lines.length], [expected, 1], args.join(" "));
    assertEquals(result.is_error, true);
    assertEquals(stderr, `openclaude: ${result.errors?.[0]}\n`);
  }
});

Deno.test("formats that don't go together are wrong usage", async () => {
  await using workspace = await tempFolder();
  const cases: readonly [args: readonly string[], says: string][] = [
    [["--output-format=xml"], "text, json, stream-json"],
    [["--input-format=json"], "text, stream-json"],
    [["--input-format=stream-json"], "--output-format stream-json"],
    [["--include-partial-messages"], "--output-format stream-json"],
    [["--replay-user-messages"], "--input-format stream-json"],
    [["--permission-prompt-tool=stdio"], "--input-format stream-json"],
    [["--permission-prompt-tool=mcp__x"], "must be stdio"],
    [["--output-format=text", "--include-partial-messages"], "stream-json"],
  ];
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await runProgram([...args, "Go"], {
      cwd: workspace.path,
    });
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, says);
  }
});

Deno.test("head -1 gets its line, and the run is stopped quietly", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([{
    text: Array.from({ length: 2_000 }, (_, at) => `a word of the ${at}th `),
    chunkDelayMs: 5,
  }]);
  const command = [
    ...denoRun(),
    ...stream,
    "-m=abc",
    `--base-url=${server.url}`,
  ];
  const line = command.map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await runProgram(
    [`${line} Hi | head -1; exit "\${PIPESTATUS[0]}"`],
    { cwd: workspace.path, command: ["bash", "-c"] },
  );
  assertEquals(checkedLines(stdout).length, 1);
  assertEquals([code, stderr], [130, ""]);
  assertEquals(await server.requests[0]?.ended, "left");
});

Deno.test("a driver that reads nothing stops neither the run nor its end", async () => {
  await using home = await tempFolder();
  const words = Array.from({ length: 20_000 }, (_, at) => `word ${at * 7919}`);
  await using workspace = await tempFolder({
    "s.jsonl": script(
      { ...write, text: words.join(" ") },
      { text: "Late.", delayMs: 60_000 },
    ),
  });
  const [program = "", ...args] = denoRun();
  const child = new Deno.Command(program, {
    args: [
      ...args,
      ...stream,
      "--permission-mode=bypassPermissions",
      "-m=scripted:s.jsonl",
      "Go",
    ],
    cwd: workspace.path,
    clearEnv: true,
    env: await baseEnvironment(home.path),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(90_000),
  }).spawn();
  // The call comes after half a megabyte of lines.
  const limit = Date.now() + 60_000;
  while (!await exists(workspace.at("b.txt"))) {
    assert(Date.now() < limit, "the run goes on");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 143);
  await child.stdout.cancel();
});

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

Deno.test("a closed stdin is an empty one", async () => {
  await using workspace = await tempFolder(scripts);
  const command = [...denoRun(), "-m=scripted:retry.jsonl"];
  const line = command.map((word) => `'${word}'`).join(" ");
  for (const format of ["json", "stream-json"]) {
    const { code, stdout, stderr } = await runProgram(
      [`${line} --output-format=${format} Hi <&-`],
      { cwd: workspace.path, command: ["bash", "-c"] },
    );
    assertEquals([code, resultOf(checkedLines(stdout)).result], [0, "Here."]);
    assertEquals(stderr, "");
  }
});

for (
  const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const
) {
  Deno.test(`${signal} ends a run with its result and code ${expected}`, async () => {
    await using workspace = await tempFolder();
    await using server = await modelServer([
      { text: ["It begins", " and"], finish: null, hang: true },
    ]);
    await using program = await drive(
      [
        "--include-partial-messages",
        "-m=abc",
        `--base-url=${server.url}`,
        "Go",
      ],
      { cwd: workspace.path },
    );
    await program.next((line): line is OutputLine & { type: "stream_event" } =>
      line.type === "stream_event" &&
      line.event.type === "content_block_delta"
    );
    program.signal(signal);
    const result = await program.next(isResult);
    const { code } = await program.end();
    assertEquals(code, expected);
    assertEquals(result.terminal_reason, "aborted_streaming");
    assertStringIncludes(result.result, "It begins");
  });
}
