import type { ContextReport } from "../../lib/core/context_report.ts";
import type {
  Conversation,
  LastExchange,
  Op,
  PromptMark,
  SessionMark,
} from "../../lib/core/conversation.ts";
import type { AgentEvent, AgentEventBody } from "../../lib/core/event.ts";
import { Channel } from "../../lib/platform/channel.ts";

/** What a {@link FakeConversation} does with an op. */
export type Script = (op: Op, conversation: FakeConversation) => void;

/** A conversation whose events a test writes. Its clock counts in events. */
export class FakeConversation implements Conversation {
  readonly id = "c1";
  readonly cwd = "/project";
  readonly mode = "default";
  sessionFile: string | null = null;
  readonly ops: Op[] = [];
  /** What is known of the session. */
  report: ContextReport | null = null;
  exchange: LastExchange | null = null;
  marks: readonly PromptMark[] = [];
  others: readonly SessionMark[] = [];
  #channel = new Channel<AgentEvent>();
  #sequence = 0;
  #script: Script;
  #waiting: { type: Op["type"]; resolve: (op: Op) => void }[] = [];

  constructor(script: Script) {
    this.#script = script;
  }

  context = () => this.report;
  last = () => Promise.resolve(this.exchange);
  prompts = () => Promise.resolve(this.marks);
  sessions = () => Promise.resolve(this.others);
  exportTo = (file: string) =>
    file === "there.md"
      ? Promise.reject(new Error(`Cannot export to "${file}": it is there`))
      : Promise.resolve(`/project/${file || "name.md"}`);

  send(op: Op): void {
    this.ops.push(op);
    for (const waiter of this.#waiting.splice(0)) {
      if (waiter.type === op.type) waiter.resolve(op);
      else this.#waiting.push(waiter);
    }
    this.#script(op, this);
  }

  /** Resolves when an op of this type comes. */
  next(type: Op["type"]): Promise<Op> {
    return new Promise((resolve) => this.#waiting.push({ type, resolve }));
  }

  emit(...bodies: readonly AgentEventBody[]): void {
    for (const body of bodies) {
      const seq = this.#sequence++;
      this.#channel.push({ seq, at: 1000 + seq, agent: "main", ...body });
    }
  }

  events(): AsyncIterable<AgentEvent> {
    return this.#channel;
  }

  models(): Promise<readonly string[]> {
    return Promise.resolve(["alpha", "beta:7b"]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#channel.close();
    return Promise.resolve();
  }
}

/** Events of a run, written shortly. */
export const say = {
  runStart: {
    type: "run_start",
    conversation: "c1",
    model: "alpha",
    mode: "default",
    tools: [],
  },
  turn: (turn: number) => ({ type: "turn_start", turn }),
  text: (delta: string) => ({ type: "text_delta", delta }),
  reply: (text: string, tools: readonly string[] = []) => ({
    type: "message",
    message: {
      role: "assistant",
      text,
      calls: tools.map((name, index) => ({
        id: `${name}-${index}`,
        name,
        input: {},
      })),
    },
  }),
  usage: {
    type: "usage",
    usage: { input: 1200, output: 30, cached: 0, reasoning: 0 },
    ms: 10,
    firstDeltaMs: 5,
    context: 1500,
    window: 32000,
  },
  end: (
    reason: (AgentEventBody & { type: "run_end" })["reason"],
    rest: Partial<AgentEventBody & { type: "run_end" }> = {},
  ) => ({ type: "run_end", reason, turns: 1, ms: 2000, denials: [], ...rest }),
} as const satisfies Record<
  string,
  AgentEventBody | ((...args: never[]) => AgentEventBody)
>;
