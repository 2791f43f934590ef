/** Where a model server is and how to be let in. */
export interface Endpoint {
  /** Up to and without `/chat/completions`, for example "http://localhost:11434/v1". */
  readonly baseUrl: string;
  /** Empty when the server asks for none. */
  readonly apiKey: string;
  /** Sent with every request beside the key. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Appends a path to a base URL: one slash between them whether or not the
 * base ends with one, and the base's query (Azure's `api-version`) kept.
 */
export function endpointUrl(baseUrl: string, path: string): string {
  const url = new URL(baseUrl);
  url.pathname = `${trimSlashes(url.pathname)}/${path.replace(/^\/+/, "")}`;
  return url.href;
}

/**
 * The address of the server itself, where its native doors are: the base URL
 * without the trailing `/v1`.
 */
export function serverRoot(baseUrl: string): string {
  const url = new URL(baseUrl);
  url.search = "";
  url.hash = "";
  url.pathname = trimSlashes(url.pathname).replace(/\/v1$/, "");
  return trimSlashes(url.href);
}

/** Headers for a request to the endpoint; no key, no `authorization`. */
export function endpointHeaders(endpoint: Endpoint): Headers {
  const headers = new Headers({ accept: "application/json" });
  if (endpoint.apiKey !== "") {
    headers.set("authorization", `Bearer ${endpoint.apiKey}`);
  }
  for (const [name, value] of Object.entries(endpoint.headers)) {
    headers.set(name, value);
  }
  return headers;
}

const privateHosts = [
  /^localhost$|\.localhost$|\.local$|\.lan$|\.home\.arpa$|\.internal$/,
  /^(127|10)\.\d+\.\d+\.\d+$/,
  /^192\.168\.\d+\.\d+$/,
  /^169\.254\.\d+\.\d+$/,
  /^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/,
  /^0\.0\.0\.0$/,
  /^\[(::1|::|f[cd][0-9a-f]*:.*|fe[89ab][0-9a-f]:.*)\]$/,
  /^\[::ffff:(7f|a)[0-9a-f]{0,2}:.*\]$|^\[::ffff:c0a8:.*\]$/,
];

/**
 * True for the machine itself and private networks, names without a dot
 * included (a container beside ours). Such servers are probed, given long
 * timers and asked one thing at a time.
 */
export function isPrivateHost(baseUrl: string): boolean {
  const host = new URL(baseUrl).hostname.toLowerCase();
  if (!host.includes(".") && !host.startsWith("[")) return true;
  return privateHosts.some((pattern) => pattern.test(host));
}

function trimSlashes(value: string): string {
  return value.replace(/\/+$/, "");
}
