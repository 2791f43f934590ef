/** What can be changed while the executable runs: its mode, and no grant. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { builtExecutable } from "../support/built.ts";
import { modelServer, type Reply } from "../support/model_server.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { openTmux } from "../support/tmux.ts";
import { exists, write } from "./executable.ts";
import { baseEnvironment, denoRun, runProgram } from "./program.ts";

const hasTmux = needs("tmux");
const ignore = !needsCompiler() || !hasTmux;

const threeWrites: readonly Reply[] = ["1.txt", "2.txt", "3.txt"].flatMap(
  (name) => [{ calls: [write(name)] }, { text: `Said of ${name}.` }],
);

Deno.test({
  name: "the executable writes in acceptEdits, not in plan mode, and again",
  ignore,
  async fn() {
    await using folder = await tempFolder({ "work/a.txt": "" });
    await using server = await modelServer(threeWrites);
    await using repl = await openTmux({
      words: [
        await builtExecutable(),
        "--model=abc",
        `--base-url=${server.url}`,
      ],
      env: { ...await baseEnvironment(folder.path), TERM: "xterm-256color" },
      cwd: folder.at("work"),
    });
    await repl.shows("/help");
    for (
      const [mode, name] of [
        ["acceptEdits", "1.txt"],
        ["plan", "2.txt"],
        ["acceptEdits", "3.txt"],
      ]
    ) {
      await repl.keys(`/mode ${mode}`, "Enter");
      await repl.keys(`write ${name}`, "Enter");
      await repl.shows(`Said of ${name}.`);
    }
    assertStringIncludes(server.requests.at(-1)?.text ?? "", "mode plan");
    assertEquals(await folder.read("work/1.txt"), "new\n");
    assertEquals(await folder.read("work/3.txt"), "new\n");
    assert(!await exists(folder.at("work/2.txt")));
  },
});

Deno.test("startAgent() lets plan mode write nothing though every rule is off", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer(threeWrites);
  const lying = new URL("../support/lying_main.ts", import.meta.url).pathname;
  const { code, stderr } = await runProgram([
    `--base-url=${server.url}`,
    "--model=abc",
    "--allow-run=bash,sh",
    "Go",
  ], { cwd: workspace.path, command: denoRun(["-A"], lying) });
  assertEquals(code, 0, stderr);
  const told = server.requests.at(-1)?.text ?? "";
  assertEquals(await workspace.read("1.txt"), "new\n", told);
  assert(!await exists(workspace.at("2.txt")), told);
  assertStringIncludes(told, "Deno's permissions");
  assertEquals(await workspace.read("3.txt"), "new\n", told);
});

const ways = [
  {
    name: "the executable",
    ignore,
    command: async (host: string) => [
      await builtExecutable(),
      `--allow-net=${host}`,
    ],
  },
  {
    name: "deno run",
    ignore: !hasTmux,
    command: (host: string) =>
      Promise.resolve(denoRun([
        `--allow-net=${host}`,
        "--allow-read",
        "--allow-write",
        "--allow-env",
      ])),
  },
];

for (const { name, ignore, command } of ways) {
  Deno.test({
    name: `/model to a host that is not granted names the flag: ${name}`,
    ignore,
    async fn() {
      await using folder = await tempFolder({ "work/a.txt": "" });
      await using here = await modelServer([{ text: "From here." }]);
      await using there = await modelServer([{ text: "From there." }]);
      const settings = {
        endpoints: {
          here: { baseUrl: here.url },
          there: { baseUrl: there.url },
        },
      };
      await folder.write(
        "home/.openclaude/settings.json",
        JSON.stringify(settings),
      );
      await using repl = await openTmux({
        words: [
          ...await command(new URL(here.url).host),
          "--model=here/abc",
        ],
        env: {
          ...await baseEnvironment(folder.at("home")),
          TERM: "xterm-256color",
        },
        cwd: folder.at("work"),
      });
      await repl.shows("/help");
      await repl.keys("one", "Enter");
      await repl.shows("From here.");
      await repl.keys("/model there/abc", "Enter");
      await repl.keys("two", "Enter");
      await repl.shows(`--allow-net=${new URL(there.url).host}`);
      assertEquals(there.requests.length, 0);
    },
  });
}
