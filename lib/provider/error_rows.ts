import type { ModelFailureCode } from "../core/model.ts";
import type { RetryRule } from "./retry.ts";

/** What can be mended in a request before it is sent once more. */
export type Remedy = "call_text" | "flat_history" | "template";

/** What an error is judged by. */
export interface Facts {
  readonly status: number | undefined;
  /** True when it came inside a stream that had begun. */
  readonly inStream: boolean;
  /** Code, type and all texts. */
  readonly said: string;
  /** The best sentence, without its full stop. */
  readonly message: string;
  readonly isHtml: boolean;
  readonly isOverflow: boolean;
  readonly url: string;
  readonly model: string;
  readonly isLocal: boolean;
  readonly profile: string;
}

/** One class of errors. */
export interface ErrorRow {
  readonly code: ModelFailureCode;
  readonly retry: RetryRule;
  readonly remedy?: Remedy;
  when(facts: Facts): boolean;
  /** For people: what happened, where, what to do. */
  say(facts: Facts): string;
}

const transient = [408, 409, 425, 500, 502, 503, 504, 529];

function isTransient(status: number | undefined): boolean {
  return status !== undefined &&
    (transient.includes(status) || status >= 520 && status <= 524);
}

function refusal(facts: Facts): string {
  const { message, model, status, url } = facts;
  const code = status === undefined ? "" : ` (${status})`;
  const words = message === "" ? "it gave no reason" : message;
  return `"${model}" at ${url} refused the request${code}: ${words}`;
}

function trouble(facts: Facts): string {
  const { message, status, url } = facts;
  const code = status === undefined ? "" : ` (${status})`;
  const words = message === "" ? "it gave no reason" : message;
  return `${url} has a problem${code}: ${words}`;
}

/**
 * Classes of errors, the first that fits is taken (spec/providers.md 2.7,
 * 5.3). The last fits everything.
 */
export const errorRows: readonly ErrorRow[] = [
  {
    // Groq, llama.cpp and Ollama parse calls themselves, and fail at it.
    code: "bad_request",
    retry: "none",
    remedy: "call_text",
    when: ({ said }) =>
      /tool_use_failed|Failed to parse input at pos|error parsing tool call/i
        .test(said) ||
      /XML syntax error.*(?:parameter|function)/i.test(said),
    say: (facts) =>
      `${facts.url} could not read the call that "${facts.model}" wrote: ` +
      `${facts.message}. Ask again, or in smaller steps`,
  },
  {
    // llama.cpp and Ollama read the arguments of every call of the history.
    code: "bad_request",
    retry: "none",
    remedy: "flat_history",
    when: ({ said }) =>
      /Failed to parse tool call arguments|invalid tool call arguments/i
        .test(said),
    say: refusal,
  },
  {
    // Groq: a request over the limit per minute fits no later minute either.
    code: "rate_limit",
    retry: "none",
    when: ({ said, status }) =>
      status === 413 && /per minute|\bTPM\b/i.test(said),
    say: (facts) =>
      `One request is larger than ${facts.url} allows per minute: ` +
      `${facts.message}. Waiting does not help: use /compact or /clear, ` +
      "another model, or a higher tier",
  },
  {
    code: "context_overflow",
    retry: "none",
    when: ({ isOverflow, status }) => isOverflow && status !== 429,
    say: (facts) =>
      `The conversation does not fit the window of "${facts.model}": ` +
      `${facts.message}. Use /compact or /clear, or serve the model with a ` +
      "larger window",
  },
  {
    code: "quota",
    retry: "none",
    when: ({ said, status }) =>
      status === 402 ||
      /insufficient_quota|quota exceeded|exceeded your current quota|billing|out of budget|available balance|insufficient.{0,10}balance|\b1008\b/i
          .test(said) && status !== 404,
    say: (facts) =>
      `The account at ${facts.url} has no credit left: ${facts.message}. ` +
      "Add credit there, or use another server",
  },
  {
    code: "auth",
    retry: "none",
    when: ({ said, status }) =>
      status === 401 || status === 403 ||
      /API key not valid|invalid.{0,10}api.?key|incorrect API key|authentication_error|"?code"?:? ?1004\b|status_code: 1004/i
        .test(said),
    say: (facts) =>
      `${facts.url} does not accept the API key: ${facts.message}. Give ` +
      "a valid one with --api-key or OPENCLAUDE_API_KEY",
  },
  {
    code: "no_tool_support",
    retry: "none",
    when: ({ said }) =>
      /requires --enable-auto-tool-choice|--tool-call-parser/.test(said),
    say: (facts) =>
      `The server at ${facts.url} was started without tools. Start vLLM ` +
      "with --enable-auto-tool-choice and --tool-call-parser (for example " +
      "hermes, by model)",
  },
  {
    code: "no_tool_support",
    retry: "none",
    when: ({ said }) =>
      /(?:does|do) not support (?:tools?|function|tool calling)|tool calling is not supported|tools? (?:is|are) not supported/i
        .test(said),
    say: (facts) =>
      `"${facts.model}" takes no tools: ${facts.message}. Use a model that ` +
      "does, for example qwen3, gpt-oss or llama3.1",
  },
  {
    code: "model_not_found",
    retry: "none",
    when: ({ said, status }) =>
      (status === 404 || status === 400 || status === 422) &&
      /model_not_found|model\b.{0,120}(?:not found|does not exist|not exist|no such)|no such model|is not a valid model|unknown model|not found, try pulling/is
        .test(said),
    say: (facts) =>
      `Cannot find the model "${facts.model}" at ${facts.url}: ` +
      facts.message,
  },
  {
    code: "refused",
    retry: "none",
    when: ({ said, status }) =>
      (status === undefined || status < 500) &&
      /content_filter|content_policy|content management policy|responsible ai|data_inspection_failed/i
        .test(said),
    say: (facts) => `The server's filter ${refusalWords(facts)}`,
  },
  {
    code: "bad_request",
    retry: "none",
    remedy: "template",
    when: ({ said }) =>
      /roles must alternate|unexpected role|system message must be at the beginning|raise_exception|Expected last role|prefill is incompatible/i
        .test(said),
    say: refusal,
  },
  {
    code: "loading",
    retry: "loading",
    when: ({ said, status }) =>
      (status === 503 || status === undefined) &&
      /loading model|model is (?:currently )?loading/i.test(said),
    say: (facts) =>
      `${facts.url} is still loading "${facts.model}". Wait, and look at ` +
      "the server's log",
  },
  {
    code: "rate_limit",
    retry: "rate",
    when: ({ said, status }) =>
      status === 429 ||
      (status === undefined || status < 500) &&
        /rate.?limit|too many requests|throttl|status_code: (?:1002|1039)/i
          .test(said),
    say: (facts) =>
      `${facts.url} limits how often it is asked: ${facts.message}. ` +
      "Wait, or use another server",
  },
  {
    // Not the model's window but a proxy's; a shorter history helps as well.
    code: "context_overflow",
    retry: "none",
    when: ({ status }) => status === 413,
    say: (facts) =>
      `The request is too large for ${facts.url} or a proxy before it: ` +
      `${facts.message}. Use /compact or /clear`,
  },
  {
    code: "bad_request",
    retry: "none",
    when: ({ isHtml, said, status }) =>
      status === 405 ||
      status === 404 && (isHtml || !/model/i.test(said)),
    say: (facts) => {
      const { href, pathname } = new URL(facts.url);
      const fix = /\/v\d+\/?$/.test(pathname)
        ? `try it without ${pathname}`
        : `try ${href.replace(/\/$/, "")}/v1`;
      return `There are no chat completions at ${facts.url} ` +
        `(${facts.status}). Check --base-url: ${fix}`;
    },
  },
  {
    code: "overloaded",
    retry: "server",
    when: ({ inStream, status }) => !inStream && isTransient(status),
    say: trouble,
  },
  {
    // An error in a stream without a status is the server's own trouble.
    code: "overloaded",
    retry: "stream",
    when: ({ inStream, status }) =>
      inStream && (status === undefined || status >= 500),
    say: trouble,
  },
  { code: "bad_request", retry: "none", when: () => true, say: refusal },
];

function refusalWords({ message, model }: Facts): string {
  return `refused the request to "${model}": ${message}. Say it in other words`;
}
