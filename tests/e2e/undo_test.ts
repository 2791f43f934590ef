import { assertEquals, assertStringIncludes } from "@std/assert";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux, type TmuxSession } from "../support/tmux.ts";
import { baseEnvironment, entry } from "./program.ts";

interface World extends AsyncDisposable {
  /** Reads a file of the workspace. */
  read(name: string): Promise<string>;
  /** Starts the program on a terminal; each start plays the whole script. */
  open(...flags: readonly string[]): Promise<TmuxSession>;
}

/** A workspace and a home that outlive each start of the program. */
async function world(
  script: readonly Record<string, unknown>[],
): Promise<World> {
  const folder = await tempFolder({
    "work/a.txt": "one\n",
    "script.jsonl": script.map((reply) => JSON.stringify(reply)).join("\n"),
  });
  const env = {
    ...await baseEnvironment(folder.path),
    TERM: "xterm-256color",
  };
  return {
    read: (name) => folder.read(`work/${name}`),
    open: (...flags) =>
      openTmux({
        words: [
          ...[Deno.execPath(), "run", "-A", entry],
          `--model=scripted:${folder.at("script.jsonl")}`,
          "--permission-mode=bypassPermissions",
          ...flags,
        ],
        env,
        cwd: folder.at("work"),
      }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const edits = [
  { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
  {
    calls: [{
      name: "Edit",
      input: { file_path: "a.txt", old_string: "one", new_string: "two" },
    }],
  },
  { text: "It says two." },
  { text: "Nothing else." },
];

/** Sends a line; what it does is shown by a text. */
async function say(repl: TmuxSession, line: string, shown: string) {
  await repl.keys(line, "Enter");
  await repl.shows(shown);
}

/** Resolves when the spinner is gone. */
async function idle(repl: TmuxSession): Promise<void> {
  while (/[⠀-⣿]/.test(await repl.screen())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name: "REPL: /undo and /redo take an edit back and forth",
  ignore: !needs("tmux"),
  fn: async () => {
    await using here = await world(edits);
    await using repl = await here.open();
    await repl.shows("/help");
    await say(repl, "/undo", "There is nothing to undo");
    await say(repl, "make it two", "It says two.");
    assertEquals(await here.read("a.txt"), "two\n");
    await say(repl, "/undo", "Undo: restored a.txt");
    assertEquals(await here.read("a.txt"), "one\n");
    await say(repl, "/redo", "Redo: restored a.txt");
    assertEquals(await here.read("a.txt"), "two\n");
    await say(repl, "/context", "reserve");
    await repl.keys("/exit", "Enter");
    await repl.shows("Resume: openclaude -r ");
    await repl.shows("restored");
  },
});

Deno.test({
  name: "REPL: Esc twice goes back to a prompt, which is in the input again",
  ignore: !needs("tmux"),
  fn: async () => {
    await using here = await world(edits);
    await using repl = await here.open();
    await repl.shows("/help");
    await say(repl, "make it two", "It says two.");
    await say(repl, "and then", "Nothing else.");
    await idle(repl);
    await repl.keys("Escape");
    await repl.shows("Esc again goes back");
    await repl.keys("Escape");
    await repl.shows("1 make it two  changed 1 file");
    await repl.shows("❯ 2 and then");
    await repl.keys("Up", "Enter");
    await repl.shows("What is to go back?");
    await repl.keys("1");
    await repl.shows("> make it two\nbypassPermissions");
    assertEquals(await here.read("a.txt"), "one\n");
    const screen = await repl.screen();
    assertStringIncludes(screen, "Rewind: restored a.txt");
    assertStringIncludes(screen, 'Went back to before "make it two"');
  },
});

Deno.test({
  name: "--resume lets one choose, shows the last exchange, and /export writes",
  ignore: !needs("tmux"),
  fn: async () => {
    await using here = await world([{ text: "A lemon." }]);
    for (const [prompt, name] of [["Which?", "fruit"], ["Who?", "person"]]) {
      await using repl = await here.open(`--name=${name}`);
      await repl.shows("/help");
      await say(repl, `${prompt}`, "A lemon.");
      await idle(repl);
      await say(repl, "/exit", "code 0");
    }
    await using repl = await here.open("--resume");
    await repl.shows("❯ person");
    await repl.keys("fru");
    await repl.shows("❯ fruit");
    await repl.keys("Enter");
    await repl.shows("/help");
    await repl.shows("> Which?");
    await repl.shows("A lemon.");
    await say(repl, "/rename citrus", 'name is now "citrus"');
    await say(repl, "/export", "Exported to citrus.md");
    assertStringIncludes(await here.read("citrus.md"), "A lemon.");
    await say(repl, "/export", "it is there already");
    await say(repl, "/fork", "Forked: work goes on in session");
    await say(repl, "/resume", "  person  just now");
    await repl.keys("Escape");
    await repl.shows("bypassPermissions · scripted");
    await say(repl, "/resume person", "Resumed session");
    await repl.shows("> Who?");
  },
});
