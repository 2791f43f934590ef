import { type Frame, Screen } from "../term/screen.ts";
import type { Styles } from "../term/style.ts";
import { Terminal } from "../term/terminal.ts";
import { cutColumns, wrapColumns } from "../term/width.ts";
import { createFrameClock, type FrameClock } from "./frame_clock.ts";
import type { FrontEndIo } from "./io.ts";
import type { Ask } from "./asking.ts";
import type { RunOutput } from "./output.ts";
import { drawPreview } from "./preview.ts";
import {
  drawQuestion,
  openQuestion,
  type Question,
  questionHint,
  questionKey,
} from "./question.ts";
import type { RunView, Shown } from "./run_view.ts";
import { statusLine } from "./totals.ts";

/** What a {@link LiveOutput} shows, and how. */
export interface LiveOutputOptions {
  readonly view: RunView;
  readonly styles: Styles;
  readonly quiet: boolean;
}

/** The question to answer, and how many wait with it. */
interface OpenQuestion {
  readonly question: Question;
  readonly waiting: () => number;
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
  #question: OpenQuestion | null = null;

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

  readonly ask: Ask = async (asked, signal, waiting) => {
    const { view, styles } = this.#options;
    this.show(view.takeText());
    this.#screen.commit(["", ...drawPreview(asked, view.place, styles)]);
    let question = openQuestion(asked, this.#io.now());
    using terminal = new Terminal(this.#io.stderr, this.#io);
    terminal.enterRaw();
    try {
      while (true) {
        this.#question = { question, waiting };
        this.#draw();
        const keys = await terminal.readKeys(signal);
        if (signal.aborted) return null;
        if (keys === null) {
          return { answer: { kind: "deny" }, interrupt: false };
        }
        for (const key of keys) {
          const result = questionKey(question, key, this.#io.now());
          if (result.kind === "answered") return result;
          question = result.question;
        }
      }
    } finally {
      this.#question = null;
      this.#draw();
    }
  };

  [Symbol.dispose](): void {
    this.#clock[Symbol.dispose]();
    this.show(this.#options.view.finishText());
    this.#screen.clear();
  }

  #draw(): void {
    const { view, styles, quiet } = this.#options;
    const { isTerminal, now, size } = this.#io;
    const isSilent = quiet || !isTerminal.stderr;
    this.show(view.takeText());
    if (this.#question !== null) {
      return this.#screen.render(this.#drawQuestion(this.#question));
    }
    const { columns } = size();
    const all = isSilent ? view.open() : view.live(now());
    const live = all.flatMap((line) => wrapColumns(line, columns));
    const status = isSilent ? "" : statusLine(
      view.totals,
      view.runningMs(now()),
    );
    const lines = status === "" ? live : [...live, styles.dim(status)];
    this.#screen.render({ lines });
  }
  #drawQuestion({ question, waiting }: OpenQuestion): Frame {
    const { styles } = this.#options;
    const size = this.#io.size();
    const frame = drawQuestion(question, { waiting: waiting(), size, styles });
    const hint = cutColumns(questionHint(question), size.columns);
    return { ...frame, lines: [...frame.lines, styles.dim(hint)] };
  }
}
