import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import type { Ask } from "./asking.ts";
import type { FrontEndIo } from "./io.ts";
import { createLineReader, type LineReader } from "./line_reader.ts";
import { askPlainly } from "./plain_question.ts";
import type { RunView, Shown } from "./run_view.ts";

/** Where a one-shot run is shown. */
export interface RunOutput extends Disposable {
  show(shown: readonly Shown[]): void;
  /** Something in the view changed. */
  changed(): void;
  /** Asks the user; resolves to null when `signal` is aborted. */
  readonly ask: Ask;
}

/** Writes finished lines only: for pipes, files, logs and dumb terminals. */
export class PlainOutput implements RunOutput {
  readonly #io: FrontEndIo;
  readonly #view: RunView;
  readonly #styles: Styles;
  #lines: LineReader | undefined;

  constructor(
    io: FrontEndIo,
    { view, styles, lines }: {
      readonly view: RunView;
      readonly styles: Styles;
      /** What else reads the input; without it a reader is made. */
      readonly lines?: LineReader;
    },
  ) {
    this.#io = io;
    this.#view = view;
    this.#styles = styles;
    this.#lines = lines;
  }

  show(shown: readonly Shown[]): void {
    const { stdout, stderr, isTerminal } = this.#io;
    for (const { to, lines } of shown) {
      const text = `${lines.join("\n")}\n`;
      if (to === "note") stderr.write(text);
      // A program that reads the answer gets it as the model wrote it.
      else stdout.write(isTerminal.stdout ? printable(text) : text);
    }
  }

  changed(): void {}

  readonly ask: Ask = async (asked, signal, waiting) => {
    const { isTerminal, stderr, input } = this.#io;
    if (!isTerminal.stdin || !isTerminal.stderr) {
      const reason = "there is no terminal to ask at";
      return { answer: { kind: "deny", reason }, interrupt: false };
    }
    this.#lines ??= createLineReader(input);
    const answer = await askPlainly(asked, {
      lines: this.#lines,
      to: stderr,
      place: this.#view.place,
      styles: this.#styles,
      waiting: waiting(),
      signal,
    });
    return answer === null ? null : { answer, interrupt: false };
  };

  [Symbol.dispose](): void {}
}
