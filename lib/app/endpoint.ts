import { exitCodes, UserError } from "../core/error.ts";
import { readEnvironment } from "../platform/environment.ts";
import type { Invocation } from "./args.ts";

/** Which model is used, where, and with what key. */
export interface Endpoint {
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly contextWindow?: {
    readonly tokens: number;
    readonly source: "flag" | "environment";
  };
}

const ollama = "http://localhost:11434/v1";

/**
 * Chooses the endpoint: flags, then OPENCLAUDE_* variables, then the ones
 * that such tools share, then Ollama on this machine. Reads the environment
 * where that is permitted.
 *
 * @throws {UserError} for a variable that can't be used.
 */
export function resolveEndpoint(invocation: Invocation): Endpoint {
  const window = contextWindow(invocation);
  return {
    model: invocation.model ?? first("OPENCLAUDE_MODEL", "MODEL") ??
      "qwen2.5:latest",
    baseUrl: invocation.baseUrl ??
      first("OPENCLAUDE_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE") ??
      ollamaHost() ?? ollama,
    apiKey: invocation.apiKey ??
      first("OPENCLAUDE_API_KEY", "OPENAI_API_KEY") ?? "ollama",
    ...(window === undefined ? {} : { contextWindow: window }),
  };
}

function first(...names: string[]): string | undefined {
  for (const name of names) {
    const value = readEnvironment(name);
    if (value !== undefined) return value;
  }
}

/** OLLAMA_HOST is "host:port", a URL, or an address to listen on. */
function ollamaHost(): string | undefined {
  const host = readEnvironment("OLLAMA_HOST");
  if (host === undefined) return undefined;
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `http://${host}`);
  if (url === null) return undefined;
  if (url.hostname === "0.0.0.0") url.hostname = "localhost";
  if (url.port === "" && url.protocol === "http:") url.port = "11434";
  return `${url.origin}/v1`;
}

function contextWindow(
  { contextWindow: tokens }: Invocation,
): Endpoint["contextWindow"] {
  if (tokens !== undefined) return { tokens, source: "flag" };
  const value = readEnvironment("CONTEXT_WINDOW");
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1_024) {
    throw new UserError(
      `Cannot use CONTEXT_WINDOW "${value}": it must be a number of tokens, ` +
        "at least 1024",
      exitCodes.usage,
    );
  }
  return { tokens: number, source: "environment" };
}
