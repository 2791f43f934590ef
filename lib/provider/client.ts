import { describeError } from "../core/error.ts";
import type {
  ModelClient,
  ModelEvent,
  ModelInfo,
  ModelRequest,
  Usage,
} from "../core/model.ts";
import type { Clock } from "../platform/clock.ts";
import { type Connection, openConnection } from "./connection.ts";
import { discover, type Discovery } from "./discover.ts";
import { type Endpoint, isPrivateHost } from "./endpoint.ts";
import { Exchange } from "./exchange.ts";
import { type Addressee, redact } from "./failure.ts";
import { learnedOf, remember } from "./learn.ts";
import { listModels } from "./model_list.ts";
import { modelAdvice } from "./model_advice.ts";
import type { TransportChoice } from "./ollama.ts";
import { knownInfo, type RequestPlan } from "./plan.ts";
import type { ProfileOverride } from "./profile.ts";
import { promptTokens } from "./request.ts";
import { checkWindow, type Counted } from "./window_check.ts";

/** What is needed to talk to a model. */
export interface OpenModelOptions {
  readonly model: string;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** Empty for servers that want none. */
  readonly apiKey: string;
  readonly contextWindow?: {
    readonly tokens: number;
    readonly source: "flag" | "environment" | "settings";
  };
  /** Tokens of a window below which an Ollama is asked for more. */
  readonly smallestWindow?: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The user's word on the server, which wins over all tables. */
  readonly profile?: ProfileOverride;
  /** Which door of an Ollama is used; "auto" by default. */
  readonly transport?: TransportChoice;
  /** Milliseconds that the server has to say what it knows of the model. */
  readonly patienceMs?: number;
  readonly clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  newId(): string;
  readonly fetch?: typeof fetch;
}

/** Replies of one conversation that are compared with one another. */
const comparedReplies = 3;

/**
 * Makes the client of a model behind an HTTP server. Nothing is sent before
 * the first call. Needs `--allow-net` for the server's host.
 */
export function openHttpModel(options: OpenModelOptions): ModelClient {
  return new HttpModel(options);
}

class HttpModel implements ModelClient {
  readonly name: string;
  readonly #options: OpenModelOptions;
  readonly #endpoint: Endpoint;
  #connection: Connection | undefined;
  #discovery: Discovery | undefined;
  /** Shared by callers that ask at the same time. */
  #discovering: Promise<Discovery> | undefined;
  #counted: Counted[] = [];
  /** The messages to which the counts belong. */
  #countedFor: ModelRequest["messages"] = [];
  /** Tokens of the window that the last prompt went beyond. */
  #exceeded: number | undefined;

  constructor(options: OpenModelOptions) {
    const { apiKey, baseUrl, headers = {}, model } = options;
    this.name = model;
    this.#options = options;
    this.#endpoint = { baseUrl, apiKey, headers };
  }

  async info(signal: AbortSignal): Promise<ModelInfo> {
    const found = await this.#discover(signal);
    const { baseUrl, model } = this.#options;
    return knownInfo(found, learnedOf(baseUrl, model));
  }

  async list(signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await listModels(this.#endpoint, { fetch: this.#fetch, signal });
    } catch (error) {
      const message = redact(describeError(error), this.#options.apiKey);
      throw new Error(message, { cause: error });
    }
  }

  async *stream(
    request: ModelRequest,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<ModelEvent> {
    try {
      const exchange = await this.#exchange(request, signal);
      if ("type" in exchange) return yield exchange;
      for await (const event of exchange.events()) {
        if (event.type === "finish") {
          yield* this.#onFinish(event, request, { exchange, signal });
        } else if (event.type === "failure") {
          yield await this.#explained(event, exchange, signal);
        } else yield event;
      }
    } catch (error) {
      const message = `Internal error: ${describeError(error)}`;
      yield {
        type: "failure",
        failure: {
          code: "protocol",
          message: redact(message, this.#options.apiKey),
          transient: false,
        },
      };
    }
  }

  get #fetch(): typeof fetch {
    return this.#options.fetch ?? fetch;
  }

  async #exchange(
    request: ModelRequest,
    signal: AbortSignal,
  ): Promise<Exchange | ModelEvent> {
    const { baseUrl } = this.#options;
    if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? "")) {
      return failure(
        `Cannot use base URL "${baseUrl}": it is no http or https URL. ` +
          "Give --base-url, for example http://localhost:11434/v1",
      );
    }
    if (this.#exceeded !== undefined && request.purpose === "turn") {
      return this.#overflow();
    }
    const discovery = await this.#discover(signal);
    this.#connection ??= openConnection(this.#endpoint, this.#fetch);
    return new Exchange(request, {
      ...this.#options,
      random: () => this.#options.random(),
      newId: () => this.#options.newId(),
      to: this.#addressee(discovery),
      connection: this.#connection,
      discovery,
      signal,
    });
  }

  #addressee({ profile }: Discovery): Addressee {
    const { apiKey, baseUrl, clock, model } = this.#options;
    return {
      apiKey,
      baseUrl,
      model,
      profile: profile.id,
      now: () => clock.now(),
    };
  }

  async #discover(signal: AbortSignal, fresh = false): Promise<Discovery> {
    if (this.#discovery !== undefined && !fresh) return this.#discovery;
    this.#discovering ??= this.#ask(signal, fresh).finally(() => {
      this.#discovering = undefined;
    });
    const found = await this.#discovering;
    // An interrupted question has no answer worth keeping.
    if (!signal.aborted) this.#discovery = found;
    return found;
  }

  #ask(signal: AbortSignal, fresh: boolean): Promise<Discovery> {
    const { baseUrl, contextWindow, model, profile } = this.#options;
    const { patienceMs, smallestWindow, transport } = this.#options;
    return discover(this.#endpoint, model, {
      signal,
      fresh,
      fetch: this.#fetch,
      learned: learnedOf(baseUrl, model),
      ...(profile === undefined ? {} : { override: profile }),
      ...(transport === undefined ? {} : { transport }),
      ...(patienceMs === undefined ? {} : { timeoutMs: patienceMs }),
      ...(smallestWindow === undefined ? {} : { smallest: smallestWindow }),
      ...(contextWindow === undefined ? {} : {
        contextWindow: contextWindow.tokens,
        contextWindowSource: contextWindow.source,
      }),
    });
  }

  /**
   * Checks after a reply that the server had read all of the prompt
   * (spec/providers.md 1.3.1). A reply to a cut prompt is not given out: it
   * is an overflow, so that the history is made shorter.
   */
  async *#onFinish(
    event: ModelEvent & { type: "finish" },
    request: ModelRequest,
    { exchange, signal }: { exchange: Exchange; signal: AbortSignal },
  ): AsyncGenerator<ModelEvent> {
    const { baseUrl, model } = this.#options;
    const before = exchange.plan.info.window;
    if (this.#discovery?.certain === false && !signal.aborted) {
      const found = await this.#discover(signal, true);
      if (found.info.window !== before && found.certain) {
        for (const warning of found.info.warnings) {
          yield { type: "notice", level: "warn", text: warning };
        }
      }
    }
    const finding = this.#check(event, request, exchange.plan);
    if (finding === null) return yield event;
    yield { type: "notice", level: "warn", text: finding.warning };
    remember(baseUrl, model, { window: finding.window });
    if (finding.kind === "over") this.#exceeded = finding.window;
    // Elsewhere a small count may have another reason, so it is only said.
    if (finding.kind !== "cut" || !isPrivateHost(baseUrl)) return yield event;
    const because = "The server had cut the prompt";
    const { usage } = event;
    yield { type: "retry", attempt: 1, of: 1, waitMs: 0, because, usage };
    this.#exceeded = finding.window;
    yield this.#overflow();
  }

  #check(
    { stop, usage }: { readonly stop: string; readonly usage: Usage },
    request: ModelRequest,
    { profile }: RequestPlan,
  ): ReturnType<typeof checkWindow> {
    const { messages } = request;
    // Nobody can say how many tokens a server counts for an image.
    const hasImages = messages.some((message) =>
      message.role !== "assistant" &&
      message.content.some((part) => part.type === "image")
    );
    if (hasImages || request.purpose !== "turn") return null;
    const goesOn = messages.length >= this.#countedFor.length &&
      this.#countedFor.every((message, at) => messages[at] === message);
    if (!goesOn) this.#counted = [];
    this.#countedFor = messages;
    const estimate = promptTokens(request);
    this.#counted.push({ estimate, usage, length: stop === "length" });
    this.#counted = this.#counted.slice(-comparedReplies);
    const { info, certain } = this.#discovery ?? {};
    const { model } = this.#options;
    return checkWindow(this.#counted, {
      model,
      window: info?.window ?? Infinity,
      ollama: profile.id.startsWith("ollama"),
      ...(info?.windowSource === "server" && certain
        ? { loaded: info.window }
        : {}),
    });
  }

  /** The last prompt did not fit, although the server took it. */
  #overflow(): ModelEvent {
    const window = this.#exceeded ?? 0;
    this.#exceeded = undefined;
    this.#counted = [];
    this.#countedFor = [];
    return {
      type: "failure",
      failure: {
        code: "context_overflow",
        message: `The conversation does not fit the window of "${this.name}" ` +
          `(${window} tokens). Use /compact or /clear, or serve the model ` +
          "with a larger window",
        transient: false,
        window,
      },
    };
  }

  /** Adds to a failure what only the server's list of models can tell. */
  async #explained(
    event: ModelEvent & { type: "failure" },
    exchange: Exchange,
    signal: AbortSignal,
  ): Promise<ModelEvent> {
    if (event.failure.code !== "model_not_found") return event;
    let ids: readonly string[] = [];
    try {
      ids = await this.list(signal);
    } catch {
      // The failure is worth telling without a list as well.
    }
    const advice = modelAdvice(this.#options.model, ids, {
      ollama: exchange.plan.profile.id.startsWith("ollama"),
    });
    const message = `${event.failure.message}. ${advice}`;
    return { ...event, failure: { ...event.failure, message } };
  }
}

function failure(message: string): ModelEvent {
  const code = "bad_request";
  return { type: "failure", failure: { code, message, transient: false } };
}
