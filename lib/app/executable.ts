import { exitCodes, UserError } from "../core/error.ts";
import type { SandboxPlan } from "../core/sandbox.ts";
import { readEnvironment } from "../platform/environment.ts";
import { killGroup } from "../platform/process.ts";
import { restrictSelf } from "../platform/sandbox_landlock.ts";
import { listenSignal } from "../term/signals.ts";
import { terminalReset } from "../term/terminal.ts";
import { type Keeper, keepRealms } from "../realm/remote.ts";
import type { FromAgent, ToAgent } from "./agent_main.ts";
import { planLaunch } from "./launch.ts";
import type { Scope } from "./permission_words.ts";
import { writeWhole } from "./print.ts";
import { complain, type Complaint, complaintOf, tell } from "./run_program.ts";

/**
 * The executable's main thread: it fixes what the process may do, starts the
 * agent in a worker that holds exactly that, and realms beside it on request.
 * Nothing but this thread holds more than the user gave, and it does nothing
 * else.
 */
export async function startAgent(
  mainUrl: string,
  words: readonly string[] = Deno.args,
): Promise<void> {
  // Should the agent end by itself, the process must not look successful.
  Deno.exitCode = exitCodes.crash;
  try {
    const launch = await planLaunch(words);
    const { denied } = launch.grants;
    const agent = startWorker(mainUrl, "agent", launch.agent);
    const say = (message: ToAgent) => agent.postMessage(message);
    const confine = confineOnce(launch.confinement);
    const keeper = keepRealms({
      start(kind) {
        confine();
        return startWorker(mainUrl, "realm", launch.realm(kind));
      },
      report: say,
      denied,
    });
    const end = (code: number) => endAll(keeper, code);
    const crash = (complaint: Complaint) => {
      giveBackTerminal();
      tell(complaint, words);
      return end(complaint.code);
    };
    agent.onmessage = ({ data }: MessageEvent<FromAgent>) => {
      if (data.type === "exit") return end(data.code);
      if (data.type === "crash") return crash(data.complaint);
      keeper.hear(data);
    };
    agent.onerror = (event) => {
      event.preventDefault();
      void crash(complaintOf(event.error ?? event.message));
    };
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      listenSignal(
        signal,
        () => setTimeout(end, patienceMs, exitCodes.terminated),
      );
    }
    const { args, landlock } = launch;
    const { read, write } = launch.grants;
    const granted = { read: pathsOf(read), write: pathsOf(write) };
    say({ type: "start", args, granted, denied, landlock });
  } catch (error) {
    Deno.exit(complain(error, words));
  }
}

/**
 * Milliseconds that the agent gets to end by itself after a signal: more than
 * it gives its own run.
 */
const patienceMs = 3_000;

/** Ends the process, and what realms had started if the agent did not. */
async function endAll(keeper: Keeper, code: number): Promise<void> {
  try {
    await Promise.all(keeper.groups().map(killGroup));
  } finally {
    Deno.exit(code);
  }
}

/** What the agent can't do any more; raw mode Deno ends by itself. */
function giveBackTerminal(): void {
  if (!Deno.stdout.isTerminal()) return;
  writeWhole(Deno.stdout, `\r${terminalReset(readEnvironment)}`);
}

function pathsOf(scope: Scope): readonly string[] {
  return scope === true ? [] : scope;
}

/** @throws {UserError} for a list that Deno does not understand. */
function startWorker(
  mainUrl: string,
  name: string,
  permissions: Deno.PermissionOptionsObject,
): Worker {
  try {
    return new Worker(mainUrl, { type: "module", name, deno: { permissions } });
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new UserError(
      `Cannot use what --allow-net lists: ${error.message}`,
      exitCodes.usage,
    );
  }
}

/**
 * Confines this thread before the first realm starts. What it starts from
 * then on, realms with all their threads and children, is confined from
 * birth; the agent, which it started before, stays free. A realm could not
 * do that for itself: its helper threads may be there before its first line
 * runs, and a worker that starts it for that purpose would delay it by a
 * second (docs/decisions/2026-11-24-landlock-launcher.md).
 */
function confineOnce(plan: SandboxPlan | undefined): () => void {
  let state: "free" | "confined" | "failed" = "free";
  return () => {
    if (plan === undefined || state === "confined") return;
    if (state === "failed") {
      throw new Error("Landlock failed before, and may hold in part");
    }
    state = "failed";
    restrictSelf(plan);
    state = "confined";
  };
}
