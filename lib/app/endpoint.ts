import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { EndpointSettings, Prices, Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { readEnvironment } from "../platform/environment.ts";
import type { Invocation } from "./args.ts";

/** Which model is used, where, and with what key. */
export interface Endpoint {
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly contextWindow?: {
    readonly tokens: number;
    readonly source: "flag" | "environment" | "settings";
  };
  readonly headers?: Readonly<Record<string, string>>;
  readonly transport?: "auto" | "native" | "openai";
  /** Corrections to the server's profile, not yet checked. */
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly prices?: Prices;
}

/** The parts of the command line that choose an endpoint. */
export type EndpointFlags =
  & Pick<Invocation, "model" | "baseUrl" | "apiKey" | "contextWindow">
  & Partial<Pick<Invocation, "noExec" | "localOnly">>;

const ollama = "http://localhost:11434/v1";

/** Variables that say what no flag says, the first that is set wins. */
export const endpointVariables = {
  model: ["OPENCLAUDE_MODEL", "MODEL"],
  baseUrl: ["OPENCLAUDE_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE"],
  apiKey: ["OPENCLAUDE_API_KEY", "OPENAI_API_KEY"],
} as const;

/**
 * Chooses the endpoint: flags, then OPENCLAUDE_* variables, then the ones
 * that such tools share, then the settings, then Ollama on this machine. A
 * model "NAME/MODEL" whose NAME is an endpoint of the settings is at that
 * endpoint, unless a flag gives another address: its key stays with it.
 *
 * @throws {UserError} for a variable or a key that can't be used.
 */
export async function resolveEndpoint(
  flags: EndpointFlags,
  settings: Settings,
): Promise<Endpoint> {
  const model = modelName(flags, settings);
  const window = contextWindow(flags);
  const named = findNamed(model, flags, settings);
  if (named !== undefined) {
    const endpoint = await fromSettings(named.settings, named.model, flags);
    return window === undefined ? endpoint : { ...endpoint, ...window };
  }
  return {
    model,
    baseUrl: unnamedAddress(flags),
    apiKey: flags.apiKey ?? first(endpointVariables.apiKey) ?? "ollama",
    ...window,
  };
}

/** The address of the endpoint that would be chosen, without asking for keys. */
export function endpointAddress(
  flags: EndpointFlags,
  settings: Settings,
): string {
  const named = findNamed(modelName(flags, settings), flags, settings);
  return named?.settings.baseUrl ?? unnamedAddress(flags);
}

/** The model by flag, variable, settings or default, as it is named there. */
export function modelName(flags: EndpointFlags, settings: Settings): string {
  return flags.model ?? first(endpointVariables.model) ??
    settings.model ?? "qwen2.5:latest";
}

function unnamedAddress(flags: EndpointFlags): string {
  return flags.baseUrl ??
    first(endpointVariables.baseUrl) ??
    ollamaHost() ?? ollama;
}

/** The endpoint that a model's name begins with, and the rest of the name. */
export function findNamed(
  model: string,
  flags: EndpointFlags,
  { endpoints = {} }: Settings,
): { settings: EndpointSettings; model: string } | undefined {
  if (flags.baseUrl !== undefined) return undefined;
  const slash = model.indexOf("/");
  const settings = Object.hasOwn(endpoints, model.slice(0, slash))
    ? endpoints[model.slice(0, slash)]
    : undefined;
  if (slash < 1 || settings === undefined) return undefined;
  return { settings, model: model.slice(slash + 1) };
}

async function fromSettings(
  settings: EndpointSettings,
  model: string,
  flags: EndpointFlags,
): Promise<Endpoint> {
  const { baseUrl, headers, transport, profile } = settings;
  const own = settings.models?.[model];
  const tokens = own?.contextWindow ?? settings.contextWindow;
  return {
    model,
    baseUrl,
    apiKey: flags.apiKey ?? await keyOf(settings, flags),
    ...(headers === undefined ? {} : { headers }),
    ...(transport === undefined ? {} : { transport }),
    ...(profile === undefined ? {} : { profile }),
    ...(own?.prices === undefined ? {} : { prices: own.prices }),
    ...(tokens === undefined
      ? {}
      : { contextWindow: { tokens, source: "settings" as const } }),
  };
}

async function keyOf(
  settings: EndpointSettings,
  flags: EndpointFlags,
): Promise<string> {
  const { apiKey, apiKeyEnv, apiKeyFile, apiKeyCommand } = settings;
  if (apiKey !== undefined) return apiKey;
  if (apiKeyEnv !== undefined) {
    const key = readEnvironment(apiKeyEnv);
    if (key !== undefined) return key;
    throw noKey(`the variable ${apiKeyEnv} is not set or may not be read`);
  }
  if (apiKeyFile !== undefined) {
    try {
      const [line = ""] = (await Deno.readTextFile(apiKeyFile)).split("\n");
      if (line.trim() !== "") return line.trim();
    } catch (error) {
      throw noKey(describeError(error));
    }
    throw noKey(`"${apiKeyFile}" is empty`);
  }
  if (apiKeyCommand === undefined) return "";
  const refusal = commandRefusal(flags);
  if (refusal === undefined) return await keyFrom(apiKeyCommand);
  throw noKey(
    `"${apiKeyCommand}" may not be run: ${refusal}. Give the key by ` +
      "apiKeyEnv or apiKeyFile",
  );
}

/** Why no command for a key may be run. */
function commandRefusal(
  { noExec, localOnly }: EndpointFlags,
): string | undefined {
  if (noExec === true) return "--no-exec starts no process";
  // It asks for secrets, so no sandbox that hides them can be around it.
  if (localOnly === true) {
    return "with --local-only it could reach other hosts";
  }
  return can({ name: "run", command: "sh" })
    ? undefined
    : "sh may not be run here (--allow-run=sh)";
}

/** Milliseconds that a command for a key may take. */
const keyCommandMs = 10_000;

async function keyFrom(command: string): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("sh", {
      args: ["-c", command],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
      signal: AbortSignal.timeout(keyCommandMs),
    }).output();
    const key = new TextDecoder().decode(stdout).trim();
    if (success && key !== "") return key;
  } catch (error) {
    throw noKey(`"${command}": ${describeError(error)}`);
  }
  throw noKey(`"${command}" failed or printed nothing`);
}

function noKey(reason: string): UserError {
  return new UserError(
    `Cannot get the endpoint's key: ${reason}`,
    exitCodes.auth,
  );
}

function first(names: readonly string[]): string | undefined {
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
  { contextWindow: tokens }: EndpointFlags,
): Pick<Endpoint, "contextWindow"> | undefined {
  if (tokens !== undefined) {
    return { contextWindow: { tokens, source: "flag" } };
  }
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
  return { contextWindow: { tokens: number, source: "environment" } };
}
