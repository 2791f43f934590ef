import type { Answer } from "../core/permission.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import type { FrontEndIo } from "./io.ts";
import { createLineReader, type LineReader } from "./line_reader.ts";
import { askPlainly } from "./plain_question.ts";
import type { AskedCall } from "./preview.ts";
import type { Shown } from "./run_view.ts";

/** The user's answer, and whether the run is to be stopped as well. */
export interface Verdict {
  readonly answer: Answer;
  readonly interrupt: boolean;
}

/** Where a one-shot run is shown. */
export interface RunOutput extends Disposable {
  show(shown: readonly Shown[]): void;
  /** Something in the view changed. */
  changed(): void;
  /** Asks the user; resolves to a refusal when `signal` is aborted. */
  ask(call: AskedCall, signal: AbortSignal): Promise<Verdict>;
}

/** Writes finished lines only: for pipes, files, logs and dumb terminals. */
export class PlainOutput implements RunOutput {
  readonly #io: FrontEndIo;
  readonly #cwd: string;
  readonly #styles: Styles;
  #lines: LineReader | undefined;

  constructor(io: FrontEndIo, cwd: string, styles: Styles) {
    this.#io = io;
    this.#cwd = cwd;
    this.#styles = styles;
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

  async ask(call: AskedCall, signal: AbortSignal): Promise<Verdict> {
    const { isTerminal, stderr, input } = this.#io;
    if (!isTerminal.stdin || !isTerminal.stderr) {
      const reason = "there is no terminal to ask at";
      return { answer: { kind: "deny", reason }, interrupt: false };
    }
    this.#lines ??= createLineReader(input);
    const answer = await askPlainly(call, {
      lines: this.#lines,
      to: stderr,
      cwd: this.#cwd,
      styles: this.#styles,
      signal,
    });
    return { answer, interrupt: false };
  }

  [Symbol.dispose](): void {}
}
