import type { FrontEndOptions } from "../app/front_end.ts";
import type { Conversation } from "../core/conversation.ts";
import { exitCodes } from "../core/error.ts";
import type { Part } from "../core/message.ts";
import { createStyles, wantsColour } from "../term/style.ts";
import { Asking } from "./asking.ts";
import { exitCodeOf } from "../core/run_end.ts";
import { type FrontEndIo, processIo } from "./io.ts";
import { PlainOutput, type RunOutput } from "./output.ts";
import { RunView } from "./run_view.ts";
import { statusLine } from "./totals.ts";

/** Settings of {@link runOneshot}. */
export interface OneshotOptions extends FrontEndOptions {
  /** Streams, signals and clock; those of the process when left out. */
  readonly io?: FrontEndIo;
}

/** Milliseconds that a run may take to end after SIGTERM. */
const graceMs = 2000;

/**
 * Sends one prompt and shows its run: the answer on stdout, everything else
 * on stderr. Where stdin and stderr are terminals the user is asked about
 * calls. SIGINT stops the run, a second one stops waiting for its end.
 * Resolves to the exit code.
 */
export async function runOneshot(
  conversation: Conversation,
  options: OneshotOptions,
): Promise<number> {
  const io = options.io ?? processIo();
  const { view, output } = await openOutput(conversation, io, options);
  const { sessionFile } = conversation;
  if (options.debug && sessionFile !== null) {
    output.show(view.note([stylesFor(io).dim(`Session ${sessionFile}`)]));
  }
  const shot = new Oneshot(conversation, output, view);
  const { timeLimit } = options;
  const stopListening = listenForStop(shot, io, timeLimit?.signal);
  let exitCode: number;
  try {
    exitCode = await shot.run(options.content ?? []);
  } finally {
    await shot.endQuestions();
    stopListening();
    output[Symbol.dispose]();
  }
  if (timeLimit?.signal.aborted && exitCode === exitCodes.timeout) {
    io.stderr.write(`openclaude: ${timeLimit.message}\n`);
  }
  const status = statusLine(view.totals);
  if (!options.quiet && status !== "") {
    const styles = stylesFor(io);
    io.stderr.write(`${styles.dim(status)}\n`);
  }
  await Promise.all([io.stdout.flush(), io.stderr.flush()]);
  return exitCode;
}

/** One prompt under way. */
class Oneshot {
  readonly #conversation: Conversation;
  readonly #output: RunOutput;
  readonly #view: RunView;
  readonly #stopped = Promise.withResolvers<number>();
  readonly #asking: Asking;
  /** What the end of the run means where it was not the run's own. */
  #stopCode: number | undefined;

  constructor(conversation: Conversation, output: RunOutput, view: RunView) {
    this.#conversation = conversation;
    this.#output = output;
    this.#view = view;
    this.#asking = new Asking(conversation, output.ask);
  }

  /** Asks the run to end; its end is waited for. */
  interrupt(): void {
    this.#conversation.send({ type: "interrupt" });
  }

  /** As `interrupt()`, and the exit code says what it was. */
  stop(exitCode: number): void {
    this.#stopCode ??= exitCode;
    this.interrupt();
  }

  /** Waits no longer. */
  abandon(exitCode: number): void {
    this.#stopped.resolve(exitCode);
  }

  async endQuestions(): Promise<void> {
    await this.#asking.withdraw();
  }

  async run(content: readonly Part[]): Promise<number> {
    const events = this.#conversation.events()[Symbol.asyncIterator]();
    // Listening begins with the first call, which must come before the op.
    let next = events.next();
    this.#conversation.send({ type: "prompt", content });
    while (true) {
      const item = await Promise.race([next, this.#stopped.promise]);
      if (typeof item === "number") return item;
      if (item.done) return exitCodes.failed;
      const event = item.value;
      // A stop may come before there is a run to be stopped.
      if (event.type === "run_start" && this.#stopCode) this.interrupt();
      this.#output.show(this.#view.apply(event));
      this.#output.changed();
      this.#asking.follow(event);
      if (event.type === "run_end") {
        await events.return?.();
        return this.#stopCode ?? exitCodeOf(event);
      }
      next = events.next();
    }
  }
}

async function openOutput(
  conversation: Conversation,
  io: FrontEndIo,
  options: OneshotOptions,
): Promise<{ readonly view: RunView; readonly output: RunOutput }> {
  const { cwd } = conversation;
  const { isTerminal, variable } = io;
  const { quiet, debug, model } = options;
  const isLive = variable("TERM") !== "dumb" &&
    (isTerminal.stdout || isTerminal.stderr);
  const styles = stylesFor(io);
  const markdown = isLive && isTerminal.stdout && !options.isValue
    ? await (await import("./open_markdown.ts")).openMarkdown(io)
    : undefined;
  const view = new RunView({
    styles,
    cwd,
    quiet,
    debug,
    model,
    roomy: isLive,
    listsRefusals: true,
    ...(markdown === undefined ? {} : { markdown }),
  });
  view.begin(io.now());
  if (!isLive) return { view, output: new PlainOutput(io, { view, styles }) };
  const { LiveOutput } = await import("./live_output.ts");
  const output = new LiveOutput(io, { view, styles, quiet });
  return { view, output };
}

function stylesFor(io: FrontEndIo) {
  return createStyles(wantsColour(io.isTerminal.stderr, io.variable));
}

/** Answers signals and the time limit; the function returned stops that. */
function listenForStop(
  shot: Oneshot,
  io: FrontEndIo,
  limit: AbortSignal | undefined,
): () => void {
  let interrupts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (exitCode: number) => {
    shot.stop(exitCode);
    timer ??= setTimeout(() => shot.abandon(exitCode), graceMs);
  };
  const terminate = () => end(exitCodes.terminated);
  const expire = () => end(exitCodes.timeout);
  limit?.addEventListener("abort", expire);
  if (limit?.aborted) expire();
  const stops = [
    io.listen("SIGINT", () => {
      shot.interrupt();
      if (++interrupts > 1) shot.abandon(exitCodes.interrupted);
    }),
    io.listen("SIGTERM", terminate),
    io.listen("SIGHUP", terminate),
  ];
  return () => {
    clearTimeout(timer);
    limit?.removeEventListener("abort", expire);
    for (const stopListening of stops) stopListening();
  };
}
