import { describeError } from "../core/error.ts";
import type { ModelClient, ModelEvent } from "../core/model.ts";
import type { OpenModelOptions } from "./client.ts";

export type { OpenModelOptions } from "./client.ts";

/**
 * Opens a model behind an HTTP server that speaks chat completions, or
 * Ollama's own API. Costs nothing: the client and its library are loaded by
 * the first call, and nothing is sent before. Needs `--allow-net` for the
 * server's host, and no other permission.
 */
export function openModel(options: OpenModelOptions): ModelClient {
  let loading: Promise<ModelClient> | undefined;
  const load = () =>
    loading ??= import("./client.ts").then((client) =>
      client.openHttpModel(options)
    );
  return {
    name: options.model,
    info: async (signal) => await (await load()).info(signal),
    list: async (signal) => await (await load()).list(signal),
    stream: (request, { signal }) => ({
      [Symbol.asyncIterator]: () =>
        deferred(async () =>
          (await load()).stream(request, { signal })[Symbol.asyncIterator]()
        ),
    }),
  };
}

/** An iterator that is made by its first use, and costs no more after it. */
function deferred(
  make: () => Promise<AsyncIterator<ModelEvent>>,
): AsyncIterator<ModelEvent> {
  let inner: AsyncIterator<ModelEvent> | undefined;
  const first = async (): Promise<IteratorResult<ModelEvent>> => {
    try {
      inner = await make();
    } catch (error) {
      inner = failing(`Cannot load the model client: ${describeError(error)}`);
    }
    return await inner.next();
  };
  return {
    next: () => inner === undefined ? first() : inner.next(),
    return: async () =>
      await inner?.return?.() ?? { done: true, value: undefined },
  };
}

async function* failing(message: string): AsyncGenerator<ModelEvent> {
  const failure = { code: "protocol", message, transient: false } as const;
  yield await Promise.resolve({ type: "failure", failure });
}
