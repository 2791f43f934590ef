/** However the executable ends, it says so and leaves nothing behind. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { builtExecutable, builtFrom } from "../support/built.ts";
import { modelServer } from "../support/model_server.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import {
  lastingSurvivors,
  survivors,
  uniqueSeconds,
} from "../support/processes.ts";
import { needsBwrap } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux } from "../support/tmux.ts";
import { baseEnvironment, denoRun } from "./program.ts";

const ignore = !needsCompiler();
const hasScript = needs("script");
const hasBwrap = await needsBwrap();
const crashing =
  new URL("../support/crashing_main.ts", import.meta.url).pathname;

/** Waits until a process sleeps that long. */
async function sleeps(seconds: string): Promise<void> {
  while ((await survivors(seconds)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Runs a program that runs a command, and signals it meanwhile. */
async function signalled(
  command: readonly string[],
  words: readonly string[],
  signal?: Deno.Signal,
): Promise<Ended> {
  const seconds = uniqueSeconds();
  await using home = await tempFolder();
  await using workspace = await tempFolder();
  await using server = await modelServer([
    {
      calls: [{
        name: "Bash",
        input: { command: `echo begun; sleep ${seconds} & sleep ${seconds}` },
      }],
    },
    { text: "Done." },
  ]);
  const [program = "", ...args] = [
    ...command,
    `--base-url=${server.url}`,
    "--model=abc",
    "--permission-mode=bypassPermissions",
    ...words,
  ];
  const child = new Deno.Command(program, {
    args,
    cwd: workspace.path,
    clearEnv: true,
    env: await baseEnvironment(home.path),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  if (signal !== undefined) {
    await sleeps(seconds);
    child.kill(signal);
  }
  const { code, stdout, stderr } = await output;
  assertEquals(await lastingSurvivors(seconds), []);
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const rings: readonly { name: string; words: string[]; isHere: boolean }[] = [
  { name: "bwrap", words: [], isHere: hasBwrap },
  { name: "Landlock", words: ["--allow-run=bash,sh"], isHere: true },
];
const signals = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 143]] as const;

for (const { name, words, isHere } of rings) {
  for (const [signal, expected] of signals) {
    Deno.test({
      name: `the executable with ${name} ends at ${signal}, its commands too`,
      ignore: ignore || !isHere,
      async fn() {
        const command = [await builtExecutable()];
        const { code, text } = await signalled(
          command,
          [...words, "Hi"],
          signal,
        );
        assertEquals(code, expected, text);
      },
    });
  }
}

const ways = [
  {
    name: "deno run",
    ignore: false,
    command: () => Promise.resolve(denoRun(["-A"], crashing)),
  },
  {
    name: "an executable",
    ignore,
    command: async () => [await builtFrom("crashing_main")],
  },
];

for (const { name, ignore, command } of ways) {
  for (const how of ["throw", "die"]) {
    Deno.test({
      name:
        `startAgent() ends with 70 and one line where nobody catches: ${how}, by ${name}`,
      ignore,
      async fn() {
        const { code, text } = await signalled(await command(), [
          "--allow-run=bash,sh",
          how,
        ]);
        assertEquals(code, 70, text);
        const [, line = "", ...rest] = text.trimEnd().split("\n");
        assertStringIncludes(line, "internal error: ");
        assertStringIncludes(line, "the roof came down");
        assertEquals(rest, [], text);
      },
    });
  }

  Deno.test({
    name: `startAgent() ends at SIGTERM though the agent hangs, by ${name}`,
    ignore,
    async fn() {
      await using home = await tempFolder();
      const [program = "", ...args] = await command();
      const child = new Deno.Command(program, {
        args: [...args, "hang"],
        cwd: home.path,
        clearEnv: true,
        env: await baseEnvironment(home.path),
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill("SIGTERM");
      const { code } = await child.status;
      await reader.cancel();
      assertEquals(code, 143);
    },
  });

  Deno.test({
    name:
      `startAgent() gives the terminal back when the agent dies, by ${name}`,
    ignore: ignore || !hasScript,
    async fn() {
      const text = await onTerminal(await command());
      const [before = "", after = ""] = text.split(
        "openclaude: internal error",
      );
      assertStringIncludes(before, "ready", text);
      for (const sequence of ["\x1b[?25h", "\x1b[?2004l"]) {
        assert(before.lastIndexOf(sequence) > before.indexOf("ready"), text);
      }
      assertStringIncludes(after, "code 70");
      assertStringIncludes(after, " echo ", text);
    },
  });
}

/** What a program prints on a terminal, and the terminal's state after it. */
async function onTerminal(command: readonly string[]): Promise<string> {
  await using folder = await tempFolder();
  await using server = await modelServer([
    { calls: [{ name: "Bash", input: { command: "echo begun; sleep 60" } }] },
  ]);
  const line = [
    ...command,
    `--base-url=${server.url}`,
    "--permission-mode=bypassPermissions",
    "--allow-run=bash,sh",
    "die",
  ].map((word) => `'${word}'`).join(" ");
  const { stdout } = await new Deno.Command("script", {
    args: [
      "-qec",
      `${line}; echo code $?; stty -a | grep -o ' .\\?echo '`,
      "/dev/null",
    ],
    cwd: folder.path,
    clearEnv: true,
    env: { ...await baseEnvironment(folder.path), TERM: "xterm" },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "the executable's REPL gives the terminal back at SIGTERM",
  ignore: ignore || !needs("tmux"),
  async fn() {
    await using folder = await tempFolder({ "work/a.txt": "" });
    await using repl = await openTmux({
      words: [
        ...["sh", "-c", 'echo $$ > "$0"; exec "$@"', folder.at("pid")],
        await builtExecutable(),
        "--model=abc",
      ],
      env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
      cwd: folder.at("work"),
    });
    await repl.shows("/help");
    Deno.kill(Number(await folder.read("pid")), "SIGTERM");
    await repl.shows("code 143");
    await repl.shows("restored");
  },
});
