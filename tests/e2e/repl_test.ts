import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { needs } from "../support/needs.ts";
import { survivors, uniqueSeconds } from "../support/processes.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux, type TmuxSession } from "../support/tmux.ts";
import { baseEnvironment, entry } from "./program.ts";

interface Played extends TmuxSession {
  /** Reads a file of the workspace. */
  read(name: string): Promise<string>;
  /** Sends SIGTERM to the program. */
  terminate(): Promise<void>;
}

/** Opens the REPL with a script of replies, and lets a test use it. */
async function play(
  script: readonly Record<string, unknown>[],
  use: (session: Played) => Promise<void>,
  flags: readonly string[] = [],
): Promise<void> {
  await using folder = await tempFolder({
    "work/a.txt": "one\n",
    "script.jsonl": script.map((reply) => JSON.stringify(reply)).join("\n"),
  });
  const model = `--model=scripted:${folder.at("script.jsonl")}`;
  const saveId = 'echo $$ > "$0"; exec "$@"';
  await using session = await openTmux({
    words: [
      ...["sh", "-c", saveId, folder.at("pid")],
      // Not quiet, as users start it: Deno's own progress display is on.
      ...[Deno.execPath(), "run", "-A", entry, model, ...flags],
    ],
    env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
    cwd: folder.at("work"),
  });
  await session.shows("/help");
  await use({
    ...session,
    read: (name) => folder.read(`work/${name}`),
    terminate: async () => Deno.kill(Number(await folder.read("pid"))),
  });
}

/** Answers a question once it could be read: a key that comes before is none. */
async function answer(repl: TmuxSession, key: string): Promise<void> {
  while (true) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await repl.keys(key);
    // Whether the key counted is shown within a frame, also on a slow machine.
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (!(await repl.screen()).includes("Allow this?")) return;
  }
}

const slowReply = {
  text: "A reply that never seems to end. ".repeat(40),
  chunkChars: 6,
  chunkMs: 100,
};

Deno.test({
  name:
    "REPL: Ctrl+C ends a streamed reply, the next prompt works, and twice leaves",
  ignore: !needs("tmux"),
  fn: () =>
    play([slowReply, { text: "The **second** answer." }], async (repl) => {
      await repl.keys("first", "Enter");
      await repl.shows("A reply that never");
      await repl.keys("C-c");
      const ms = await repl.shows("Interrupted");
      // 200 ms are promised; the rest is for tmux on a loaded machine.
      assert(ms < 1500, `${ms} ms`);
      await repl.keys("second", "Enter");
      await repl.shows("The second answer.");
      await repl.shows("2 turns");
      await repl.keys("C-c");
      await repl.shows("Ctrl+C again leaves");
      await repl.keys("C-c");
      await repl.shows("code 0");
      await repl.shows("restored");
      const screen = await repl.screen();
      assert(
        !screen.includes("Ctrl+C again"),
        "the live region is left behind",
      );
      assertEquals(screen.match(/> first/g)?.length, 1, screen);
    }),
});

Deno.test({
  name: "REPL: Escape ends a command with all its processes",
  ignore: !needs("tmux") || Deno.build.os !== "linux",
  fn() {
    const seconds = uniqueSeconds();
    const command = `echo begun; sleep ${seconds} & sleep ${seconds}`;
    return play(
      [
        { calls: [{ name: "Bash", input: { command } }] },
        { text: "Something else." },
      ],
      async (repl) => {
        await repl.keys("go", "Enter");
        await repl.shows("    begun");
        await repl.keys("Escape");
        await repl.shows("Interrupted");
        assertEquals(await survivors(seconds), []);
        await repl.keys("next", "Enter");
        await repl.shows("Something else.");
      },
      ["--permission-mode=bypassPermissions"],
    );
  },
});

Deno.test({
  name: "REPL: an edit is shown before it is asked for, and done after a yes",
  ignore: !needs("tmux"),
  fn: () =>
    play([
      { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
      {
        calls: [{
          name: "Edit",
          input: { file_path: "a.txt", old_string: "one", new_string: "two" },
        }],
      },
      { text: "Changed." },
    ], async (repl) => {
      await repl.keys("change it", "Enter");
      await repl.shows("Allow this?");
      const screen = await repl.screen();
      assertStringIncludes(screen, "- one");
      assertStringIncludes(screen, "+ two");
      assertEquals(await repl.read("a.txt"), "one\n");
      await answer(repl, "y");
      await repl.shows("Changed.");
      assertEquals(await repl.read("a.txt"), "two\n");
    }),
});

Deno.test({
  name: "REPL: what is typed while busy is queued and joins the conversation",
  ignore: !needs("tmux"),
  fn: () =>
    play(
      [
        { calls: [{ name: "Bash", input: { command: "sleep 2" } }] },
        { text: "Both are done." },
      ],
      async (repl) => {
        await repl.keys("one thing", "Enter");
        await repl.shows("Bash sleep 2");
        await repl.keys("and another", "Enter");
        await repl.shows("queued: and another");
        await repl.shows("> and another");
        await repl.shows("Both are done.");
      },
      ["--permission-mode=bypassPermissions"],
    ),
});

Deno.test({
  name: "REPL: the prompt stands below the conversation after a resize",
  ignore: !needs("tmux"),
  fn: () =>
    play([{ text: "An answer of some words." }], async (repl) => {
      await repl.keys("hello", "Enter");
      await repl.shows("1 turn");
      await repl.keys("draft");
      await repl.shows("> draft");
      await repl.resize(50, 20);
      await repl.keys(" more");
      await repl.shows("> draft more");
      const screen = await repl.screen();
      assertEquals(screen.match(/> draft/g)?.length, 1, screen);
      assertEquals(screen.match(/An answer/g)?.length, 1, screen);
    }),
});

Deno.test({
  name: "REPL: SIGTERM leaves with 143 and the terminal as it was",
  ignore: !needs("tmux"),
  fn: () =>
    play([slowReply], async (repl) => {
      await repl.keys("go", "Enter");
      await repl.shows("A reply that never");
      await repl.terminate();
      await repl.shows("code 143");
      // What had come of the reply is not wiped away.
      assertStringIncludes(await repl.screen(), "A reply that never");
      await repl.shows("restored");
    }),
});
