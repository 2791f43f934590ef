import {
  completionBody,
  completionChunks,
  nativeLines,
  type ReplyFrame,
  type SpokenReply,
} from "./model_stream.ts";

export type { ReplyCall, SpokenReply, WireUsage } from "./model_stream.ts";

/** Bytes to send, at once or as they come. */
export type ReplyBody =
  | string
  | Uint8Array
  | AsyncIterable<string | Uint8Array>;

/** How a reply is sent, whatever is in it. */
export interface Delivery {
  /** Milliseconds before the status and headers. */
  readonly delayMs?: number;
  /** Milliseconds between two chunks. */
  readonly chunkDelayMs?: number;
  /** Bytes of the body after which the connection breaks. */
  readonly cutAfter?: number;
  /**
   * true: the body never ends; "headers": nothing is sent at all. Both until
   * the client leaves or the server closes.
   */
  readonly hang?: true | "headers";
}

/** A reply given byte by byte. One of `json`, `body` and `sse` is its body. */
export interface WireReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ReplyBody;
  readonly json?: unknown;
  /**
   * Payloads of `data:` lines; what is no string is written as JSON. No
   * `[DONE]` is added.
   */
  readonly sse?: readonly unknown[];
}

/** A reply of the fault-injecting server. `{}` is an empty answer. */
export type Reply = SpokenReply & WireReply & Delivery;

/** A request as it arrived. */
export interface SeenRequest {
  /** Counts from 0 among those of its list. */
  readonly index: number;
  readonly method: string;
  /** With the query, for example "/v1/models?limit=1". */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent, and read as JSON; undefined when it is none. */
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  /** Milliseconds since the start of the server. */
  readonly at: number;
  /** How the reply ended: sent whole, broken by us, left by the client. */
  readonly ended: Promise<"sent" | "cut" | "left">;
}

/** Answers requests: a list is used up in order. */
export type Replies =
  | readonly Reply[]
  | ((request: SeenRequest, index: number) => Reply | Promise<Reply>);

/** Other routes, by path ("/api/show"), or method and path ("GET /props"). */
export type Routes = Readonly<
  Record<string, Reply | ((request: SeenRequest) => Reply | Promise<Reply>)>
>;

/** A running server. */
export interface ModelServer extends AsyncDisposable {
  /** The base URL for a client: "http://127.0.0.1:PORT/v1". */
  readonly url: string;
  /** Chat requests, which is what `replies` answered. */
  readonly requests: readonly SeenRequest[];
  /** All the others: models, probes, what a route answered. */
  readonly others: readonly SeenRequest[];
  /** Resolves when `count` chat requests have arrived. */
  arrived(count: number): Promise<void>;
  /** Ends it and breaks what is under way; disposing does the same. */
  close(): Promise<void>;
}

/** Options of {@link modelServer}. */
export interface ModelServerOptions {
  readonly routes?: Routes;
  /** What `GET /v1/models` lists. */
  readonly models?: readonly string[];
}

const chatPaths = new Set(["/v1/chat/completions", "/api/chat"]);

/**
 * A model server over real HTTP that says what it is told to and keeps every
 * request. It speaks chat completions, streamed or not, and Ollama's
 * `/api/chat`; `GET /v1/models` lists "test-model"; all else is 404 unless a
 * route says otherwise. A request too many gets status 418, which no client
 * retries:
 *
 * ```ts
 * await using server = await modelServer([
 *   { status: 503, json: { error: { message: "busy" } } },
 *   { calls: [{ name: "Read", input: { file_path: "a.ts" } }], fragments: 5 },
 *   { text: "Done." },
 * ]);
 * ```
 */
export function modelServer(
  replies: Replies,
  options: ModelServerOptions = {},
): Promise<ModelServer> {
  const state = new ServerState(replies, options);
  const listening = Promise.withResolvers<ModelServer>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: state.closing.signal,
    onError: (error) => new Response(String(error), { status: 500 }),
    onListen({ port }) {
      const close = async () => {
        state.closing.abort();
        await server.finished;
      };
      listening.resolve({
        url: `http://127.0.0.1:${port}/v1`,
        requests: state.requests,
        others: state.others,
        arrived: (count) => state.arrived(count),
        close,
        [Symbol.asyncDispose]: close,
      });
    },
  }, (request) => state.answer(request));
  return listening.promise;
}

class ServerState {
  readonly closing = new AbortController();
  readonly requests: SeenRequest[] = [];
  readonly others: SeenRequest[] = [];
  readonly #replies: Replies;
  readonly #options: ModelServerOptions;
  readonly #startedAt = performance.now();
  #waiting: { readonly count: number; resolve(): void }[] = [];

  constructor(replies: Replies, options: ModelServerOptions) {
    this.#replies = replies;
    this.#options = options;
  }

  arrived(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ count, resolve });
    return promise;
  }

  async answer(request: Request): Promise<Response> {
    const text = await request.text();
    const url = new URL(request.url);
    const route = this.#route(request.method, url.pathname);
    const isChat = route === undefined && request.method === "POST" &&
      chatPaths.has(url.pathname);
    const list = isChat ? this.requests : this.others;
    const ended = Promise.withResolvers<"sent" | "cut" | "left">();
    const seen: SeenRequest = {
      index: list.length,
      method: request.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
      text,
      body: parse(text),
      at: performance.now() - this.#startedAt,
      ended: ended.promise,
    };
    list.push(seen);
    if (isChat) this.#announce();
    const reply = isChat
      ? await this.#next(seen)
      : typeof route === "function"
      ? await route(seen)
      : route ?? notFound(seen);
    return await this.#respond(reply, seen, ended.resolve);
  }

  #route(method: string, path: string): Routes[string] | undefined {
    const routes = this.#options.routes ?? {};
    const found = routes[`${method} ${path}`] ?? routes[path];
    if (found !== undefined || method !== "GET" || path !== "/v1/models") {
      return found;
    }
    const models = this.#options.models ?? ["test-model"];
    const data = models.map((id) => ({ id, object: "model" }));
    return { json: { object: "list", data } };
  }

  #announce(): void {
    const arrived = this.requests.length;
    for (const { count, resolve } of this.#waiting) {
      if (count <= arrived) resolve();
    }
    this.#waiting = this.#waiting.filter(({ count }) => count > arrived);
  }

  async #next(seen: SeenRequest): Promise<Reply> {
    if (typeof this.#replies === "function") {
      return await this.#replies(seen, seen.index);
    }
    return this.#replies[seen.index] ?? {
      status: 418,
      json: { error: { message: `No reply left for request ${seen.index}` } },
    };
  }

  async #respond(
    reply: Reply,
    seen: SeenRequest,
    ended: (how: "sent" | "cut" | "left") => void,
  ): Promise<Response> {
    const signal = this.closing.signal;
    if (reply.delayMs) await pause(reply.delayMs, signal);
    if (reply.hang === "headers") await pause(null, signal);
    const { type, pieces } = render(reply, seen);
    const headers = new Headers({ "content-type": type });
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      if (value === "") headers.delete(name);
      else headers.set(name, value);
    }
    const stream = bodyStream(deliver(pieces, reply, signal), ended);
    return new Response(stream, { status: reply.status ?? 200, headers });
  }
}

interface Rendered {
  readonly type: string;
  readonly pieces: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

function render(reply: Reply, seen: SeenRequest): Rendered {
  const { body, json, sse } = reply;
  if (json !== undefined) {
    return { type: "application/json", pieces: [JSON.stringify(json)] };
  }
  if (sse !== undefined) {
    const pieces = sse.map((payload) => event(payload));
    return { type: "text/event-stream", pieces };
  }
  if (body !== undefined) {
    const type = "text/event-stream";
    if (typeof body === "string") return { type, pieces: [body] };
    return { type, pieces: body instanceof Uint8Array ? once(body) : body };
  }
  const isNative = seen.path === "/api/chat";
  const frame: ReplyFrame = {
    id: `chatcmpl-${seen.index}`,
    model: seen.body?.model ?? "test-model",
    requestChars: seen.text.length,
    wantsUsage: seen.body?.stream_options?.include_usage === true,
  };
  if (isNative) {
    const pieces = nativeLines(reply, frame)
      .map((line) => `${JSON.stringify(line)}\n`);
    return { type: "application/x-ndjson", pieces };
  }
  if (seen.body?.stream !== true) {
    const pieces = [JSON.stringify(completionBody(reply, frame))];
    return { type: "application/json", pieces };
  }
  const chunks: unknown[] = completionChunks(reply, frame);
  if (reply.finish !== null) chunks.push("[DONE]");
  return { type: "text/event-stream", pieces: chunks.map(event) };
}

function event(payload: unknown): string {
  const data = typeof payload === "string" ? payload : JSON.stringify(payload);
  return `data: ${data}\n\n`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Thrown to break a connection in the middle of a body. */
class Cut extends Error {
  override name = "Cut";
}

async function* deliver(
  pieces: Rendered["pieces"],
  reply: Reply,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let room = reply.cutAfter ?? Infinity;
  let isFirst = true;
  for await (const piece of pieces) {
    if (!isFirst && reply.chunkDelayMs) {
      await pause(reply.chunkDelayMs, signal);
    }
    isFirst = false;
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    if (bytes.length >= room) {
      if (room > 0) yield bytes.subarray(0, room);
      // What was written must reach the client before the break does.
      await pause(20, signal);
      throw new Cut("The connection is cut here");
    }
    room -= bytes.length;
    yield bytes;
  }
  if (reply.hang === true) await pause(null, signal);
}

function bodyStream(
  chunks: AsyncGenerator<Uint8Array>,
  ended: (how: "sent" | "cut" | "left") => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (!next.done) return controller.enqueue(next.value);
        ended("sent");
        controller.close();
      } catch (error) {
        ended("cut");
        controller.error(error);
      }
    },
    cancel() {
      ended("left");
    },
  });
}

function notFound(seen: SeenRequest): Reply {
  const message = `${seen.method} ${seen.path} is not a route`;
  return { status: 404, json: { error: { message } } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits so long, or for ever; throws when the server closes. */
function pause(ms: number | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new Cut("The server is closing"));
    };
    if (signal.aborted) return reject(new Cut("The server is closing"));
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = ms === null ? undefined : setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
  });
}
