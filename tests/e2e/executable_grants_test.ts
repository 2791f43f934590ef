/** What folders and denials of flags and settings mean to tools and commands. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { landlockReason } from "../../lib/platform/sandbox_landlock.ts";
import { needsCompiler } from "../support/needs.ts";
import { needsBwrap } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";
import { bash, exists, play, read, withoutBwrap, write } from "./executable.ts";
import { denoRun } from "./program.ts";

const ignore = !needsCompiler();
const hasBwrap = await needsBwrap();

/** What keeps commands, by the words that choose it. */
const rings: readonly {
  readonly name: string;
  readonly words: readonly string[];
  readonly ignore: boolean;
}[] = [
  { name: "bwrap", words: [], ignore: ignore || !hasBwrap },
  {
    name: "Landlock",
    words: [withoutBwrap],
    ignore: ignore || landlockReason() !== undefined,
  },
];

/** Not in `/tmp`, which commands have to themselves. */
async function folderWith(files: Readonly<Record<string, string>> = {}) {
  return await tempFolder(files, { dir: "/var/tmp" });
}

for (const { name, words, ignore } of rings) {
  Deno.test({
    name: `commands of the executable write where --allow-write says: ${name}`,
    ignore,
    async fn() {
      await using workspace = await folderWith({
        "src/a.ts": "a\n",
        "lib/a.ts": "a\n",
      });
      await using outside = await folderWith();
      await Deno.symlink(outside.path, workspace.at("link"));
      const { told, stderr } = await play(
        workspace,
        [...words, "--allow-write=src,link"],
        [
          bash("echo x > src/new; echo x > top; echo x > lib/new; echo ran"),
          bash("echo x > link/new; mkdir made; echo ran twice"),
        ],
      );
      assertStringIncludes(told, "ran twice", stderr);
      assertEquals(await workspace.read("src/new"), "x\n", told);
      for (const file of ["top", "lib/new", "made"]) {
        assert(!await exists(workspace.at(file)), file);
      }
      assert(!await exists(outside.at("new")), told);
    },
  });

  Deno.test({
    name: `tools and commands of the executable use added folders: ${name}`,
    ignore,
    async fn() {
      await using workspace = await folderWith();
      await using flag = await folderWith({ "a.txt": "of the flag\n" });
      await using named = await folderWith({ "a.txt": "of the settings\n" });
      await using written = await folderWith();
      await using other = await folderWith();
      const settings = {
        permissions: { additionalDirectories: [named.path] },
        sandbox: { allowWrite: [written.path] },
      };
      const { told, stderr } = await play(workspace, [
        ...words,
        `--add-dir=${flag.path}`,
        `--settings=${JSON.stringify(settings)}`,
      ], [
        read(flag.at("a.txt")),
        read(named.at("a.txt")),
        write(flag.at("tool")),
        write(named.at("tool")),
        write(other.at("tool")),
        bash(
          [flag, named, written, other]
            .map(({ path }) => `echo x > ${path}/made`).join("; ") +
            "; echo ran",
        ),
      ]);
      assertStringIncludes(told, "ran", stderr);
      assertStringIncludes(told, "of the flag");
      assertStringIncludes(told, "of the settings");
      for (const folder of [flag, named]) {
        assertEquals(await folder.read("tool"), "new\n", told);
        assertEquals(await folder.read("made"), "x\n", told);
      }
      assertEquals(await written.read("made"), "x\n", told);
      assert(
        !await exists(other.at("tool")) && !await exists(other.at("made")),
      );
    },
  });

  Deno.test({
    name: `commands of the executable change none of its own files: ${name}`,
    ignore,
    async fn() {
      await using workspace = await folderWith();
      await using home = await folderWith({
        ".openclaude/settings.json": "{}",
        ".local/state/openclaude/trust.json": "{}",
      });
      const { told, stderr } = await play(workspace, words, [
        bash(
          "echo x > ~/.openclaude/settings.json; " +
            "echo x > ~/.local/state/openclaude/trust.json; echo ran",
        ),
        write(home.at(".local/state/openclaude/trust.json")),
      ], { env: { HOME: home.path } });
      assertStringIncludes(told, "ran", stderr);
      assertEquals(await home.read(".openclaude/settings.json"), "{}");
      const trust = await home.read(".local/state/openclaude/trust.json");
      assertEquals(trust, "{}");
    },
  });
}

const denials = {
  sandbox: { denyRead: ["hidden"], denyWrite: ["kept"] },
};
const denied = [
  read("hidden/a.txt"),
  read("link"),
  { name: "Grep", input: { pattern: "tops", output_mode: "content" } },
  write("kept/tool"),
  write("tool"),
  bash("cat hidden/a.txt link; echo x > kept/command; echo x > made; echo ran"),
];
const ways: readonly {
  readonly name: string;
  readonly ignore: boolean;
  readonly command?: () => readonly string[];
}[] = [
  { name: "the executable", ignore: ignore || !hasBwrap },
  { name: "deno run", ignore: !hasBwrap, command: () => denoRun() },
];

for (const { name, ignore, command } of ways) {
  Deno.test({
    name: `tools and commands keep the settings' denials: ${name}`,
    ignore,
    async fn() {
      await using workspace = await folderWith({
        "hidden/a.txt": "topsecret\n",
        "kept/a.txt": "",
      });
      await Deno.symlink("hidden/a.txt", workspace.at("link"));
      const { told, stderr } = await play(
        workspace,
        [`--settings=${JSON.stringify(denials)}`],
        denied,
        command === undefined ? {} : { command },
      );
      assertStringIncludes(told, "ran", stderr);
      assert(!told.includes("topsecret"), told);
      assertStringIncludes(told, "denied by --deny-read or by the settings");
      assertEquals(await workspace.read("tool"), "new\n", told);
      assertEquals(await workspace.read("made"), "x\n", told);
      assert(!await exists(workspace.at("kept/tool")), told);
      assert(!await exists(workspace.at("kept/command")), told);
    },
  });
}

Deno.test({
  name: "the executable refuses settings' denials that nothing would keep",
  ignore,
  async fn() {
    await using workspace = await folderWith({ "hidden/a.txt": "" });
    const settings = `--settings=${JSON.stringify(denials)}`;
    for (const words of [[withoutBwrap], ["--sandbox=off"]]) {
      const { code, stderr } = await play(
        workspace,
        [settings, ...words],
        [],
      );
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "sandbox.denyRead");
      assertStringIncludes(stderr, "sandbox.denyWrite");
    }
    const { code } = await play(workspace, [settings, "--no-exec"], []);
    assertEquals(code, 0);
  },
});
