/** What the executable may do, by its own permission words: ring 1 and 2. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { landlockReason } from "../../lib/platform/sandbox_landlock.ts";
import { builtExecutable } from "../support/built.ts";
import { modelServer } from "../support/model_server.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { bash, exists, play, read, withoutBwrap, write } from "./executable.ts";
import { runProgram } from "./program.ts";

const ignore = !needsCompiler();
const noLandlock = landlockReason() !== undefined;

Deno.test({
  name: "the executable writes where --allow-write says and nowhere else",
  ignore,
  async fn() {
    await using workspace = await tempFolder({ "src/a.ts": "a\n" });
    await Deno.symlink("..", workspace.at("src/up"));
    const { code, told, stderr } = await play(workspace, [
      "--allow-write=src",
    ], [
      write("src/new.ts"),
      write("out.ts"),
      write("src/../out.ts"),
      write("src/up/out.ts"),
    ]);
    assertEquals(await workspace.read("src/new.ts"), "new\n", stderr);
    assert(!await exists(workspace.at("out.ts")));
    assertStringIncludes(told, "--allow-write=");
    assert(code === 0 || code === 3, stderr);
  },
});

Deno.test({
  name: "the executable keeps deny lists against every name of a path",
  ignore: ignore || !needs("bwrap"),
  async fn() {
    await using workspace = await tempFolder({
      ".env": "KEY=topsecret\n",
      "kept/a.txt": "old\n",
      "b.txt": "topsecret is not here\n",
    });
    await Deno.symlink(".env", workspace.at("link"));
    await Deno.symlink("kept", workspace.at("folder"));
    const { told, stderr } = await play(workspace, [
      "--deny-read=.env",
      "--deny-write=kept",
    ], [
      read(".env"),
      read("link"),
      read("kept/../.env"),
      { name: "Grep", input: { pattern: "KEY=top", output_mode: "content" } },
      write("kept/new.txt"),
      write("folder/new.txt"),
      bash("cat .env; echo x > kept/new.txt; echo ran"),
    ]);
    assertStringIncludes(told, "ran");
    assert(!told.includes("KEY=topsecret"), stderr);
    assertStringIncludes(told, "--deny-read");
    assertStringIncludes(told, "--deny-write");
    assert(!await exists(workspace.at("kept/new.txt")));
  },
});

Deno.test({
  name: "the executable refuses a denial that nothing would keep",
  ignore,
  async fn() {
    await using workspace = await tempFolder();
    const command = [await builtExecutable()];
    for (
      const words of [
        ["--deny-run=curl"],
        ["-N", "--deny-net=example.com"],
        ["-E", "--deny-env=KEY"],
        [withoutBwrap, "--deny-read=.env"],
        ["--sandbox=off", "--deny-write=x"],
        ["-N=https://example.com"],
        ["--allow-ffi"],
      ]
    ) {
      const { code, stderr } = await runProgram([...words, "Hi"], {
        cwd: workspace.path,
        command,
      });
      assertEquals(code, 2, `${words}: ${stderr}`);
      assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    }
  },
});

Deno.test({
  name: "the executable confines realm and commands by Landlock",
  ignore: ignore || noLandlock,
  async fn() {
    await using workspace = await tempFolder({ "a.txt": "a\n" });
    await using outside = await tempFolder({ "kept": "kept\n" });
    // Outside of the temporary folder, which commands may change.
    const env = { TMPDIR: workspace.at("tmp") };
    await Deno.mkdir(workspace.at("tmp"));
    await Deno.symlink(outside.path, workspace.at("link"));
    const { told, stderr } = await play(workspace, [withoutBwrap], [
      write("b.txt"),
      bash(
        "echo in > made; echo x > link/kept; " +
          `echo x > ${outside.at("new")}; ` +
          "(exec 3<>/dev/tcp/127.0.0.1/9) 2>&1; echo end",
      ),
    ], { env });
    assertStringIncludes(told, "end", stderr);
    assertEquals(await workspace.read("b.txt"), "new\n");
    assertEquals(await workspace.read("made"), "in\n", told);
    assertEquals(await outside.read("kept"), "kept\n");
    assert(!await exists(outside.at("new")));
    assertStringIncludes(told, "Operation not permitted");
  },
});

Deno.test({
  name: "the executable with --no-exec starts no process at all",
  ignore: ignore || !needs("strace"),
  async fn() {
    await using workspace = await tempFolder({ "a.txt": "a\n" });
    const log = workspace.at("trace");
    const { told, stderr } = await play(workspace, ["--no-exec"], [
      write("b.txt"),
      bash("echo hello"),
    ], {
      before: ["strace", "-f", "-qq", "-e", "trace=execve", "-o", log],
    });
    assertEquals(await workspace.read("b.txt"), "new\n", stderr);
    const calls = (await workspace.read("trace")).match(/execve\(/g);
    assertEquals(calls?.length, 1, await workspace.read("trace"));
    assert(!told.includes('"hello'));
  },
});

Deno.test({
  name: "the executable with --local-only reaches no other host",
  ignore: ignore || noLandlock,
  async fn() {
    await using workspace = await tempFolder();
    await using other = await modelServer([{ text: "never" }]);
    const { told } = await play(workspace, [
      "--local-only",
      "-N",
      withoutBwrap,
    ], [
      bash(`(exec 3<>/dev/tcp/127.0.0.1/${new URL(other.url).port}) 2>&1`),
    ]);
    assertEquals(other.requests.length, 0);
    assertStringIncludes(told, "Operation not permitted");
  },
});

Deno.test({
  name: "the executable says by which flag another host is granted",
  ignore,
  async fn() {
    await using workspace = await tempFolder();
    await using server = await modelServer([{ text: "never" }]);
    const { code, stderr } = await runProgram([
      `--base-url=${server.url}`,
      "--model=abc",
      "--allow-net=api.example.com",
      "Hi",
    ], { cwd: workspace.path, command: [await builtExecutable()] });
    assert(code !== 0, stderr);
    assertEquals(server.requests.length, 0);
    assertStringIncludes(stderr, "--allow-net");
  },
});
