/**
 * `deno task matrix` writes docs/reference/permission-matrix.md from what the
 * program did under each row of the matrix. Needs `COMPILE_DENO`.
 */
import { root } from "../checks/source_tree.ts";
import { builtExecutable } from "../support/built.ts";
import { actions, observe, type Observed, type Way } from "./matrix_run.ts";
import { matrix } from "./matrix_table.ts";

/** Where the page is, from the root. */
export const pagePath = "docs/reference/permission-matrix.md";

/** How many runs go on at a time; a run mostly waits. */
const parallel = 2;

/** Runs all rows one way, in their order. */
export async function observeAll(
  way: Way,
  executable: string,
): Promise<Observed[]> {
  const all: Observed[] = [];
  const rows = matrix.entries();
  const work = async () => {
    for (const [index, row] of rows) {
      all[index] = await observe(row, way, executable);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return all;
}

/** The page's part about one way of starting. */
export function sectionOf(way: Way, all: readonly Observed[]): string {
  const title = way === "executable" ? "The executable" : "deno run";
  const sets = matrix.map(({ name, flags, words }, index) => {
    const settled = flags.map((flag) =>
      way === "executable" ? flag.replace(",$PROGRAM", "") : flag
    );
    return `${index + 1}. ${name}: ${
      [...settled, ...words].map((word) => `\`${word}\``).join(" ")
    }\n`;
  });
  const head = ["", "tools", ...actions, "code"];
  const rows = all.map(({ tools, outcomes, code }, index) => [
    `${index + 1}`,
    tools.length === 0 ? "none" : tools.join(" "),
    ...actions.map((action) => cellOf(outcomes[action])),
    `${code}`,
  ]);
  const table = [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |\n`);
  return `## ${title}\n\n${sets.join("")}\n${table.join("")}`;
}

function cellOf(outcome: string): string {
  return outcome.startsWith("--") ? `\`${outcome}\`` : outcome;
}

const intro = `# What each set of flags allows

Made by \`deno task matrix\` from runs of the program, in which a scripted model
tries the same eight things. A test holds this page against new runs.

Each cell is what came of it: "done" means that the file was really read or
changed; otherwise who refused: a flag that is missing or forbids it, the mode,
"workspace" for a path outside of the folders to work in, "no such tool" for a
tool that is not offered. Each set also has \`--allow-net\` for the model's host,
and \`$PROGRAM\` is the program's own folder. The code is the exit code; 3 means
that the answer came and a call was refused.
`;

/** The whole page, before it is formatted. */
export function pageOf(sections: readonly string[]): string {
  return [intro, ...sections].join("\n");
}

/** The page as `deno fmt` leaves it. */
export async function formatted(page: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(page));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const executable = await builtExecutable();
  const page = pageOf([
    sectionOf("deno run", await observeAll("deno run", executable)),
    sectionOf("executable", await observeAll("executable", executable)),
  ]);
  await Deno.writeTextFile(new URL(pagePath, root), await formatted(page));
}
