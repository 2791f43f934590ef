import { runInSandbox } from "../../lib/platform/sandbox.ts";
import type { SandboxPlan } from "../../lib/core/sandbox.ts";

/**
 * A program that runs a line in a sandbox and prints what it prints:
 * `sandbox_host.ts PLAN FOLDER LINE HOW`. HOW is "thread"; "limit", which
 * stops the line once it printed something; or "worker", which runs it in a
 * worker that is terminated then.
 */
const [planText = "", cwd = "", line = "", how = "thread"] = Deno.args;
const isWorker = "WorkerGlobalScope" in globalThis;

if (how === "worker" && !isWorker) {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.onmessage = () => {
    worker.terminate();
    say("ready\n");
    setTimeout(() => {}, 60_000);
  };
} else {
  const plan: SandboxPlan = JSON.parse(planText);
  const { ended, code } = await runInSandbox(["bash", "-c", line], plan, {
    cwd,
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    signal: new AbortController().signal,
    ...how === "limit" ? { timeoutMs: 500 } : {},
    onOutput(chunk) {
      if (isWorker) postMessage("ready");
      else Deno.stdout.writeSync(chunk);
    },
  });
  say(`${ended} ${code}\n`);
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function postMessage(text: string): void {
  (globalThis as unknown as { postMessage(text: string): void })
    .postMessage(text);
}
