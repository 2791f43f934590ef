/**
 * Grep over 50,000 small source files, with `rg` and in TypeScript alone,
 * beside the same searches as a model would run them in a shell. Run by itself
 * it prints its part of the bench's table. Needs all permissions and `rg`.
 */
import { textOf } from "../../lib/core/message.ts";
import { path } from "../../lib/platform/paths.ts";
import { grep } from "../../tools/grep.ts";
import { toolContext } from "../support/tool_call.ts";
import { formatTable, ratioRow, type Row } from "./table.ts";

interface Search {
  readonly name: string;
  readonly input: Record<string, unknown> & { readonly pattern: string };
  readonly shell: string;
}

const searches: readonly Search[] = [
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

/** Rows of the bench's table: each search, then the four together. */
export async function searchRows(): Promise<Row[]> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    writeTree(root);
    const times = await measure(root);
    const sum = (way: Way) =>
      times.reduce((total, each) => total + each[way], 0);
    const unit = "ms";
    const table: Row[] = [];
    for (const way of ["with rg", "in TypeScript"] as const) {
      table.push(ratioRow(`four searches of ${fileCount} files, ${way}`, {
        ours: sum(way),
        bare: sum("shell"),
        unit,
        most: way === "with rg" ? 1 : 3,
      }));
      for (const [index, { name }] of searches.entries()) {
        const { [way]: ours = NaN, shell: bare = NaN } = times[index] ?? {};
        table.push(ratioRow(`  ${name}`, { ours, bare, unit }));
      }
    }
    return table;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

type Way = "shell" | "with rg" | "in TypeScript";

/** The best times of each search, taken in turns: all meet the same load. */
async function measure(root: string): Promise<Record<Way, number>[]> {
  const best = searches.map(() => ({
    "shell": Infinity,
    "with rg": Infinity,
    "in TypeScript": Infinity,
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { shell, input }] of searches.entries()) {
      const runs: Record<Way, () => Promise<void>> = {
        "shell": () => runShell(root, shell),
        "with rg": () => runTool(root, input, true),
        "in TypeScript": () => runTool(root, input, false),
      };
      for (const way of Object.keys(runs) as Way[]) {
        const start = performance.now();
        await runs[way]();
        const ms = performance.now() - start;
        const times = best[index];
        // The first round fills the page cache.
        if (times && round > 0) times[way] = Math.min(times[way], ms);
      }
    }
  }
  return best;
}

async function runShell(root: string, line: string): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", line], cwd: root }).output();
}

async function runTool(
  root: string,
  input: Search["input"],
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

// deno-lint-ignore no-console
if (import.meta.main) console.log(formatTable(await searchRows()));
