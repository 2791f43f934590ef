/** `openclaude batch`: many tasks, killed, resumed, stopped, failed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment, denoRun, runProgram } from "./program.ts";

const names = Array.from({ length: 20 }, (_, index) => `task-${index + 1}`);
const twenty = names.map((id) => JSON.stringify({ id, prompt: `Do ${id}.` }))
  .join("\n");

/** Which task a request is for. */
function taskOf({ body }: SeenRequest): string {
  const [, id = ""] = /Do (task-\d+)\./.exec(JSON.stringify(body.messages)) ??
    [];
  return id;
}

/** A server whose first requests are answered, those after them never. */
function limitedServer(answered: number) {
  const served: string[] = [];
  const state = { served, answered };
  const opening = modelServer((request) => {
    if (served.length >= state.answered) return { hang: "headers" };
    served.push(taskOf(request));
    return { text: `Done: ${taskOf(request)}` };
  });
  return { state, opening };
}

function batchArgs(url: string, ...more: string[]): string[] {
  const args = [`--base-url=${url}`, "-m=abc", "-c=32768", "--jobs=2"];
  return ["batch", "tasks.jsonl", ...args, ...more];
}

function idsOf(lines: string): string[] {
  return lines.trim().split("\n").map((line) => JSON.parse(line).id);
}

async function spawn(args: readonly string[], cwd: string, home: string) {
  const [program = "", ...before] = denoRun();
  return new Deno.Command(program, {
    args: [...before, ...args],
    cwd,
    clearEnv: true,
    env: await baseEnvironment(home),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(90_000),
  }).spawn();
}

Deno.test("batch, killed half-way and started again, does each of 20 tasks once", async () => {
  await using home = await tempFolder();
  await using folder = await tempFolder({ "tasks.jsonl": twenty });
  const { state, opening } = limitedServer(10);
  await using server = await opening;
  const args = batchArgs(server.url);
  const child = await spawn(args, folder.path, home.path);
  const output = child.output();
  await server.arrived(12);
  child.kill("SIGKILL");
  const killed = await output;
  const file = `${folder.path}/tasks.results.jsonl`;
  const kept = await Deno.readTextFile(file);
  assertEquals(idsOf(kept).sort(), names.slice(0, 10).sort());
  assertEquals(new TextDecoder().decode(killed.stdout), kept);
  // What a kill in the middle of a write leaves.
  await Deno.writeTextFile(file, '{"id":"task-11","exitC', { append: true });
  state.answered = 20;
  const again = await runProgram(args, { cwd: folder.path });
  assertEquals(again.code, 0, again.stderr);
  assertEquals(idsOf(again.stdout).sort(), names.slice(10).sort());
  assertStringIncludes(
    again.stderr,
    "20 tasks: 20 done, 0 failed, 0 not finished (10 ended earlier)",
  );
  assertEquals(state.served.toSorted(), names.toSorted());
  assertEquals(
    idsOf(await Deno.readTextFile(file)).sort(),
    names.toSorted(),
  );
  const third = await runProgram(args, { cwd: folder.path });
  assertEquals([third.code, third.stdout], [0, ""]);
  assertEquals(server.requests.length, 22);
});

Deno.test({
  name: "batch ends at SIGTERM with 143; what was under way is not finished",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await tempFolder();
    await using folder = await tempFolder({ "tasks.jsonl": twenty });
    const { opening } = limitedServer(4);
    await using server = await opening;
    const child = await spawn(batchArgs(server.url), folder.path, home.path);
    const output = child.output();
    await server.arrived(6);
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await output;
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(code, 143, decode(stderr));
    assertEquals(idsOf(decode(stdout)).length, 4);
    assertStringIncludes(decode(stderr), "4 done, 0 failed, 16 not finished");
  },
});

Deno.test("batch runs each task in its folder; --retry-failed runs those that failed", async () => {
  const tasks = [
    { id: "a", prompt: "Do task-1.", cwd: "one", mode: "acceptEdits" },
    { id: "b", prompt: "Do task-2.", cwd: "two" },
  ];
  await using folder = await tempFolder({
    "tasks.jsonl": tasks.map((task) => JSON.stringify(task)).join("\n"),
    "one/x.txt": "",
    "two/x.txt": "",
  });
  let fails = true;
  await using server = await modelServer((request) => {
    if (taskOf(request) === "task-2") {
      return fails
        ? { status: 400, json: { error: { message: "no such thing" } } }
        : { text: "Well." };
    }
    if (request.body.messages.at(-1).role === "tool") return { text: "Yes." };
    const input = { file_path: "made.txt", content: "1" };
    return { calls: [{ name: "Write", input }] };
  });
  const args = batchArgs(server.url, "--results=kept.jsonl");
  const first = await runProgram(args, { cwd: folder.path });
  assertEquals(first.code, 1, first.stderr);
  const results = first.stdout.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const a = results.find(({ id }) => id === "a");
  const b = results.find(({ id }) => id === "b");
  assertEquals([a.exitCode, a.reason, a.result, a.error], [
    0,
    "done",
    "Yes.",
    null,
  ]);
  assert(a.usage.input > 0);
  assertEquals(await Deno.readTextFile(`${folder.path}/one/made.txt`), "1");
  assertEquals([b.exitCode, b.reason], [1, "error"]);
  assertStringIncludes(b.error, "no such thing");
  const asked = server.requests.length;
  const same = await runProgram(args, { cwd: folder.path });
  assertEquals([same.code, same.stdout], [1, ""]);
  assertEquals(server.requests.length, asked);
  fails = false;
  const retried = await runProgram([...args, "--retry-failed"], {
    cwd: folder.path,
  });
  assertEquals([retried.code, idsOf(retried.stdout)], [0, ["b"]]);
});

Deno.test("batch refuses what is for one run", async () => {
  await using folder = await tempFolder({ "t.jsonl": '{"prompt":"x"}' });
  const cases = [
    "--timeout=5",
    "--output-last-message=f",
    "--image=a.png",
    "--debug-file=f",
  ];
  for (const flag of cases) {
    const { code, stderr } = await runProgram(["batch", "t.jsonl", flag], {
      cwd: folder.path,
    });
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "with batch: it is for one run");
  }
});

Deno.test("batch names the line that is wrong and starts nothing", async () => {
  const good = '{"prompt":"Do task-1."}';
  const cases: readonly (readonly [string, string])[] = [
    ["{", "line 2: it is not one JSON object"],
    ['{"prompt":" "}', 'line 2: "prompt": it is empty'],
    [
      '{"prompt":"x","modell":"y"}',
      'line 2: there is no "modell". Did you mean model?',
    ],
    [good, "line 2: it is the same task as line 1"],
  ];
  await using server = await modelServer([]);
  for (const [line, words] of cases) {
    await using folder = await tempFolder({
      "tasks.jsonl": `${good}\n${line}`,
    });
    const { code, stdout, stderr } = await runProgram(batchArgs(server.url), {
      cwd: folder.path,
    });
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, words);
  }
  assertEquals(server.requests.length, 0);
});

Deno.test({
  name: "batch is repeated by xargs as run-on-a-cluster.md says",
  ignore: !needs("sh", "xargs", "split"),
  async fn() {
    const page = new URL(
      "../../docs/how-to/run-on-a-cluster.md",
      import.meta.url,
    );
    const lines = [
      ...(await Deno.readTextFile(page)).matchAll(/```sh\n(.*)\n```/g),
    ]
      .map(([, line]) => line).slice(0, 2);
    await using home = await tempFolder();
    await using folder = await tempFolder({ "tasks.jsonl": twenty });
    const { state, opening } = limitedServer(20);
    await using server = await opening;
    const own = `#!/bin/sh\nexec ${
      denoRun().map((word) => `'${word}'`).join(" ")
    } "$@" -m abc -c 32768 --base-url ${server.url}\n`;
    await Deno.writeTextFile(`${home.path}/openclaude`, own, { mode: 0o755 });
    const variables = await baseEnvironment(home.path);
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", lines.join("\n")],
      cwd: folder.path,
      clearEnv: true,
      env: { ...variables, PATH: `${home.path}:${variables.PATH}` },
      stdin: "null",
      signal: AbortSignal.timeout(90_000),
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(idsOf(new TextDecoder().decode(stdout)).length, 20);
    assertEquals(state.served.toSorted(), names.toSorted());
  },
});
