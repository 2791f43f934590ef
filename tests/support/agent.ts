import { z } from "zod";
import type { AgentOptions } from "../../lib/agent/options.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import type { Message, ToolCall } from "../../lib/core/message.ts";
import type {
  ModelClient,
  ModelEvent,
  ModelRequest,
} from "../../lib/core/model.ts";
import type { Access, Answer, Decision } from "../../lib/core/permission.ts";
import { toolSpecs } from "../../lib/core/schema.ts";
import { type AnyTool, defineTool, ok } from "../../lib/core/tool.ts";
import { runAgent } from "../../lib/agent/loop.ts";
import { createTurnstile } from "../../lib/agent/turnstile.ts";
import { text } from "../../lib/core/message.ts";
import { runInProcess } from "../../lib/realm/in_process.ts";

/** One reply of a fake model: its events, or a function of the request. */
export type Turn =
  | readonly ModelEvent[]
  | ((request: ModelRequest) => ModelEvent[]);

/** A model that gives the turns one by one and keeps the requests. */
export interface FakeModel extends ModelClient {
  readonly requests: ModelRequest[];
}

const noUsage = { input: 10, output: 1, cached: 0, reasoning: 0 };

/** A reply of text and calls. */
export function reply(
  content: string,
  calls: readonly (Partial<ToolCall> & { name: string })[] = [],
): ModelEvent[] {
  const message = {
    role: "assistant" as const,
    text: content,
    calls: calls.map((call, index) => ({
      id: `${call.name}-${index}-${nextId++}`,
      input: {},
      ...call,
    })),
  };
  const stop = calls.length > 0 ? "tool_use" : content ? "end" : "empty";
  const deltas: ModelEvent[] = content === ""
    ? []
    : [{ type: "text_delta", delta: content }];
  return [...deltas, { type: "finish", message, stop, usage: noUsage }];
}

let nextId = 0;

/** Makes a model of turns; past the last one it fails the test loudly. */
export function fakeModel(turns: readonly Turn[]): FakeModel {
  const requests: ModelRequest[] = [];
  return {
    name: "fake",
    requests,
    info: () => Promise.reject(new Error("not asked for")),
    list: () => Promise.resolve(["fake"]),
    async *stream(request, { signal }) {
      const turn = turns[requests.length];
      requests.push({ ...request, messages: [...request.messages] });
      if (turn === undefined) {
        throw new Error("The fake model has no more turns");
      }
      for (const event of typeof turn === "function" ? turn(request) : turn) {
        // Whoever reads the events gets its turn before the next one.
        await new Promise((resolve) => setTimeout(resolve));
        if (signal.aborted) {
          yield {
            type: "failure",
            failure: { code: "aborted", message: "", transient: false },
          };
          return;
        }
        yield event;
      }
    },
  };
}

/** A tool of a test: what it touches and does is given. */
export function testTool(
  name: string,
  options: {
    access?: (input: { value?: string | undefined }) => Access[];
    run?: AnyTool["run"];
  } = {},
): AnyTool {
  return defineTool({
    name,
    description: name,
    input: z.object({ value: z.string().optional() }),
    needs: [],
    readOnly: true,
    where: "realm",
    access: options.access ?? (() => [{ kind: "read", path: "/project/a" }]),
    run: options.run ?? (() => Promise.resolve(ok(`${name} ran`))),
  });
}

/** What a test changes of the options. */
export type AgentTestOptions = Partial<AgentOptions> & {
  readonly model: ModelClient;
};

/** Options of a run in which everything is allowed. */
export function agentOptions(changes: AgentTestOptions): AgentOptions {
  const tools = changes.tools ?? [testTool("Look")];
  let seq = 0;
  let id = 0;
  let now = 0;
  const allow: Decision = { kind: "allow", because: "test" };
  const answer: Answer = { kind: "allow" };
  return {
    conversation: "test",
    prompt: { role: "user", content: [text("Do it")] },
    mode: "default",
    system: "system",
    tools,
    specs: toolSpecs(tools),
    limits: {
      maxTurns: 30,
      parallelCalls: 8,
      tool: { resultChars: 2_000, readLines: 100, callMs: 5_000 },
      replyChars: 6_000,
    },
    budget: {
      window: 32_000,
      compactAt: 24_000,
      keep: 6_000,
      maxOutput: 4_000,
    },
    state: {
      cwd: "/project",
      seen: new Map(),
      callIds: new Set(),
      tokenFactor: 1,
    },
    preamble: [],
    stamp: (body) => ({ seq: seq++, at: 0, agent: "main", ...body }),
    now: () => now++,
    newId: () => `id-${id++}`,
    run: runInProcess(tools),
    callContext: () =>
      Promise.resolve({
        roots: ["/project"],
        spillFolder: null,
        environment: {},
        vision: false,
      }),
    withheld: () => null,
    decide: () => Promise.resolve(allow),
    ask: () => Promise.resolve(answer),
    inTurn: createTurnstile(),
    remember: () => Promise.resolve([]),
    stopAtDenial: false,
    watch: () => Promise.resolve({ finish: () => Promise.resolve() }),
    spill: () => Promise.resolve(null),
    takeSteering: () => [],
    ...changes,
  };
}

/** Runs the agent on one prompt and collects all events. */
export async function collect(
  options: AgentOptions,
  { history = [], signal = new AbortController().signal, onEvent }: {
    history?: Message[];
    signal?: AbortSignal;
    onEvent?: (event: AgentEvent) => void;
  } = {},
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  for await (const event of runAgent(history, options, signal)) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
}

/** The events of one type. */
export function ofType<T extends AgentEvent["type"]>(
  events: readonly AgentEvent[],
  type: T,
): (AgentEvent & { type: T })[] {
  return events.filter((event): event is AgentEvent & { type: T } =>
    event.type === type
  );
}

/** The messages that a run added to its prompt, in order. */
export function messagesOf(events: readonly AgentEvent[]): Message[] {
  return ofType(events, "message").map(({ message }) => message).slice(1);
}
