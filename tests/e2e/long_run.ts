/**
 * A long task at a small window that the server enforces, over three
 * processes: two prompts say what must not be forgotten, the third reads and
 * writes on and on. The model's summaries are worthless, so that what is kept
 * is what the program keeps. Run by itself it takes 200 turns and prints its
 * figures: `deno run -A tests/e2e/long_run.ts [TURNS]`.
 */
import { assertEquals } from "@std/assert";
import {
  modelServer,
  type Reply,
  type SeenRequest,
} from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const window = 16_384;
/** Characters a token, on the strict side for text like this. */
const charsPerToken = 3;

const facts = [
  "The staging host is heron-42.example; deploy nowhere else.",
  "Never touch anything in legacy/, it is signed.",
  "Prices are in cents, and tax is rounded up: ticket LEMON-77.",
];
/** Files that are changed before anything else. */
const earlyFiles = ["src/early_one.ts", "src/early_two.ts"];

/** What a long run came to. */
export interface LongRun {
  readonly turns: number;
  /** Compactions by how they were made. */
  readonly compactions: Readonly<Record<string, number>>;
  /** Milliseconds spent compacting, the server's answers included. */
  readonly compactingMs: number;
  readonly totalMs: number;
  /** Tokens of the largest request, reply included, as the server counts. */
  readonly largest: number;
  /** Requests that the server refused as too large. */
  readonly refused: number;
  /** What a request did not hold any more, with the request's number. */
  readonly forgotten: readonly string[];
  readonly window: number;
}

function promptTokens(request: SeenRequest): number {
  return Math.ceil(request.text.length / charsPerToken);
}

/** Refuses what a server with this window would refuse, in its words. */
function enforce(request: SeenRequest): Reply | null {
  const prompt = promptTokens(request);
  const reply = request.body.max_tokens ?? 0;
  if (prompt + reply <= window) return null;
  const message = `This model's maximum context length is ${window} tokens. ` +
    `However, you requested ${prompt + reply} tokens (${prompt} in the ` +
    `messages, ${reply} in the completion).`;
  return { status: 400, json: { error: { message, code: null } } };
}

/** Another step each time: mostly reads, each tenth a file is written. */
function step(number: number): Reply {
  if (number % 10 === 9) {
    const file_path = `out/part_${number}.ts`;
    const content = `export const part = ${number};\n`;
    return { calls: [{ name: "Write", input: { file_path, content } }] };
  }
  const input = { file_path: `notes/note_${number}.md` };
  return { text: `Step ${number}.`, calls: [{ name: "Read", input }] };
}

function early(file: string): Reply {
  const input = { file_path: file, content: "export const early = true;\n" };
  return { calls: [{ name: "Write", input }] };
}

function notes(turns: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let number = 0; number < turns; number++) {
    files[`notes/note_${number}.md`] = Array.from(
      { length: 45 },
      (_, line) =>
        `- note ${number}, point ${line}: ${number * 7 + line} units`,
    ).join("\n");
  }
  return files;
}

/** Plays the whole; throws when a process fails. */
export async function longRun(turns: number): Promise<LongRun> {
  await using workspace = await tempFolder(notes(turns));
  await using home = await tempFolder();
  const queue: Reply[] = [
    early(earlyFiles[0] ?? ""),
    { text: "Noted." },
    early(earlyFiles[1] ?? ""),
    { text: "Noted as well." },
    ...Array.from({ length: turns }, (_, number) => step(number)),
    { text: "All is done." },
  ];
  let [largest, refused] = [0, 0];
  const forgotten: string[] = [];
  await using server = await modelServer((request, index) => {
    const refusal = enforce(request);
    if (refusal !== null) {
      refused++;
      return refusal;
    }
    const newest = JSON.stringify(request.body.messages.at(-1));
    const isSummary = newest.includes("has to be shortened");
    const size = promptTokens(request) + (request.body.max_tokens ?? 0);
    largest = Math.max(largest, size);
    if (isSummary) return { text: "Goal: go on with the notes." };
    if (index > 3) {
      for (const needle of [...facts, ...earlyFiles]) {
        if (!request.text.includes(needle)) {
          forgotten.push(`${index}: ${needle}`);
        }
      }
    }
    const usage = {
      prompt_tokens: promptTokens(request),
      completion_tokens: 40,
    };
    return { ...(queue.shift() ?? { text: "Too many." }), usage };
  });
  const started = performance.now();
  const prompts = [
    `Begin with ${earlyFiles[0]}. ${facts[0]} ${facts[1]}`,
    `Now ${earlyFiles[1]}. ${facts[2]}`,
    "Read every note and write the parts.",
  ];
  const id = crypto.randomUUID();
  for (const [number, prompt] of prompts.entries()) {
    const { code, stderr } = await runProgram(
      [
        `--base-url=${server.url}`,
        "--model=test-model",
        `--context-window=${window}`,
        "--permission-mode=acceptEdits",
        `--max-turns=${turns + 10}`,
        number === 0 ? `--session-id=${id}` : `--resume=${id}`,
        prompt,
      ],
      { cwd: workspace.path, env: { OPENCLAUDE_CONFIG_DIR: home.path } },
    );
    assertEquals(code, 0, stderr);
  }
  const totalMs = performance.now() - started;
  assertEquals(queue.length, 0, "every step was taken");
  const lost = new Set(forgotten);
  return {
    turns: turns + 5,
    ...compactionsOf(await sessionLines(home.at("state/sessions"))),
    totalMs: Math.round(totalMs),
    largest,
    refused,
    forgotten: [...lost],
    window,
  };
}

interface Line {
  readonly type: string;
  readonly by?: string;
  readonly timestamp: string;
}

async function sessionLines(root: string): Promise<Line[]> {
  for await (const folder of Deno.readDir(root)) {
    if (!folder.isDirectory) continue;
    for await (const { name } of Deno.readDir(`${root}/${folder.name}`)) {
      if (!name.endsWith(".jsonl")) continue;
      const text = await Deno.readTextFile(`${root}/${folder.name}/${name}`);
      return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    }
  }
  throw new Error("There is no session");
}

/** A compaction takes from the entry before it to its own. */
function compactionsOf(
  lines: readonly Line[],
): Pick<LongRun, "compactions" | "compactingMs"> {
  const compactions: Record<string, number> = {};
  let compactingMs = 0;
  let before = 0;
  for (const { type, by = "", timestamp } of lines) {
    const time = Date.parse(timestamp);
    if (type === "compaction") {
      compactions[by] = (compactions[by] ?? 0) + 1;
      compactingMs += time - before;
    }
    // The request for a summary leaves its usage first.
    if (type !== "usage") before = time;
  }
  return { compactions, compactingMs };
}

if (import.meta.main) {
  const turns = Number(Deno.args[0] ?? 200);
  // deno-lint-ignore no-console
  console.log(JSON.stringify(await longRun(turns), null, 2));
}
