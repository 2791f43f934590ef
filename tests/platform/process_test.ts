import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  killGroup,
  type ProcessOptions,
  type ProcessResult,
  runProcess,
} from "../../lib/platform/process.ts";
import { survivors, uniqueSeconds } from "../support/processes.ts";
import { tempFolder } from "../support/temp.ts";

const environment = { PATH: Deno.env.get("PATH") ?? "" };

/** Runs a line of `sh` and collects what it prints. */
async function run(
  line: string,
  options: Partial<ProcessOptions> = {},
): Promise<{ result: ProcessResult; stdout: string; stderr: string }> {
  const texts = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const result = await runProcess(["sh", "-c", line], {
    cwd: "/",
    environment,
    signal: new AbortController().signal,
    onOutput: (chunk, stream) => {
      // A chatty child fills any memory.
      if (texts[stream].length > 10_000_000) return;
      texts[stream] += decoder.decode(chunk);
    },
    ...options,
  });
  return { result, ...texts };
}

Deno.test("runProcess() gives both outputs, the code and no leftovers", async () => {
  const { result, stdout, stderr } = await run("echo a; echo b >&2; exit 7");
  assertEquals([stdout, stderr], ["a\n", "b\n"]);
  assertEquals([result.code, result.ended], [7, "exit"]);
  assertEquals([result.signal, result.leftovers], [null, false]);
});

Deno.test("runProcess() starts in a group of its own and reports it", async () => {
  const groups: string[] = [];
  const { stdout } = await run("echo $$; cut -d' ' -f5 /proc/$$/stat", {
    onGroup: (id, state) => groups.push(`${state} ${id}`),
  });
  const [pid, group] = stdout.trim().split(/\s+/);
  assertEquals(pid, group);
  assertEquals(groups, [`started ${pid}`, `ended ${pid}`]);
});

Deno.test("runProcess() inherits no variable", async () => {
  const { stdout } = await run("env", {
    environment: { ...environment, ONE: "1" },
  });
  const names = stdout.trim().split("\n").map((line) => line.split("=")[0]);
  const ours = ["ONE", "OPENCLAUDE_CALL", "PATH"];
  // The shell sets some of its own.
  const own = ["PWD", "OLDPWD", "SHLVL", "_"];
  assertEquals(
    names.filter((name) => !own.includes(name ?? "")).toSorted(),
    ours,
  );
});

Deno.test("runProcess() puts a wrapper in front", async () => {
  const { stdout } = await run("echo $WRAPPED", {
    wrap: (argv) => ["env", "WRAPPED=yes", ...argv],
  });
  assertEquals(stdout, "yes\n");
});

Deno.test("runProcess() says that there is no such program", async () => {
  const start = runProcess(["no-such-program-at-all"], {
    cwd: "/",
    environment,
    signal: new AbortController().signal,
  });
  await assertRejects(() => start, Deno.errors.NotFound);
});

Deno.test("runProcess() reads all that was printed before the exit", async () => {
  let bytes = 0;
  const { result } = await run("head -c 3000000 /dev/zero", {
    onOutput: async (chunk) => {
      // A slow reader holds the program back and loses nothing.
      await new Promise((resolve) => setTimeout(resolve, 1));
      bytes += chunk.length;
    },
  });
  assertEquals(bytes, 3_000_000);
  assertEquals(result.leftovers, false);
});

Deno.test("runProcess() reads what a process substitution prints late", async () => {
  const { stdout } = await run("(sleep 0.05; echo late) & echo early");
  assertEquals(stdout, "early\nlate\n");
});

Deno.test("runProcess() ends a chatty child that outlives the command", async () => {
  const { result, stdout } = await run("yes & echo started");
  assert(result.leftovers);
  assertStringIncludes(stdout, "started");
});

Deno.test("runProcess() lets a process tidy up before it is killed", async () => {
  await using folder = await tempFolder();
  const { result } = await run(
    `trap 'echo tidied > ${folder.at("sign")}; exit 9' TERM; ` +
      "echo ready; while :; do sleep 0.02; done",
    { timeoutMs: 300, graceMs: 10_000 },
  );
  assertEquals([result.ended, result.code], ["timeout", 9]);
  assertEquals(await folder.read("sign"), "tidied\n");
});

Deno.test("runProcess() kills the whole tree of a stopped command", async () => {
  const seconds = uniqueSeconds();
  const stop = new AbortController();
  const { result } = await run(
    `sh -c 'trap "" TERM; sh -c "sleep ${seconds} & sleep ${seconds}"; :' & ` +
      `echo ready; sleep ${seconds}`,
    { signal: stop.signal, onOutput: () => stop.abort() },
  );
  assertEquals(result.ended, "aborted");
  assertEquals(await survivors(seconds), []);
});

Deno.test("runProcess() kills what ignores SIGTERM and holds no output", async () => {
  const seconds = uniqueSeconds();
  const { result } = await run(
    `trap "" TERM; exec >/dev/null 2>&1; sleep ${seconds}; :`,
    { timeoutMs: 300, graceMs: 100 },
  );
  assertEquals([result.ended, result.signal], ["timeout", "SIGKILL"]);
  const left = await run(
    `(trap "" TERM; exec >/dev/null 2>&1; sleep ${seconds}; :) & sleep 0.1`,
    { graceMs: 100 },
  );
  assert(left.result.leftovers);
  assertEquals(await survivors(seconds), []);
});

Deno.test("runProcess() leaves no process when its reader throws", async () => {
  const seconds = uniqueSeconds();
  const groups: string[] = [];
  const broken = run(`echo one; sleep ${seconds}`, {
    onOutput: () => {
      throw new RangeError("disk full");
    },
    onGroup: (_, state) => groups.push(state),
  });
  await assertRejects(() => broken, RangeError, "disk full");
  assertEquals(groups, ["started", "ended"]);
  assertEquals(await survivors(seconds), []);
});

Deno.test("killGroup() ends a group, and one that is gone", async () => {
  const seconds = uniqueSeconds();
  const kills: Promise<void>[] = [];
  const { result } = await run(`sleep ${seconds} | sleep ${seconds}`, {
    onGroup: (id) => kills.push(killGroup(id)),
  });
  await Promise.all(kills);
  assertEquals(kills.length, 2);
  assertEquals([result.ended, result.signal], ["exit", "SIGKILL"]);
  assertEquals(await survivors(seconds), []);
});

interface Alone {
  readonly outcome: { ok: boolean; code?: string; message?: string };
  readonly ms: number;
  readonly pieces: number;
  readonly peak: number;
}

/** Runs the Bash tool in a Deno process with the given flags. */
async function alone(flags: string[], ...args: string[]): Promise<Alone> {
  const script = new URL("../support/bash_alone.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, script, ...args],
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("runProcess() and its capture hold 50 MB of output in bounded memory", async () => {
  await using folder = await tempFolder();
  const none = await alone(["-A"], folder.path, "true");
  const flood = await alone(["-A"], folder.path, "yes | head -c 50M");
  assert(flood.outcome.ok);
  assertGreater(none.peak, 0);
  // Mostly garbage that is not yet collected; the whole would be 100 MB more.
  assertLess(flood.peak - none.peak, 60 * 1024 * 1024);
  assertLess(flood.pieces, flood.ms / 50 + 2);
  const { size } = await Deno.stat(folder.at("bash-alone.txt"));
  assertEquals(size, 50 * 1024 * 1024);
});

Deno.test("runProcess() ends groups without the right to signal them", async () => {
  const seconds = uniqueSeconds();
  await using folder = await tempFolder();
  const flags = [`-R=${folder.path}`, `-W=${folder.path}`];
  for (const list of ["--allow-run=bash,sh", "--allow-run=bash"]) {
    const late = await alone(
      [...flags, list],
      folder.path,
      `sleep ${seconds} & setsid sleep ${seconds} & sleep ${seconds}`,
      "1",
    );
    assertEquals(late.outcome.code, "timeout");
    const left = await alone(
      [...flags, list],
      folder.path,
      `sleep ${seconds} & echo started`,
    );
    assert(left.outcome.ok);
    assertEquals(await survivors(seconds), [], list);
  }
});

Deno.test("runProcess() is refused a shell that may not run", async () => {
  await using folder = await tempFolder();
  const { outcome } = await alone(["--allow-run=true"], folder.path, "true");
  assertEquals(outcome.code, "not_permitted");
  assertStringIncludes(outcome.message ?? "", "neither bash nor sh");
});

Deno.test("runProcess() with sh alone keeps the exit code and the folder", async () => {
  await using folder = await tempFolder({ "sub/x": "" });
  const { outcome } = await alone(
    [`-R=${folder.path}`, "--allow-run=sh"],
    folder.path,
    "cd sub; exit 3",
  );
  assertEquals(outcome.code, "failed");
  assertStringIncludes(outcome.message ?? "", "[exit code 3]");
  assertStringIncludes(outcome.message ?? "", `cwd is now ${folder.at("sub")}`);
});
