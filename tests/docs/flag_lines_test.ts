/**
 * README's command lines for the three ways to use the program, as they stand
 * there: only the address of the model's server, of the program and the folder
 * of the checkout take the place of what the page writes for them.
 */
import { assert, assertEquals } from "@std/assert";
import { readTree, root } from "../checks/source_tree.ts";
import { runProgram } from "../e2e/program.ts";
import { builtBundle, builtExecutable } from "../support/built.ts";
import { serveFolder } from "../support/folder_server.ts";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { needsCompiler } from "../support/needs.ts";
import { blocksOf, commandsOf, wordsOf } from "../support/pages.ts";
import { tempFolder } from "../support/temp.ts";

const readme = (await readTree()).get("README.md") ?? "";

/** Command lines of README that hold this. */
function linesWith(part: string): string[] {
  return blocksOf(readme).flatMap(commandsOf)
    .filter((line) => line.includes(part));
}

/** What came of a documented line. */
interface Tried {
  readonly tools: string;
  readonly code: number;
  /** Whether the file that the model wrote is there. */
  readonly wrote: boolean;
}

function offeredBy({ body }: SeenRequest): string[] {
  const tools: { function: { name: string } }[] = body.tools;
  return tools.map((tool) => tool.function.name);
}

/**
 * Runs a documented line in an empty folder, with a model that looks around
 * and writes a file where it may.
 */
async function tryLine(
  line: string,
  places: Readonly<Record<string, string>>,
): Promise<Tried> {
  await using project = await tempFolder();
  const look = { name: "Glob", input: { pattern: "*" } };
  const write = {
    name: "Write",
    input: { file_path: "notes.md", content: "one\n" },
  };
  await using server = await modelServer((request, index) => {
    if (index > 0) return { text: "Done." };
    const canWrite = offeredBy(request).includes("Write");
    return { calls: canWrite ? [look, write] : [look] };
  });
  const { host } = new URL(server.url);
  const words = wordsOf(line).map((word) => {
    let settled = word.replaceAll("localhost:11434", host);
    for (const [written, real] of Object.entries(places)) {
      settled = settled.replaceAll(written, real);
    }
    return settled;
  });
  const [program = "", ...args] = words;
  const { code, stdout, stderr } = await runProgram(
    [...args, `--base-url=${server.url}`, "--model=abc"],
    {
      cwd: project.path,
      command: [program === "deno" ? Deno.execPath() : program],
    },
  );
  assertEquals(stdout, "Done.\n", stderr);
  assert(!/warning/i.test(stderr), stderr);
  const [request] = server.requests;
  assert(request !== undefined);
  const left = await Array.fromAsync(Deno.readDir(project.path));
  return {
    tools: offeredBy(request).join(),
    code,
    wrote: left.some(({ name }) => name === "notes.md"),
  };
}

/**
 * What each way's three lines must do. Nobody can be asked here, so the line
 * that asks before each edit ends with code 3 and no file.
 */
const promised: readonly Tried[] = [
  { tools: "Glob,Grep,Read", code: 0, wrote: false },
  { tools: "Edit,Glob,Grep,Read,Write", code: 0, wrote: true },
  { tools: "Bash,Edit,Glob,Grep,Read,Write", code: 3, wrote: false },
];

async function checkLines(
  lines: readonly string[],
  places: Readonly<Record<string, string>>,
): Promise<void> {
  const tried: Tried[] = [];
  for (const line of lines) tried.push(await tryLine(line, places));
  assertEquals(tried, promised);
}

Deno.test("README's lines for a checkout do what they say", async () => {
  await checkLines(linesWith("$OPENCLAUDE/main.ts"), {
    "$OPENCLAUDE": root.pathname.slice(0, -1),
  });
});

Deno.test("README's lines for a URL do what they say", async () => {
  await using host = serveFolder((await builtBundle()).folder);
  await checkLines(linesWith("https://example.com/openclaude/main.js"), {
    "https://example.com/openclaude": host.url,
  });
});

Deno.test({
  name: "README's lines for the executable do what they say",
  ignore: !needsCompiler(),
  async fn() {
    await checkLines(linesWith("dist/openclaude "), {
      "dist/openclaude": await builtExecutable(),
    });
  },
});
