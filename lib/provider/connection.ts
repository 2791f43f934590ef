import { OpenAI } from "openai";
import { withoutEnvironment } from "../platform/environment.ts";
import { readTextUpTo } from "../platform/http.ts";
import type { Endpoint } from "./endpoint.ts";

/** A request that the server refused, with what it said. */
export class HttpRefusal extends Error {
  override name = "HttpRefusal";
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly bodyText: string,
  ) {
    super(`Refused with status ${status}`);
  }
}

/** Sends requests with the endpoint's address, key and headers. */
export interface Connection {
  /**
   * Sends a body to "chat/completions", or to a whole URL. The response is
   * as it came: unread, and of a status below 400. Throws an HttpRefusal for
   * other statuses, else what fetch threw.
   */
  send(
    target: "chat/completions" | URL,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<Response>;
}

/** More of an error body is never needed, and may be endless. */
const errorBytes = 65_536;
/** The longest that a timer can be set to; we have timers of our own. */
const never = 2 ** 31 - 1;

/** What the library would say of this machine; servers need none of it. */
const unsent = Object.fromEntries(
  [
    "X-Stainless-Lang",
    "X-Stainless-Package-Version",
    "X-Stainless-OS",
    "X-Stainless-Arch",
    "X-Stainless-Runtime",
    "X-Stainless-Runtime-Version",
    "X-Stainless-Retry-Count",
    "X-Stainless-Timeout",
  ].map((name) => [name, null]),
);

/**
 * Opens a connection by way of the library of OpenAI, which builds requests
 * and nothing else: no retry, no timer, no reading of bodies, and no look at
 * OPENAI_* variables, whose headers would go to any host. Needs
 * `--allow-net` for the host, and no environment.
 */
export function openConnection(
  endpoint: Endpoint,
  fetchOption: typeof fetch = fetch,
): Connection {
  const { address, query } = splitAddress(endpoint.baseUrl);
  const client = withoutEnvironment(() =>
    new OpenAI({
      baseURL: address,
      // A key must be there for the library; local servers ignore it.
      apiKey: endpoint.apiKey || "none",
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      timeout: never,
      logLevel: "off",
      defaultHeaders: {
        ...unsent,
        "User-Agent": "openclaude",
        ...endpoint.headers,
      },
      defaultQuery: query,
      fetch: refusing(fetchOption),
    })
  );
  return {
    async send(target, body, signal) {
      const path = typeof target === "string" ? `/${target}` : target.href;
      try {
        return await client.post(path, { body, signal }).asResponse();
      } catch (error) {
        throw error instanceof Error && error.cause !== undefined
          ? error.cause
          : error;
      }
    },
  };
}

/** Keeps the body of an error, which the library would lose in part. */
function refusing(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init);
    if (response.ok) return response;
    const text = await readTextUpTo(response, errorBytes);
    throw new HttpRefusal(response.status, response.headers, text);
  };
}

/** The library appends paths to texts: a query would end up in the middle. */
function splitAddress(
  baseUrl: string,
): { address: string; query: Record<string, string> } {
  const url = new URL(baseUrl);
  const query = Object.fromEntries(url.searchParams);
  url.search = "";
  url.hash = "";
  return { address: url.href.replace(/\/+$/, ""), query };
}
