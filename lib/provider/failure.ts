import type { ModelFailure, ModelFailureCode } from "../core/model.ts";
import { type ConnectionProblem, connectionProblem } from "../platform/http.ts";
import { isPrivateHost } from "./endpoint.ts";
import { type ErrorBody, htmlExcerpt, readErrorBody } from "./error_body.ts";
import { errorRows, type Facts, type Remedy } from "./error_rows.ts";
import { type Overflow, readOverflow } from "./overflow.ts";
import { type RetryRule, waitFromServer } from "./retry.ts";

/** Why an attempt brought no reply, and what may be done about it. */
export interface Problem {
  readonly code: ModelFailureCode;
  /** For people, without a key in it. */
  readonly message: string;
  readonly retry: RetryRule;
  readonly status?: number;
  /** Milliseconds that the server asks to wait. */
  readonly waitMs?: number;
  readonly overflow?: Overflow;
  readonly remedy?: Remedy;
  /** The server's own words. */
  readonly body?: ErrorBody;
}

/** Whom the request went to. */
export interface Addressee {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** Id of the profile, for advice that depends on the server. */
  readonly profile: string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A refusal: an HTTP error, or an error inside a stream with status 200. */
export interface Complaint {
  readonly status?: number;
  readonly headers?: Headers;
  /** The body's text, or the value of the event. */
  readonly body: unknown;
}

/**
 * Says what a server's error is, from all that it says: status, code and
 * every text in it (spec/providers.md 2.7, 5.2, 5.3). The order is that of
 * `errorRows`.
 */
export function classifyComplaint(
  complaint: Complaint,
  to: Addressee,
): Problem {
  const body = readErrorBody(complaint.body);
  const status = complaint.status ?? body.status;
  const overflow = readOverflow(`${body.code}\n${body.type}\n${body.said}`);
  const facts: Facts = {
    status,
    inStream: complaint.status === undefined,
    said: [body.code, body.type, body.said].join("\n"),
    message: body.message.replace(/[.\s]+$/, "").slice(0, 600),
    isHtml: /<(!doctype|html|head|body)\b/i.test(body.said),
    isOverflow: overflow !== null,
    url: to.baseUrl,
    model: to.model,
    isLocal: isPrivateHost(to.baseUrl),
    profile: to.profile,
  };
  const row = errorRows.find((each) => each.when(facts));
  if (row === undefined) throw new TypeError("No row for an error");
  const ordered = retryOrder(complaint.headers);
  const waitMs = waitFromServer(complaint.headers, body.said, to.now());
  const retry = row.remedy === undefined ? ordered ?? row.retry : row.retry;
  return {
    code: row.code,
    message: redact(row.say(facts), to.apiKey),
    retry,
    body,
    ...(status === undefined ? {} : { status }),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(row.remedy === undefined ? {} : { remedy: row.remedy }),
    ...(row.code === "context_overflow" ? { overflow: overflow ?? {} } : {}),
  };
}

/** `x-should-retry` is obeyed both ways. */
function retryOrder(headers: Headers | undefined): RetryRule | undefined {
  switch (headers?.get("x-should-retry")) {
    case "true":
      return "server";
    case "false":
      return "none";
  }
}

/** What a fetch or the reading of a body threw. */
export function classifyThrown(
  error: unknown,
  to: Addressee,
  hasBegun: boolean,
): Problem {
  if (error instanceof RangeError) return protocolProblem(error.message, to);
  const kind = connectionProblem(error);
  if (kind === "reset" && hasBegun) return cutProblem(to);
  const url = new URL(to.baseUrl);
  const rows: Readonly<Record<ConnectionProblem, string>> = {
    refused: `connection refused. ${startAdvice(to)}`,
    unknown_host: `no such host "${url.hostname}". Check --base-url and ` +
      "the network",
    not_permitted: "this process may not connect to it. Run it with " +
      `--allow-net=${url.host}`,
    certificate: "its certificate is not trusted. Check the URL, or give " +
      "the certificate to Deno with --cert",
    blocked_port: `port ${url.port} is blocked by the runtime. Serve the ` +
      "model on another port",
    reset: "the connection broke before an answer came",
  };
  const retry = kind === "reset"
    ? "transport"
    : kind === "refused" || kind === "unknown_host"
    ? "connect"
    : "none";
  return {
    code: "network",
    message: redact(`Cannot reach ${to.baseUrl}: ${rows[kind]}`, to.apiKey),
    retry,
  };
}

function startAdvice({ baseUrl, profile }: Addressee): string {
  const url = new URL(baseUrl);
  const mayBeOllama = url.port === "11434" || profile.startsWith("ollama");
  const start = mayBeOllama
    ? "Start Ollama with `ollama serve`, or give --base-url."
    : isPrivateHost(baseUrl)
    ? "Is the server running? Start it, or give --base-url."
    : "Check --base-url and the network.";
  return `${start} \`deno task demo\` needs no server`;
}

/** A stream that broke off in the middle. */
export function cutProblem(to: Addressee): Problem {
  return {
    code: "network",
    message: `The connection to ${to.baseUrl} was lost in the middle of a ` +
      "reply. Ask again; if it happens each time, look at the server's log",
    retry: "stream",
  };
}

/** Nothing came for too long. */
export function timeoutProblem(
  what: "first_byte" | "idle" | "progress",
  ms: number,
  to: Addressee,
): Problem {
  const seconds = Math.round(ms / 1000);
  const missing = {
    first_byte: "did not begin to answer",
    idle: "went silent in the middle of a reply",
    progress: "kept the connection open but sent nothing of a reply",
  }[what];
  return {
    code: "timeout",
    message: `${to.baseUrl} ${missing} for ${seconds} s. Is the model too ` +
      "large for the machine, or the server stuck? Its log tells",
    retry: what === "first_byte" ? "none" : "idle",
  };
}

/** An answer that is not of the protocol: a login page, another service. */
export function foreignProblem(text: string, to: Addressee): Problem {
  const excerpt = /<[a-z!]/i.test(text)
    ? htmlExcerpt(text)
    : text.trim().slice(0, 200);
  const problem = protocolProblem(
    `${to.baseUrl} is not an API endpoint: it answered "${excerpt}"`,
    to,
  );
  const advice = "Check --base-url; most servers want it to end in /v1";
  return { ...problem, message: `${problem.message}. ${advice}` };
}

/** An answer that breaks the protocol. */
export function protocolProblem(message: string, to: Addressee): Problem {
  return {
    code: "protocol",
    message: redact(message, to.apiKey),
    retry: "none",
  };
}

/** The failure that the caller gets, when nothing more is tried. */
export function failureOf(problem: Problem): ModelFailure {
  const { code, message, overflow, retry, status } = problem;
  return {
    code,
    message,
    transient: retry !== "none" || code === "timeout",
    ...(status === undefined ? {} : { status }),
    ...(overflow?.limit === undefined ? {} : { window: overflow.limit }),
  };
}

/** Removes the key in use, and what looks like one, from a text. */
export function redact(text: string, apiKey: string): string {
  const own = apiKey.length >= 8 ? text.replaceAll(apiKey, "[key]") : text;
  return own
    .replace(/\b(Bearer\s+)[\w.~+/=-]{8,}/gi, "$1[key]")
    .replace(/\b(?:sk|gsk|xai|pk|key)-[\w*-]{8,}/g, "[key]");
}
