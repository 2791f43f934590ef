import { Screen } from "../term/screen.ts";
import type { Styles } from "../term/style.ts";
import { Terminal } from "../term/terminal.ts";
import { wrapColumns } from "../term/width.ts";
import { createFrameClock, type FrameClock } from "./frame_clock.ts";
import type { FrontEndIo } from "./io.ts";
import type { RunOutput, Verdict } from "./output.ts";
import { type AskedCall, drawPreview } from "./preview.ts";
import {
  drawQuestion,
  type Question,
  questionKey,
  settleMs,
} from "./question.ts";
import type { RunView, Shown } from "./run_view.ts";
import { statusLine } from "./totals.ts";

/** What a {@link LiveOutput} shows, and how. */
export interface LiveOutputOptions {
  readonly view: RunView;
  readonly cwd: string;
  readonly styles: Styles;
  readonly quiet: boolean;
}

/**
 * Shows a one-shot run on a terminal: finished lines scroll away, and below
 * them stand the open text, what is going on, and the question to answer.
 */
export class LiveOutput implements RunOutput {
  readonly #io: FrontEndIo;
  readonly #options: LiveOutputOptions;
  readonly #screen: Screen;
  readonly #clock: FrameClock;
  #question: Question | null = null;

  constructor(io: FrontEndIo, options: LiveOutputOptions) {
    this.#io = io;
    this.#options = options;
    const { isTerminal, stderr, stdout } = io;
    this.#screen = new Screen(isTerminal.stderr ? stderr : stdout, io.size);
    this.#clock = createFrameClock(
      this.#screen,
      () => this.#draw(),
      () => options.view.isRunning,
    );
    this.#draw();
  }

  show(shown: readonly Shown[]): void {
    const { stdout, stderr, isTerminal } = this.#io;
    for (const { to, lines } of shown) {
      if (to === "answer") {
        if (isTerminal.stdout) this.#screen.commit(lines, stdout);
        else stdout.write(`${lines.join("\n")}\n`);
      } else if (isTerminal.stderr) this.#screen.commit(lines, stderr);
      else stderr.write(`${lines.join("\n")}\n`);
    }
  }

  changed(): void {
    this.#clock.request();
  }

  async ask(call: AskedCall, signal: AbortSignal): Promise<Verdict> {
    const { view, cwd, styles } = this.#options;
    this.show(view.takeText());
    this.#screen.commit(["", ...drawPreview(call, cwd, styles)]);
    let question: Question = {
      ...call,
      requestId: "",
      since: this.#io.now(),
      reason: null,
    };
    using terminal = new Terminal(this.#io.stderr, this.#io);
    terminal.enterRaw();
    try {
      while (true) {
        this.#question = question;
        this.#draw();
        const keys = await terminal.readKeys(signal);
        if (keys === null) return stopped;
        for (const key of keys) {
          const isEarly = this.#io.now() - question.since < settleMs;
          if (isEarly && key.name === "text") continue;
          const result = questionKey(question, key);
          if (result.kind === "answered") return result;
          question = result.question;
        }
      }
    } finally {
      this.#question = null;
      this.#draw();
    }
  }

  [Symbol.dispose](): void {
    this.#clock[Symbol.dispose]();
    this.show(this.#options.view.finishText());
    this.#screen.clear();
  }

  #draw(): void {
    const { view, styles, quiet } = this.#options;
    const { isTerminal, now, size } = this.#io;
    const { columns } = size();
    const isSilent = quiet || !isTerminal.stderr;
    this.show(view.takeText());
    const all = isSilent ? view.open() : view.live(now());
    const live = all.flatMap((line) => wrapColumns(line, columns));
    if (this.#question !== null) {
      const frame = drawQuestion(this.#question, styles);
      return this.#screen.render(frame);
    }
    const status = isSilent ? "" : statusLine(
      view.totals,
      view.runningMs(now()),
    );
    const lines = status === "" ? live : [...live, styles.dim(status)];
    this.#screen.render({ lines });
  }
}

const stopped: Verdict = { answer: { kind: "deny" }, interrupt: false };
