// Runs the Bash tool on one command in a process of its own, under whatever
// permissions that process has, and prints what came of it as JSON:
// `deno run <flags> bash_alone.ts <folder> <command> [timeout [plan]]`; the
// plan of a sandbox is JSON.
import { bash } from "../../tools/bash.ts";

const [folder = "", command = "", timeout = "", plan = ""] = Deno.args;
const input = timeout === ""
  ? { command }
  : { command, timeout: Number(timeout) };
let pieces = 0;
const start = performance.now();
const outcome = await bash.run(input, {
  callId: "alone",
  cwd: folder,
  roots: [folder],
  seen: {},
  limits: { resultChars: 30_000, readLines: 2_000, callMs: 120_000 },
  spillFolder: folder,
  environment: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder },
  vision: false,
  ...plan === "" ? {} : { sandbox: JSON.parse(plan) },
  signal: new AbortController().signal,
  emit: () => pieces++,
  processGroup: () => {},
});
const ms = performance.now() - start;
const { rss } = Deno.memoryUsage();
// deno-lint-ignore no-console
console.log(JSON.stringify({ outcome, pieces, ms, rss, peak: await peak() }));

/** The most memory that the process ever held, in bytes; 0 if not told. */
async function peak(): Promise<number> {
  try {
    const status = await Deno.readTextFile("/proc/self/status");
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1_024;
  } catch {
    return 0;
  }
}
