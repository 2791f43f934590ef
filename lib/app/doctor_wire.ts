/** What was seen of one chat request on the wire. */
export interface WireExchange {
  /** True for Ollama's own API. */
  readonly native: boolean;
  /** The body as it was sent. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly sentAt: number;
  status?: number;
  contentType?: string;
  /** Events of the stream that were JSON. */
  events: number;
  /** When the first and the last piece of a reply came. */
  firstDeltaAt?: number;
  lastDeltaAt?: number;
  hasUsage: boolean;
  /** The field of a delta that reasoning came in. */
  reasoningField?: string;
  /** Tokens in a second by the server's own clock. */
  serverSpeed?: { readonly prefill?: number; readonly decode?: number };
}

/** A `fetch` that keeps what it sees of chat requests, and how many. */
export interface WireWatch {
  readonly fetch: typeof fetch;
  readonly chats: readonly WireExchange[];
  /** Requests that asked about the server: lists, versions, properties. */
  readonly questions: number;
}

/** Milliseconds, as `performance.now()` gives them. */
type Now = () => number;

/** A longer line is no event that tells us anything. */
const longestLine = 1_048_576;
const reasoningFields = [
  "reasoning_content",
  "reasoning",
  "reasoning_text",
  "thinking",
];

/**
 * Watches the requests that a model client sends. The bodies pass through as
 * they come; a chat request above `limit` is not sent.
 */
export function watchWire(
  { inner = fetch, limit, now = () => performance.now() }: {
    readonly inner?: typeof fetch;
    readonly limit: number;
    readonly now?: Now;
  },
): WireWatch {
  const chats: WireExchange[] = [];
  let questions = 0;
  return {
    chats,
    get questions() {
      return questions;
    },
    fetch: async (input, init) => {
      const target = input instanceof Request ? input.url : String(input);
      const { pathname } = new URL(target);
      const isChat = /\/(chat\/completions|api\/chat)$/.test(pathname);
      if (!isChat) {
        questions++;
        return await inner(input, init);
      }
      if (chats.length >= limit) throw new Error("No request is left");
      const exchange: WireExchange = {
        native: pathname.endsWith("/api/chat"),
        body: asRecord(parse(String(init?.body ?? ""))),
        sentAt: now(),
        events: 0,
        hasUsage: false,
      };
      chats.push(exchange);
      return watched(await inner(input, init), exchange, now);
    },
  };
}

function watched(
  response: Response,
  exchange: WireExchange,
  now: Now,
): Response {
  exchange.status = response.status;
  exchange.contentType = response.headers.get("content-type") ?? "";
  if (response.body === null) return response;
  const decoder = new TextDecoder();
  let rest = "";
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        controller.enqueue(bytes);
        const lines = (rest + decoder.decode(bytes, { stream: true }))
          .split(/\r\n|\n|\r/);
        rest = (lines.pop() ?? "").slice(-longestLine);
        for (const line of lines) readLine(line, exchange, now);
      },
      flush: () => readLine(rest, exchange, now),
    }),
  );
  const { headers, status, statusText } = response;
  return new Response(body, { headers, status, statusText });
}

function readLine(line: string, exchange: WireExchange, now: Now): void {
  const data = line.startsWith("data:") ? line.slice(5) : line;
  if (!data.trimStart().startsWith("{")) return;
  const event = asRecord(parse(data));
  if (Object.keys(event).length === 0) return;
  exchange.events++;
  const [choice] = Array.isArray(event.choices) ? event.choices : [];
  const usages = [event.usage, asRecord(choice).usage, event.timings];
  if (usages.some((each) => Object.keys(asRecord(each)).length > 0)) {
    exchange.hasUsage = true;
  }
  if (typeof event.prompt_eval_count === "number") exchange.hasUsage = true;
  const speed = serverSpeed(event);
  if (speed !== undefined) exchange.serverSpeed = speed;
  const { delta, message } = asRecord(choice);
  const piece = asRecord(delta ?? message ?? event.message);
  const field = reasoningFields.find((name) => hasText(piece[name]));
  if (field !== undefined) exchange.reasoningField = field;
  const hasCalls = Array.isArray(piece.tool_calls);
  if (field === undefined && !hasCalls && !hasText(piece.content)) return;
  exchange.firstDeltaAt ??= now();
  exchange.lastDeltaAt = now();
}

/** llama.cpp tells speeds, Ollama counts and nanoseconds. */
function serverSpeed(
  event: Readonly<Record<string, unknown>>,
): WireExchange["serverSpeed"] {
  const timings = asRecord(event.timings);
  const prefill = positive(timings.prompt_per_second) ??
    perSecond(event.prompt_eval_count, event.prompt_eval_duration);
  const decode = positive(timings.predicted_per_second) ??
    perSecond(event.eval_count, event.eval_duration);
  if (prefill === undefined && decode === undefined) return undefined;
  return {
    ...(prefill === undefined ? {} : { prefill }),
    ...(decode === undefined ? {} : { decode }),
  };
}

function perSecond(count: unknown, nanoseconds: unknown): number | undefined {
  const tokens = positive(count);
  const time = positive(nanoseconds);
  if (tokens === undefined || time === undefined) return undefined;
  return tokens / (time / 1e9);
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && Number.isFinite(value)
    ? value
    : undefined;
}

function hasText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? value as Readonly<Record<string, unknown>>
    : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
