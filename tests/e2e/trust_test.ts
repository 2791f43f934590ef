/** The question about a workspace's settings, on a real terminal. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { modelServer } from "../support/model_server.ts";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux, type TmuxSession } from "../support/tmux.ts";
import { baseEnvironment, entry } from "./program.ts";

const question = "Trust them from now on?";

Deno.test({
  name: "trust: a no is heeded, a yes remembered, a change asked about",
  ignore: !needs("tmux"),
  fn: async () => {
    const file = "work/.openclaude/settings.json";
    await using folder = await tempFolder({ [file]: '{"model": "beta"}' });
    const answers = Array.from({ length: 4 }, () => ({ text: "That is all." }));
    await using server = await modelServer(answers);
    const open = async () =>
      await openTmux({
        words: [
          ...[Deno.execPath(), "run", "-A", entry],
          `--base-url=${server.url}`,
        ],
        env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
        cwd: folder.at("work"),
      });
    /** Sends a prompt; resolves to the model that was asked. */
    const modelOf = async (repl: TmuxSession) => {
      await repl.shows("/help");
      await repl.keys("go", "Enter");
      await repl.shows("That is all.");
      return server.requests.at(-1)?.body.model;
    };

    {
      await using repl = await open();
      await repl.shows(question);
      const screen = await repl.screen();
      assertStringIncludes(screen, "use the model: beta");
      assertStringIncludes(screen, ".openclaude/settings.json");
      await repl.keys("n", "Enter");
      assertEquals(await modelOf(repl), "qwen2.5:latest");
    }
    {
      await using repl = await open();
      await repl.shows(question);
      await repl.keys("y", "Enter");
      assertEquals(await modelOf(repl), "beta");
    }
    {
      await using repl = await open();
      assertEquals(await modelOf(repl), "beta");
      assert(!(await repl.screen()).includes(question));
    }
    await folder.write(file, '{"model": "gamma"}');
    {
      await using repl = await open();
      await repl.shows(question);
      assertStringIncludes(await repl.screen(), "use the model: gamma");
      await repl.keys("y", "Enter");
      assertEquals(await modelOf(repl), "gamma");
    }
  },
});

Deno.test({
  name: "trust: a rule that an answer chose counts in the next session",
  ignore: !needs("tmux"),
  fn: async () => {
    await using folder = await tempFolder({ "work/a.txt": "" });
    const touch = (name: string) => ({
      calls: [{ name: "Bash", input: { command: `chmod 600 ${name}` } }],
    });
    await using server = await modelServer([
      touch("a.txt"),
      { text: "That was one." },
      touch("a.txt"),
      { text: "That was two." },
    ]);
    const open = async () =>
      await openTmux({
        words: [
          ...[Deno.execPath(), "run", "-A", entry],
          ...[`--base-url=${server.url}`, "--model=alpha", "--sandbox=off"],
        ],
        env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
        cwd: folder.at("work"),
      });
    {
      await using repl = await open();
      await repl.shows("/help");
      await repl.keys("go", "Enter");
      await repl.shows("don't ask again");
      // Keys that come at once with the question are no answer.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await repl.keys("2");
      await repl.shows("That was one.");
    }
    const stored = await folder.read("work/.openclaude/settings.local.json");
    assertStringIncludes(stored, "Bash(chmod ");
    {
      await using repl = await open();
      await repl.shows("/help");
      await repl.keys("go", "Enter");
      await repl.shows("That was two.");
      const screen = await repl.screen();
      assert(!screen.includes(question), screen);
      assert(!screen.includes("don't ask again"), screen);
    }
  },
});
