import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  modelServer,
  type Reply,
  type SeenRequest,
} from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const look: Reply = {
  calls: [{ name: "Read", input: { file_path: "a.txt" } }],
};

/** Settings in which the model of a server has a price. */
function priced(url: string, prices: object): string {
  const models = { "test-model": { prices } };
  return JSON.stringify({ endpoints: { lab: { baseUrl: url, models } } });
}

/** What the server told of each reply, summed up by the test itself. */
class Meter {
  requests = 0;
  input = 0;
  output = 0;
  cached = 0;
  reasoning = 0;

  /** The reply, with a usage that no other has. */
  tell(request: SeenRequest, reply: Reply): Reply {
    const input = Math.ceil(request.text.length / 3);
    const output = 10 + this.requests;
    const cached = Math.floor(input / 2);
    this.requests++;
    this.input += input;
    this.output += output;
    this.cached += cached;
    this.reasoning += 3;
    return {
      ...reply,
      usage: {
        prompt_tokens: input,
        completion_tokens: output,
        prompt_tokens_details: { cached_tokens: cached },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    };
  }
}

Deno.test("the usage of a run equals the server's to the token, with summaries, an empty reply and a failure", async () => {
  const line = "a line of a file that is read again and again\n";
  await using workspace = await tempFolder({ "a.txt": line.repeat(300) });
  const meter = new Meter();
  let step = 0;
  let summaries = 0;
  await using server = await modelServer((request) => {
    const newest = JSON.stringify(request.body.messages.at(-1));
    if (newest.includes("has to be shortened")) {
      summaries++;
      return meter.tell(request, { text: "Goal: read. Next: read on." });
    }
    step++;
    // Nobody pays for what was refused.
    if (step === 2) {
      return { status: 503, json: { error: { message: "busy" } } };
    }
    if (step === 4) return meter.tell(request, {});
    const input = { file_path: "a.txt", offset: step * 10 + 1 };
    // Results alone could be left out without asking the model.
    const text = Array.from({ length: 300 }, (_, at) => step * at).join(" ");
    const read = { text, calls: [{ name: "Read", input }] };
    return meter.tell(request, step > 14 ? { text: "Read it." } : read);
  });
  const run = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=test-model",
      "--context-window=8192",
      "Read it",
    ],
    { cwd: workspace.path, env: { XDG_STATE_HOME: workspace.at("state") } },
  );
  assertEquals([run.code, run.stdout], [0, "Read it.\n"], run.stderr);
  assert(summaries > 0, "it had to be compacted");
  // The session has it all, so that it is told later as well.
  const told = await runProgram(["usage", "--json"], {
    cwd: workspace.path,
    env: { XDG_STATE_HOME: workspace.at("state") },
  });
  const { total, rows } = JSON.parse(told.stdout);
  const { requests, input, output, cached, reasoning } = total;
  assertEquals({ requests, input, output, cached, reasoning }, { ...meter });
  assertEquals(
    [total.estimated, total.costUsd, rows[0].key, rows.length],
    [false, null, "test-model", 1],
  );
});

Deno.test("a reply that breaks off is counted by an estimate, marked so", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([
    { text: "one two three four", cutAfter: 600 },
    { text: "Done.", usage: { prompt_tokens: 900, completion_tokens: 5 } },
  ]);
  const run = await runProgram(
    [`--base-url=${server.url}`, "--model=test-model", "Say it"],
    { cwd: workspace.path },
  );
  assertEquals([run.code, server.requests.length], [0, 2], run.stderr);
  const [, input = ""] = /~([\d.]+k) in/.exec(run.stderr) ?? [];
  assert(Number.parseFloat(input) > 1.5, run.stderr);
});

Deno.test("--max-budget-usd ends a run with 55 and says what was spent", async () => {
  await using workspace = await tempFolder({ "a.txt": "text\n" });
  const usage = { prompt_tokens: 10_000, completion_tokens: 0 };
  await using server = await modelServer(() => ({ ...look, usage }));
  const run = await runProgram(
    [
      "--settings",
      priced(server.url, { input: 1, output: 1 }),
      "--model=lab/test-model",
      "--max-budget-usd=0.025",
      "Read on",
    ],
    { cwd: workspace.path },
  );
  assertEquals([run.code, run.stdout], [55, ""], run.stderr);
  assertEquals(server.requests.length, 3);
  assertStringIncludes(
    run.stderr,
    "Stopped: the limit of $0.0250 (--max-budget-usd) is reached: " +
      "$0.0300 spent",
  );
});

Deno.test("--max-budget-usd refuses a model of unknown price with 2, and asks it nothing", async () => {
  await using workspace = await tempFolder();
  await using server = await modelServer([]);
  const run = await runProgram(
    [
      `--base-url=${server.url}`,
      "--model=test-model",
      "--max-budget-usd=1",
      "Say it",
    ],
    { cwd: workspace.path },
  );
  assertEquals([run.code, server.requests.length], [2, 0], run.stderr);
  assertStringIncludes(run.stderr, 'the price of "test-model" is unknown');
  const bad = await runProgram(["--max-budget-usd=0", "x"], {
    cwd: workspace.path,
  });
  assertEquals(bad.code, 2);
  assertStringIncludes(bad.stderr, "a number of US dollars above 0");
});

Deno.test("the status line counts cached tokens at their price, and shows no amount without one", async () => {
  await using workspace = await tempFolder();
  const usage = {
    prompt_tokens: 10_000,
    completion_tokens: 100,
    prompt_tokens_details: { cached_tokens: 8_000 },
  };
  await using server = await modelServer(() => ({ text: "Hi.", usage }));
  const settings = priced(server.url, { input: 2, output: 10, cached: 0.5 });
  const run = (...args: string[]) =>
    runProgram([...args, "Say it"], { cwd: workspace.path });
  const known = await run("--settings", settings, "--model=lab/test-model");
  assertStringIncludes(known.stderr, "10k in, 100 out · $0.0090 · ");
  const unknown = await run(`--base-url=${server.url}`, "--model=test-model");
  assertEquals([unknown.code, unknown.stderr.includes("$")], [0, false]);
});
