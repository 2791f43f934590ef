import { can } from "../platform/capabilities.ts";
import { readTextUpTo } from "../platform/http.ts";

/** A server that people run on their own machine. */
export interface LocalServer {
  readonly name: string;
  readonly port: number;
}

/** Servers by the port that each listens on when nobody says otherwise. */
export const localServers: readonly LocalServer[] = [
  { name: "Ollama", port: 11_434 },
  { name: "LM Studio", port: 1_234 },
  { name: "llama.cpp", port: 8_080 },
  { name: "vLLM", port: 8_000 },
];

/** What answered at an address of this machine. */
export interface ServerFinding {
  readonly name: string;
  /** What was contacted. */
  readonly url: string;
  /** "other": something answers that lists no models. */
  readonly state: "answers" | "silent" | "other" | "not_permitted";
  readonly models: readonly string[];
  /** What to start the program with, where it may not ask. */
  readonly flag: string | null;
}

const patienceMs = 500;
const largestAnswer = 1_048_576;

/**
 * Asks addresses of this machine for their lists of models, all at once and
 * for half a second at most. No key is sent. Needs `--allow-net` for each.
 */
export async function findServers(
  signal: AbortSignal,
  servers: readonly LocalServer[] = localServers,
): Promise<readonly ServerFinding[]> {
  return await Promise.all(servers.map((server) => ask(server, signal)));
}

async function ask(
  { name, port }: LocalServer,
  signal: AbortSignal,
): Promise<ServerFinding> {
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}/v1/models`;
  const nothing = { name, url, models: [], flag: null } as const;
  if (!can({ name: "net", host })) {
    const flag = `--allow-net=${host}`;
    return { ...nothing, state: "not_permitted", flag };
  }
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const models = modelsIn(await readTextUpTo(response, largestAnswer));
    return models === undefined
      ? { ...nothing, state: "other" }
      : { ...nothing, state: "answers", models };
  } catch {
    // Nobody listens, or nobody answers in time: that is the finding.
    signal.throwIfAborted();
    return { ...nothing, state: "silent" };
  }
}

function modelsIn(body: string): string[] | undefined {
  try {
    const { data } = JSON.parse(body);
    // An Ollama without models says null.
    if (data === null) return [];
    if (!Array.isArray(data)) return undefined;
    return data.map((each) => each?.id).filter((id) => typeof id === "string");
  } catch {
    return undefined;
  }
}
