/**
 * `deno task bench [--quick]`: what the program costs beside a bare script
 * that does the same with no features, in one run. The program is the split
 * bundle by `deno run`, in an empty folder; the executable's rows follow
 * where `COMPILE_DENO` names what compiles it. Figures are medians of runs
 * taken in turn.
 */
import { bundle } from "../../.ci/bundle.ts";
import { compile } from "../../.ci/compile.ts";
import { limitsFor } from "../../lib/core/budget.ts";
import {
  type BenchServers,
  longRun,
  manyChunks,
  type Scenario,
  shortRun,
  startBenchServers,
} from "./bench_server.ts";
import { measure, measureInTurn, type Program } from "./measure.ts";
import { findProgram } from "../support/needs.ts";
import { realmRows } from "./realm_bench.ts";
import { recorderRows } from "./recorder_bench.ts";
import { sandboxRows } from "./sandbox_bench.ts";
import { searchRows } from "./search_bench.ts";
import { sessionRows } from "./session_bench.ts";
import {
  bytes,
  formatTable,
  limitRow,
  megabytes,
  milliseconds,
  ratioRow,
  type Row,
} from "./table.ts";

const quick = Deno.args.includes("--quick");
const rounds = quick ? 3 : 15;
const fewRounds = quick ? 1 : 5;

/** Window that the program assumes of a server that does not tell. */
const assumedWindow = 32_000;
const firstBodyMost = 5_600;
const outputMost = 8 * 1024;

interface Bench {
  readonly server: BenchServers;
  /** Scratch folder of the whole bench. */
  readonly folder: string;
  /** An empty folder for the program to work in. */
  readonly empty: string;
  readonly env: Readonly<Record<string, string>>;
}

type Run = (scenario: Scenario, cwd?: string) => Program;

function program(bench: Bench, command: string, args: string[]): Program {
  return { command, args, cwd: bench.empty, env: bench.env };
}

/** Our program, started in some way, with a scenario of the server. */
function ours(bench: Bench, command: string, args: readonly string[]): Run {
  return (scenario, cwd = bench.empty) => ({
    ...program(bench, command, [
      ...args,
      "--model=bench",
      `--base-url=${bench.server.url(scenario)}`,
      `--max-turns=${longRun + 5}`,
      "--permission-mode=bypassPermissions",
      "--quiet",
      "--print",
      "Go on, please.",
    ]),
    cwd,
  });
}

/** The bare agent, started in some way, with a scenario of the server. */
function bare(bench: Bench, command: string, args: readonly string[]): Run {
  return (scenario, cwd = bench.empty) => ({
    ...program(bench, command, [
      ...args,
      `${bench.folder}/template.json`,
      bench.server.url(scenario),
      "Go on, please.",
    ]),
    cwd,
  });
}

const runFlags = ["run", "--quiet", "--no-prompt", "--no-config", "-A"];

function script(name: string): string {
  return new URL(`./bare/${name}.ts`, import.meta.url).pathname;
}

async function timeRows(bench: Bench, run: Run, plain: Run): Promise<Row[]> {
  const deno = Deno.execPath();
  const version = await measureInTurn({
    ours: program(bench, deno, [
      ...runFlags,
      `${bench.folder}/bundle/main.js`,
      "--version",
    ]),
    bare: program(bench, deno, [...runFlags, script("version")]),
  }, rounds);
  const one = await measureInTurn({
    ours: run("answer"),
    bare: plain("answer"),
  }, rounds);
  const work = await filesToRead(bench);
  const turns = await measureInTurn({
    ours: run("turns", work),
    bare: plain("turns", work),
    oursFew: run("few", work),
    bareFew: plain("few", work),
  }, fewRounds);
  const chunks = await measureInTurn({
    ours: run("chunks"),
    bare: plain("chunks"),
  }, fewRounds);
  const perTurn = (name: "ours" | "bare", figure: "wallMs" | "cpuMs") =>
    (turns[name][figure] - turns[`${name}Few`][figure]) / (longRun - shortRun);
  const perChunk = (name: "ours" | "bare") =>
    (chunks[name].cpuMs - one[name].cpuMs) * 1000 / manyChunks;
  return [
    ratioRow("--version, whole process", {
      ours: version.ours.wallMs,
      bare: version.bare.wallMs,
      unit: "ms",
      most: 1.5,
    }),
    ratioRow("a prompt and its answer, whole process", {
      ours: one.ours.wallMs,
      bare: one.bare.wallMs,
      unit: "ms",
      most: 4,
    }),
    ratioRow("  processor time", {
      ours: one.ours.cpuMs,
      bare: one.bare.cpuMs,
      unit: "ms",
    }),
    limitRow("  most memory", {
      ours: one.ours.peakBytes,
      most: 90e6,
      show: megabytes,
    }),
    ratioRow("a turn with a Read", {
      ours: perTurn("ours", "wallMs"),
      bare: perTurn("bare", "wallMs"),
      unit: "ms",
      most: 2,
    }),
    ratioRow("  processor time", {
      ours: perTurn("ours", "cpuMs"),
      bare: perTurn("bare", "cpuMs"),
      unit: "ms",
    }),
    limitRow("  the first, with the start of the tool realm", {
      ours: turns.oursFew.wallMs - one.ours.wallMs -
        (shortRun - 1) * perTurn("ours", "wallMs"),
      show: milliseconds,
    }),
    limitRow("  most memory, with that realm", {
      ours: turns.oursFew.peakBytes,
      show: megabytes,
    }),
    limitRow(`  most memory, ${longRun} turns`, {
      ours: turns.ours.peakBytes,
      most: 120e6,
      show: megabytes,
    }),
    ratioRow(`processor time for a chunk, of ${manyChunks}`, {
      ours: perChunk("ours"),
      bare: perChunk("bare"),
      unit: "µs",
      most: 2,
    }),
  ];
}

async function filesToRead(bench: Bench): Promise<string> {
  const folder = `${bench.folder}/files`;
  await Deno.mkdir(folder);
  for (let number = 0; number < longRun; number++) {
    await Deno.writeTextFile(
      `${folder}/file_${number}.txt`,
      `a line of file ${number}\n`.repeat(40),
    );
  }
  return folder;
}

/** What the last request of a scenario holds as its tool result. */
async function toolResult(bench: Bench, scenario: Scenario): Promise<string> {
  const last = (await bench.server.bodies(scenario)).at(-1) ?? "{}";
  const { messages = [] }: { messages?: { role: string; content: string }[] } =
    JSON.parse(last);
  const result = messages.findLast(({ role }) => role === "tool");
  if (result === undefined) throw new Error(`No result in "${scenario}"`);
  return result.content;
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

async function sizeRows(bench: Bench, run: Run): Promise<Row[]> {
  const before = await bench.server.bodies("answer");
  await measure(run("answer"));
  const sent = (await bench.server.bodies("answer")).slice(before.length);
  const budget = limitsFor(assumedWindow).resultChars;
  const output = await measure(run("output"));
  const outputBytes = withoutPath(await toolResult(bench, "output"));
  const lines = await measure(run("lines", await manyLines(bench)));
  const lineChars = (await toolResult(bench, "lines")).length;
  const paths = await measure(run("paths", await manyPaths(bench)));
  const pathChars = (await toolResult(bench, "paths")).length;
  const characters = (count: number) => `${count.toLocaleString("en")} chars`;
  return [
    limitRow("the first request's body", {
      ours: sizeOf(sent[0] ?? ""),
      most: firstBodyMost,
      show: bytes,
    }),
    limitRow("requests to the model for that prompt", {
      ours: sent.length,
      most: 1,
      show: String,
    }),
    limitRow("sent on of 10 MB of command output, less the path", {
      ours: outputBytes,
      most: outputMost,
      show: bytes,
    }),
    limitRow("  whole process", { ours: output.wallMs, show: milliseconds }),
    limitRow("sent on of 50,000 matching lines", {
      ours: lineChars,
      most: budget,
      show: characters,
    }),
    limitRow("  whole process", { ours: lines.wallMs, show: milliseconds }),
    limitRow("sent on of 50,000 matching paths", {
      ours: pathChars,
      most: budget,
      show: characters,
    }),
    limitRow("  whole process", { ours: paths.wallMs, show: milliseconds }),
  ];
}

/** Bytes of a result without the longest path that it names. */
function withoutPath(text: string): number {
  const paths = text.match(/\/[\w./-]+/g) ?? [];
  const longest = paths.toSorted((a, b) => b.length - a.length)[0] ?? "";
  return sizeOf(text) - sizeOf(longest);
}

async function manyLines(bench: Bench): Promise<string> {
  const folder = `${bench.folder}/lines`;
  await Deno.mkdir(folder);
  const lines = Array.from(
    { length: 50_000 },
    (_, number) => `a needle in line ${number}\n`,
  );
  await Deno.writeTextFile(`${folder}/lines.txt`, lines.join(""));
  return folder;
}

async function manyPaths(bench: Bench): Promise<string> {
  const folder = `${bench.folder}/paths`;
  for (let number = 0; number < 100; number++) {
    const inner = `${folder}/folder_${number}`;
    await Deno.mkdir(inner, { recursive: true });
    await Promise.all(Array.from(
      { length: 500 },
      (_, file) => Deno.writeTextFile(`${inner}/file_${file}.txt`, ""),
    ));
  }
  return folder;
}

/** The executable beside the bare agent as one, made by the same compiler. */
async function executableRows(bench: Bench): Promise<Row[]> {
  if (Deno.env.get("COMPILE_DENO") === undefined) return [];
  const file = `${bench.folder}/openclaude`;
  const plain = `${bench.folder}/bare`;
  const agent = `${bench.folder}/bare.ts`;
  await compile(`${bench.folder}/bundle/main.js`, file);
  await Deno.copyFile(script("agent"), agent);
  await compile(agent, plain);
  const costs = await measureInTurn({
    version: program(bench, file, ["--version"]),
    ours: ours(bench, file, [])("answer"),
    bare: bare(bench, plain, [])("answer"),
  }, rounds);
  const { size } = await Deno.stat(file);
  return [
    limitRow("executable: --version", {
      ours: costs.version.wallMs,
      show: milliseconds,
    }),
    ratioRow("executable: a prompt and its answer", {
      ours: costs.ours.wallMs,
      bare: costs.bare.wallMs,
      unit: "ms",
    }),
    limitRow("  most memory", { ours: costs.ours.peakBytes, show: megabytes }),
    limitRow("  size of the file", { ours: size, show: megabytes }),
  ];
}

async function main(): Promise<void> {
  await using server = await startBenchServers();
  const folder = await Deno.makeTempDir({ prefix: "openclaude-bench-" });
  try {
    const empty = `${folder}/empty`;
    await Deno.mkdir(empty);
    await Deno.mkdir(`${folder}/home`);
    const env = {
      HOME: `${folder}/home`,
      DENO_DIR: `${folder}/deno`,
      PATH: Deno.env.get("PATH") ?? "",
      NO_COLOR: "1",
    };
    const bench: Bench = { server, folder, empty, env };
    await bundle(`${folder}/bundle`);
    const deno = Deno.execPath();
    const run = ours(bench, deno, [...runFlags, `${folder}/bundle/main.js`]);
    const plain = bare(bench, deno, [...runFlags, script("agent")]);
    // The bare agent sends what ours sends: ours is asked once for a body.
    await measure(run("answer"));
    const [template = "{}"] = await server.bodies("answer");
    await Deno.writeTextFile(`${folder}/template.json`, template);
    const rows = [
      ...await timeRows(bench, run, plain),
      ...await sizeRows(bench, run),
      ...(findProgram("rg") === undefined ? [] : await searchRows()),
      ...await sessionRows({
        server,
        command: [deno, ...runFlags, `${folder}/bundle/main.js`],
        env,
      }),
      ...(findProgram("git") === undefined ? [] : await recorderRows()),
      ...await realmRows(`${folder}/bundle`),
      ...(findProgram("bwrap") === undefined ? [] : await sandboxRows()),
      ...await executableRows(bench),
    ];
    // deno-lint-ignore no-console
    console.log(formatTable(rows));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
