import { text, type UserMessage } from "../core/message.ts";
import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  Usage,
} from "../core/model.ts";
import type { Clock } from "../platform/clock.ts";
import { type AttemptEnd, runAttempt } from "./attempt.ts";
import type { Assembled } from "./assemble.ts";
import type { Connection } from "./connection.ts";
import type { Discovery } from "./discover.ts";
import { type Addressee, failureOf, type Problem } from "./failure.ts";
import { judge } from "./finish.ts";
import { learnedOf, learnFrom, remember } from "./learn.ts";
import { planRequest, type RequestPlan } from "./plan.ts";
import {
  callsInError,
  findCalls,
  messageOf,
  spentOn,
  usageOf,
} from "./reply.ts";
import { promptTokens } from "./request.ts";
import { RetryBudget } from "./retry.ts";
import type { Recovered } from "./text_tools.ts";

/** What an exchange needs of its client. */
export interface ExchangePorts {
  readonly baseUrl: string;
  readonly model: string;
  readonly to: Addressee;
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  random(): number;
  newId(): string;
}

/** What to do after an attempt. */
type Step =
  | { readonly kind: "end"; readonly events: readonly ModelEvent[] }
  /** At once, written otherwise. `note` goes to the log. */
  | {
    readonly kind: "mended";
    readonly note: string;
    readonly level: "debug" | "warn";
  }
  | {
    readonly kind: "again";
    readonly attempt: number;
    readonly of: number;
    readonly waitMs: number;
    readonly because: string;
  };

const aborted: ModelFailure = {
  code: "aborted",
  message: "Interrupted",
  transient: false,
};

/** Room left between a prompt and a cap that was too large. */
const capMargin = 64;
/** A cap below this is no room for a reply. */
const smallestCap = 256;
/** The share of an estimate that it is surely not above the truth. */
const sureShare = 0.75;

/**
 * One request until it has a reply or has failed: attempts, what is mended
 * between them, waits. Never throws for anything a server does.
 */
export class Exchange {
  readonly #ports: ExchangePorts;
  readonly #budget: RetryBudget;
  /** Lessons and remedies of this exchange: none is tried twice. */
  readonly #tried = new Set<string>();
  #request: ModelRequest;
  #nudge: UserMessage | undefined;
  #plan: RequestPlan;
  /** True when deltas are out that the next attempt makes void. */
  #hasShown = false;

  constructor(request: ModelRequest, ports: ExchangePorts) {
    this.#request = request;
    this.#ports = ports;
    this.#budget = new RetryBudget(ports.random);
    this.#plan = this.#planned();
  }

  async *events(): AsyncGenerator<ModelEvent> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return yield refusal;
    for (;;) {
      this.#plan = this.#planned();
      const attempt = runAttempt(this.#plan.attempt, {
        ...this.#ports,
        timeouts: this.#plan.profile.timeouts,
      });
      this.#hasShown = false;
      let end: AttemptEnd;
      try {
        let step = await attempt.next();
        while (!step.done) {
          this.#hasShown = true;
          for (const event of step.value) yield event;
          step = await attempt.next();
        }
        end = step.value;
      } finally {
        // When the consumer leaves, the connection is closed.
        await attempt.return({ kind: "aborted" });
      }
      const next = this.#judge(end);
      const spent = spentOn(end, this.#request);
      for (const event of eventsOf(next, this.#hasShown, spent)) yield event;
      if (next.kind === "end") return;
      if (next.kind === "again" && !await this.#wait(next.waitMs)) {
        return yield { type: "failure", failure: aborted };
      }
    }
  }

  /** What the request was sent with last. */
  get plan(): RequestPlan {
    return this.#plan;
  }

  #planned(): RequestPlan {
    const { baseUrl, model } = this.#ports;
    const { messages } = this.#request;
    const request = this.#nudge === undefined
      ? this.#request
      : { ...this.#request, messages: [...messages, this.#nudge] };
    return planRequest(request, {
      ...this.#ports,
      learned: learnedOf(baseUrl, model),
    });
  }

  /** A request that can't succeed is not sent. */
  #refusal(): ModelEvent | undefined {
    const { info } = this.#plan;
    const { to } = this.#ports;
    const { purpose, tools } = this.#request;
    if (info.tools === "none" && tools.length > 0 && purpose === "turn") {
      return failed({
        code: "no_tool_support",
        message: `"${to.model}" at ${to.baseUrl} takes no tools. Use a ` +
          "model that does, for example qwen3, gpt-oss or llama3.1",
        retry: "none",
      });
    }
    const estimate = promptTokens(this.#request);
    if (
      info.windowSource === "default" || estimate * sureShare <= info.window
    ) {
      return undefined;
    }
    return failed({
      code: "context_overflow",
      message: `The conversation (about ${estimate} tokens) does not fit the ` +
        `window of "${to.model}" (${info.window}). Use /compact or /clear, ` +
        "or serve the model with a larger window",
      retry: "none",
      overflow: { limit: info.window },
    });
  }

  #judge(end: AttemptEnd): Step {
    if (end.kind === "aborted") {
      return { kind: "end", events: [{ type: "failure", failure: aborted }] };
    }
    return end.kind === "problem"
      ? this.#onProblem(end.problem)
      : this.#onRead(end.assembled);
  }

  #onRead(assembled: Assembled): Step {
    const { info, reply } = this.#plan;
    const found = findCalls(assembled, reply);
    const judgement = judge({ ...assembled, reply: found.raw }, {
      to: this.#ports.to,
      window: info.window,
      estimate: promptTokens(this.#request),
    });
    if (judgement.kind === "problem") return this.#onProblem(judgement.problem);
    if (assembled.startedInside) this.#remember({ startsInside: true });
    const { oddities, stop } = judgement;
    if (stop === "empty" && this.#isNew("empty")) {
      const because = "The reply was empty";
      return { kind: "again", attempt: 1, of: 1, waitMs: 0, because };
    }
    const message = messageOf(found, reply);
    const notices = oddities.map((text) => notice("debug", text));
    const repairs = message.calls.flatMap(({ name, repairs = [] }) =>
      repairs.map((repair) => notice("debug", `${name}: ${repair}`))
    );
    const events: ModelEvent[] = [...notices, ...repairs];
    if (found.held !== "") {
      events.push({ type: "text_delta", delta: found.held });
    }
    const usage = usageOf(found.raw, this.#request);
    events.push({ type: "finish", message, stop, usage });
    return { kind: "end", events };
  }

  #onProblem(problem: Problem): Step {
    const mended = this.#mend(problem);
    if (mended !== undefined) return mended;
    const again = this.#budget.next(problem.retry, problem.waitMs);
    if (again === null) return { kind: "end", events: [failed(problem)] };
    if (problem.retry === "stream" && again.attempt > 1) this.#warmUp();
    return { kind: "again", ...again, because: reasonOf(problem) };
  }

  /** What can be written otherwise so that the request succeeds. */
  #mend(problem: Problem): Step | undefined {
    const { overflow, remedy } = problem;
    if (overflow !== undefined) return this.#fitCap(problem);
    if (remedy === "call_text") return this.#mendCall(problem);
    if (problem.code === "no_tool_support") return this.#useTextMode();
    const change = learnFrom(problem, this.#plan.attempt.body);
    if (change !== null && this.#isNew(change.key)) {
      this.#remember(change.learned);
      const { level, note } = change;
      return { kind: "mended", level, note };
    }
    if (remedy === "flat_history" && this.#isNew(remedy)) {
      this.#remember({ flatHistory: true });
      const note = "The server can't read old calls: they are sent as text";
      return { kind: "mended", level: "debug", note };
    }
    if (remedy === "template" && this.#isNew(remedy)) {
      this.#remember({
        systemRole: "system",
        profile: { mergeUsers: true, bridgeAfterTool: true },
      });
      const note = "The model's template is strict about the order of roles";
      return { kind: "mended", level: "debug", note };
    }
  }

  /** Only the cap was too large: less is asked for, once. */
  #fitCap({ overflow = {} }: Problem): Step | undefined {
    const { limit, prompt } = overflow;
    if (limit === undefined) return undefined;
    this.#remember({ window: limit });
    const cap = limit - (prompt ?? limit) - capMargin;
    if (cap < smallestCap || !this.#isNew("cap")) return undefined;
    this.#request = { ...this.#request, maxOutputTokens: cap };
    const note = `Asking for ${cap} tokens at most: the window is ${limit}`;
    return { kind: "mended", level: "debug", note };
  }

  /** The server could not read a call: perhaps we can, else it is told. */
  #mendCall(problem: Problem): Step | undefined {
    const { failedText = "", message = "" } = problem.body ?? {};
    const recovered = callsInError(failedText, this.#request);
    if (recovered !== null) return this.#recoveredReply(recovered);
    if (!this.#isNew("call_text")) return undefined;
    this.#nudge = {
      role: "user",
      origin: "harness",
      content: [text(
        "Your last tool call could not be read: " +
          `${message.slice(0, 200)}\nSend it again as one valid call.`,
      )],
    };
    const note = "The server could not read a call; the model is told so";
    return { kind: "mended", level: "warn", note };
  }

  #recoveredReply({ calls, dialect, text, thinking }: Recovered): Step {
    const raw = {
      text,
      calls,
      ...(thinking === ""
        ? {}
        : { thinking: { text: thinking, field: "content" } }),
    };
    const message = messageOf({ raw, dialect }, this.#plan.reply);
    const usage = usageOf(raw, this.#request);
    const shown: ModelEvent[] = text === "" || this.#hasShown
      ? []
      : [{ type: "text_delta", delta: text }];
    const because = `The server could not read a call; it was ${dialect}`;
    return {
      kind: "end",
      events: [
        notice("debug", because),
        ...shown,
        { type: "finish", message, stop: "tool_use", usage },
      ],
    };
  }

  /** Tools in the prompt, where the profile says that this is wanted. */
  #useTextMode(): Step | undefined {
    const { info, profile } = this.#plan;
    if (!profile.textTools.startsWith("mode:") || info.tools === "text") {
      return undefined;
    }
    this.#remember({ tools: "text" });
    const note = "The server takes no tools: they are described in the prompt";
    return { kind: "mended", level: "warn", note };
  }

  /** A stream that breaks twice at the same place may be the model's doing. */
  #warmUp(): void {
    const { sampling } = this.#plan.profile;
    if (!sampling.send.includes("temperature")) return;
    const usual = this.#request.temperature ?? sampling.values.temperature;
    if (usual === undefined) return;
    this.#request = { ...this.#request, temperature: Math.min(1, usual + 0.2) };
  }

  #remember(change: Parameters<typeof remember>[2]): void {
    remember(this.#ports.baseUrl, this.#ports.model, change);
  }

  #isNew(key: string): boolean {
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    return true;
  }

  /** False when the user did not want to wait any longer. */
  async #wait(ms: number): Promise<boolean> {
    const { clock, signal } = this.#ports;
    if (ms > 0 && !signal.aborted) {
      // An abort rejects; anything else is not to be feared of a clock.
      await clock.sleep(ms, signal).catch(() => {});
    }
    return !signal.aborted;
  }
}

/** `spent` is what the attempt used, for events that say it came to nothing. */
function eventsOf(
  step: Step,
  hasShown: boolean,
  spent: Usage | undefined,
): readonly ModelEvent[] {
  const usage = spent === undefined ? {} : { usage: spent };
  switch (step.kind) {
    case "end":
      return step.events.map((event) =>
        event.type === "failure" ? { ...event, ...usage } : event
      );
    case "again": {
      const { attempt, because, of, waitMs } = step;
      return [{ type: "retry", attempt, of, waitMs, because, ...usage }];
    }
    case "mended": {
      const { level, note } = step;
      const shown = notice(level, note);
      if (!hasShown && spent === undefined) return [shown];
      // What was shown is void, which only a retry says.
      const retry = { attempt: 1, of: 1, waitMs: 0, because: note };
      return [{ type: "retry", ...retry, ...usage }, shown];
    }
  }
}

function notice(level: "debug" | "warn", value: string): ModelEvent {
  return { type: "notice", level, text: value };
}

function failed(problem: Problem): ModelEvent {
  return { type: "failure", failure: failureOf(problem) };
}

/** The first sentence: what happened, without what to do. */
function reasonOf({ message }: Problem): string {
  return message.split(/\. (?=[A-Z])/)[0] ?? message;
}
