/** What the executable may do, by its own permission words: ring 1 and 2. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../.ci/bundle.ts";
import { compile } from "../../.ci/compile.ts";
import { landlockReason } from "../../lib/platform/sandbox_landlock.ts";
import { modelServer } from "../support/model_server.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { type Finished, runProgram } from "./program.ts";

const ignore = !needsCompiler();
const noLandlock = landlockReason() !== undefined;

/** One build for all tests of this file; it goes when the process ends. */
let built: Promise<string> | undefined;

function executable(): Promise<string> {
  built ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "openclaude-executable-" });
    addEventListener(
      "unload",
      () => Deno.removeSync(folder, { recursive: true }),
    );
    await bundle(`${folder}/bundle`);
    await compile(`${folder}/bundle/main.js`, `${folder}/openclaude`);
    return `${folder}/openclaude`;
  })();
  return built;
}

interface Played extends Finished {
  /** What the model was told of its calls. */
  readonly told: string;
}

interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** Plays calls, one a turn, in a folder, under the given words. */
async function play(
  workspace: TempFolder,
  words: readonly string[],
  calls: readonly Call[],
  { before = [], env = {} }: {
    readonly before?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Played> {
  await using server = await modelServer([
    ...calls.map((call) => ({ calls: [call] })),
    { text: "Done." },
  ]);
  const finished = await runProgram([
    `--base-url=${server.url}`,
    "--model=abc",
    "--permission-mode=bypassPermissions",
    ...words,
    "Hi",
  ], {
    cwd: workspace.path,
    command: [...before, await executable()],
    env,
  });
  return { ...finished, told: server.requests.at(-1)?.text ?? "" };
}

function write(file: string): Call {
  return { name: "Write", input: { file_path: file, content: "new\n" } };
}

function read(file: string): Call {
  return { name: "Read", input: { file_path: file } };
}

function bash(command: string): Call {
  return { name: "Bash", input: { command } };
}

/** Shells, and no bubblewrap to put them in. */
const withoutBwrap = "--allow-run=bash,sh";

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch {
    return false;
  }
}

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
    const command = [await executable()];
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
    ], { cwd: workspace.path, command: [await executable()] });
    assert(code !== 0, stderr);
    assertEquals(server.requests.length, 0);
    assertStringIncludes(stderr, "--allow-net");
  },
});
