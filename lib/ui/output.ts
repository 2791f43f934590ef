import type { Answer } from "../core/permission.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import type { FrontEndIo } from "./io.ts";
import { type AskedCall, drawPreview } from "./preview.ts";
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
      return refusal("there is no terminal to ask at");
    }
    const preview = drawPreview(call, this.#cwd, this.#styles);
    stderr.write(`${preview.join("\n")}\nAllow this? [y/N, or a reason] `);
    const aborted = Promise.withResolvers<null>();
    const onAbort = () => aborted.resolve(null);
    signal.addEventListener("abort", onAbort, { once: true });
    const buffer = new Uint8Array(4096);
    const length = await Promise.race([input.read(buffer), aborted.promise]);
    signal.removeEventListener("abort", onAbort);
    if (length === null) return refusal();
    const line = new TextDecoder().decode(buffer.subarray(0, length)).trim();
    if (/^y(es)?$/i.test(line)) {
      return { answer: { kind: "allow" }, interrupt: false };
    }
    return refusal(/^(no?)?$/i.test(line) ? undefined : line);
  }

  [Symbol.dispose](): void {}
}

function refusal(reason?: string): Verdict {
  const answer: Answer = reason === undefined
    ? { kind: "deny" }
    : { kind: "deny", reason };
  return { answer, interrupt: false };
}
