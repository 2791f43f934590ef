import type { AgentEvent } from "../../core/event.ts";
import type { UsageCounts } from "./blocks.ts";
import { addUsage, noUsage, stopReasonOf } from "./blocks_of.ts";
import type { ResultLine } from "./output_lines.ts";

/** The figures of a result line. */
export type Figures = Pick<
  ResultLine,
  | "duration_api_ms"
  | "ttft_ms"
  | "num_turns"
  | "stop_reason"
  | "usage"
  | "modelUsage"
  | "total_cost_usd"
>;

/** Counts what runs use: of the present run, and of the process so far. */
export class Accounts {
  #model = "";
  #byModel: ResultLine["modelUsage"] = {};
  /** Undefined when the price of some request is unknown. */
  #costUsd: number | undefined;
  #requests = 0;
  #run = noRun;
  #isInTurn = false;
  /** Tokens of the reply that came last. */
  reply: UsageCounts = noUsage;

  /** The model of the present run. */
  get model(): string {
    return this.#model;
  }

  apply(event: AgentEvent): void {
    switch (event.type) {
      case "run_start":
        this.#model = event.model;
        this.#run = noRun;
        return;
      case "turn_start":
        this.#isInTurn = true;
        this.#run = { ...this.#run, turns: this.#run.turns + 1 };
        return;
      case "turn_end":
        this.#isInTurn = false;
        this.#run = { ...this.#run, stop: stopReasonOf(event.stop) };
        return;
      case "usage":
        return this.#count(event);
      default:
        return;
    }
  }

  figures(): Figures {
    const { apiMs, ttftMs, turns, stop, usage } = this.#run;
    return {
      duration_api_ms: apiMs,
      ...(ttftMs === undefined ? {} : { ttft_ms: ttftMs }),
      num_turns: turns,
      stop_reason: stop,
      usage,
      modelUsage: this.#byModel,
      ...(this.#requests === 0 || this.#costUsd === undefined
        ? {}
        : { total_cost_usd: this.#costUsd }),
    };
  }

  #count(event: AgentEvent & { type: "usage" }): void {
    const { usage, ms, firstDeltaMs, window, costUsd } = event;
    const before = this.#requests++ === 0 ? 0 : this.#costUsd;
    this.#costUsd = before === undefined || costUsd === undefined
      ? undefined
      : before + costUsd;
    const run = this.#run;
    this.#run = {
      ...run,
      apiMs: run.apiMs + ms,
      ttftMs: run.ttftMs ?? firstDeltaMs,
      // The model's work at summaries is the process's, not the task's.
      usage: this.#isInTurn ? addUsage(run.usage, usage) : run.usage,
    };
    this.reply = addUsage(noUsage, usage);
    const known = this.#byModel[this.#model];
    const isPriced = costUsd !== undefined &&
      (known === undefined || known.costUSD !== undefined);
    this.#byModel = {
      ...this.#byModel,
      [this.#model]: {
        inputTokens: (known?.inputTokens ?? 0) + usage.input - usage.cached,
        outputTokens: (known?.outputTokens ?? 0) + usage.output,
        cacheReadInputTokens: (known?.cacheReadInputTokens ?? 0) + usage.cached,
        cacheCreationInputTokens: 0,
        webSearchRequests: 0,
        ...(isPriced ? { costUSD: (known?.costUSD ?? 0) + costUsd } : {}),
        contextWindow: window,
      },
    };
  }
}

interface RunFigures {
  readonly apiMs: number;
  readonly ttftMs: number | undefined;
  readonly turns: number;
  readonly stop: ResultLine["stop_reason"];
  readonly usage: UsageCounts;
}

const noRun: RunFigures = {
  apiMs: 0,
  ttftMs: undefined,
  turns: 0,
  stop: null,
  usage: noUsage,
};
