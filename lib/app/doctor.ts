import { exitCodes, UserError } from "../core/error.ts";
import { listenSignal } from "../term/signals.ts";
import type { Invocation } from "./args.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { writeWhole } from "./print.ts";
import { loadSettings } from "./settings.ts";
import type { RealmStarter } from "./realm_start.ts";

/** What `openclaude doctor` is run with. */
export interface DoctorOptions {
  readonly invocation: Invocation;
  readonly realms: RealmStarter;
}

/**
 * `openclaude doctor`: says what is granted, found and reachable, or with
 * `--model` what that model can do. The report goes to stdout.
 *
 * @returns 0; with a model 1 when it can't be used as an agent and 75 when
 * it can't be reached; 130 when interrupted.
 * @throws {UserError} for a model that is no server's.
 */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const interrupt = new AbortController();
  const stopListening = (["SIGINT", "SIGTERM"] as const).map((name) =>
    listenSignal(name, () => interrupt.abort())
  );
  try {
    const { code, text } = await examine(options, interrupt.signal);
    writeWhole(Deno.stdout, text);
    return code;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    writeWhole(Deno.stderr, "openclaude: interrupted\n");
    return exitCodes.interrupted;
  } finally {
    for (const stop of stopListening) stop();
  }
}

async function examine(
  { invocation, realms }: DoctorOptions,
  signal: AbortSignal,
): Promise<{ code: number; text: string }> {
  const { cardText, environmentText, jsonReport } = await import(
    "./doctor_report.ts"
  );
  const { json, model } = invocation;
  if (model === undefined) {
    const { examineEnvironment } = await import("./doctor_find.ts");
    const report = await examineEnvironment({
      invocation,
      realms,
      signal,
    });
    const text = json ? jsonReport(report) : environmentText(report);
    return { code: exitCodes.done, text };
  }
  if (model.startsWith("scripted:")) {
    throw new UserError(
      `Cannot examine "${model}": it is a script and no server's model`,
      exitCodes.usage,
    );
  }
  const { examineModel } = await import("./doctor_model.ts");
  const endpoint = await resolveEndpoint(invocation, await loadSettings());
  const isWatched = Deno.stderr.isTerminal() && !invocation.quiet;
  const card = await examineModel(endpoint, {
    signal,
    progress: (probe) => {
      if (isWatched) writeWhole(Deno.stderr, `asking: ${probe}\n`);
    },
  });
  const text = json ? jsonReport(card) : cardText(card);
  return { code: card.verdict.exitCode, text };
}
