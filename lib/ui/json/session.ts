import type { Conversation } from "../../core/conversation.ts";
import { describeError, exitCodes, UserError } from "../../core/error.ts";
import type { AgentEvent } from "../../core/event.ts";
import type { Part } from "../../core/message.ts";
import type { FrontEndIo } from "../io.ts";
import { exitCodeOf } from "../../core/run_end.ts";
import { listRefusals } from "../run_end.ts";
import { answerControl, type ControlPorts, refuseControl } from "./control.ts";
import { type InputLine, partsOf, readInputLine } from "./input_lines.ts";
import type { OutputLine, ResultLine } from "./output_lines.ts";
import { Questions } from "./questions.ts";
import { readInput } from "./read_input.ts";
import type { RunLines } from "./run_lines.ts";

/** What a session is made with. */
export interface SessionOptions {
  readonly lines: RunLines;
  /** Whether every line is written, or the result of a run alone. */
  readonly streams: boolean;
  /** Whether the input is read for lines. */
  readonly reads: boolean;
  readonly asksDriver: boolean;
  readonly quiet: boolean;
  readonly model: string;
  readonly canBypass: boolean;
}

/** Runs of a conversation, told in lines and driven by them. */
export class JsonSession {
  readonly #conversation: Conversation;
  readonly #io: FrontEndIo;
  readonly #options: SessionOptions;
  readonly #finished = Promise.withResolvers<number>();
  readonly #questions: Questions;
  readonly #control: ControlPorts;
  /** Prompts whose run has not ended. */
  #waiting = 0;
  #isInputOver = false;
  /** Whether the driver asked for anything at all. */
  #isUsed = false;
  #exitCode: number = exitCodes.done;
  /** What the process ends with at the end of the run under way. */
  #stopCode: number | undefined;
  /** An interrupt counts for a run that is about to begin, too. */
  #isInterrupting = false;

  constructor(
    conversation: Conversation,
    io: FrontEndIo,
    options: SessionOptions,
  ) {
    this.#conversation = conversation;
    this.#io = io;
    this.#options = options;
    const interrupt = () => this.interrupt();
    this.#questions = new Questions(conversation, {
      write: (line) => this.#write(line),
      complain: (message) => this.#complain(message),
      refused: (callId) => options.lines.refusedByDriver.add(callId),
      interrupt,
    }, options.asksDriver);
    this.#control = {
      conversation,
      model: options.model,
      canBypass: options.canBypass,
      interrupt,
      answers: (isAnswered) => this.#questions.isAnswered = isAnswered,
    };
  }

  /** Resolves to the exit code when all is done. */
  async run(content: readonly Part[] | undefined): Promise<number> {
    if (this.#stopCode !== undefined) return this.#stopCode;
    const events = this.#conversation.events()[Symbol.asyncIterator]();
    // Listening begins with the first call, which must come before the op.
    let next = events.next();
    if (content !== undefined) this.#prompt(content);
    if (this.#options.reads) this.#read();
    else this.#endInput();
    while (true) {
      const item = await Promise.race([this.#finished.promise, next]);
      if (typeof item === "number") return item;
      if (item.done) return exitCodes.failed;
      this.#follow(item.value);
      next = events.next();
    }
  }

  /** Asks the run under way to end; its end is waited for. */
  interrupt(): void {
    this.#isInterrupting = this.#waiting > 0;
    this.#conversation.send({ type: "interrupt" });
  }

  /** As `interrupt()`, and the process ends with the run. */
  stop(exitCode: number, because?: string): void {
    this.#stopCode ??= exitCode;
    const { lines } = this.#options;
    if (because !== undefined) lines.outOfTime = because;
    if (this.#waiting > 0) return this.interrupt();
    // Time that is over before a run, or between two, is told as a result.
    if (because !== undefined) this.#end(lines.abandoned());
    this.#finished.resolve(this.#stopCode);
  }

  /** Whether the process ends before its work is done. */
  get isStopped(): boolean {
    return this.#stopCode !== undefined;
  }

  /** Waits no longer; what is under way is told as interrupted. */
  abandon(exitCode: number): void {
    if (this.#waiting > 0) this.#end(this.#options.lines.abandoned());
    this.#waiting = 0;
    this.#finished.resolve(this.#stopCode ?? exitCode);
  }

  #follow(event: AgentEvent): void {
    if (event.type === "run_start" && this.#isInterrupting) this.interrupt();
    for (const line of this.#options.lines.apply(event)) {
      if (line.type === "result") this.#end(line);
      else this.#write(line);
    }
    this.#questions.follow(event);
    if (event.type === "notice" && event.level === "warn") {
      this.#note(event.text);
    }
    if (event.type === "run_end") this.#endRun(event);
  }

  #endRun(event: AgentEvent & { type: "run_end" }): void {
    this.#waiting--;
    this.#isInterrupting = false;
    // A driver is told of refused calls, and its libraries take any other
    // code for a crash.
    const { reads } = this.#options;
    this.#exitCode = reads && event.reason === "done"
      ? exitCodes.done
      : exitCodeOf(event);
    for (const line of listRefusals(event.denials, this.#conversation.cwd)) {
      this.#note(line);
    }
    if (this.#stopCode !== undefined) this.#finished.resolve(this.#stopCode);
    else this.#finishIfDone();
  }

  #end(line: ResultLine): void {
    this.#write(line);
    // `openclaude ... | head -1` is no error.
    if (this.#io.stdout.isBroken?.()) return;
    for (const error of line.errors ?? []) {
      this.#io.stderr.write(`openclaude: ${error}\n`);
    }
  }

  #finishIfDone(): void {
    if (!this.#isInputOver || this.#waiting > 0) return;
    this.#finished.resolve(this.#exitCode);
  }

  #prompt(content: readonly Part[]): void {
    this.#waiting++;
    this.#isUsed = true;
    this.#conversation.send({ type: "prompt", content });
  }

  /** Reads the driver's lines while runs go on. */
  async #read(): Promise<void> {
    try {
      await readInput(this.#io.input, {
        value: (value, line) => this.#take(value, line),
        problem: (message) => this.#complain(message),
      });
    } catch (error) {
      this.#complain(`Cannot read the input: ${describeError(error)}`);
    }
    this.#questions.close();
    this.#endInput();
  }

  #endInput(): void {
    this.#isInputOver = true;
    if (this.#isUsed) return this.#finishIfDone();
    this.#finished.reject(
      new UserError(
        "Cannot start: the input ended without a user message. Write " +
          '{"type":"user","message":{"role":"user","content":"..."}} lines ' +
          "to stdin",
        exitCodes.usage,
      ),
    );
  }

  #take(value: unknown, lineNumber: number): void {
    const read = readInputLine(value);
    if (read.ok) return this.#obey(read.line);
    if (read.requestId !== undefined) {
      this.#write(refuseControl(read.requestId, read.problem));
    } else this.#complain(`Input line ${lineNumber}: ${read.problem}`);
  }

  #obey(line: InputLine): void {
    switch (line.type) {
      case "user":
        return this.#prompt(partsOf(line));
      case "control_request":
        this.#isUsed = true;
        return this.#write(answerControl(line, this.#control));
      case "control_response":
        return this.#questions.answer(line.response);
      case "keep_alive":
        return;
    }
  }

  #complain(message: string): void {
    this.#write(this.#options.lines.informational("error", message));
  }

  /** For people, where no line of the format tells it. */
  #note(text: string): void {
    const { streams, quiet } = this.#options;
    if (!streams && !quiet) this.#io.stderr.write(`${text}\n`);
  }

  #write(line: OutputLine): void {
    const { stdout } = this.#io;
    if (!this.#options.streams && line.type !== "result") return;
    stdout.write(`${JSON.stringify(line)}\n`);
    // Nobody reads what the run does, and nobody could stop it.
    if (stdout.isBroken?.() && this.#stopCode === undefined) {
      this.stop(exitCodes.interrupted);
    }
  }
}
