import {
  planSandbox,
  type ProbeOptions,
  probeSandbox,
  runInSandbox,
  type SandboxPlan,
  type SandboxRequest,
} from "../../lib/platform/sandbox.ts";
import type { ProcessOptions } from "../../lib/platform/process.ts";
import { needs } from "./needs.ts";

/** What a probe of these tests is given. */
export const probeOptions: ProbeOptions = {
  environment: { PATH: Deno.env.get("PATH") ?? "" },
};

/**
 * Whether bubblewrap is there and may make namespaces: containers and some
 * systems forbid it. Prints why a test is skipped.
 */
export async function needsBwrap(): Promise<boolean> {
  if (!needs("bwrap")) return false;
  const temp = await Deno.makeTempDir();
  const plan = planSandbox({ workspace: "/", temp });
  const probe = await probeSandbox(plan, probeOptions);
  await Deno.remove(temp, { recursive: true });
  if (probe.plan.kind === "bwrap") return true;
  const [trial] = probe.trials;
  // deno-lint-ignore no-console
  console.log(`skipped: bwrap does not work here: ${trial?.because}`);
  return false;
}

/** What a line of `bash` did in a sandbox. */
export interface Ran {
  readonly code: number;
  /** Both outputs, in their order as far as pipes tell. */
  readonly text: string;
  readonly notes: readonly string[];
}

/** A workspace with a sandbox around it, and a folder outside. */
export interface Bench extends AsyncDisposable {
  readonly workspace: string;
  readonly outside: string;
  readonly temp: string;
  readonly home: string;
  readonly plan: SandboxPlan;
  run(line: string, options?: Partial<ProcessOptions>): Promise<Ran>;
}

/**
 * Makes a workspace with the given files and the sandbox for it. Not in
 * `/tmp`, which inside the sandbox is another folder.
 */
export async function sandboxBench(
  files: Readonly<Record<string, string>> = {},
  request: Partial<SandboxRequest> = {},
): Promise<Bench> {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp" });
  for (const name of ["workspace", "outside", "temp", "home"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  for (const [name, content] of Object.entries(files)) {
    const file = `${folder}/${name}`;
    const parent = file.slice(0, file.lastIndexOf("/"));
    await Deno.mkdir(parent, { recursive: true });
    await Deno.writeTextFile(file, content);
  }
  const workspace = `${folder}/workspace`;
  const home = `${folder}/home`;
  const temp = `${folder}/temp`;
  const base = { workspace, temp, home, ...request };
  const { plan } = await probeSandbox(planSandbox(base), probeOptions);
  return {
    workspace,
    outside: `${folder}/outside`,
    temp,
    home,
    plan,
    async run(line, options = {}) {
      let text = "";
      const decoder = new TextDecoder();
      const { code, notes } = await runInSandbox(["bash", "-c", line], plan, {
        cwd: workspace,
        environment: { ...probeOptions.environment, HOME: home },
        signal: new AbortController().signal,
        onOutput(chunk) {
          text += decoder.decode(chunk);
        },
        ...options,
      });
      return { code, text, notes };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
