import { exitCodes, UserError } from "../core/error.ts";
import type { SandboxKind, SandboxPlan } from "../core/sandbox.ts";
import type { Settings } from "../core/settings.ts";
import { readEnvironment } from "../platform/environment.ts";
import { path } from "../platform/paths.ts";
import { probeSandbox, type SandboxProbe } from "../platform/sandbox.ts";
import { landlockReason } from "../platform/sandbox_landlock.ts";
import type { Invocation } from "./args.ts";
import type { PermissionWords, Scope } from "./permission_words.ts";

/** What keeps commands in this process; chosen once, at the start. */
export interface Ring {
  readonly kind: SandboxKind;
  /** What may be run where the user's words don't say. */
  readonly run: Scope;
  /** True when nothing may be started whatever the words say. */
  readonly isRunOff: boolean;
  /** Why it is not a better one. */
  readonly reason: string;
}

/** What the choice depends on besides the flags. */
export interface RingInputs {
  readonly settings: Settings;
  readonly words: PermissionWords;
  /** For the trial. */
  readonly plan: SandboxPlan;
}

/**
 * Chooses the sandbox: the program that works and may be run, else Landlock,
 * which realms without any program take, too. They exclude each other, for
 * bubblewrap can't start inside Landlock.
 *
 * @throws {UserError} where commands would escape `--local-only`.
 */
export async function chooseRing(
  invocation: Invocation,
  { settings, words, plan }: RingInputs,
): Promise<Ring> {
  const mode = invocation.sandbox ?? settings.sandbox?.mode;
  const isRunOff = invocation.noExec || mode === "deno-only";
  if (mode === "off") {
    return { kind: "none", run: true, isRunOff, reason: "--sandbox off" };
  }
  const said = words.deny.run === true ? [] : words.allow.run;
  const mayRun = isRunOff ? [] : said ?? true;
  const PATH = readEnvironment("PATH");
  const { plan: { kind, program }, trials } =
    wrappers.some((name) => covers(mayRun, name))
      ? await probeSandbox(plan, {
        environment: PATH === undefined ? {} : { PATH },
        landlock: landlockReason,
      })
      : tryLandlock(plan);
  const reason = trials.filter(({ usable }) => !usable)
    .map((trial) => `${trial.kind}: ${trial.because}`).join("; ");
  if (kind === "bwrap" || kind === "sandbox-exec") {
    return { kind, run: [program], isRunOff, reason };
  }
  const isOpen = kind === "none" && invocation.localOnly && !isRunOff;
  if (isOpen && said !== undefined && covers(said)) {
    throw new UserError(
      "Cannot keep --local-only: commands could reach any host, and no " +
        `sandbox works here (${reason}). Add --no-exec to go on without them`,
      exitCodes.sandbox,
    );
  }
  return { kind, run: isOpen ? [] : true, isRunOff, reason };
}

/** Programs that wrap commands. */
const wrappers = ["bwrap", "sandbox-exec"];

/** What is left where no wrapping program may be run. */
function tryLandlock(plan: SandboxPlan): SandboxProbe {
  const because = landlockReason();
  const usable = because === undefined;
  const kind = usable ? "landlock" : "none";
  return {
    plan: { ...plan, kind },
    trials: [
      { kind: "bwrap", usable: false, because: "it may not be run" },
      { kind: "landlock", usable, because: because ?? "" },
    ],
  };
}

/** Whether a scope of programs has one; without a name, whether any. */
function covers(scope: Scope, program?: string): boolean {
  if (scope === true) return true;
  if (program === undefined) return scope.length > 0;
  return scope.some((name) =>
    name === program || name === path.basename(program)
  );
}
