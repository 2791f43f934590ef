/**
 * The bench's model servers, in a process of their own so that their work is
 * not counted as ours: one for each thing that a model may do. Run as a
 * program it prints their URLs as one line of JSON and serves until its
 * standard input ends.
 */
import type { Reply, SeenRequest } from "../support/model_server.ts";
import { modelServer } from "../support/model_server.ts";

/** Turns of a long run, and of a short one, whose difference is the turns. */
export const longRun = 50;
export const shortRun = 5;
/** Chunks of a long answer. */
export const manyChunks = 5_000;

/** Different words, one a chunk: a model that repeats itself is stopped. */
const manyWords = Array.from(
  { length: manyChunks },
  (_, number) => `word${number * 7919 % manyChunks} `,
);

const done: Reply = { text: "Done." };

function once(name: string, input: Record<string, unknown>) {
  return (results: number): Reply =>
    results === 0 ? { calls: [{ name, input }], fragments: 4 } : done;
}

/** Reads another file at each turn: no loop, to the guard. */
function readings(turns: number) {
  return (results: number): Reply =>
    results >= turns ? done : {
      calls: [{ name: "Read", input: { file_path: `file_${results}.txt` } }],
      fragments: 4,
    };
}

/** What the model says after so many tool results. */
const scenarios = {
  answer: (): Reply => ({ text: "Hello there." }),
  turns: readings(longRun),
  few: readings(shortRun),
  chunks: (): Reply => ({ text: manyWords }),
  output: once("Bash", {
    command: "yes 0123456789abcdef | head -c 10485760",
  }),
  lines: once("Grep", { pattern: "needle", output_mode: "content" }),
  paths: once("Glob", { pattern: "**/*.txt" }),
};

/** The name of something that the model does. */
export type Scenario = keyof typeof scenarios;

/** Running bench servers. */
export interface BenchServers extends AsyncDisposable {
  /** The base URL under which a scenario is played. */
  url(scenario: Scenario): string;
  /** The bodies of all requests that a scenario got, in order. */
  bodies(scenario: Scenario): Promise<string[]>;
}

/** Starts the servers in a process of their own. */
export async function startBenchServers(): Promise<BenchServers> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL(import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "{}" } = await reader.read();
  const urls: Record<Scenario, string> = JSON.parse(value);
  return {
    url: (scenario) => urls[scenario],
    async bodies(scenario) {
      const response = await fetch(new URL("/bodies", urls[scenario]));
      return await response.json();
    },
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      await child.stdin.close();
      await child.status;
    },
  };
}

async function serve(): Promise<void> {
  const stack = new AsyncDisposableStack();
  const urls: Record<string, string> = {};
  for (const [name, play] of Object.entries(scenarios)) {
    const bodies: string[] = [];
    const answer = ({ text }: SeenRequest): Reply => {
      bodies.push(text);
      return play(text.split('"role":"tool"').length - 1);
    };
    const routes = { "GET /bodies": () => ({ json: bodies }) };
    const server = stack.use(await modelServer(answer, { routes }));
    urls[name] = server.url;
  }
  const line = new TextEncoder().encode(`${JSON.stringify(urls)}\n`);
  await Deno.stdout.write(line);
  for await (const _ of Deno.stdin.readable);
  await stack.disposeAsync();
}

if (import.meta.main) await serve();
