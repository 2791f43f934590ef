/**
 * What ring 2 adds: a command that does nothing, as Bash runs it, with and
 * without a sandbox, and what a session pays once. Run by itself it prints its
 * part of the bench's table. Needs all permissions and a sandbox that works.
 */
import { openSandbox, type SettledSandbox } from "../../lib/app/sandbox.ts";
import { runProcess } from "../../lib/platform/process.ts";
import { runInSandbox } from "../../lib/platform/sandbox.ts";
import { gitSnapshot } from "../../lib/workspace/git.ts";
import { median } from "./measure.ts";
import {
  formatTable,
  limitRow,
  milliseconds,
  ratioRow,
  type Row,
} from "./table.ts";

const rounds = 30;
const environment = { PATH: Deno.env.get("PATH") ?? "" };

/** Rows of the bench's table; none where no sandbox works. */
export async function sandboxRows(): Promise<Row[]> {
  const workspace = await Deno.realPath(
    await Deno.makeTempDir({ dir: "/var/tmp" }),
  );
  try {
    const settles: number[] = [];
    let settled: SettledSandbox | undefined;
    for (let round = 0; round <= rounds; round++) {
      await using sandbox = openSandbox({ workspace });
      settles.push(
        await timed(async () => settled = await sandbox.settle()),
      );
    }
    if (settled?.sandboxed !== true) return [];
    return [
      limitRow("what keeps commands is found", {
        ours: median(settles.slice(1)),
        most: 30,
        show: milliseconds,
      }),
      ...await commandRows(workspace),
    ];
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
}

async function commandRows(workspace: string): Promise<Row[]> {
  await using sandbox = openSandbox({ workspace });
  const { plan } = await sandbox.settle();
  const argv = ["sh", "-c", "true"];
  const options = {
    cwd: workspace,
    environment,
    signal: new AbortController().signal,
  };
  const git = ["init", "-q", workspace];
  await new Deno.Command("git", { args: git }).output();
  const times = await inTurn({
    plain: () => runProcess(argv, options),
    kept: () => runInSandbox(argv, plan, options),
    git: () => gitSnapshot(workspace, environment),
    keptGit: () => gitSnapshot(workspace, environment, plan),
  });
  const unit = "ms";
  return [
    ratioRow("a command that does nothing, in a sandbox", {
      ours: times.kept,
      bare: times.plain,
      unit,
      most: 5,
    }),
    limitRow("  added", {
      ours: times.kept - times.plain,
      most: 10,
      show: milliseconds,
    }),
    ratioRow("git's state for the first message, in a sandbox", {
      ours: times.keptGit,
      bare: times.git,
      unit,
      most: 5,
    }),
  ];
}

/** Medians in milliseconds; in turn, so that all meet the same load. */
async function inTurn<Name extends string>(
  runs: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(runs) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const ms = await timed(runs[name]);
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, median(times.get(name) ?? [])]),
  ) as Record<Name, number>;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  console.log(formatTable(await sandboxRows()));
}
