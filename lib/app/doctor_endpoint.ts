import { describeError, UserError } from "../core/error.ts";
import type { EndpointSettings, Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { readEnvironment } from "../platform/environment.ts";
import type { Invocation } from "./args.ts";
import { withoutCredentials } from "./doctor_profile.ts";
import {
  type Endpoint,
  endpointVariables,
  findNamed,
  modelName,
  resolveEndpoint,
} from "./endpoint.ts";
import { openServer } from "./model.ts";
import { loadSettings, settingsFile } from "./settings.ts";

/** A value and who set it: "--model", "$MODEL", "settings", "default". */
export interface Origin {
  readonly value: string;
  readonly source: string;
}

/** The user's settings file. */
export interface SettingsFinding {
  readonly file: string | null;
  readonly state:
    | "used"
    | "partly_used"
    | "missing"
    | "not_permitted"
    | "broken";
  /** What is in the way; "" when nothing is. */
  readonly problem: string;
}

/** Which model would be used, where, and who said so. */
export interface EndpointOrigins {
  readonly model: Origin;
  readonly baseUrl: Origin;
  readonly apiKey: { readonly set: boolean; readonly source: string };
  /** Null when it is asked of the server. */
  readonly contextWindow: Origin | null;
}

/** Whether the server in use answers. */
export interface Reached {
  readonly reachable: boolean;
  /** Why not; "" when it does. */
  readonly problem: string;
  /** Whether the server lists the model; null when it lists none. */
  readonly listed: boolean | null;
}

/** What is known of the endpoint in use. */
export type EndpointFinding = EndpointOrigins & Reached;

/** Milliseconds that the server in use has to list its models. */
const patienceMs = 3_000;

/**
 * Chooses the endpoint as a prompt would, and tells who set what. Settings or
 * a key that can't be used are reported, and the endpoint is chosen without.
 *
 * @throws {UserError} for a variable that can't be used.
 */
export async function chosenEndpoint(invocation: Invocation): Promise<{
  readonly endpoint: Endpoint;
  readonly origins: EndpointOrigins;
  readonly settings: SettingsFinding;
}> {
  const { finding, settings } = await readSettings();
  const named = findNamed(
    modelName(invocation, settings),
    invocation,
    settings,
  );
  let endpoint: Endpoint;
  let keyProblem: string | undefined;
  try {
    endpoint = await resolveEndpoint(invocation, settings);
  } catch (error) {
    if (!(error instanceof UserError) || named === undefined) throw error;
    keyProblem = error.message;
    endpoint = await resolveEndpoint({ ...invocation, apiKey: "" }, settings);
  }
  const model = {
    value: endpoint.model,
    source: settings.model !== undefined && isUnset("model", invocation)
      ? "settings"
      : sourceOf("model", invocation),
  };
  const { contextWindow } = endpoint;
  return {
    endpoint,
    settings: finding,
    origins: {
      model,
      baseUrl: {
        value: withoutCredentials(endpoint.baseUrl),
        source: named === undefined ? addressSource(invocation) : "settings",
      },
      apiKey: keyOrigin(endpoint, invocation, {
        named: named?.settings,
        problem: keyProblem,
      }),
      contextWindow: contextWindow === undefined ? null : {
        value: String(contextWindow.tokens),
        source: windowSources[contextWindow.source],
      },
    },
  };
}

const windowSources = {
  flag: "--context-window",
  environment: "$CONTEXT_WINDOW",
  settings: "settings",
} as const;

async function readSettings(): Promise<
  { readonly settings: Settings; readonly finding: SettingsFinding }
> {
  const file = settingsFile();
  const found = (
    state: SettingsFinding["state"],
    problem = "",
  ): SettingsFinding => ({ file: file ?? null, state, problem });
  if (file === undefined) {
    return { settings: {}, finding: found("missing", noHome()) };
  }
  if (!can({ name: "read", path: file })) {
    const problem = `add --allow-read=${file}`;
    return { settings: {}, finding: found("not_permitted", problem) };
  }
  try {
    const warnings: string[] = [];
    const settings = await loadSettings(file, warnings);
    await Deno.stat(file);
    const state = warnings.length === 0 ? "used" : "partly_used";
    return { settings, finding: found(state, warnings.join("; ")) };
  } catch (error) {
    const finding = error instanceof Deno.errors.NotFound
      ? found("missing")
      : found("broken", describeError(error));
    return { settings: {}, finding };
  }
}

const flagNames = {
  model: "model",
  baseUrl: "base-url",
  apiKey: "api-key",
} as const;

function sourceOf(what: keyof typeof flagNames, given: Invocation): string {
  if (given[what] !== undefined) return `--${flagNames[what]}`;
  const set = endpointVariables[what].find((name) =>
    readEnvironment(name) !== undefined
  );
  return set === undefined ? "default" : `$${set}`;
}

function isUnset(what: keyof typeof flagNames, given: Invocation): boolean {
  return sourceOf(what, given) === "default";
}

function addressSource(given: Invocation): string {
  const source = sourceOf("baseUrl", given);
  const isOllamaHost = readEnvironment("OLLAMA_HOST") !== undefined;
  return source === "default" && isOllamaHost ? "$OLLAMA_HOST" : source;
}

function keyOrigin(
  { apiKey }: Endpoint,
  given: Invocation,
  { named, problem }: {
    readonly named: EndpointSettings | undefined;
    readonly problem: string | undefined;
  },
): EndpointOrigins["apiKey"] {
  if (problem !== undefined) return { set: false, source: problem };
  if (named !== undefined && given.apiKey === undefined) {
    return { set: apiKey !== "", source: "settings" };
  }
  const source = sourceOf("apiKey", given);
  return { set: source !== "default", source };
}

/** "host:port", the port of the scheme included. */
export function hostOf(baseUrl: string): string {
  const { host, port, protocol } = new URL(baseUrl);
  if (port !== "") return host;
  return `${host}:${protocol === "https:" ? 443 : 80}`;
}

/** Why there is no folder of the user. */
export function noHome(): string {
  return can({ name: "env", variable: "HOME" })
    ? "set HOME"
    : "add --allow-env=HOME";
}

/** Asks the server in use for its models. Needs `--allow-net` for it. */
export async function reach(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Reached> {
  const { model } = endpoint;
  if (model.startsWith("scripted:")) {
    const problem = "not asked: the model is a script";
    return { reachable: false, problem, listed: null };
  }
  const host = hostOf(endpoint.baseUrl);
  if (!can({ name: "net", host })) {
    const problem = `not asked; add --allow-net=${host}`;
    return { reachable: false, problem, listed: null };
  }
  try {
    const client = await openServer(endpoint);
    const ids = await client.list(
      AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    );
    const listed = ids.length === 0
      ? null
      : ids.includes(model) || ids.includes(`${model}:latest`);
    return { reachable: true, problem: "", listed };
  } catch (error) {
    signal.throwIfAborted();
    const problem = withoutCredentials(describeError(error));
    return { reachable: false, problem, listed: null };
  }
}
