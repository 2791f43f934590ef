import { describeError } from "../core/error.ts";
import type { AssistantMessage, ToolCall } from "../core/message.ts";
import type {
  ModelClient,
  ModelEvent,
  ModelInfo,
  ModelRequest,
} from "../core/model.ts";

type Json = Record<string, unknown>;

/** Arguments that are damaged and not cut, for a call whose own are lost. */
const damaged = "{";

/**
 * Wraps a model so that each of its replies is also written as one line of a
 * script that openScripted plays back. `write` gets the line without its line
 * end, before the reply's last event is given out. Requests are not written,
 * and so no key, header or prompt.
 *
 * A line that can't be written is a warning, once; the run goes on.
 */
export function recordModel(
  client: ModelClient,
  write: (line: string) => Promise<void>,
): ModelClient {
  let info: ModelInfo | undefined;
  let hasStarted = false;
  let hasFailed = false;

  const save = async (value: Json): Promise<ModelEvent | undefined> => {
    if (hasFailed) return undefined;
    try {
      if (!hasStarted && info !== undefined) {
        await write(JSON.stringify({ info: scriptInfo(info) }));
      }
      hasStarted = true;
      await write(JSON.stringify(value));
      return undefined;
    } catch (error) {
      hasFailed = true;
      const text = `Cannot record the run: ${describeError(error)}`;
      return { type: "notice", level: "warn", text };
    }
  };

  return {
    name: client.name,
    list: (signal) => client.list(signal),
    async info(signal) {
      info = await client.info(signal);
      return info;
    },
    async *stream(request, options) {
      const reply = new Recording(request);
      for await (const event of client.stream(request, options)) {
        const line = reply.take(event);
        const notice = line === undefined ? undefined : await save(line);
        if (notice !== undefined) yield notice;
        yield event;
      }
    },
  };
}

/** Collects one reply. */
class Recording {
  readonly #head: Json;
  #text: string[] = [];
  #thinking: string[] = [];
  #retry: Json = {};

  constructor(request: ModelRequest) {
    this.#head = request.purpose === "summary" ? { for: "summary" } : {};
  }

  /** The script's line, when the event ends the reply. */
  take(event: ModelEvent): Json | undefined {
    switch (event.type) {
      case "text_delta":
        this.#text.push(event.delta);
        return undefined;
      case "thinking_delta":
        this.#thinking.push(event.delta);
        return undefined;
      case "retry": {
        const { attempt, of, waitMs, because } = event;
        this.#text = [];
        this.#thinking = [];
        this.#retry = { retry: { attempt, of, waitMs, because } };
        return undefined;
      }
      case "finish":
        return {
          ...this.#head,
          ...this.#retry,
          ...scriptMessage(event.message),
          stop: event.stop,
          usage: event.usage,
        };
      case "failure":
        return {
          ...this.#head,
          ...this.#retry,
          ...texts(this.#text.join(""), this.#thinking.join("")),
          failure: event.failure,
        };
      case "call_delta":
      case "notice":
        return undefined;
    }
  }
}

function scriptMessage(message: AssistantMessage): Json {
  const parts = texts(message.text, message.thinking?.text ?? "");
  if (message.calls.length === 0) return parts;
  return { ...parts, calls: message.calls.map(scriptCall) };
}

/** A call that could not be read must not become one that can. */
function scriptCall({ id, name, input, problem }: ToolCall): Json {
  const isUnread = problem?.kind === "invalid_json" ||
    problem?.kind === "cut_off";
  return isUnread ? { id, name, arguments: damaged } : { id, name, input };
}

function texts(text: string, thinking: string): Json {
  return {
    ...(thinking === "" ? {} : { thinking }),
    ...(text === "" ? {} : { text }),
  };
}

function scriptInfo(info: ModelInfo): Json {
  const { window, maxOutput, vision, thinking } = info;
  return { window, maxOutput, vision, thinking };
}
