import type { SandboxPlan } from "../../lib/core/sandbox.ts";
import { runProcess } from "../../lib/platform/process.ts";
import { restrictSelf } from "../../lib/platform/sandbox_landlock.ts";

/**
 * A program that confines a worker, which starts another one to try things:
 * `landlock_host.ts JOB`. Prints one JSON object: what each try came
 * to in the worker, and whether the main thread is still free.
 */

/** One thing to try. */
export type Try =
  | { readonly kind: "write" | "write_later"; readonly path: string }
  | { readonly kind: "truncate"; readonly path: string }
  | { readonly kind: "connect"; readonly port: number }
  | { readonly kind: "run"; readonly line: string; readonly cwd: string };

/** What the worker and the main thread found. */
export interface Report {
  readonly abi: number;
  readonly limits: readonly string[];
  readonly milliseconds: number;
  /** State of the permission afterwards. */
  readonly ffi: string;
  readonly results: readonly string[];
  /** What the main thread's own write came to. */
  readonly main: string;
}

interface Job {
  readonly plan: SandboxPlan;
  readonly tries: readonly Try[];
  readonly free: string;
}

type Found = Omit<Report, "main">;

const scope = globalThis as unknown as {
  readonly name: string;
  onmessage: ((event: MessageEvent<Job>) => void) | null;
  postMessage(found: Found | readonly string[]): void;
};
function start(name: string): Worker {
  return new Worker(import.meta.url, { type: "module", name });
}

if (!("WorkerGlobalScope" in globalThis)) {
  const job: Job = JSON.parse(Deno.args[0] ?? "");
  const worker = start("confined");
  worker.onmessage = ({ data }: MessageEvent<Found>) => {
    Deno.writeTextFileSync(job.free, "free");
    const report: Report = { ...data, main: Deno.readTextFileSync(job.free) };
    const text = JSON.stringify(report);
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    worker.terminate();
  };
  worker.postMessage(job);
} else if (scope.name === "confined") {
  scope.onmessage = ({ data: job }) => {
    const begin = performance.now();
    const { abi, limits } = restrictSelf(job.plan);
    const milliseconds = performance.now() - begin;
    const ffi = Deno.permissions.querySync({ name: "ffi" }).state;
    const worker = start("inner");
    worker.onmessage = ({ data }: MessageEvent<readonly string[]>) =>
      scope.postMessage({ abi, limits, milliseconds, ffi, results: data });
    worker.postMessage(job);
  };
} else {
  scope.onmessage = async ({ data: { tries } }) => {
    // Helper threads that exist before the tries, as a realm has some.
    const names = Array.from({ length: 20 }, () => import.meta.url);
    await Promise.all(names.map((url) => Deno.readTextFile(new URL(url))));
    const results: string[] = [];
    for (const each of tries) results.push(await attempt(each));
    scope.postMessage(results);
  };
}

async function attempt(each: Try): Promise<string> {
  try {
    switch (each.kind) {
      case "write":
        // deno-lint-ignore no-sync-fn-in-async-fn
        Deno.writeTextFileSync(each.path, "new");
        return "ok";
      case "write_later":
        await Deno.writeTextFile(each.path, "new");
        return "ok";
      case "truncate":
        await Deno.truncate(each.path);
        return "ok";
      case "connect": {
        const { port } = each;
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        return `ok ${connection.remoteAddr.transport}`;
      }
      case "run":
        return await runLine(each.line, each.cwd);
    }
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function runLine(line: string, cwd: string): Promise<string> {
  let text = "";
  await runProcess(["bash", "-c", line], {
    cwd,
    environment: { PATH: Deno.env.get("PATH") ?? "" },
    signal: new AbortController().signal,
    onOutput(chunk) {
      text += new TextDecoder().decode(chunk);
    },
  });
  return text;
}
