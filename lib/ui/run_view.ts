import { type AgentEvent, assertNever } from "../core/event.ts";
import type { AssistantMessage, Message } from "../core/message.ts";
import type { MarkdownStream } from "../term/markdown_stream.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import {
  type Activity,
  drawCalls,
  drawSpinner,
  drawTail,
  follow,
  idle,
} from "./activity.ts";
import { fieldsOf, outcomeSummary, textField } from "./describe.ts";
import { describeFiles, describeSession } from "./describe_session.ts";
import { drawDiff } from "./draw_diff.ts";
import { formatDuration, formatTokens } from "./format.ts";
import { hunksOf } from "./hunks.ts";
import { drawLastExchange } from "./last_exchange.ts";
import type { CallPlace } from "./preview.ts";
import { describeEnd, listRefusals } from "./run_end.ts";
import { addToTotals, noTotals, type Totals } from "./totals.ts";

/** Finished lines, and whether they belong to the answer. */
export interface Shown {
  readonly to: "answer" | "note";
  readonly lines: readonly string[];
}

/** How a run is shown. */
export interface RunViewOptions {
  readonly styles: Styles;
  readonly cwd: string;
  readonly model?: string;
  /**
   * Draws the model's text while it arrives, narration included. Without it
   * only the last reply is the answer; what the model says before its calls
   * is a note.
   */
  readonly markdown?: MarkdownStream;
  /** Shows the answer and errors alone. */
  readonly quiet?: boolean;
  readonly debug?: boolean;
  /** Shows the output's end of commands, and blank lines between blocks. */
  readonly roomy?: boolean;
  /** Ends a run with a list of the calls that were refused. */
  readonly listsRefusals?: boolean;
}

type Block = "text" | "call" | "note" | "echo";

/**
 * Turns the events of a conversation into lines: what is finished comes out
 * of `apply()` and `takeText()` once, what may still change is drawn by
 * `live()`. It writes nothing and reads no clock.
 */
export class RunView {
  readonly #options: RunViewOptions;
  #activity: Activity = idle;
  #totals: Totals;
  #startedAt = 0;
  #last: Block | null = null;
  /** Whether text of the present turn has been shown. */
  #hasText = false;
  /** The last reply without calls, which is the answer if none follows. */
  #held: string | null = null;
  #cwd: string;

  constructor(options: RunViewOptions) {
    this.#options = options;
    this.#cwd = options.cwd;
    this.#totals = noTotals(options.model);
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Where the next command would run: commands may change the folder. */
  get place(): CallPlace {
    return { workspace: this.#options.cwd, cwd: this.#cwd };
  }

  /** Whether a run is under way. */
  get isRunning(): boolean {
    return this.#activity !== idle;
  }

  /** Milliseconds of the run under way. */
  runningMs(now: number): number {
    return this.isRunning ? now - this.#startedAt : 0;
  }

  /** Something was asked for, of which nothing has been heard yet. */
  begin(at: number, label = "Starting"): void {
    this.#startedAt = at;
    this.#activity = { ...idle, label, since: at };
  }

  /** Nothing is going on any more. */
  settle(): void {
    this.#startedAt = 0;
    this.#activity = idle;
  }

  /** The conversation begins anew: commands start in its folder again. */
  restart(): void {
    this.#cwd = this.#options.cwd;
    this.forgetContext();
  }

  /** The history is another: its size is not known before the next request. */
  forgetContext(): void {
    this.#totals = { ...this.#totals, context: 0, window: 0 };
  }

  /** The user chose another model. */
  setModel(model: string): void {
    this.#totals = { ...this.#totals, model };
  }

  /** Takes an event; returns the lines that it finished. */
  apply(event: AgentEvent): Shown[] {
    if (event.type === "text_delta") this.#addText(event.delta);
    const before = event.type === "text_delta" ? [] : this.takeText();
    const call = event.type === "tool_end"
      ? this.#activity.calls.find(({ callId }) => callId === event.callId)
      : undefined;
    this.#activity = follow(this.#activity, event, this.#options.cwd);
    this.#totals = addToTotals(this.#totals, event);
    if (event.type === "tool_end") this.#cwd = event.outcome.cwd ?? this.#cwd;
    return [...before, ...this.#show(event, call?.summary)];
  }

  /** The lines of streamed text that are final by now. */
  takeText(): Shown[] {
    const lines = this.#options.markdown?.take() ?? [];
    return this.#block("text", "answer", lines);
  }

  /** All text that has come, also where more was to follow. */
  finishText(): Shown[] {
    const lines = this.#options.markdown?.finish() ?? [];
    return this.#block("text", "answer", lines);
  }

  /** A line of our own, such as an answer to a command. */
  note(lines: readonly string[]): Shown[] {
    return this.#block("note", "note", lines);
  }

  /** The user's words, where they join the conversation. */
  echo(text: string): Shown[] {
    const { styles } = this.#options;
    const [first = "", ...rest] = printable(text).trim().split("\n");
    const lines = [
      `${styles.cyan(">")} ${styles.bold(first)}`,
      ...rest.map((line) => `  ${styles.bold(line)}`),
    ];
    return this.#block("echo", "note", lines);
  }

  /** Draws the text that may still change. */
  open(): string[] {
    const open = this.#options.markdown?.open() ?? [];
    const isNewBlock = this.#last !== null && this.#last !== "text";
    return open.length > 0 && isNewBlock ? ["", ...open] : open;
  }

  /** Draws all that may still change: text, calls, the spinner. */
  live(now: number): string[] {
    const { styles, quiet } = this.#options;
    const lines = this.open();
    if (quiet || !this.isRunning) return lines;
    const calls = drawCalls(this.#activity, now, styles);
    const gap = lines.length > 0 || this.#last !== null ? [""] : [];
    return [
      ...lines,
      ...gap,
      ...calls,
      drawSpinner(this.#activity, now, styles),
    ];
  }

  #show(event: AgentEvent, summary: string | undefined): Shown[] {
    const { styles, debug } = this.#options;
    switch (event.type) {
      case "run_start":
        if (this.#startedAt === 0) this.#startedAt = event.at;
        this.#held = null;
        return [];
      case "turn_start":
        return this.#startTurn();
      case "message":
        return this.#message(event.message);
      case "tool_end":
        return this.#call(event, summary ?? event.tool);
      case "retry":
        return this.#retry(event);
      case "compaction":
        return this.#note(styles.dim(describeCompaction(event)));
      case "notice":
        if (event.level === "debug" && !debug) return [];
        return this.#note(
          event.level === "warn"
            ? styles.yellow(printable(event.text))
            : styles.dim(printable(event.text)),
        );
      case "files":
        return this.#note(
          ...describeFiles(event, this.#options.cwd).map((remark) =>
            remark.isWarning ? styles.yellow(remark.text) : remark.text
          ),
        );
      case "session":
        return this.#session(event);
      case "run_end":
        return this.#end(event);
      case "text_delta":
      case "thinking_delta":
      case "call_delta":
      case "tool_start":
      case "tool_progress":
      case "permission_request":
      case "permission_denied":
      case "mode":
      case "usage":
      case "turn_end":
        return [];
      default:
        return assertNever(event);
    }
  }

  #addText(delta: string): void {
    if (this.#options.markdown === undefined) return;
    this.#hasText = true;
    this.#options.markdown.push(delta);
  }

  #startTurn(): Shown[] {
    this.#hasText = false;
    const held = this.#held;
    this.#held = null;
    // Another turn follows: what looked like the answer was not the last.
    return held === null ? [] : this.#narration(held);
  }

  #message(message: Message): Shown[] {
    if (message.role !== "assistant") return [];
    const { markdown } = this.#options;
    if (markdown === undefined) return this.#wholeReply(message);
    if (!this.#hasText) markdown.push(message.text);
    this.#hasText = false;
    const shown = this.finishText();
    this.#endText();
    return shown;
  }

  #wholeReply({ text, calls, interrupted }: AssistantMessage): Shown[] {
    if (text.trim() === "") return [];
    if (calls.length > 0 || interrupted) return this.#narration(text);
    this.#held = text;
    return [];
  }

  #narration(text: string): Shown[] {
    const shown = this.#block(
      "text",
      "note",
      printable(text).trim().split("\n"),
    );
    this.#endText();
    return shown;
  }

  /** A later text is a block of its own. */
  #endText(): void {
    if (this.#last === "text") this.#last = "note";
  }

  #call(
    { tool, outcome }: AgentEvent & { type: "tool_end" },
    summary: string,
  ): Shown[] {
    const { styles, roomy } = this.#options;
    const result = outcomeSummary(tool, outcome);
    const line = outcome.ok
      ? `${styles.green("●")} ${summary} ${styles.dim(`(${result})`)}`
      : `${styles.red("●")} ${summary} ${styles.red(`(${result})`)}`;
    const output = tool === "Bash" && roomy
      ? drawTail(textField(fieldsOf(outcome.details), "stdout"), styles, 6)
      : [];
    const diff = drawDiff(hunksOf(outcome.details), styles);
    return this.#block("call", "note", [line, ...output, ...diff]);
  }

  #retry(event: AgentEvent & { type: "retry" }): Shown[] {
    const { styles, markdown } = this.#options;
    const wasShown = this.#hasText && (this.#last === "text");
    markdown?.reset();
    this.#hasText = false;
    const wait = formatDuration(event.waitMs);
    const why = printable(event.because);
    const line =
      `Trying again in ${wait} (${event.attempt} of ${event.of}): ${why}`;
    const discarded = "The reply above broke off and does not count";
    return this.#note(
      ...(wasShown ? [styles.yellow(discarded)] : []),
      styles.yellow(line),
    );
  }

  #session(event: AgentEvent & { type: "session" }): Shown[] {
    const { styles } = this.#options;
    if (event.action === "resumed") this.restart();
    const last = event.last === undefined
      ? []
      : drawLastExchange(event.last, styles);
    return this.#note(styles.dim(describeSession(event)), ...last);
  }

  #end(event: AgentEvent & { type: "run_end" }): Shown[] {
    const { styles, cwd, listsRefusals } = this.#options;
    const shown = this.finishText();
    this.#endText();
    this.#startedAt = 0;
    if ("structured" in event) {
      // The value is the answer, however the model wrote it.
      const lines = [JSON.stringify(event.structured)];
      shown.push({ to: "answer", lines });
      this.#held = null;
    } else if (this.#held !== null) {
      const isAnswer = event.reason === "done";
      shown.push(
        ...isAnswer
          ? [{ to: "answer" as const, lines: [this.#held.replace(/\n+$/, "")] }]
          : this.#narration(this.#held),
      );
      this.#held = null;
    }
    const problem = describeEnd(event);
    if (problem !== null) {
      const painted = event.reason === "aborted"
        ? styles.yellow(problem)
        : styles.red(problem);
      shown.push(...this.#block("note", "note", [painted], true));
    }
    if (listsRefusals) {
      const refusals = listRefusals(event.denials, cwd).map(styles.yellow);
      shown.push(...this.#block("note", "note", refusals, true));
    }
    return shown;
  }

  #note(...lines: string[]): Shown[] {
    return this.#block("note", "note", lines);
  }

  #block(
    kind: Block,
    to: Shown["to"],
    lines: readonly string[],
    isError = false,
  ): Shown[] {
    if (lines.length === 0) return [];
    if (this.#options.quiet && to === "note" && !isError) return [];
    const split = lines.flatMap((line) => line.split("\n"));
    const isGap = this.#options.roomy && this.#last !== null &&
      this.#last !== kind;
    this.#last = kind;
    return [{ to, lines: isGap ? ["", ...split] : split }];
  }
}

function describeCompaction(
  event: AgentEvent & { type: "compaction" },
): string {
  const sizes = `${formatTokens(event.before)} to ${
    formatTokens(event.after)
  } tokens`;
  const how = {
    model: "summarised",
    mechanical: "summarised without the model",
    dropped_results: "old results left out",
  }[event.by];
  return `Context shortened from ${sizes} (${how})`;
}
