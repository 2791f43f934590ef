import type { SandboxKind, SandboxPlan } from "../core/sandbox.ts";
import { bwrapPrograms } from "./bwrap_programs.ts";
import { can } from "./capabilities.ts";
import {
  type ProcessOptions,
  type ProcessResult,
  runProcess,
} from "./process.ts";
import {
  bwrapProbe,
  explainRefusal,
  readCensus,
  wrapBwrap,
} from "./sandbox_bwrap.ts";
import { wrapSandboxExec } from "./sandbox_exec.ts";
import { sandboxLabel } from "./sandbox_plan.ts";
import { settlePlan, sweepAbsent } from "./sandbox_settle.ts";
import { clearStems, stemsIn } from "./sandbox_temp.ts";

export { planSandbox, sandboxLabel } from "./sandbox_plan.ts";
export { onDisk, sharedFolder } from "./sandbox_temp.ts";
export type { SandboxKind, SandboxPlan } from "../core/sandbox.ts";
export type { SandboxRequest } from "./sandbox_plan.ts";

/** Whether one kind of sandbox can be used here, and why not. */
export interface SandboxTrial {
  readonly kind: SandboxKind;
  readonly usable: boolean;
  /** A version or a reason. */
  readonly because: string;
}

/** What the probe found. */
export interface SandboxProbe {
  /** The plan with the kind that keeps it, and with what the disk holds. */
  readonly plan: SandboxPlan;
  /** Each kind that was tried, in the order of preference. */
  readonly trials: readonly SandboxTrial[];
}

/** What the probe is given from outside. */
export interface ProbeOptions {
  /** The complete environment of the trial. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /**
   * Tells whether Landlock can be taken by a realm: `landlockReason()` where
   * `--allow-ffi` is granted. Undefined is yes, a text is why not.
   */
  landlock?(): string | undefined;
}

/** What the wrapping programs say when they can't start what is in them. */
export const sandboxTrouble = /^(bwrap|sandbox-exec): .*/m;

/** A trial that takes longer has failed: a mount may hang. */
const probeMs = 5_000;

/**
 * Finds what can keep a plan, once, at the start: bubblewrap, else Landlock,
 * else macOS' sandbox-exec, else nothing. The plan's temporary folder must
 * exist. Takes about 10 ms. Needs `--allow-run` for the program, and nothing
 * else; what is not granted is a reason in the trials, not an error.
 */
export async function probeSandbox(
  plan: SandboxPlan,
  options: ProbeOptions,
): Promise<SandboxProbe> {
  const trials: SandboxTrial[] = [];
  for (const kind of kindsHere()) {
    const tried = await tries[kind](plan, options);
    const usable = typeof tried !== "string";
    trials.push({ kind, usable, because: usable ? tried.program : tried });
    if (usable) return { plan: { ...tried, kind }, trials };
  }
  return { plan: { ...plan, kind: "none" }, trials };
}

/** The programs that could keep commands here; empty where there are none. */
export function sandboxPrograms(): readonly string[] {
  return kindsHere().flatMap((kind) => programs[kind]);
}

type Kept = Exclude<SandboxKind, "none">;

function kindsHere(): Kept[] {
  if (Deno.build.os === "linux") return ["bwrap", "landlock"];
  return Deno.build.os === "darwin" ? ["sandbox-exec"] : [];
}

const programs: Readonly<Record<Kept, readonly string[]>> = {
  bwrap: bwrapPrograms,
  landlock: [],
  "sandbox-exec": ["/usr/bin/sandbox-exec"],
};

/** Each gives the plan as it can be kept, or the reason why it can't. */
const tries: Readonly<
  Record<
    Kept,
    (plan: SandboxPlan, options: ProbeOptions) => Promise<SandboxPlan | string>
  >
> = {
  bwrap: tryBwrap,
  landlock: (plan, { landlock }) => {
    const reason = landlock === undefined
      ? "--allow-ffi is not granted, or this is not the executable"
      : landlock();
    return Promise.resolve(reason ?? plan);
  },
  "sandbox-exec": trySandboxExec,
};

async function tryBwrap(
  plan: SandboxPlan,
  options: ProbeOptions,
): Promise<SandboxPlan | string> {
  let reason =
    "bwrap: --allow-run=bwrap is not granted, or it is not installed";
  for (const program of bwrapPrograms) {
    if (!can({ name: "run", command: program })) continue;
    const candidate = { ...plan, program };
    const tried = await trial(bwrapProbe(candidate), options, true);
    if (tried.success) return withCensus(candidate, tried.text);
    reason = explainRefusal(tried.text);
    if (!tried.missing) break;
  }
  return reason;
}

/**
 * The plan with what the probe saw. What it did not see stays in it: the
 * probe has another `/tmp`, and a path may be made later.
 */
function withCensus(plan: SandboxPlan, output: string): SandboxPlan {
  const { shells, hidden } = readCensus(output);
  const seen = new Set(hidden.map(({ path }) => path));
  const unseen = plan.hidden.filter(({ path }) => !seen.has(path));
  return { ...plan, shells, hidden: [...hidden, ...unseen] };
}

async function trySandboxExec(
  plan: SandboxPlan,
  options: ProbeOptions,
): Promise<SandboxPlan | string> {
  const [program = ""] = programs["sandbox-exec"];
  if (!can({ name: "run", command: program })) {
    return `${program}: --allow-run=${program} is not granted`;
  }
  const candidate = { ...plan, program, shells: ["bash", "sh"] };
  const argv = wrapSandboxExec(["/usr/bin/true"], candidate, { overlays: [] });
  const tried = await trial(argv, options);
  return tried.success ? candidate : tried.text;
}

interface Tried {
  readonly success: boolean;
  /** What it printed, or the reason of the failure in one line. */
  readonly text: string;
  readonly missing: boolean;
}

async function trial(
  argv: readonly string[],
  { environment, signal }: ProbeOptions,
  contained = false,
): Promise<Tried> {
  const texts = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  try {
    const { code, ended } = await runProcess(argv, {
      cwd: "/",
      environment: { PATH: defaultPath, ...environment },
      signal: signal ?? new AbortController().signal,
      timeoutMs: probeMs,
      contained,
      onOutput(chunk, stream) {
        if (texts[stream].length < 1_000_000) {
          texts[stream] += decoder.decode(chunk);
        }
      },
    });
    if (code === 0 && ended === "exit") {
      return { success: true, text: texts.stdout, missing: false };
    }
    const said = texts.stderr.trim().split("\n")[0] ||
      `it ended with code ${code}`;
    return { success: false, text: said, missing: false };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    const isReason = missing || error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    if (!isReason) throw error;
    return { success: false, text: `${argv[0]}: ${error.message}`, missing };
  }
}

const defaultPath =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A sandbox ready for one command. */
export interface PreparedSandbox {
  /** What enforces the plan, for the result: `sandboxLabel()`. */
  readonly label: string;
  /** Shells inside, best first; undefined where they are those outside. */
  readonly shells?: readonly string[];
  /** For `runProcess()`; absent where nothing wraps the command. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** For `runProcess()`, too: whether all ends with the command. */
  readonly contained?: boolean;
  /** To be added to the command's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * To be called after the command: sweeps what it put on protected paths.
   * Resolves to what the result should say, a sentence each.
   */
  finish(): Promise<string[]>;
}

/**
 * Looks at the disk and prepares the sandbox for one command. Needs read for
 * the writable folders, to see which protected paths exist; where that is
 * missing all that exists is still covered. Throws where a link in the
 * temporary folder leads a mount away and can't be removed.
 */
export async function prepareSandbox(
  plan: SandboxPlan,
  cwd: string,
): Promise<PreparedSandbox> {
  if (plan.kind === "none") {
    const finish = () => Promise.resolve([]);
    return { label: sandboxLabel(plan), environment: {}, finish };
  }
  const { overlays, absent } = await settlePlan(plan);
  const prepared = {
    label: sandboxLabel(plan),
    environment: {
      TMPDIR: plan.temp === "" ? "/tmp" : plan.temp,
      OPENCLAUDE_SANDBOX: plan.kind,
    },
    finish: () => sweepAbsent(absent),
  };
  switch (plan.kind) {
    case "bwrap":
      if (plan.temp !== "") {
        clearStems(plan.temp, stemsIn(overlays.map(({ path }) => path)));
      }
      return {
        ...prepared,
        shells: plan.shells,
        contained: true,
        wrap: (argv) => wrapBwrap(argv, plan, { cwd, overlays }),
      };
    case "sandbox-exec":
      return {
        ...prepared,
        shells: plan.shells,
        wrap: (argv) => wrapSandboxExec(argv, plan, { overlays }),
      };
    case "landlock":
      return prepared;
  }
}

/** How a command went, and what the sandbox has to say of it. */
export interface SandboxedResult extends ProcessResult {
  readonly notes: readonly string[];
}

/**
 * Runs a program in the sandbox, as `runProcess()` does without one. With a
 * plan of Landlock the calling thread must be confined already. Throws and
 * needs what `runProcess()` does, for the plan's program.
 */
export async function runInSandbox(
  argv: readonly string[],
  plan: SandboxPlan,
  options: Omit<ProcessOptions, "wrap">,
): Promise<SandboxedResult> {
  const { wrap, contained = false, environment, finish } = await prepareSandbox(
    plan,
    options.cwd,
  );
  try {
    const result = await runProcess(argv, {
      ...options,
      environment: { ...options.environment, ...environment },
      ...wrap === undefined ? {} : { wrap, contained },
    });
    return { ...result, notes: await finish() };
  } catch (error) {
    await finish();
    throw error;
  }
}
