import { assert, assertEquals, assertStringIncludes } from "@std/assert";

import {
  lastingSurvivors,
  survivors,
  uniqueSeconds,
} from "../support/processes.ts";
import { type Bench, needsBwrap, sandboxBench } from "../support/sandbox.ts";

const ignore = !await needsBwrap();

Deno.test({
  name: "runInSandbox() gives the environment of the call and no other",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await bench.run(
      "env; cat /proc/*/environ | tr '\\0' '\\n'",
    );
    const names = new Set(text.match(/^\w+(?==)/gm));
    const known = [
      "HOME",
      "OLDPWD",
      "OPENCLAUDE_CALL",
      "OPENCLAUDE_SANDBOX",
      "PATH",
      "PWD",
      "SHLVL",
      "TMPDIR",
      "_",
    ];
    assertEquals([...names].filter((name) => !known.includes(name)), []);
    assertStringIncludes(text, `TMPDIR=${bench.temp}\n`);
  },
});

Deno.test({
  name: "runInSandbox() ends those who left the session and closed all",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    const { text } = await bench.run(
      `setsid sh -c 'exec sleep ${seconds}' </dev/null >/dev/null 2>&1 & ` +
        "sleep 0.05; echo done",
    );
    assertEquals(text, "done\n");
    assertEquals(await lastingSurvivors(seconds), []);
  },
});

Deno.test({
  name: "runInSandbox() ends all of a command that is stopped",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    const stop = new AbortController();
    await bench.run(
      `trap '' TERM; setsid sleep ${seconds} & sleep ${seconds} & ` +
        "echo ready; wait",
      { signal: stop.signal, onOutput: () => stop.abort() },
    );
    assertEquals(await lastingSurvivors(seconds), []);
  },
});

Deno.test({
  name: "runInSandbox() ends all of a command at its time limit",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    const { code } = await bench.run(`sleep ${seconds}`, { timeoutMs: 200 });
    assertEquals(code, 143);
    assertEquals(await lastingSurvivors(seconds), []);
  },
});

Deno.test({
  name: "runInSandbox() gives exit codes and deaths by signal",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    for (
      const [line, expected] of [
        ["exit 0", 0],
        ["exit 7", 7],
        ["exit 255", 255],
        ["kill -9 $$", 137],
        ["kill -TERM $$", 143],
        ["no-such-command", 127],
      ] as const
    ) {
      assertEquals((await bench.run(line)).code, expected, line);
    }
  },
});

Deno.test({
  name: "runInSandbox() closes stdin and has no terminal",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await bench.run(
      "cat; (: </dev/tty) 2>&1 | grep -c 'No such device'",
    );
    assertEquals(text, "1\n");
  },
});

Deno.test({
  name: "runInSandbox() reads what a process substitution prints late",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text, code } = await bench.run(
      "echo a > >(sleep 0.05; cat); exit 4",
    );
    assertEquals([text, code], ["a\n", 4]);
  },
});

Deno.test({
  name: "runInSandbox() streams 50 MB",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    let bytes = 0;
    const { code } = await bench.run("head -c 50000000 /dev/zero", {
      onOutput: (chunk) => {
        bytes += chunk.length;
      },
    });
    assertEquals([code, bytes], [0, 50_000_000]);
  },
});

Deno.test({
  name: "runInSandbox() streams while the command runs",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const times: number[] = [];
    const { code } = await bench.run(
      "echo first; while [ ! -e go ]; do sleep 0.01; done",
      {
        async onOutput() {
          times.push(performance.now());
          await Deno.writeTextFile(`${bench.workspace}/go`, "");
        },
      },
    );
    assertEquals([code, times.length], [0, 1]);
  },
});

Deno.test({
  name: "runInSandbox() outlives the threads that Deno ends when idle",
  ignore,
  async fn() {
    // The sandbox dies with the thread that started it; Deno keeps threads
    // for file operations for ten seconds.
    await using bench = await sandboxBench();
    const { code, text } = await bench.run("sleep 11; echo alive");
    assertEquals([code, text], [0, "alive\n"]);
  },
});

/** Starts another Deno that runs a line in the sandbox of a bench. */
function startHost(
  bench: Bench,
  args: { permissions: string[]; line: string; how?: "worker" | "limit" },
): Deno.ChildProcess & { stdout: ReadableStream<Uint8Array> } {
  const host = new URL("../support/sandbox_host.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "-q", "--unstable-worker-options"],
      ...["-c", new URL("../../deno.json", import.meta.url).pathname],
      ...[...args.permissions, host, JSON.stringify(bench.plan)],
      ...[bench.workspace, args.line, args.how ?? "thread"],
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
}

Deno.test({
  name: "runInSandbox() ends with the program that started it",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    await using host = startHost(bench, {
      permissions: ["-A"],
      line: `trap "" TERM; setsid sleep ${seconds} & echo ready; ` +
        `sleep ${seconds}`,
    });
    await firstOutput(host.stdout);
    host.kill("SIGKILL");
    await gone(seconds);
  },
});

Deno.test({
  name: "runInSandbox() ends with the worker that started it",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    await using host = startHost(bench, {
      permissions: ["-A"],
      line: `echo ready; sleep ${seconds}`,
      how: "worker",
    });
    // The host terminates its worker when the command is ready, and waits.
    await firstOutput(host.stdout);
    await gone(seconds);
    host.kill("SIGKILL");
  },
});

Deno.test({
  name: "runInSandbox() needs permission for its program alone",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const seconds = uniqueSeconds();
    await using host = startHost(bench, {
      permissions: [`--allow-run=${bench.plan.program}`],
      line: `trap "" TERM; echo ready; setsid sleep ${seconds} & ` +
        `sleep ${seconds}`,
      how: "limit",
    });
    const text = await new Response(host.stdout).text();
    assertEquals(text, "ready\ntimeout 137\n");
    await gone(seconds);
  },
});

async function firstOutput(
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  assertStringIncludes(new TextDecoder().decode(value), "ready");
  await reader.cancel();
}

function isHost(line: string): boolean {
  return line.includes("sandbox_host.ts");
}

/** Waits until the kernel has ended all that sleep for these seconds. */
async function gone(seconds: string): Promise<void> {
  const latest = performance.now() + 10_000;
  while ((await survivors(seconds)).some((line) => !isHost(line))) {
    assert(performance.now() < latest, "they live on");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("probeSandbox() says why it has nothing without permission to run", async () => {
  const script = `
    import { planSandbox, probeSandbox } from ${
    JSON.stringify(new URL("../../lib/platform/sandbox.ts", import.meta.url))
  };
    const plan = planSandbox({ workspace: "/w", temp: "/tmp" });
    const probe = await probeSandbox(plan, { environment: {} });
    console.log(JSON.stringify([probe.plan.kind, probe.trials]));`;
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/probe.ts`, script);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-q", "-c", config, `${folder}/probe.ts`],
  }).output();
  await Deno.remove(folder, { recursive: true });
  const [kind, trials] = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(kind, "none");
  if (Deno.build.os !== "linux") return;
  assertEquals(trials.map((trial: { kind: string }) => trial.kind), [
    "bwrap",
    "landlock",
  ]);
  assertStringIncludes(trials[0].because, "--allow-run=bwrap");
});
