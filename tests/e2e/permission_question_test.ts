import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer, type Reply } from "../support/model_server.ts";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux, type TmuxSession } from "../support/tmux.ts";
import { baseEnvironment, entry } from "./program.ts";

interface Played extends TmuxSession {
  /** The content of `a.txt` in the workspace. */
  read(): Promise<string>;
  /** The last request that the model got, as text. */
  lastRequest(): string;
}

const edit = { file_path: "a.txt", old_string: "one", new_string: "two" };
const replies: readonly Reply[] = [
  { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
  { calls: [{ name: "Edit", input: edit }] },
  { text: "That is all." },
];

/** Opens the REPL with a model that reads a file and edits it. */
async function play(use: (session: Played) => Promise<void>): Promise<void> {
  await using folder = await tempFolder({ "work/a.txt": "one\n" });
  await using server = await modelServer(replies);
  await using session = await openTmux({
    words: [
      ...[Deno.execPath(), "run", "-A", entry],
      ...["--model=alpha", `--base-url=${server.url}`],
    ],
    env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
    cwd: folder.at("work"),
  });
  await session.shows("/help");
  await use({
    ...session,
    read: () => folder.read("work/a.txt"),
    lastRequest: () => server.requests.at(-1)?.text ?? "",
  });
}

/** Waits for the question, and until its keys count. */
async function asked(repl: Played): Promise<void> {
  await repl.shows("3 No, and say why");
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

const ignore = !needs("tmux");

Deno.test({
  name: "permission question: Enter at yes lets the edit through",
  ignore,
  fn: () =>
    play(async (repl) => {
      await repl.keys("go", "Enter");
      await asked(repl);
      assertEquals(await repl.read(), "one\n");
      await repl.keys("Enter");
      await repl.shows("That is all.");
      assertEquals(await repl.read(), "two\n");
    }),
});

Deno.test({
  name: "permission question: the reason of a no reaches the model",
  ignore,
  fn: () =>
    play(async (repl) => {
      await repl.keys("go", "Enter");
      await asked(repl);
      await repl.keys("Up", "Enter");
      await repl.shows("What should it do instead?");
      await repl.keys("leave that file alone", "Enter");
      await repl.shows("That is all.");
      assertStringIncludes(repl.lastRequest(), "leave that file alone");
      assertEquals(await repl.read(), "one\n");
    }),
});

Deno.test({
  name: "Shift+Tab: in plan mode an edit is refused without a question",
  ignore,
  fn: () =>
    play(async (repl) => {
      await repl.keys("BTab", "BTab");
      await repl.keys("go", "Enter");
      await repl.shows("That is all.");
      assertStringIncludes(repl.lastRequest(), "mode plan");
      const screen = await repl.screen();
      assertStringIncludes(screen, "plan · ");
      assert(!screen.includes("Allow this?"), screen);
      assertEquals(await repl.read(), "one\n");
    }),
});
