import { type Message, text } from "../../lib/core/message.ts";
import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ToolSpec,
} from "../../lib/core/model.ts";
import { openModel, type OpenModelOptions } from "../../lib/provider/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import {
  type ModelServer,
  modelServer,
  type ModelServerOptions,
  type Replies,
} from "../support/model_server.ts";

/** Tools of the kinds that matter: required, without input, changing. */
export const tools: readonly ToolSpec[] = [
  tool("Bash", { command: "string" }, false),
  tool("Grep", { pattern: "string" }, true),
  tool("List", {}, true),
  tool("Read", { path: "string", limit: "integer" }, true, ["path"]),
  tool("Write", { path: "string", content: "string" }, false),
];

function tool(
  name: string,
  inputs: Record<string, string>,
  readOnly: boolean,
  required = Object.keys(inputs),
): ToolSpec {
  const properties = Object.fromEntries(
    Object.entries(inputs).map(([key, type]) => [key, { type }]),
  );
  const parameters = { type: "object", properties, required };
  return { name, description: name, parameters, readOnly };
}

/** Makes a user message. */
export function user(words: string): Message {
  return { role: "user", content: [text(words)] };
}

/** A request with all the tools. */
export function turn(part: Partial<ModelRequest> = {}): ModelRequest {
  return {
    purpose: "turn",
    system: "You help.",
    messages: [user("Do it.")],
    tools,
    ...part,
  };
}

/** What a request came to. */
export interface Outcome {
  readonly events: readonly ModelEvent[];
  /** Text that is on the screen at the end: of the last attempt. */
  readonly shown: string;
  readonly thought: string;
  readonly finish: (ModelEvent & { type: "finish" }) | undefined;
  readonly failure: ModelFailure | undefined;
  readonly retries: readonly (ModelEvent & { type: "retry" })[];
  readonly notices: readonly string[];
}

/** A client on a server that says what it is told to. */
export interface Desk extends AsyncDisposable {
  readonly server: ModelServer;
  readonly clock: ManualClock;
  readonly model: ReturnType<typeof openModel>;
  /** Sends a request; waits between attempts take no time. */
  ask(request?: ModelRequest, signal?: AbortSignal): Promise<Outcome>;
}

/** Options of {@link openDesk}. */
export interface DeskOptions {
  readonly client?: Partial<OpenModelOptions>;
  readonly server?: ModelServerOptions;
}

/** Opens a client on a server with these replies. */
export async function openDesk(
  replies: Replies,
  options: DeskOptions = {},
): Promise<Desk> {
  const server = await modelServer(replies, options.server);
  const clock = new ManualClock();
  let ids = 0;
  const model = openModel({
    model: "test-model",
    baseUrl: server.url,
    apiKey: "secret-key-1234",
    clock,
    random: () => 0.5,
    newId: () => `call_new${ids++}`,
    ...options.client,
  });
  return {
    server,
    clock,
    model,
    ask: (request = turn(), signal = new AbortController().signal) =>
      collect(model.stream(request, { signal }), clock),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Reads all events; each announced wait is skipped. */
export async function collect(
  stream: AsyncIterable<ModelEvent>,
  clock: ManualClock,
): Promise<Outcome> {
  const events: ModelEvent[] = [];
  let shown = "";
  let thought = "";
  for await (const event of stream) {
    events.push(event);
    if (event.type === "text_delta") shown += event.delta;
    if (event.type === "thinking_delta") thought += event.delta;
    if (event.type !== "retry") continue;
    shown = thought = "";
    if (event.waitMs > 0) clock.skip(event.waitMs);
  }
  const last = events.at(-1);
  return {
    events,
    shown,
    thought,
    finish: last?.type === "finish" ? last : undefined,
    failure: last?.type === "failure" ? last.failure : undefined,
    retries: events.filter((event) => event.type === "retry"),
    notices: events.filter((event) => event.type === "notice")
      .map((event) => event.text),
  };
}
