import type { AgentEvent } from "../core/event.ts";
import type { ModelClient } from "../core/model.ts";
import { text } from "../core/message.ts";
import type { Answer, PermissionMode } from "../core/permission.ts";
import type { AnyTool } from "../core/tool.ts";
import { boot } from "./boot.ts";

/** What a program asks the agent. Undefined means: the program's default. */
export interface QueryOptions {
  readonly prompt: string;
  /** The model's name, "scripted:FILE", or a client of your own. */
  readonly model: string | ModelClient;
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly contextWindow?: number;
  /** Folder to work in; the process's own when absent. */
  readonly cwd?: string;
  readonly mode?: PermissionMode;
  readonly maxTurns?: number;
  /** The tools, where not the built-in ones. */
  readonly tools?: readonly AnyTool[];
  /** Answers questions of the permission mode; without it they are refused. */
  ask?(
    question: AgentEvent & { type: "permission_request" },
  ): Promise<Answer> | Answer;
  readonly signal?: AbortSignal;
}

/**
 * Runs the agent on one prompt and yields what happens, `run_start` first and
 * `run_end` last. Leaving the loop early interrupts the run. Needs the
 * permissions of the tools that are to be used; a tool whose permission is
 * missing is not offered to the model.
 *
 * @throws {UserError} for a folder or a script that can't be used.
 */
export async function* query(
  options: QueryOptions,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { contextWindow: tokens, model } = options;
  const isNamed = typeof model === "string";
  await using conversation = await boot({
    ...options,
    mode: options.mode ?? "default",
    canAsk: options.ask !== undefined,
    ...(isNamed ? {} : { client: model }),
    endpoint: {
      model: isNamed ? model : model.name,
      baseUrl: options.baseUrl ?? "http://localhost:11434/v1",
      apiKey: options.apiKey ?? "ollama",
      ...(tokens === undefined
        ? {}
        : { contextWindow: { tokens, source: "flag" } }),
    },
  });
  const interrupt = () => conversation.send({ type: "interrupt" });
  options.signal?.addEventListener("abort", interrupt, { once: true });
  const events = conversation.events();
  conversation.send({ type: "prompt", content: [text(options.prompt)] });
  try {
    for await (const event of events) {
      yield event;
      if (event.type === "permission_request" && options.ask) {
        const answer = await options.ask(event);
        const { requestId } = event;
        conversation.send({ type: "reply", requestId, answer });
      }
      if (event.type === "run_end") return;
    }
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
  }
}
