/**
 * Grep over 50,000 small source files, with `rg` and in TypeScript alone,
 * beside the same searches as a model would run them in a shell. Prints
 * milliseconds and ratios of one run. Needs all permissions and `rg`.
 */
import { textOf } from "../../lib/core/message.ts";
import { path } from "../../lib/platform/paths.ts";
import { grep } from "../../tools/grep.ts";
import { toolContext } from "../support/tool_call.ts";

interface Row {
  readonly name: string;
  readonly input: Record<string, unknown> & { readonly pattern: string };
  readonly shell: string;
}

const rows: readonly Row[] = [
  {
    name: "rare literal, lines",
    input: { pattern: "needle_in_hay", output_mode: "content" },
    shell: "rg -n needle_in_hay",
  },
  {
    name: "common words, lines",
    input: { pattern: "\\basync\\s+function\\b", output_mode: "content" },
    shell: "rg -n '\\basync\\s+function\\b'",
  },
  {
    name: "no match",
    input: { pattern: "there_is_none_of_it" },
    shell: "rg -l there_is_none_of_it",
  },
  {
    name: "files of a glob",
    input: { pattern: "class \\w+Error", glob: "*.ts" },
    shell: "rg -l -g '*.ts' 'class \\w+Error'",
  },
];

const rounds = 5;
const fileCount = 50_000;

if (import.meta.main) {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    writeTree(root);
    await measure(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Measures the rows in turns, so that all meet the same load. */
async function measure(root: string): Promise<void> {
  const names = ["shell", "with rg", "TypeScript"] as const;
  const best = rows.map(() => names.map(() => Infinity));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, row] of rows.entries()) {
      const runs = [
        () => runShell(root, row.shell),
        () => runTool(root, row.input, true),
        () => runTool(root, row.input, false),
      ];
      for (const [way, run] of runs.entries()) {
        const start = performance.now();
        await run();
        const ms = performance.now() - start;
        const times = best[index] as number[];
        // The first round fills the page cache.
        if (round > 0) times[way] = Math.min(times[way] ?? Infinity, ms);
      }
    }
  }
  const sums = names.map((_, way) =>
    best.reduce((sum, times) => sum + (times[way] ?? 0), 0)
  );
  print([
    "",
    ...names.map((name) => `${name} ms`),
    "with rg ×",
    "TypeScript ×",
  ]);
  for (const [index, row] of rows.entries()) {
    print(cells(row.name, best[index] as number[]));
  }
  print(cells("all four", sums));
}

function cells(name: string, times: readonly number[]): string[] {
  const [shell = 1, ...ways] = times;
  return [
    name,
    ...times.map((ms) => ms.toFixed(0)),
    ...ways.map((ms) => (ms / shell).toFixed(2)),
  ];
}

function print(row: readonly string[]): void {
  // deno-lint-ignore no-console
  console.log(
    row.map((cell, index) => index === 0 ? cell.padEnd(22) : cell.padStart(14))
      .join(""),
  );
}

async function runShell(root: string, line: string): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", line], cwd: root }).output();
}

async function runTool(
  root: string,
  input: Row["input"],
  withRipgrep: boolean,
): Promise<void> {
  const changes = withRipgrep ? {} : { environment: {} };
  const context = toolContext(root, changes);
  const outcome = await grep.run(grep.input.parse(input), context);
  if (!outcome.ok) throw new Error(outcome.message);
  if (textOf(outcome.content) === "") throw new Error("Nothing was found");
}

/** Writes a tree like a large monorepo's; the same at each run. */
function writeTree(root: string): void {
  const words = ("import export const function return async await value " +
    "result index error handler request response string number").split(" ");
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor(seed / 0x80000000 * below);
  };
  const extensions = ["ts", "ts", "js", "md", "json"];
  Deno.mkdirSync(path.join(root, ".git"));
  Deno.writeTextFileSync(
    path.join(root, ".gitignore"),
    "node_modules/\ndist/\n*.log\n.env*\ncoverage/\n/tmp\n**/*.snap\n",
  );
  for (let index = 0; index < fileCount; index++) {
    const folder = `packages/p${index % 50}/src/m${index % 1000}`;
    if (index < 1000) {
      Deno.mkdirSync(path.join(root, folder), { recursive: true });
    }
    const lines: string[] = [];
    for (let count = 10 + random(60); count > 0; count--) {
      const line = Array.from({ length: 7 }, () => words[random(words.length)]);
      lines.push(
        `${"  ".repeat(random(4))}${line.join(" ")} = ${random(999)};`,
      );
    }
    if (index % 9000 === 77) lines.push("needle_in_hay");
    if (index % 500 === 5) lines.push(`class Number${index}Error {}`);
    const extension = extensions[index % 7 % 5];
    const file = path.join(root, folder, `file_${index}.${extension}`);
    Deno.writeTextFileSync(file, lines.join("\n") + "\n");
  }
}
