import type { AssistantMessage, Message } from "../core/message.ts";
import { text } from "../core/message.ts";
import type {
  ModelClient,
  ModelFailure,
  ModelInfo,
  StopReason,
  ToolSpec,
  Usage,
} from "../core/model.ts";
import type { ProfileOverride } from "../provider/profile.ts";
import { watchWire, type WireExchange, type WireWatch } from "./doctor_wire.ts";
import type { Endpoint } from "./endpoint.ts";
import { openServer } from "./model.ts";

/** Chat requests that one examination may send. */
export const requestLimit = 12;

/** Tokens of a reply at the most: thinking models need some room. */
const replyTokens = 512;
/** Milliseconds for a reply; the first may have to load the model. */
const patience = { first: 300_000, later: 120_000 };
/** Waits between attempts before a server counts as not available. */
const mostWaits = 2;
const longestWaitMs = 5_000;

/** Requests in a row that may get no answer before no more are sent. */
const mostLost = 2;

/** What is asked of a model in one probe. */
export interface Question {
  readonly messages: readonly Message[];
  readonly system?: string;
  readonly tools?: readonly ToolSpec[];
  /** Laid over the profile for this question. */
  readonly profile?: ProfileOverride;
}

/** What a question came to: a reply or a failure. */
export interface Asked {
  readonly reply?: {
    readonly message: AssistantMessage;
    readonly stop: StopReason;
    readonly usage: Usage;
  };
  readonly failure?: ModelFailure;
  /** What was sent for it; more than one when something was refused. */
  readonly exchanges: readonly WireExchange[];
}

/** A model on the bench: the real client, with a watch on its wire. */
export interface Bench {
  readonly wire: WireWatch;
  info(): Promise<ModelInfo>;
  /** @throws the signal's reason when the user interrupts. */
  ask(question: Question): Promise<Asked>;
}

/** Options of {@link openBench}. */
export interface BenchOptions {
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** Puts a model on the bench; what was learned of it before is not used. */
export function openBench(endpoint: Endpoint, options: BenchOptions): Bench {
  const { signal } = options;
  const wire = watchWire({
    limit: requestLimit,
    ...(options.fetch === undefined ? {} : { inner: options.fetch }),
  });
  const clients = new Map<string, Promise<ModelClient>>();
  let lost = 0;
  const clientFor = (profile: ProfileOverride): Promise<ModelClient> => {
    const key = JSON.stringify(profile);
    const known = clients.get(key) ??
      openServer(endpoint, { probe: profile, fetch: wire.fetch });
    clients.set(key, known);
    return known;
  };
  return {
    wire,
    info: async () => await (await clientFor({})).info(signal),
    ask: async (question) => {
      signal.throwIfAborted();
      const sent = wire.chats.length;
      if (sent >= requestLimit) return { failure: spent, exchanges: [] };
      if (lost >= mostLost) return { failure: goneAway, exchanges: [] };
      const client = await clientFor(question.profile ?? {});
      const asked = await askOnce(client, question, {
        signal,
        timeoutMs: sent === 0 ? patience.first : patience.later,
      });
      signal.throwIfAborted();
      const isSpent = asked.failure?.code === "network" &&
        wire.chats.length >= requestLimit;
      const code = asked.failure?.code;
      lost = code === "network" || code === "timeout" ? lost + 1 : 0;
      const exchanges = wire.chats.slice(sent);
      return { ...asked, ...(isSpent ? { failure: spent } : {}), exchanges };
    },
  };
}

/** A message of the user. */
export function user(value: string): Message {
  return { role: "user", content: [text(value)] };
}

const spent: ModelFailure = {
  code: "protocol",
  message: `All ${requestLimit} requests were used up before`,
  transient: false,
};

const goneAway: ModelFailure = {
  code: "network",
  message: "The server no longer answers",
  transient: true,
};

async function askOnce(
  client: ModelClient,
  { messages, system = "", tools = [] }: Question,
  { signal, timeoutMs }: {
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
  },
): Promise<Omit<Asked, "exchanges">> {
  const stop = new AbortController();
  const timer = setTimeout(
    () => give("timeout", `No whole reply within ${timeoutMs / 1_000} s`),
    timeoutMs,
  );
  let gaveUp: ModelFailure | undefined;
  const give = (code: "timeout" | "overloaded", message: string) => {
    gaveUp ??= { code, message, transient: true };
    stop.abort();
  };
  const request = {
    purpose: "turn",
    system,
    messages,
    tools,
    maxOutputTokens: replyTokens,
    temperature: 0,
  } as const;
  let waits = 0;
  try {
    const events = client.stream(request, {
      signal: AbortSignal.any([signal, stop.signal]),
    });
    for await (const event of events) {
      if (event.type === "retry" && event.waitMs > 0) {
        waits++;
        const isTooLong = waits > mostWaits || event.waitMs > longestWaitMs;
        if (isTooLong) give("overloaded", event.because);
      } else if (event.type === "finish") {
        return { reply: event };
      } else if (event.type === "failure") {
        return { failure: gaveUp ?? event.failure };
      }
    }
  } finally {
    clearTimeout(timer);
  }
  return { failure: gaveUp ?? silent };
}

const silent: ModelFailure = {
  code: "protocol",
  message: "The reply ended without an end",
  transient: false,
};
