// What is taken back through the whole program: the model's calls run in the
// realm, in whatever sandbox there is, and undo in the same or a later process.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Op } from "../../lib/core/conversation.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import { text } from "../../lib/core/message.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment, denoRun, runProgram } from "./program.ts";

const opsMain = new URL("../support/ops_main.ts", import.meta.url).pathname;

interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

function bash(command: string): Call {
  return { name: "Bash", input: { command } };
}

function prompt(words: string): Op {
  return { type: "prompt", content: [text(words)] };
}

const files: Record<string, string> = {
  "src/a.ts": "export const a = 1;\n",
  "src/deep/b.ts": "export const b = 2;\n",
  "run.sh": "#!/bin/sh\n",
  ".gitignore": "*.log\n",
  "debug.log": "ignored, and wanted\n",
};

/** A repository with two commits and work that is in none of them. */
async function dirtyWorld() {
  const workspace = await tempFolder(files);
  const home = await tempFolder();
  const shell = async (line: string): Promise<string> => {
    const { stdout, stderr, success } = await new Deno.Command("sh", {
      args: ["-c", line],
      cwd: workspace.path,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: home.path },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  await shell(
    "git init -q -b main && git config user.name a && " +
      "git config user.email a@example.com && git add . && " +
      "git commit -q -m one && echo two > two.txt && git add . && " +
      "git commit -q -m two && echo staged >> run.sh && git add run.sh && " +
      "echo changed >> src/a.ts && echo new > untracked.txt && " +
      "printf '\\000\\001' > bytes.bin && ln -s src/a.ts link",
  );
  let scripts = 0;
  return {
    workspace,
    shell,
    /** Modes, names and hashes of all files but git's own. */
    hashes: () =>
      shell(
        "find . -path ./.git -prune -o -type f -exec sh -c " +
          `'stat -c "%a %n" "$1"; sha256sum < "$1"' _ {} \\; -o ` +
          "-type l -printf '%p -> %l\\n' | sort",
      ),
    status: () => shell("git status --porcelain"),
    head: () => shell("git rev-parse HEAD; git symbolic-ref -q HEAD || true"),
    /** Kills a process with SIGKILL once a call of it has made `file`. */
    async killed(call: Call, file: string, words: string): Promise<void> {
      const script = home.at("killed.jsonl");
      await Deno.writeTextFile(script, JSON.stringify({ calls: [call] }));
      const [command = "", ...before] = denoRun();
      await using watcher = watch(workspace.at(file));
      const child = new Deno.Command(command, {
        args: [
          ...before,
          "--permission-mode=bypassPermissions",
          `--model=scripted:${script}`,
          words,
        ],
        cwd: workspace.path,
        clearEnv: true,
        env: {
          ...await baseEnvironment(home.path),
          OPENCLAUDE_CONFIG_DIR: home.path,
        },
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      await watcher.made;
      child.kill("SIGKILL");
      await child.status;
    },
    /** The program as it is. */
    program: (...args: string[]) =>
      runProgram(args, {
        cwd: workspace.path,
        env: { OPENCLAUDE_CONFIG_DIR: home.path },
      }),
    /** A process that does these ops; one reply for each list of calls. */
    async process(
      ops: readonly Op[],
      replies: readonly (readonly Call[])[] = [],
      args: readonly string[] = [],
    ): Promise<AgentEvent[]> {
      const script = home.at(`script_${scripts++}.jsonl`);
      const lines = replies.map((calls) =>
        JSON.stringify(calls.length === 0 ? { text: "Done." } : { calls })
      );
      await Deno.writeTextFile(script, lines.join("\n"));
      const { code, stdout, stderr } = await runProgram(
        [
          "--permission-mode=bypassPermissions",
          `--model=scripted:${script}`,
          ...args,
          JSON.stringify(ops),
        ],
        {
          cwd: workspace.path,
          env: { OPENCLAUDE_CONFIG_DIR: home.path },
          command: denoRun(["-A"], opsMain),
        },
      );
      assertEquals(code, 0, stderr);
      return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    },
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** Waits for a file to be made, from now on. */
function watch(file: string): AsyncDisposable & { made: Promise<void> } {
  const watcher = Deno.watchFs(file.slice(0, file.lastIndexOf("/")));
  const made = (async () => {
    for await (const { paths } of watcher) {
      if (paths.includes(file)) return;
    }
  })();
  return {
    made,
    async [Symbol.asyncDispose]() {
      try {
        watcher.close();
      } catch (error) {
        // It closes by itself when its reader leaves.
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
      await made;
    },
  };
}

type FilesEvent = AgentEvent & { type: "files" };

function filesEvents(events: readonly AgentEvent[]): FilesEvent[] {
  return events.filter((event) => event.type === "files");
}

/** What users lost to other agents (spec/features.md 2C, 41), by report. */
const losses: readonly {
  readonly report: string;
  readonly line: string;
  /** Git's HEAD goes elsewhere, and stays there. */
  readonly moves?: boolean;
}[] = [
  { report: "claude-code#39859", line: "git status; git reset --hard" },
  {
    report: "claude-code#84660",
    line: "git reset --hard HEAD^1",
    moves: true,
  },
  {
    report: "claude-code#70363",
    line: "git reset HEAD && git checkout -- .",
  },
  {
    report: "claude-code#17190",
    line: "git checkout -q -f HEAD~1 && git clean -fdx",
    moves: true,
  },
  {
    report: "claude-code#4541",
    line: "git add -A && git commit -qm wip && git reset -q --hard HEAD~2",
    moves: true,
  },
  {
    report: "claude-code#40697",
    line: "git fetch -q . && git reset --hard main",
  },
  {
    report: "gemini-cli#15580",
    line: "git stash -u && git stash drop && git clean -fdx && rm -rf src",
  },
];

for (const { report, line, moves = false } of losses) {
  Deno.test(`undo brings back what ${report} lost: ${line}`, async () => {
    await using world = await dirtyWorld();
    const [before, status, head] = [
      await world.hashes(),
      await world.status(),
      await world.head(),
    ];
    const events = await world.process(
      [prompt("Go back"), { type: "undo" }],
      [[bash(`${line} && git log --oneline > /dev/null`)], []],
    );
    const [undone] = filesEvents(events);
    assert(undone !== undefined, JSON.stringify(events));
    assertEquals([undone.failed, undone.foreign], [[], []]);
    assert(undone.restored.length > 0, "something was lost");
    assertEquals(await world.hashes(), before);
    assertEquals(await world.head() !== head, moves);
    if (!moves) return assertEquals(await world.status(), status);
    // What is said of git does what it says: HEAD comes back, no file changes.
    const advice = /there; (git .+) takes it back/.exec(undone.notes.join());
    await world.shell(advice?.[1] ?? "false");
    assertEquals(await world.hashes(), before);
    assertEquals(await world.head(), head);
  });
}

Deno.test("undo and redo after rm -rf src, in the process after the one that ran it", async () => {
  await using world = await dirtyWorld();
  const before = [await world.hashes(), await world.status()];
  await world.process([prompt("Remove src")], [[bash("rm -rf src")], []]);
  const after = [await world.hashes(), await world.status()];
  assert(after[0] !== before[0]);
  const [undone] = filesEvents(
    await world.process([{ type: "undo" }], [], ["--resume=Remove src"]),
  );
  assertEquals(undone?.restored.length, 2);
  assertEquals([await world.hashes(), await world.status()], before);
  await world.process([{ type: "redo" }], [], ["--resume=Remove src"]);
  assertEquals([await world.hashes(), await world.status()], after);
});

Deno.test("undo takes back ten edits of one prompt, and leaves those of the prompt before", async () => {
  await using world = await dirtyWorld();
  const write = (file: string, content: string): Call => ({
    name: "Write",
    input: { file_path: file, content },
  });
  const edit = (from: number): Call => ({
    name: "Edit",
    input: {
      file_path: "counter.txt",
      old_string: `count ${from}\n`,
      new_string: `count ${from + 1}\n`,
    },
  });
  await world.process([prompt("Begin")], [
    [write("counter.txt", "count 0\n")],
    [],
  ]);
  const before = [await world.hashes(), await world.status()];
  const events = await world.process(
    [prompt("Count"), { type: "undo" }],
    [
      [edit(0), edit(1), edit(2), edit(3)],
      [edit(4), edit(5), edit(6), write("new/deep/file.txt", "new\n")],
      [edit(7), bash("echo 8 >> src/a.ts; git add src/a.ts")],
      [],
    ],
    ["--resume=Begin"],
  );
  const ends = events.filter((event) => event.type === "tool_end");
  assertEquals(ends.filter(({ outcome }) => outcome.ok).length, 10);
  const [undone] = filesEvents(events);
  assertEquals(undone?.failed, []);
  assertEquals([await world.hashes(), await world.status()], before);
  assertStringIncludes(await world.shell("cat counter.txt"), "count 0");
  const more = await world.process([{ type: "undo" }, { type: "undo" }], [], [
    "--resume=Begin",
  ]);
  assertEquals(filesEvents(more).length, 1);
  assertEquals(await world.shell("ls counter.txt || true"), "");
});

Deno.test("undo in a fork brings back what was lost before the fork, and after its source is gone", async () => {
  await using world = await dirtyWorld();
  const before = [await world.hashes(), await world.status()];
  const first = crypto.randomUUID();
  await world.process([prompt("Remove src")], [[bash("rm -rf src")], []], [
    `--session-id=${first}`,
  ]);
  await world.process([], [], ["--resume=Remove src", "--fork-session"]);
  const { code } = await world.program("sessions", "rm", first);
  assertEquals(code, 0);
  const events = await world.process([{ type: "undo" }], [], [
    "--resume=Remove src",
  ]);
  assertEquals(filesEvents(events)[0]?.failed, []);
  assertEquals([await world.hashes(), await world.status()], before);
});

Deno.test("undo brings back what a command took that was under way when the program was killed", async () => {
  await using world = await dirtyWorld();
  const before = await world.hashes();
  // The command ends when it is told to: nothing is left running.
  const line = "git reset -q --hard && rm untracked.txt && touch ready && " +
    "for i in $(seq 600); do [ -e stop ] && break; sleep 0.1; done";
  await world.killed(bash(line), "ready", "Begin anew");
  assert(await world.hashes() !== before);
  await world.workspace.write("stop", "");
  const events = await world.process([{ type: "undo" }], [], [
    "--resume=Begin anew",
  ]);
  assertEquals(filesEvents(events)[0]?.failed, []);
  await world.shell("rm ready stop");
  assertEquals(await world.hashes(), before);
});
