/**
 * The ways to start the program: from the bundle, from a URL, as an
 * executable. In each it plays a prompt whose call runs in the tool realm.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { importsOf } from "../checks/source_tree.ts";
import { builtBundle, builtExecutable } from "../support/built.ts";
import { serveFolder } from "../support/folder_server.ts";
import { modelServer } from "../support/model_server.ts";
import { needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

/** `--version` must not pay for what it does not use. */
const versionMost = 8_000;

/** Runs a prompt with one Read and checks that the file was read. */
async function checkRead(command: readonly string[]): Promise<void> {
  await using workspace = await tempFolder({ "a.txt": "the text\n" });
  await using server = await modelServer([
    { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
    { text: "Read it." },
  ]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, "--model=abc", "Hi"],
    { cwd: workspace.path, command },
  );
  assertEquals([code, stdout], [0, "Read it.\n"], stderr);
  assertStringIncludes(server.requests[1]?.text ?? "", "the text");
}

Deno.test("the bundle runs by itself, from a folder and from a URL", async () => {
  const { folder, names } = await builtBundle();
  assert(names.length > 1, "nothing is loaded late");
  await checkRead(denoRun(["-A", "--no-config"], `${folder}/main.js`));

  await using host = serveFolder(folder);
  await checkRead(denoRun(["-A"], `${host.url}/main.js`));
});

Deno.test("--version evaluates a few KB of the bundle", async () => {
  const { folder, names } = await builtBundle();
  const evaluated = new Set<string>();
  const load = async (name: string): Promise<void> => {
    if (evaluated.has(name)) return;
    evaluated.add(name);
    const text = await Deno.readTextFile(`${folder}/${name}`);
    for (const { specifier, lazy } of importsOf(text)) {
      if (!lazy) await load(specifier.replace("./", ""));
    }
  };
  // What main.js loads for each start, then the launcher, which answers.
  await load("main.js");
  const launcher = names.find((name) => name.startsWith("launcher-"));
  if (launcher !== undefined) await load(launcher);
  let size = 0;
  for (const name of evaluated) {
    size += (await Deno.stat(`${folder}/${name}`)).size;
  }
  assert(size <= versionMost, `${[...evaluated].join(", ")}: ${size} bytes`);
});

Deno.test({
  name: "the executable runs by itself",
  ignore: !needsCompiler(),
  async fn() {
    await checkRead([await builtExecutable()]);
  },
});
