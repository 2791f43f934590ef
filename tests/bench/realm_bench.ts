/**
 * What ring 1 costs: the worker that tools run in, and what confines it where
 * bubblewrap does not work. Run by itself it prints its part of the bench's
 * table. Needs all permissions.
 */
import { bundle } from "../../.ci/bundle.ts";
import { openRealm, workerRealms } from "../../lib/app/realm_start.ts";
import type { PreparedCall } from "../../lib/core/tool.ts";
import { path } from "../../lib/platform/paths.ts";
import { planSandbox } from "../../lib/platform/sandbox.ts";
import { landlockReason } from "../../lib/platform/sandbox_landlock.ts";
import { builtinTools } from "../../tools/mod.ts";
import type { Report } from "../support/landlock_host.ts";
import { median } from "./measure.ts";
import { formatTable, limitRow, milliseconds, type Row } from "./table.ts";

const calls = 30;
const starts = 7;

/** Rows of the bench's table, for the bundle in a folder. */
export async function realmRows(bundled: string): Promise<Row[]> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const file = path.join(folder, "small.txt");
    await Deno.writeTextFile(file, "a line of a small file\n".repeat(40));
    const main = path.toFileUrl(path.join(bundled, "main.js")).href;
    const first: number[] = [];
    let trips: number[] = [];
    for (let start = 0; start < starts; start++) {
      const seen = await oneRealm(main, readOf(file, folder));
      first.push(seen.firstMs);
      trips = seen.tripsMs;
    }
    return [
      limitRow("a Read in the tool realm, there and back", {
        ours: median(trips),
        most: 5,
        show: milliseconds,
      }),
      limitRow("  the first, with the realm's start", {
        ours: median(first),
        show: milliseconds,
      }),
      ...await landlockRows(folder),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function oneRealm(main: string, call: PreparedCall) {
  const starter = workerRealms(main, { workerPermissions: true });
  using realm = openRealm(builtinTools, starter);
  const options = { signal: new AbortController().signal, onProgress() {} };
  const trip = async () => {
    const start = performance.now();
    const outcome = await realm.run(call, options);
    if (!outcome.ok) throw new Error(outcome.message);
    return performance.now() - start;
  };
  const firstMs = await trip();
  const tripsMs: number[] = [];
  for (let index = 0; index < calls; index++) tripsMs.push(await trip());
  return { firstMs, tripsMs };
}

function readOf(file: string, folder: string): PreparedCall {
  return {
    tool: "Read",
    input: { file_path: file },
    context: {
      callId: "call",
      cwd: folder,
      roots: [folder],
      seen: {},
      limits: { resultChars: 10_000, readLines: 1_000, callMs: 60_000 },
      spillFolder: null,
      environment: {},
      vision: false,
    },
  };
}

/** None where the kernel has no Landlock. */
async function landlockRows(folder: string): Promise<Row[]> {
  if (landlockReason() !== undefined) return [];
  const host = new URL("../support/landlock_host.ts", import.meta.url).pathname;
  const plan = planSandbox({ workspace: folder, temp: folder });
  const job = { plan, tries: [], free: path.join(folder, "free") };
  const times: number[] = [];
  for (let start = 0; start < starts; start++) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", host, JSON.stringify(job)],
      stdin: "null",
    }).output();
    const report: Report = JSON.parse(new TextDecoder().decode(stdout));
    times.push(report.milliseconds);
  }
  return [
    limitRow("a thread is confined by Landlock", {
      ours: median(times),
      show: milliseconds,
    }),
  ];
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    await bundle(`${folder}/bundle`);
    // deno-lint-ignore no-console
    console.log(formatTable(await realmRows(`${folder}/bundle`)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
