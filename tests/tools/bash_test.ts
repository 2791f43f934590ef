import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { toolSpec } from "../../lib/core/schema.ts";
import { textOf } from "../../lib/core/message.ts";
import {
  failureText,
  type ToolContext,
  type ToolOutcome,
} from "../../lib/core/tool.ts";
import { path } from "../../lib/platform/paths.ts";
import { survivors, uniqueSeconds } from "../support/processes.ts";
import { bash } from "../../tools/bash.ts";
import type { BashDetails } from "../../tools/_shell_outcome.ts";

const kilobyte = 1_024;

interface Run {
  readonly outcome: ToolOutcome;
  readonly text: string;
  readonly details: BashDetails;
  readonly progress: readonly string[];
  readonly groups: readonly string[];
}

/** Runs one call in a temp folder of its own, which is the workspace. */
async function withWorkspace(
  body: (
    folder: string,
    run: (
      command: string,
      options?: Partial<ToolContext> & { timeout?: number },
    ) => Promise<Run>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await body(folder, async (command, options = {}) => {
      const { timeout, ...context } = options;
      return await runBash(
        timeout === undefined ? { command } : { command, timeout },
        { cwd: folder, roots: [folder], spillFolder: folder, ...context },
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runBash(
  input: Parameters<typeof bash.run>[0],
  context: Partial<ToolContext>,
): Promise<Run> {
  const progress: string[] = [];
  const groups: string[] = [];
  const outcome = await bash.run(input, {
    callId: "call_1",
    cwd: "/",
    roots: [],
    seen: {},
    limits: { resultChars: 30_000, readLines: 2_000, callMs: 120_000 },
    spillFolder: null,
    environment: { PATH: Deno.env.get("PATH") ?? "", HOME: "/home/nobody" },
    vision: false,
    signal: new AbortController().signal,
    emit: ({ text }) => progress.push(text),
    processGroup: (id, state) => groups.push(`${state} ${id}`),
    ...context,
  });
  const text = outcome.ok ? textOf(outcome.content) : failureText(outcome);
  return {
    outcome,
    text,
    details: outcome.details as BashDetails,
    progress,
    groups,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

Deno.test("bash runs a command and gives both outputs in their order", async () => {
  await withWorkspace(async (_, run) => {
    const { outcome, text, groups } = await run(
      "echo one; echo two >&2; echo three; echo four >&2",
    );
    assert(outcome.ok);
    assertEquals(text, "one\ntwo\nthree\nfour");
    assertEquals(groups.length, 2);
    assertMatch(groups.join(), /^started (\d+),ended \1$/);
  });
});

Deno.test("bash says when there is no output", async () => {
  await withWorkspace(async (_, run) => {
    assertEquals((await run("true")).text, "(no output)");
  });
});

Deno.test("bash keeps the exit code, whichever way the shell ends", async () => {
  await withWorkspace(async (_, run) => {
    const cases: [string, number][] = [
      ["exit 3", 3],
      ["(exit 4)", 4],
      ["set -e; false; echo not reached", 1],
      ["false # a comment at the end", 1],
      ["sh -c 'exit 5'", 5],
      ["exec sh -c 'exit 6'", 6],
      ["kill -9 $$", 137],
      ["no-such-program-at-all", 127],
    ];
    for (const [command, code] of cases) {
      const { outcome, text, details } = await run(command);
      assertEquals(details.exitCode, code, command);
      assert(!outcome.ok && outcome.code === "failed", command);
      assertStringIncludes(text, `[exit code ${code}`);
      assertNotMatch(text, /not reached/);
    }
  });
});

Deno.test("bash reports a syntax error as the shell words it", async () => {
  await withWorkspace(async (_, run) => {
    const { outcome, text } = await run("echo 'unterminated");
    assert(!outcome.ok);
    assertMatch(text, /unexpected EOF/);
  });
});

Deno.test("bash hides its own part from set -x and the command's arguments", async () => {
  await withWorkspace(async (_, run) => {
    assertMatch((await run("set -x; true")).text, /^\++ true$/);
    assertEquals((await run('set -u; echo "$#" "$0"')).text, "0 bash");
  });
});

Deno.test("bash runs here documents and comments at the end", async () => {
  await withWorkspace(async (_, run) => {
    const { outcome, text } = await run("cat <<'EOF'\nrm -rf /\n$HOME\nEOF");
    assert(outcome.ok);
    assertEquals(text, "rm -rf /\n$HOME");
    assertEquals((await run("echo a # b")).text, "a");
  });
});

Deno.test("bash takes exit code 1 of grep, diff and test for an answer", async () => {
  await withWorkspace(async (_, run) => {
    const cases: [string, string][] = [
      ["echo a | grep b", "no matches"],
      ["echo x > one; echo y > two; diff one two", "the files differ"],
      ["[ a = b ]", "the condition is false"],
      ["cd . && test -e nothing", "the condition is false"],
    ];
    for (const [command, meaning] of cases) {
      const { outcome, text, details } = await run(command);
      assert(outcome.ok, command);
      assertEquals(details.returnCodeInterpretation, meaning);
      assertStringIncludes(text, `[exit code 1: ${meaning}]`);
    }
    assert(!(await run("grep x no-such-file")).outcome.ok);
    assert(!(await run("grep x one && false")).outcome.ok);
  });
});

Deno.test("bash lets cd persist inside the workspace", async () => {
  await withWorkspace(async (folder, run) => {
    const { outcome, text } = await run("mkdir -p 'a b/c' && cd 'a b/c'");
    assertEquals(outcome.cwd, path.join(folder, "a b/c"));
    assertStringIncludes(text, `[cwd is now ${folder}/a b/c]`);
    const inside = await run("pwd; cd ..; exit 2", { cwd: `${folder}/a b/c` });
    assertEquals(inside.outcome.cwd, path.join(folder, "a b"));
    assertMatch(inside.text, /a b\/c\n\[exit code 2\]/);
  });
});

Deno.test("bash lets cd persist whatever the shell says at its start", async () => {
  await withWorkspace(async (folder, run) => {
    await Deno.writeTextFile(`${folder}/start`, "echo noise >&2");
    const { outcome, text } = await run("mkdir sub; cd sub; exec 3>&1", {
      environment: {
        PATH: "/usr/bin:/bin",
        LC_ALL: "no_SUCH.locale",
        BASH_ENV: `${folder}/start`,
      },
    });
    assert(outcome.ok);
    assertEquals(outcome.cwd, `${folder}/sub`);
    assertNotMatch(text, /noise/);
  });
});

Deno.test("bash resets a cd that leaves the workspace, and says so", async () => {
  await withWorkspace(async (folder, run) => {
    const { outcome, text } = await run("cd .. && echo went");
    assert(outcome.ok);
    assertEquals(outcome.cwd, undefined);
    assertStringIncludes(text, `outside the workspace: cwd is again ${folder}`);
  });
});

Deno.test("bash keeps variables to one call and gives children no secrets of ours", async () => {
  await withWorkspace(async (_, run) => {
    await run("export KEPT=1");
    assertEquals((await run('echo "[$KEPT]"')).text, "[]");
    const { text } = await run("echo $PAGER $GIT_PAGER $TERM $OPENCLAUDE");
    assertEquals(text, "cat cat dumb 1");
    const environment = { PATH: "/usr/bin:/bin", MINE: "x" };
    const all = await run("env | cut -d= -f1 | sort | tr '\\n' ' '", {
      environment,
    });
    assertStringIncludes(all.text, "MINE");
    assertNotMatch(all.text, /HOME|USER/);
  });
});

Deno.test("bash gives no input and no terminal to what it runs", async () => {
  await withWorkspace(async (_, run) => {
    assertEquals((await run("cat; echo end", { timeout: 20 })).text, "end");
    const { text } = await run("read -r line || echo closed; tty", {
      timeout: 20,
    });
    assertMatch(text, /closed\nnot a tty/);
  });
});

Deno.test("bash ends a command at its time limit and keeps what it printed", async () => {
  const seconds = uniqueSeconds();
  await withWorkspace(async (_, run) => {
    const start = performance.now();
    const { outcome, text, details } = await run(
      `echo before; sleep ${seconds}`,
      { timeout: 1 },
    );
    assertLess(performance.now() - start, 8_000);
    assert(!outcome.ok);
    assertEquals(outcome.code, "timeout");
    assertEquals(details.timedOutAfterMs, 1_000);
    assertMatch(text, /^before\n\[timed out after 1 s/);
  });
  assertEquals(await survivors(seconds), []);
});

Deno.test("bash kills a command that ignores SIGTERM", async () => {
  const seconds = uniqueSeconds();
  await withWorkspace(async (_, run) => {
    const { outcome } = await run(
      `trap '' TERM; echo x; sleep ${seconds}; sleep ${seconds}`,
      { timeout: 700 },
    );
    assert(!outcome.ok && outcome.code === "timeout");
  });
  assertEquals(await survivors(seconds), []);
});

Deno.test("bash stops at an abort, in the midst of output", async () => {
  const seconds = uniqueSeconds();
  await withWorkspace(async (_, run) => {
    const stop = new AbortController();
    let aborted = 0;
    const { outcome, text, details } = await run(
      `echo started; sleep ${seconds} | cat`,
      {
        signal: stop.signal,
        emit: () => {
          aborted = performance.now();
          stop.abort();
        },
      },
    );
    assertLess(performance.now() - aborted, 2_000);
    assert(!outcome.ok);
    assertEquals(outcome.code, "aborted");
    assert(details.interrupted);
    assertMatch(text, /^started\n\[interrupted by the user\]$/);
  });
  assertEquals(await survivors(seconds), []);
});

Deno.test("bash starts nothing once it is aborted", async () => {
  await withWorkspace(async (folder, run) => {
    const { outcome } = await run("touch made", {
      signal: AbortSignal.abort(),
    });
    assert(!outcome.ok && outcome.code === "aborted");
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("bash ends background processes with the call and says so", async () => {
  const seconds = uniqueSeconds();
  await withWorkspace(async (_, run) => {
    const start = performance.now();
    const { outcome, text } = await run(`sleep ${seconds} & echo started`);
    assertLess(performance.now() - start, 8_000);
    assert(outcome.ok);
    assertMatch(text, /^started\n\[background processes were ended/);
    const quiet = await run(`sleep ${seconds} >/dev/null 2>&1 & echo quiet`);
    assertMatch(quiet.text, /^quiet\n\[background processes were ended/);
  });
  assertEquals(await survivors(seconds), []);
});

Deno.test("bash ends children that left its group with setsid", async () => {
  const seconds = uniqueSeconds();
  await withWorkspace(async (_, run) => {
    const { outcome, text } = await run(
      `setsid sleep ${seconds} & echo started`,
    );
    assert(outcome.ok);
    assertMatch(text, /^started\n\[background processes were ended/);
    const quiet = await run(
      `setsid nohup sleep ${seconds} >/dev/null 2>&1 & sleep 0.1`,
    );
    assertMatch(quiet.text, /background processes were ended/);
    const jobs = await run(`set -m; sleep ${seconds} & echo started`);
    assertMatch(jobs.text, /background processes were ended/);
    const late = await run(
      `setsid -f sh -c 'sleep ${seconds}'; sleep ${seconds}`,
      { timeout: 1 },
    );
    assert(!late.outcome.ok);
  });
  assertEquals(await survivors(seconds), []);
});

Deno.test("bash leaves no zombie of its own", async () => {
  await withWorkspace(async (_, run) => {
    for (let index = 0; index < 3; index++) await run("true | cat");
    const stat = await new Deno.Command("sh", {
      args: [
        "-c",
        `cat /proc/[0-9]*/stat 2>/dev/null | grep -c ' Z ${Deno.pid} ' || true`,
      ],
    }).output();
    assertEquals(new TextDecoder().decode(stat.stdout).trim(), "0");
  });
});

Deno.test("bash sends 10 MB of output on as at most 8 KB and the path of the whole", async () => {
  await withWorkspace(async (folder, run) => {
    const { outcome, text, details, progress } = await run(
      "seq 1 1400000",
    );
    assert(outcome.ok);
    const size = new TextEncoder().encode(JSON.stringify(text)).length;
    assertLess(size, 8 * kilobyte);
    assertGreater(size, 6 * kilobyte);
    assert(text.startsWith("1\n2\n3\n"));
    assert(text.endsWith("\n1399999\n1400000"));
    assertEquals(details.persistedOutputPath, `${folder}/bash-call_1.txt`);
    assertStringIncludes(text, `The whole is in ${folder}/bash-call_1.txt`);
    const whole = await Deno.readTextFile(`${folder}/bash-call_1.txt`);
    assertEquals(whole.length, details.persistedOutputSize);
    assert(whole.startsWith("1\n2\n") && whole.endsWith("\n1400000\n"));
    const shown = /\[([\d,]+) lines \(([\d,]+) characters\) left out/.exec(
      text,
    );
    const missing = Number(shown?.[1]?.replaceAll(",", ""));
    const kept = text.split("\n").length - 2;
    assertLess(Math.abs(missing + kept - 1_400_000), 4);
    const sent = progress.reduce((sum, piece) => sum + piece.length, 0);
    assertLess(sent, 400_000);
  });
});

Deno.test("bash sends output up to the budget whole, and without a file", async () => {
  await withWorkspace(async (folder, run) => {
    const { text } = await run("head -c 20000 /dev/zero | tr '\\0' x");
    assertEquals(text, "x".repeat(20_000));
    assertEquals(await namesIn(folder), []);
    const small = await run("seq 1 2000", {
      limits: { resultChars: 3_000, readLines: 80, callMs: 1_000 },
    });
    assertLess(small.text.length, 3_400);
    const asked = await run("seq 1 20000", {
      limits: { resultChars: 200_000, readLines: 80, callMs: 1_000 },
      environment: { PATH: "/usr/bin:/bin", BASH_MAX_OUTPUT_LENGTH: "150000" },
    });
    assertEquals(asked.text.split("\n").length, 20_000);
  });
});

Deno.test("bash sends at most 10,000 characters of a failure, the whole to a file", async () => {
  await withWorkspace(async (folder, run) => {
    const command = "seq 1 4000; echo last; exit 2";
    const { outcome, text, details } = await run(command);
    assert(!outcome.ok);
    assertLess(text.length, 10_000);
    assertGreater(text.length, 7_000);
    assert(text.startsWith("1\n2\n"));
    assert(text.endsWith("4000\nlast\n[exit code 2]"));
    const whole = await Deno.readTextFile(details.persistedOutputPath ?? "");
    assertEquals(whole.split("\n").length, 4_002);
    assertStringIncludes(text, `${folder}/bash-call_1.txt`);
    const short = await run("seq 1 1000; exit 2");
    assertEquals(short.text.split("\n").length, 1_001);
  });
});

Deno.test("bash describes binary output and keeps the text around it", async () => {
  await withWorkspace(async (folder, run) => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
    await Deno.writeFile(`${folder}/data`, bytes);
    const { outcome, text } = await run(
      "echo before; cat data; echo; echo after",
    );
    assert(outcome.ok);
    assertMatch(text, /^before\n\[100,\d{3} bytes of binary data, not shown\]/);
    assert(text.endsWith("after"), text);
    const random = await run("head -c 100000 /dev/urandom");
    assertMatch(random.text, /bytes of binary data, not shown/);
    assertLess(random.text.length, 2_000);
  });
});

Deno.test("bash strips colours and collapses rewritten lines", async () => {
  await withWorkspace(async (_, run) => {
    const { text } = await run(
      "printf '\\033[31mred\\033[0m\\n 1%%\\r 50%%\\r100%%\\r\\ndone\\n'",
    );
    assertEquals(text, "red\n100%\ndone");
  });
});

Deno.test("bash joins characters that are cut between pieces of output", async () => {
  await withWorkspace(async (_, run) => {
    const { text } = await run(
      "printf '\\303'; sleep 0.1; printf '\\244\\n\\360\\237'; sleep 0.1; " +
        "printf '\\230\\200\\n'",
    );
    assertEquals(text, "ä\n😀");
  });
});

Deno.test("bash streams its output while it runs", async () => {
  await withWorkspace(async (_, run) => {
    const stop = new AbortController();
    // It would wait for ever if the first line came only at the end.
    const { progress } = await run("echo first; sleep 60", {
      signal: stop.signal,
      emit: () => stop.abort(),
    });
    assertEquals(progress, []);
  });
});

Deno.test("bash refuses the catastrophic few in every mode", async () => {
  await withWorkspace(async (_, run) => {
    for (
      const command of [
        "rm -rf /",
        "rm -rf ~",
        "sudo rm -rf --no-preserve-root /",
      ]
    ) {
      const { outcome, text, groups } = await run(command);
      assert(!outcome.ok && outcome.code === "not_permitted", command);
      assertStringIncludes(text, "Refused in every mode");
      assertEquals(groups, []);
    }
  });
});

Deno.test("bash says what to do instead of running in the background", async () => {
  await withWorkspace(async (folder) => {
    const { outcome, text } = await runBash(
      { command: "touch made", run_in_background: true },
      { cwd: folder, roots: [folder] },
    );
    assert(!outcome.ok && outcome.code === "invalid_input");
    assertStringIncludes(text, "foreground");
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("bash refuses an empty command and one with a NUL", async () => {
  await withWorkspace(async (_, run) => {
    for (const command of ["", " \n", "echo a\0b"]) {
      const { outcome } = await run(command);
      assert(!outcome.ok && outcome.code === "invalid_input");
    }
  });
});

Deno.test("bash refuses a command too long for the system", async () => {
  await withWorkspace(async (_, run) => {
    const { outcome, text } = await run(`echo ${"x".repeat(200_000)}`);
    assert(!outcome.ok && outcome.code === "invalid_input");
    assertStringIncludes(text, "use the file");
  });
});

Deno.test("bash says when its working directory is gone", async () => {
  await withWorkspace(async (folder, run) => {
    const { outcome, text } = await run("true", { cwd: `${folder}/gone` });
    assert(!outcome.ok && outcome.code === "failed");
    assertStringIncludes(text, "gone");
  });
});

Deno.test("bash describes itself in at most 550 bytes", () => {
  const { name, description, parameters } = toolSpec(bash);
  const size = JSON.stringify({ name, description, parameters }).length;
  assertLess(size, 550);
  assertEquals(Object.keys(parameters.properties as object), [
    "command",
    "timeout",
  ]);
});

Deno.test("bash.access() names the line it would run and whether it only reads", async () => {
  for (const [line, readOnly] of [["ls -l", true], ["rm x", false]] as const) {
    const access = await bash.access({ command: line }, "/");
    assertEquals(access, [{ kind: "run", line, readOnly }]);
  }
});
