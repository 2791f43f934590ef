import { type Endpoint, endpointHeaders } from "./endpoint.ts";

/** How a server is asked about itself. */
export interface AskOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Milliseconds until the question is given up. */
  readonly timeoutMs: number;
}

/** The largest list of models is some 2 MB (OpenRouter). */
const maxBytes = 8 * 1024 * 1024;

/** An answer with a status; `json` is undefined when it was not JSON. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/**
 * Asks one address for JSON. Undefined when nobody answers in time, the
 * answer is longer than 8 MiB, or the host may not be asked (`--allow-net`).
 * Redirects are not followed: the headers hold the user's key.
 */
export async function ask(
  url: string,
  endpoint: Endpoint,
  options: AskOptions & { readonly body?: unknown },
): Promise<Answer | undefined> {
  const { body, fetch, signal, timeoutMs } = options;
  const headers = endpointHeaders(endpoint);
  if (body !== undefined) headers.set("content-type", "application/json");
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers,
      redirect: "manual",
      signal: AbortSignal.any([signal, control.signal]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return { status: response.status, json: undefined };
    }
    return { status: response.status, json: parse(await readText(response)) };
  } catch {
    // Not there, too slow, cut off, not permitted: nothing is known of it.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let read = 0;
  let text = "";
  for await (const bytes of response.body ?? []) {
    read += bytes.length;
    if (read > maxBytes) return "";
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
