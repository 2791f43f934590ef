import { assert, assertEquals } from "@std/assert";
import {
  modelServer,
  type Reply,
  type SeenRequest,
} from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const window = 8_192;
/** Files to read before the work is done. */
const files = 12;
/** Characters a token, on the strict side for text like this. */
const charsPerToken = 3;

function promptTokens(request: SeenRequest): number {
  return Math.ceil(request.text.length / charsPerToken);
}

/** Refuses what a server with this window would refuse. */
function enforce(request: SeenRequest): Reply | null {
  const prompt = promptTokens(request);
  const wanted = prompt + (request.body.max_tokens ?? 0);
  if (wanted <= window) return null;
  const message = `This model's maximum context length is ${window} tokens. ` +
    `However, you requested ${wanted} tokens (${prompt} in the messages, ` +
    `${request.body.max_tokens} in the completion).`;
  return { status: 400, json: { error: { message, code: null } } };
}

/** Reads twelve long files, one a turn, then mends a line in the last of them. */
function work(step: number): Reply {
  if (step < files) {
    return { calls: [{ name: "Read", input: { file_path: `f${step}.ts` } }] };
  }
  const edit = {
    file_path: `f${files - 1}.ts`,
    old_string: "const broken = 1;",
    new_string: "const mended = 1;",
  };
  return step === files
    ? { calls: [{ name: "Edit", input: edit }] }
    : { text: "Mended it." };
}

Deno.test("an edit task is completed in a window of 8,192 tokens that the server enforces", async () => {
  const line = (number: number) => `export const value${number} = ${number};\n`;
  const body = Array.from({ length: 400 }, (_, number) => line(number)).join(
    "",
  );
  const last = `f${files - 1}.ts`;
  await using workspace = await tempFolder({
    ...Object.fromEntries(
      Array.from({ length: files }, (_, at) => [`f${at}.ts`, body]),
    ),
    [last]: `const broken = 1;\n${body}`,
  });
  let step = 0;
  let refused = 0;
  await using server = await modelServer((request) => {
    const refusal = enforce(request);
    if (refusal !== null) {
      refused++;
      return refusal;
    }
    const newest = JSON.stringify(request.body.messages.at(-1));
    if (newest.includes("has to be shortened")) {
      return { text: "Goal: mend it. Next: Edit." };
    }
    const usage = {
      prompt_tokens: promptTokens(request),
      completion_tokens: 40,
    };
    return { ...work(step++), usage };
  });
  const run = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=test-model",
      `--context-window=${window}`,
      "--permission-mode=acceptEdits",
      "Mend the broken constant",
    ],
    { cwd: workspace.path },
  );
  assertEquals([run.code, run.stdout], [0, "Mended it.\n"], run.stderr);
  const mended = await Deno.readTextFile(workspace.at(last));
  assertEquals(mended, `const mended = 1;\n${body}`);
  const shortened = run.stderr.split("Context shortened").length - 1;
  assert(shortened >= 1, "it had to be compacted");
  assert(refused <= 1, `${refused} requests were too large`);
});
