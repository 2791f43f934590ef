import type { FrontEndOptions } from "../app/front_end.ts";
import type { Conversation } from "../core/conversation.ts";
import { exitCodes } from "../core/error.ts";
import { type Part, text } from "../core/message.ts";
import type { PermissionMode } from "../core/permission.ts";
import { printable } from "../term/printable.ts";
import { createStyles, type Styles, wantsColour } from "../term/style.ts";
import { Asking } from "./asking.ts";
import { type CommandPort, endsWait, type WaitEnd } from "./command.ts";
import { parseCommand, type ParsedCommand, runCommand } from "./commands.ts";
import { costReport } from "./cost_report.ts";
import type { FrontEndIo } from "./io.ts";
import { drawLastExchange } from "./last_exchange.ts";
import { createLineReader, type LineReader } from "./line_reader.ts";
import { describeMode } from "./modes.ts";
import { PlainOutput } from "./output.ts";
import { choosePlainly } from "./plain_choice.ts";
import { sayHowToResume } from "./resume_hint.ts";
import { RunView } from "./run_view.ts";
import { statusLine } from "./totals.ts";
import { welcome } from "./welcome.ts";

/**
 * The REPL by lines, for terminals that cannot be drawn on. One prompt after
 * another; Ctrl+C interrupts a run, and leaves when none is under way. A line
 * that ends in a backslash goes on in the next.
 */
export async function runPlainRepl(
  conversation: Conversation,
  options: FrontEndOptions,
  io: FrontEndIo,
): Promise<number> {
  const repl = new PlainRepl(conversation, options, io);
  const stops = [
    io.listen("SIGINT", () => repl.interruptOrLeave()),
    io.listen("SIGTERM", () => repl.leave(exitCodes.terminated)),
    io.listen("SIGHUP", () => repl.leave(exitCodes.terminated)),
  ];
  try {
    const exitCode = await repl.run();
    await sayHowToResume(conversation, io);
    return exitCode;
  } finally {
    for (const stop of stops) stop();
    await Promise.all([io.stdout.flush(), io.stderr.flush()]);
  }
}

class PlainRepl {
  readonly #conversation: Conversation;
  readonly #options: FrontEndOptions;
  readonly #io: FrontEndIo;
  readonly #view: RunView;
  readonly #styles: Styles;
  readonly #lines: LineReader;
  readonly #output: PlainOutput;
  readonly #asking: Asking;
  readonly #leaving = new AbortController();
  readonly #left = Promise.withResolvers<null>();
  #mode: PermissionMode;
  #run: PromiseWithResolvers<void> | null = null;
  /** What a command waits for. */
  #wait: {
    readonly until: WaitEnd;
    readonly over: PromiseWithResolvers<void>;
  } | null = null;
  #exitCode: number = exitCodes.done;

  constructor(
    conversation: Conversation,
    options: FrontEndOptions,
    io: FrontEndIo,
  ) {
    this.#conversation = conversation;
    this.#options = options;
    this.#io = io;
    this.#styles = createStyles(
      wantsColour(io.isTerminal.stderr, io.variable),
    );
    this.#lines = createLineReader(io.input);
    const { cwd } = conversation;
    this.#mode = options.mode ?? "default";
    this.#view = new RunView({
      styles: this.#styles,
      cwd,
      model: options.model,
      debug: options.debug,
    });
    this.#output = new PlainOutput(io, {
      view: this.#view,
      styles: this.#styles,
      lines: this.#lines,
    });
    this.#asking = new Asking(conversation, this.#output.ask);
  }

  async run(): Promise<number> {
    const { stderr } = this.#io;
    const { cwd } = this.#conversation;
    const { last } = this.#options;
    const greeting = [
      ...welcome(cwd, this.#options, this.#styles),
      ...(last ? drawLastExchange(last, this.#styles) : []),
    ];
    stderr.write(`${greeting.join("\n")}\n`);
    const following = this.#follow();
    let { content } = this.#options;
    while (!this.#leaving.signal.aborted) {
      content ??= await this.#prompt();
      if (content === undefined) break;
      this.#run = Promise.withResolvers<void>();
      this.#conversation.send({ type: "prompt", content });
      content = undefined;
      await Promise.race([this.#run.promise, this.#left.promise]);
      this.#run = null;
      stderr.write(`${statusLine(this.#view.totals)}\n`);
    }
    this.leave(this.#exitCode);
    await following;
    return this.#exitCode;
  }

  interruptOrLeave(): void {
    if (this.#run === null && this.#wait === null) {
      return this.leave(exitCodes.done);
    }
    this.#conversation.send({ type: "interrupt" });
    this.#asking.withdraw();
    this.#wait?.over.resolve();
  }

  leave(exitCode: number): void {
    if (this.#leaving.signal.aborted) return;
    this.#exitCode = exitCode;
    this.#asking.withdraw();
    this.#leaving.abort();
    this.#left.resolve(null);
  }

  /** Shows what happens, until the conversation ends or the user leaves. */
  async #follow(): Promise<void> {
    const events = this.#conversation.events()[Symbol.asyncIterator]();
    while (true) {
      const item = await Promise.race([events.next(), this.#left.promise]);
      if (item === null) return;
      if (item.done) return this.leave(this.#exitCode);
      const event = item.value;
      this.#output.show(this.#view.apply(event));
      this.#asking.follow(event);
      if (event.type === "run_start") this.#mode = event.mode;
      if (event.type === "mode") {
        this.#mode = event.mode;
        this.#io.stderr.write(`Mode ${describeMode(event.mode)}\n`);
      }
      if (event.type === "session" && event.prompt !== undefined) {
        this.#io.stderr.write(`It was:\n${printable(event.prompt)}\n`);
      }
      if (this.#wait !== null && endsWait(this.#wait.until, event)) {
        this.#wait.over.resolve();
      }
      if (event.type === "run_end") this.#run?.resolve();
    }
  }

  /** Reads until there is a prompt; undefined when the user leaves. */
  async #prompt(): Promise<readonly Part[] | undefined> {
    const { stderr } = this.#io;
    let draft = "";
    while (!this.#leaving.signal.aborted) {
      const mode = this.#mode === "default" ? "" : `${this.#mode} `;
      stderr.write(draft === "" ? `${mode}> ` : ". ");
      const line = await this.#lines.next(this.#leaving.signal);
      if (line === null) return undefined;
      if (line.endsWith("\\")) {
        draft += `${line.slice(0, -1)}\n`;
        continue;
      }
      const whole = draft + line;
      draft = "";
      const command = parseCommand(whole);
      if (command !== null) await this.#command(command);
      else if (whole.trim() !== "") return [text(whole)];
    }
    return undefined;
  }

  /** Runs a command and waits for what it asked of the conversation. */
  async #command(command: ParsedCommand): Promise<void> {
    await runCommand(command, this.#port());
    await Promise.race([this.#wait?.over.promise, this.#left.promise]);
    this.#wait = null;
  }

  #port(): CommandPort {
    const conversation = this.#conversation;
    const { stderr } = this.#io;
    return {
      model: this.#view.totals.model,
      mode: this.#mode,
      isBusy: false,
      canBypass: this.#options.canBypass === true,
      conversation,
      styles: this.#styles,
      now: this.#io.now,
      costReport: () => costReport(this.#view.totals, this.#io.now()),
      send: (op) => {
        if (op.type === "clear") this.#view.restart();
        if (op.type === "uncompact") this.#view.forgetContext();
        conversation.send(op);
      },
      note: (...lines) => stderr.write(`${lines.join("\n")}\n`),
      choose: (picker) =>
        choosePlainly(picker, {
          lines: this.#lines,
          to: stderr,
          signal: this.#leaving.signal,
        }),
      wait: (label, until) => {
        stderr.write(`${label}\n`);
        this.#wait = { until, over: Promise.withResolvers<void>() };
      },
      setModel: (name) => this.#view.setModel(name),
      leave: () => this.leave(exitCodes.done),
    };
  }
}
