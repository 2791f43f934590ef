import type { FrontEndOptions } from "../../app/front_end.ts";
import type { TimeLimit } from "../../app/time_limit.ts";
import type { Conversation } from "../../core/conversation.ts";
import { exitCodes } from "../../core/error.ts";
import { createSink } from "../../term/sink.ts";
import { type FrontEndIo, processIo } from "../io.ts";
import { RunLines } from "./run_lines.ts";
import { JsonSession } from "./session.ts";

/** Settings of {@link runJson}. */
export interface JsonOptions extends FrontEndOptions {
  /** Streams, signals and clock; those of the process when left out. */
  readonly io?: FrontEndIo;
  /** Makes the lines' ids; random ones when left out. */
  readonly newUuid?: () => string;
}

/** Milliseconds that a run may take to end when the process must. */
const graceMs = 2000;
/** Milliseconds that its last lines may then take to be read. */
const flushMs = 500;

/**
 * Tells runs to a program, as JSON lines on stdout or as one result, and takes
 * its lines from stdin where they are asked for. Nothing else is written to
 * stdout. Resolves to the exit code of the last run.
 *
 * @throws {UserError} when the input ends and asked for nothing.
 */
export async function runJson(
  conversation: Conversation,
  options: JsonOptions,
): Promise<number> {
  const { io = drivenIo(), newUuid = () => crypto.randomUUID() } = options;
  const { json = plainJson, quiet, debug, version, model } = options;
  const lines = new RunLines({
    cwd: conversation.cwd,
    get sessionId() {
      return conversation.id;
    },
    version,
    hasKey: json.hasKey,
    partial: json.partial,
    replay: json.replay,
    debug,
    newUuid,
    now: io.now,
  });
  const session = new JsonSession(conversation, io, {
    lines,
    streams: json.format === "stream-json",
    reads: json.input === "stream-json",
    asksDriver: json.asksDriver,
    quiet,
    model,
    canBypass: options.canBypass ?? false,
  });
  const stopListening = listenForStop(session, io, options.timeLimit);
  try {
    return await session.run(options.content);
  } finally {
    stopListening();
    await flush(io, session.isStopped);
  }
}

/** Those of the process; a driver that does not read stops nothing. */
function drivenIo(): FrontEndIo {
  return { ...processIo(), stdout: createSink(Deno.stdout, { waits: false }) };
}

/** Waits until all is written; for a process that must end, not forever. */
async function flush(io: FrontEndIo, isStopped: boolean): Promise<void> {
  const written = Promise.all([io.stdout.flush(), io.stderr.flush()]);
  if (!isStopped) return void await written;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushMs);
  });
  await Promise.race([written, over]);
  clearTimeout(timer);
}

const plainJson = {
  format: "json",
  input: "text",
  partial: false,
  replay: false,
  asksDriver: false,
  hasKey: false,
} as const;

/** Answers signals and the time limit; the function returned stops that. */
function listenForStop(
  session: JsonSession,
  io: FrontEndIo,
  limit: TimeLimit | undefined,
): () => void {
  let interrupts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (exitCode: number, because?: string) => {
    session.stop(exitCode, because);
    timer ??= setTimeout(() => session.abandon(exitCode), graceMs);
  };
  const terminate = () => end(exitCodes.terminated);
  const expire = () => end(exitCodes.timeout, limit?.message);
  limit?.signal.addEventListener("abort", expire);
  if (limit?.signal.aborted) expire();
  const stops = [
    io.listen("SIGINT", () => {
      session.stop(exitCodes.interrupted);
      if (++interrupts > 1) session.abandon(exitCodes.interrupted);
    }),
    io.listen("SIGTERM", terminate),
    io.listen("SIGHUP", terminate),
  ];
  return () => {
    clearTimeout(timer);
    limit?.signal.removeEventListener("abort", expire);
    for (const stopListening of stops) stopListening();
  };
}
