/**
 * The ways to start the program: from the bundle, from a URL, as an
 * executable. In each it plays a prompt whose call runs in the tool realm.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../.ci/bundle.ts";
import { compile } from "../../.ci/compile.ts";
import { modelServer } from "../support/model_server.ts";
import { importsOf } from "../checks/source_tree.ts";
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

/** Serves a folder, as a host of releases would. */
function serveFolder(folder: string) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      try {
        return new Response(await Deno.readFile(`${folder}/${name}`), {
          headers: { "content-type": "text/javascript" },
        });
      } catch {
        return new Response("not found", { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("the bundle runs by itself, from a folder and from a URL", async () => {
  await using folder = await tempFolder();
  const names = await bundle(folder.at("bundle"));
  assert(names.length > 1, "nothing is loaded late");
  const main = folder.at("bundle/main.js");
  await checkRead(denoRun(["-A", "--no-config"], main));

  await using host = serveFolder(folder.at("bundle"));
  await checkRead(denoRun(["-A"], `${host.url}/main.js`));
});

Deno.test("--version evaluates a few KB of the bundle", async () => {
  await using folder = await tempFolder();
  const names = await bundle(folder.at("bundle"));
  const evaluated = new Set<string>();
  const load = async (name: string): Promise<void> => {
    if (evaluated.has(name)) return;
    evaluated.add(name);
    const text = await folder.read(`bundle/${name}`);
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
    size += (await Deno.stat(folder.at(`bundle/${name}`))).size;
  }
  assert(size <= versionMost, `${[...evaluated].join(", ")}: ${size} bytes`);
});

Deno.test({
  name: "the executable runs by itself",
  ignore: !needsCompiler(),
  async fn() {
    await using folder = await tempFolder();
    await bundle(folder.at("bundle"));
    const executable = folder.at("openclaude");
    await compile(folder.at("bundle/main.js"), executable);
    await checkRead([executable]);
  },
});
