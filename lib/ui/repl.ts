import type { FrontEndOptions } from "../app/front_end.ts";
import type { Conversation } from "../core/conversation.ts";
import { describeError, exitCodes } from "../core/error.ts";
import type { Picker } from "../term/picker.ts";
import { type Frame, Screen } from "../term/screen.ts";
import { createStyles, type Styles, wantsColour } from "../term/style.ts";
import { Terminal } from "../term/terminal.ts";
import type { CommandPort } from "./command.ts";
import { runCommand } from "./commands.ts";
import { costReport } from "./cost_report.ts";
import { createFrameClock, type FrameClock } from "./frame_clock.ts";
import { loadHistory, recordHistory } from "./history_file.ts";
import { type FrontEndIo, processIo } from "./io.ts";
import { drawLastExchange } from "./last_exchange.ts";
import { openMarkdown } from "./open_markdown.ts";
import { drawPreview } from "./preview.ts";
import { drawRepl } from "./repl_frame.ts";
import type { Effect } from "./repl_effect.ts";
import {
  createRepl,
  replEvent,
  replKey,
  type ReplState,
  startPrompt,
  type Step,
} from "./repl_state.ts";
import { sayHowToResume } from "./resume_hint.ts";
import { RunView, type Shown } from "./run_view.ts";
import { welcome } from "./welcome.ts";

/** Settings of {@link runRepl}. */
export interface ReplOptions extends FrontEndOptions {
  /** Streams, signals and clock; those of the process when left out. */
  readonly io?: FrontEndIo;
}

/**
 * Talks with the user until they leave; resolves to the exit code. On a
 * terminal that can be drawn on there is an editor at the bottom; elsewhere
 * lines are read and written.
 */
export async function runRepl(
  conversation: Conversation,
  options: ReplOptions,
): Promise<number> {
  const io = options.io ?? processIo();
  const { isTerminal, variable } = io;
  const canDraw = isTerminal.stdin && isTerminal.stdout &&
    variable("TERM") !== "dumb";
  if (!canDraw) {
    const { runPlainRepl } = await import("./plain_repl.ts");
    return await runPlainRepl(conversation, options, io);
  }
  const [markdown, history] = await Promise.all([
    openMarkdown(io),
    options.historyFile === undefined ? [] : loadHistory(options.historyFile),
  ]);
  const styles = createStyles(wantsColour(true, variable));
  const view = new RunView({
    styles,
    markdown,
    cwd: conversation.cwd,
    model: options.model,
    debug: options.debug,
    roomy: true,
  });
  const parts = { conversation, options, io, styles, view, history };
  const exitCode = await talk(parts);
  await sayHowToResume(conversation, io);
  return exitCode;
}

/** Gives the terminal back before anything else is written to it. */
async function talk(parts: ReplParts): Promise<number> {
  using repl = new Repl(parts);
  return await repl.run();
}

interface ReplParts {
  readonly conversation: Conversation;
  readonly options: ReplOptions;
  readonly io: FrontEndIo;
  readonly styles: Styles;
  readonly view: RunView;
  readonly history: readonly string[];
}

/** The shell around the state: it reads keys and events, and draws. */
class Repl implements Disposable {
  readonly #parts: ReplParts;
  readonly #screen: Screen;
  readonly #terminal: Terminal;
  readonly #clock: FrameClock;
  readonly #left = new AbortController();
  readonly #stops: (() => void)[];
  #exitCode: number = exitCodes.done;
  #state: ReplState;
  /** Who waits for what the user chooses. */
  #chosen: ((id: string | undefined) => void) | undefined;
  /** Writes to the history file, one after another. */
  #recording: Promise<unknown> = Promise.resolve();

  constructor(parts: ReplParts) {
    const { io, view, history, options } = parts;
    this.#parts = parts;
    this.#state = createRepl(history, options);
    this.#screen = new Screen(io.stdout, io.size);
    this.#terminal = new Terminal(io.stdout, io);
    this.#clock = createFrameClock(
      this.#screen,
      () => this.#draw(),
      () => view.isRunning,
    );
    const end = () => this.#leave(exitCodes.terminated);
    this.#stops = [
      io.listen("SIGWINCH", () => this.#clock.request()),
      io.listen("SIGTERM", end),
      io.listen("SIGHUP", end),
    ];
  }

  async run(): Promise<number> {
    const { conversation, options, io, styles, view } = this.#parts;
    this.#terminal.enterRaw();
    const following = this.#follow();
    this.#show(view.note(welcome(conversation.cwd, options, styles)));
    if (options.last) {
      this.#show(view.note(["", ...drawLastExchange(options.last, styles)]));
    }
    if (options.content !== undefined) {
      this.#take(startPrompt(this.#state, options.content));
    }
    this.#draw();
    while (true) {
      const keys = await this.#terminal.readKeys(this.#left.signal);
      if (keys === null) break;
      for (const key of keys) this.#take(replKey(this.#state, key, io.now()));
      this.#clock.flush();
      if (this.#left.signal.aborted) break;
    }
    this.#leave(this.#exitCode);
    await Promise.all([following, this.#recording]);
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    this.#clock[Symbol.dispose]();
    for (const stop of this.#stops) stop();
    this.#show(this.#parts.view.finishText());
    this.#screen.clear();
    this.#terminal.leaveRaw();
  }

  async #follow(): Promise<void> {
    const { conversation, view, io } = this.#parts;
    const events = conversation.events()[Symbol.asyncIterator]();
    const left = Promise.withResolvers<null>();
    const { signal } = this.#left;
    signal.addEventListener("abort", () => left.resolve(null), { once: true });
    while (true) {
      const item = await Promise.race([events.next(), left.promise]);
      if (item === null || item.done) break;
      this.#show(view.apply(item.value));
      this.#take(replEvent(this.#state, item.value, io.now()));
      this.#clock.request();
    }
    this.#leave(this.#exitCode);
  }

  #leave(exitCode: number): void {
    if (this.#left.signal.aborted) return;
    this.#exitCode = exitCode;
    this.#left.abort();
  }

  #take({ state, effects }: Step): void {
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    const { isBusy, waitsFor } = this.#state;
    const { view } = this.#parts;
    if (!isBusy && waitsFor === null && view.isRunning) view.settle();
  }

  #perform(effect: Effect): void {
    const { conversation, view, styles, io } = this.#parts;
    switch (effect.type) {
      case "send":
        if (effect.op.type === "prompt") view.begin(io.now());
        return conversation.send(effect.op);
      case "echo":
        return this.#show([...view.takeText(), ...view.echo(effect.text)]);
      case "preview": {
        const lines = drawPreview(effect.call, view.place, styles);
        return this.#show([...view.takeText(), ...view.note(lines)]);
      }
      case "command":
        return this.#command(effect);
      case "chosen":
        return this.#chosen?.(effect.id ?? undefined);
      case "record":
        return this.#record(effect.text);
      case "redraw":
        return this.#screen.resize();
      case "leave":
        return this.#leave(exitCodes.done);
    }
  }

  #command(effect: Effect & { type: "command" }): void {
    const port = this.#port();
    runCommand(effect, port).catch((error) => port.note(describeError(error)));
  }

  #port(): CommandPort {
    const { conversation, view, io, styles } = this.#parts;
    const { mode, isBusy, canBypass } = this.#state;
    return {
      ...{ model: view.totals.model, mode, isBusy, canBypass },
      ...{ conversation, styles, now: io.now },
      costReport: () => costReport(view.totals, io.now()),
      send: (op) => {
        if (op.type === "clear") view.restart();
        if (op.type === "uncompact") view.forgetContext();
        conversation.send(op);
      },
      note: (...lines) => {
        // An answer that comes too late would be drawn on the shell's screen.
        if (this.#left.signal.aborted) return;
        this.#show(view.note(lines));
        this.#clock.request();
      },
      choose: (picker) => this.#choose(picker),
      wait: (label, until) => {
        if (this.#state.isBusy) return;
        this.#state = { ...this.#state, waitsFor: until };
        view.begin(io.now(), label);
      },
      setModel: (name) => view.setModel(name),
      leave: () => this.#leave(exitCodes.done),
    };
  }

  #choose(picker: Picker): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    // One that was open is given up.
    this.#chosen?.(undefined);
    this.#chosen = resolve;
    this.#state = { ...this.#state, picker, hint: "" };
    this.#clock.request();
    return promise;
  }

  #record(text: string): void {
    const file = this.#parts.options.historyFile;
    if (file === undefined) return;
    this.#recording = this.#recording.then(() => recordHistory(file, text));
  }

  #show(shown: readonly Shown[]): void {
    for (const { lines } of shown) this.#screen.commit(lines);
  }

  #draw(): void {
    const { view } = this.#parts;
    this.#show(view.takeText());
    this.#screen.render(this.#frame());
  }

  #frame(): Frame {
    const { view, styles, io, options } = this.#parts;
    return drawRepl(this.#state, view, {
      styles,
      sandbox: options.sandbox,
      size: io.size(),
      now: io.now(),
    });
  }
}
