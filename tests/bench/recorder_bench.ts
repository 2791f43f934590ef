/**
 * What looking at the files adds to a command: before it, where nothing may
 * take long, and after it. A repository with a commit and a few changed
 * files; the first command of a session, and one of the others. Run by itself
 * it prints its part of the bench's table. Needs git and all permissions.
 */
import type { Access } from "../../lib/core/permission.ts";
import { openBlobFolder } from "../../lib/workspace/blob_store.ts";
import { Recorder } from "../../lib/workspace/recorder.ts";
import { median } from "./measure.ts";
import { formatTable, limitRow, milliseconds, type Row } from "./table.ts";

const rounds = 7;
/** What the look before a command may take (lib/workspace/recorder.ts). */
const mostBefore = 100;
const mostBeforeRemoving = 1_000;
const making = { line: "make", kind: "run", readOnly: false } as const;
const removing = { ...making, line: "git reset --hard" } as const;

/** Rows of the bench's table. */
export async function recorderRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const files of [1_000, 10_000]) {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    try {
      await makeRepository(`${folder}/work`, files);
      rows.push(...await rowsFor(folder, files));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return rows;
}

async function rowsFor(folder: string, files: number): Promise<Row[]> {
  const figures = {
    first: [] as number[],
    removing: [] as number[],
    before: [] as number[],
    after: [] as number[],
  };
  let gap: string | null = null;
  let removingGap: string | null = null;
  for (let round = 0; round <= rounds; round++) {
    const root = `${folder}/work`;
    const recorder = new Recorder({
      root,
      gitRoot: root,
      store: openBlobFolder(`${folder}/copies_${round}`),
    });
    const first = await call(recorder, making);
    const second = await call(recorder, making);
    const third = await call(recorder, removing);
    gap ??= first.gap ?? second.gap;
    removingGap ??= third.gap;
    if (round === 0) continue;
    figures.first.push(first.before);
    figures.before.push(second.before);
    figures.after.push(second.after);
    figures.removing.push(third.before);
  }
  const limit = (name: string, values: readonly number[], most?: number) =>
    limitRow(name, {
      ours: median(values),
      show: milliseconds,
      ...(most === undefined ? {} : { most }),
    });
  const size = files.toLocaleString("en");
  const uncovered = (gap: string | null) =>
    gap === null ? "" : " (not covered)";
  return [
    limit(
      `before the first command, ${size} files${uncovered(gap)}`,
      figures.first,
      mostBefore,
    ),
    limit("  before a later one", figures.before, mostBefore),
    limit("  after it", figures.after),
    limit(
      `  before git reset --hard${uncovered(removingGap)}`,
      figures.removing,
      mostBeforeRemoving,
    ),
  ];
}

/** The milliseconds that one command without effect costs. */
async function call(
  recorder: Recorder,
  command: Access,
): Promise<{ before: number; after: number; gap: string | null }> {
  const { signal } = new AbortController();
  const start = performance.now();
  const before = await recorder.before([command], signal);
  const middle = performance.now();
  await recorder.after(before, signal);
  const end = performance.now();
  return { before: middle - start, after: end - middle, gap: before.gap };
}

/** Files as source code has them, a hundred to a folder; ten are changed. */
async function makeRepository(root: string, files: number): Promise<void> {
  for (let number = 0; number < files; number++) {
    const inner = `${root}/src/part_${Math.floor(number / 100)}`;
    if (number % 100 === 0) await Deno.mkdir(inner, { recursive: true });
    await Deno.writeTextFile(
      `${inner}/file_${number}.ts`,
      `export const value = ${number};\n`.repeat(40),
    );
  }
  await Deno.writeTextFile(`${root}/.gitignore`, "node_modules/\n*.log\n");
  // What git does in the background would still write when all is removed.
  const identity = ["user.name=a", "user.email=a@example.com", "gc.auto=0"]
    .flatMap((each) => ["-c", each]);
  for (
    const args of [
      ["init", "-q", "-b", "main"],
      ["add", "."],
      [...identity, "commit", "-q", "-m", "one"],
      // Files of the index's own moment would count as changed.
      ["reset", "-q", "--mixed"],
    ]
  ) {
    const { success } = await new Deno.Command("git", { args, cwd: root })
      .output();
    if (!success) throw new Error(`git ${args.join(" ")} failed`);
  }
  for (let number = 0; number < 10; number++) {
    await Deno.writeTextFile(
      `${root}/src/part_0/file_${number}.ts`,
      "export const changed = true;\n",
    );
  }
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  console.log(formatTable(await recorderRows()));
}
