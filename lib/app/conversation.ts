import type { ContextReport } from "../core/context_report.ts";
import type {
  Conversation,
  LastExchange,
  Op,
  PromptMark,
  SessionMark,
} from "../core/conversation.ts";
import { describeError } from "../core/error.ts";
import type { AgentEvent, AgentEventBody } from "../core/event.ts";
import type { Message, Part, UserMessage } from "../core/message.ts";
import type { ModelClient, ModelInfo } from "../core/model.ts";
import type { Answer, PermissionMode } from "../core/permission.ts";
import { compactHistory } from "../agent/context.ts";
import { runAgent } from "../agent/loop.ts";
import type { AgentOptions, AgentState } from "../agent/options.ts";
import { createTurnstile } from "../agent/turnstile.ts";
import { Channel } from "../platform/channel.ts";
import { reportContext } from "../agent/context_report.ts";
import type { Permissions } from "./permissions.ts";
import type { Resumed } from "../session/session.ts";
import { SessionDesk } from "./session_desk.ts";
import type { Work, WorkSource } from "./work.ts";

/** What a run is given that can differ from run to run. */
export interface RunInputs {
  readonly model: ModelClient;
  readonly info: ModelInfo;
  readonly mode: PermissionMode;
  readonly state: AgentState;
}

/** The parts of a run's options that the conversation itself answers for. */
export type ConversationPorts =
  & Pick<
    AgentOptions,
    "conversation" | "stamp" | "ask" | "inTurn" | "takeSteering" | "watch"
  >
  & {
    /** Files of the workspace that the run under way changed. */
    changedFiles(): number;
  };

/** The options of a run but for its prompt. */
export type PreparedOptions = Omit<AgentOptions, "prompt">;

/** What boot wires into a conversation. */
export interface ConversationOptions {
  readonly cwd: string;
  /** The session with which it begins, and where others come from. */
  readonly work: Work;
  readonly source: WorkSource;
  /** The mode of this moment, and the way to another. */
  readonly permissions: Pick<Permissions, "mode" | "enter">;
  now(): number;
  openModel(name: string | undefined): Promise<ModelClient>;
  /** The preamble's parts; asked for once for each new history. */
  preamble(): Promise<readonly Part[]>;
  runOptions(
    inputs: RunInputs,
    ports: ConversationPorts,
    preamble: readonly Part[],
  ): Promise<PreparedOptions>;
  /** Warnings that the user should see before the first answer. */
  takeWarnings(): string[];
  dispose(): Promise<void>;
}

/** Opens a conversation; nothing runs before its first op. */
export function openConversation(options: ConversationOptions): Conversation {
  return new LiveConversation(options);
}

/** An op that has its turn, and cannot be answered by anything but a run. */
type QueuedOp = Exclude<
  Op,
  { type: "interrupt" | "reply" | "steer" | "set_mode" }
>;

class LiveConversation implements Conversation {
  readonly cwd: string;
  readonly #desk: SessionDesk;
  readonly #options: ConversationOptions;
  readonly #readers = new Set<Channel<AgentEvent>>();
  readonly #queue: QueuedOp[] = [];
  readonly #inTurn = createTurnstile();
  readonly #questions = new Map<string, (answer: Answer) => void>();
  #steering: UserMessage[] = [];
  #history: Message[] = [];
  #preamble: readonly Part[] | undefined;
  #state: AgentState;
  #model: Promise<ModelClient> | undefined;
  #modelName: string | undefined;
  #running: AbortController | undefined;
  #working: Promise<void> | undefined;
  /** Warnings are said once, however often their cause is met. */
  readonly #warned = new Set<string>();
  #prepared: PreparedOptions | undefined;
  #sequence = 0;

  constructor(options: ConversationOptions) {
    this.cwd = options.cwd;
    this.#options = options;
    this.#state = freshState(options.cwd);
    this.#desk = new SessionDesk(options, {
      adopt: (resumed) => this.#adopt(resumed),
      emit: (body) => this.#publish(this.#stamp(body)),
      forget: (files) => {
        for (const file of files) this.#state.seen.delete(file);
      },
    });
  }

  get id(): string {
    return this.#desk.session.header.id;
  }

  get sessionFile(): string | null {
    return this.#desk.session.file;
  }

  send(op: Op): void {
    switch (op.type) {
      case "interrupt":
        return this.#running?.abort();
      case "reply":
        return this.#answer(op.requestId, op.answer);
      case "steer":
        if (this.#running === undefined) {
          return this.#enqueue({ type: "prompt", content: op.content });
        }
        this.#steering.push(userMessage(op.content));
        return;
      case "set_mode":
        return this.#setMode(op.mode);
      default:
        return this.#enqueue(op);
    }
  }

  events(): AsyncIterable<AgentEvent> {
    const reader = new Channel<AgentEvent>();
    this.#readers.add(reader);
    return this.#read(reader);
  }

  async *#read(reader: Channel<AgentEvent>): AsyncGenerator<AgentEvent> {
    try {
      yield* reader;
    } finally {
      this.#readers.delete(reader);
    }
  }

  context(): ContextReport | null {
    if (this.#prepared === undefined) return null;
    const { system, specs, budget, state } = this.#prepared;
    return reportContext({
      history: this.#history,
      system,
      specs,
      window: budget.window,
      compactAt: budget.compactAt,
      tokenFactor: state.tokenFactor,
    });
  }

  get mode(): PermissionMode {
    return this.#options.permissions.mode;
  }

  last(): Promise<LastExchange | null> {
    return this.#desk.last();
  }

  prompts(): Promise<readonly PromptMark[]> {
    return this.#desk.prompts();
  }

  async sessions(): Promise<readonly SessionMark[]> {
    const all = await this.#options.source.list();
    return all.filter(({ id }) => id !== this.id);
  }

  exportTo(file: string): Promise<string> {
    return this.#options.source.export(this.#desk.session, file);
  }

  async models(): Promise<readonly string[]> {
    const model = await this.#openModel();
    return await model.list(AbortSignal.timeout(10_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.length = 0;
    this.#running?.abort();
    await this.#working;
    for (const reader of this.#readers) reader.close();
    await this.#options.dispose();
    await this.#desk.close();
  }

  #stamp = (body: AgentEventBody): AgentEvent => ({
    seq: this.#sequence++,
    at: this.#options.now(),
    agent: "main",
    ...body,
  });

  #publish(event: AgentEvent): void {
    for (const reader of this.#readers) reader.push(event);
  }

  #notice(level: "info" | "warn", text: string): void {
    this.#publish(this.#stamp({ type: "notice", level, text }));
  }

  /** At once, also in the middle of a run: the next call is judged by it. */
  #setMode(mode: PermissionMode): void {
    const refusal = this.#options.permissions.enter(mode);
    if (refusal !== null) return this.#notice("warn", refusal);
    this.#publish(this.#stamp({ type: "mode", mode }));
  }

  #enqueue(op: QueuedOp): void {
    this.#queue.push(op);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // A turn of the event loop, so that whoever sent the op can listen first.
    await Promise.resolve();
    for (let op = this.#queue.shift(); op; op = this.#queue.shift()) {
      try {
        await this.#handle(op);
      } catch (error) {
        this.#notice("warn", describeError(error));
      }
    }
    // In one step with the last look: an op that comes later begins anew.
    this.#working = undefined;
  }

  async #handle(op: QueuedOp): Promise<void> {
    switch (op.type) {
      case "prompt":
        return await this.#run(op.content);
      case "compact":
        return await this.#compact(op.focus);
      case "set_model":
        this.#modelName = op.model;
        this.#model = undefined;
        return;
      default:
        return await this.#desk.handle(op);
    }
  }

  async #run(content: readonly Part[]): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    try {
      const options = await this.#prepare(controller.signal);
      const isFirst = this.#history.length === 0;
      const ahead = [
        ...(isFirst ? options.preamble : []),
        ...this.#desk.takeNotes(),
      ];
      const prompt = ahead.length > 0
        ? { ...userMessage([...ahead, ...content]), preamble: ahead.length }
        : userMessage(content);
      const run = runAgent(
        this.#history,
        { ...options, prompt },
        controller.signal,
      );
      for await (const event of run) this.#record(event);
    } catch (error) {
      this.#failRun(describeError(error));
    } finally {
      this.#running = undefined;
      this.#questions.clear();
    }
    // What was said after the last results asks for a run of its own.
    const late = this.#steering;
    this.#steering = [];
    for (const { content } of late) this.#enqueue({ type: "prompt", content });
  }

  /** A run that could not even begin ends in the way every run does. */
  #failRun(message: string): void {
    const failure = { code: "bad_request", message, transient: false } as const;
    this.#record(this.#stamp({
      type: "run_start",
      conversation: this.id,
      model: this.#modelName ?? "",
      mode: this.#options.permissions.mode,
      tools: [],
    }));
    this.#record(this.#stamp({
      type: "run_end",
      reason: "error",
      turns: 0,
      ms: 0,
      denials: [],
      failure,
    }));
  }

  /** Keeps the event, follows the history, then shows it to the readers. */
  #record(event: AgentEvent): void {
    this.#desk.record(event);
    if (event.type === "message") this.#history.push(event.message);
    if (event.type === "compaction") this.#history = [...event.history];
    this.#publish(event);
  }

  async #compact(focus: string | undefined): Promise<void> {
    if (this.#history.length === 0) {
      return this.#notice("info", "There is nothing to compact yet");
    }
    const controller = new AbortController();
    this.#running = controller;
    try {
      const options = await this.#prepare(controller.signal);
      const event = await compactHistory(this.#history, options, {
        trigger: "manual",
        signal: controller.signal,
        emit: (body) => this.#record(this.#stamp(body)),
        ...(focus === undefined ? {} : { focus }),
      });
      if (controller.signal.aborted) return;
      if (event === null) this.#notice("info", "There is nothing to compact");
      else this.#record(this.#stamp(event));
    } finally {
      this.#running = undefined;
    }
  }

  async #prepare(signal: AbortSignal): Promise<PreparedOptions> {
    const model = await this.#openModel();
    const [info, preamble] = await Promise.all([
      model.info(signal),
      this.#preamble ?? this.#options.preamble(),
    ]);
    this.#preamble = preamble;
    for (const warning of [...this.#options.takeWarnings(), ...info.warnings]) {
      if (this.#warned.has(warning)) continue;
      this.#warned.add(warning);
      this.#notice("warn", warning);
    }
    this.#prepared = await this.#options.runOptions(
      {
        model,
        info,
        mode: this.#options.permissions.mode,
        state: this.#state,
      },
      {
        conversation: this.id,
        stamp: this.#stamp,
        ask: ({ requestId, signal }) => this.#ask(requestId, signal),
        inTurn: this.#inTurn,
        takeSteering: () => this.#steering.splice(0),
        watch: this.#desk.watch,
        changedFiles: () => this.#desk.changedFiles(),
      },
      preamble,
    );
    return this.#prepared;
  }

  /** Goes on from what a session holds; null is nothing yet. */
  #adopt(resumed: Resumed | null): void {
    this.#history = [...resumed?.messages ?? []];
    this.#preamble = resumed?.preamble.length ? resumed.preamble : undefined;
    const state = freshState(resumed?.cwd ?? this.cwd);
    this.#state = resumed === null
      ? state
      : { ...state, seen: resumed.seen, callIds: resumed.callIds };
  }

  #openModel(): Promise<ModelClient> {
    this.#model ??= this.#options.openModel(this.#modelName);
    return this.#model;
  }

  #ask(requestId: string, signal: AbortSignal): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const onAbort = () => resolve({ kind: "deny", reason: "interrupted" });
    this.#questions.set(requestId, resolve);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    return promise.finally(() => {
      this.#questions.delete(requestId);
      signal.removeEventListener("abort", onAbort);
    });
  }

  #answer(requestId: string, answer: Answer): void {
    this.#questions.get(requestId)?.(answer);
  }
}

function userMessage(content: readonly Part[]): UserMessage {
  return { role: "user", content };
}

function freshState(cwd: string): AgentState {
  return { cwd, seen: new Map(), callIds: new Set(), tokenFactor: 1 };
}
