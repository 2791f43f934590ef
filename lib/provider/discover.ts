import { limitsFor } from "../core/budget.ts";
import type { ModelInfo } from "../core/model.ts";
import { type CatalogEntry, catalogEntry } from "./catalog.ts";
import { type Endpoint, isPrivateHost } from "./endpoint.ts";
import type { ServerFacts } from "./facts.ts";
import { priceOf } from "./prices.ts";
import { chooseTransport, type TransportChoice } from "./ollama.ts";
import {
  applyOverride,
  genericProfile,
  type Profile,
  type ProfileOverride,
} from "./profile.ts";
import { profileFor } from "./profiles.ts";
import { askedFacts } from "./server_facts.ts";
import { raisedWindowWarning, smallWindowWarning } from "./window_check.ts";

/** Options of {@link discover}. */
export interface DiscoverOptions {
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
  /** Tokens that the user wants the window to have. */
  readonly contextWindow?: number;
  /** Where the user said so. */
  readonly contextWindowSource?: "flag" | "environment" | "settings";
  /**
   * Tokens below which the caller can't work. An Ollama that would give less
   * is then asked for more although the user named no window.
   */
  readonly smallest?: number;
  readonly override?: ProfileOverride;
  /** What the server has taught: it took no image. */
  readonly learned?: { readonly textOnly?: boolean };
  readonly transport?: TransportChoice;
  /** Milliseconds that are waited for the server's answers; 500 by default. */
  readonly timeoutMs?: number;
  /** Asks again, whatever was answered before. */
  readonly fresh?: boolean;
}

/** How to talk to a model, and what it is. */
export interface Discovery {
  readonly profile: Profile;
  readonly info: ModelInfo;
  readonly transport: "openai" | "native";
  /**
   * False while the model is not loaded, so that its window is a guess. Then
   * discover again, `fresh`, after the first reply.
   */
  readonly certain: boolean;
}

/** The window where nobody says anything (spec/features.md, context). */
const unknownWindow = 32_000;
/** What Ollama loads when it has little memory and nobody asked for more. */
const ollamaWindow = 4_096;
/** What local servers load of a model that was trained for more. */
const localWindow = 32_768;

/**
 * Finds the profile of a server and a model, the window that it really has,
 * its largest output and its abilities. Asks servers of the machine and of
 * private networks by probes, public ones for their list of models where that
 * says anything, once for each endpoint and model. Needs `--allow-net` for the
 * host; without it, and whenever nobody answers, tables and defaults are used.
 * Never throws.
 */
export async function discover(
  endpoint: Endpoint,
  model: string,
  options: DiscoverOptions,
): Promise<Discovery> {
  const { baseUrl } = endpoint;
  if (!URL.canParse(baseUrl)) {
    const profile = applyOverride(genericProfile, options.override ?? {});
    const found = {};
    return describe({ baseUrl, model, profile, found, local: false, options });
  }
  const named = profileFor(endpoint.baseUrl, model, overrides(options));
  const found = await askedFacts(endpoint, model, {
    fetch: options.fetch ?? fetch,
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? 500,
    fresh: options.fresh ?? false,
    source: named.window,
  });
  const profile = profileFor(endpoint.baseUrl, model, {
    ...overrides(options),
    ...(found.kind === undefined ? {} : { probed: found.kind }),
    discovered: discoveredPart(found),
  });
  const local = isPrivateHost(endpoint.baseUrl);
  return describe({ baseUrl, model, profile, found, local, options });
}

function overrides(
  { override }: DiscoverOptions,
): { readonly override?: ProfileOverride } {
  return override === undefined ? {} : { override };
}

function discoveredPart(found: ServerFacts): ProfileOverride {
  return {
    ...(found.sampling === undefined
      ? {}
      : { sampling: { values: found.sampling } }),
    ...(found.slots === undefined ? {} : { serialOnly: found.slots === 1 }),
  };
}

interface Known {
  readonly baseUrl: string;
  readonly model: string;
  readonly profile: Profile;
  readonly found: ServerFacts;
  readonly local: boolean;
  readonly options: DiscoverOptions;
}

function describe(known: Known): Discovery {
  const { found, model, options, profile } = known;
  const entry = catalogEntry(model);
  const choice = profile.nativeTransport === "ollama"
    ? ollamaChoice(known)
    : { transport: "openai" as const, ...otherWindow(known, entry) };
  const { transport, window, windowSource } = choice;
  const maxOutput = found.maxOutput ?? entry?.maxOutput ??
    limitsFor(window).maxOutput;
  const seesImages = options.learned?.textOnly !== true &&
    profile.images !== "none";
  const tools = toolSupport(profile, found);
  const server = found.server ??
    (profile.id === "generic" ? undefined : profile.title);
  const info: ModelInfo = {
    window,
    windowSource,
    maxOutput: Math.min(maxOutput, window),
    vision: seesImages && (found.vision ?? entry?.vision ?? true),
    thinking: found.thinking ?? entry?.thinking ?? false,
    tools,
    ...(server === undefined ? {} : { server }),
    ...priceOf(known.baseUrl, model, found.prices),
    warnings: [
      ...choice.warnings,
      ...(tools === "native" ? [] : [noToolsWarning(model, tools)]),
    ],
  };
  const certain = transport === "native" || found.loaded !== false;
  return { profile, info, transport, certain };
}

/** Servers say that a model takes no tools; none says that it does not. */
function toolSupport(
  { textTools }: Profile,
  { tools }: ServerFacts,
): ModelInfo["tools"] {
  if (textTools.startsWith("mode:")) return "text";
  if (tools !== false) return "native";
  return textTools === "off" ? "none" : "text";
}

function noToolsWarning(model: string, tools: ModelInfo["tools"]): string {
  const instead = tools === "text"
    ? "they are described in the prompt and read from its text"
    : "choose one that does";
  return `The server says that "${model}" does not support tools: ${instead}`;
}

interface WindowChoice {
  readonly window: number;
  readonly windowSource: ModelInfo["windowSource"];
  readonly warnings: readonly string[];
}

/**
 * `/v1` has the window that is loaded, whatever the user wants; only the
 * native transport can ask for another (spec/providers.md 1.3.1).
 */
function ollamaChoice(
  known: Known,
): WindowChoice & { readonly transport: "openai" | "native" } {
  const { model, found, options } = known;
  const { contextWindow: wanted, smallest = 0 } = options;
  const isGuess = found.window === undefined;
  const loaded = found.window ?? ollamaWindow;
  const isSmall = loaded < Math.min(found.largest ?? Infinity, localWindow);
  const raised = isSmall && loaded < smallest ? localWindow : undefined;
  const facts = { native: true, loaded, wanted: wanted ?? raised };
  const transport = chooseTransport(facts, options.transport);
  if (transport === "native") {
    return { transport, ...nativeWindow(known, loaded) };
  }
  // While the window is a guess the user's word is better than it.
  if (wanted !== undefined && (wanted <= loaded || isGuess)) {
    const windowSource = options.contextWindowSource ?? "flag";
    return { transport, window: wanted, windowSource, warnings: [] };
  }
  return {
    transport,
    window: loaded,
    windowSource: isGuess ? "default" : "server",
    warnings: isSmall ? [smallWindowWarning(model, loaded, isGuess)] : [],
  };
}

/** What is asked of Ollama's own API: at most what the model can. */
function nativeWindow(
  { model, found, options }: Known,
  loaded: number,
): WindowChoice {
  const largest = found.largest ?? Infinity;
  const { contextWindow: wanted, smallest = 0 } = options;
  if (wanted === undefined) {
    const window = Math.min(Math.max(loaded, localWindow), largest);
    const warnings = loaded < smallest
      ? [raisedWindowWarning(model, loaded, window)]
      : [];
    return { window, windowSource: "default", warnings };
  }
  const window = Math.min(wanted, largest);
  const warnings = window < wanted
    ? [`"${model}" was trained for ${window} tokens, not for ${wanted}`]
    : [];
  const windowSource = options.contextWindowSource ?? "flag";
  return { window, windowSource, warnings };
}

/** Flag, environment, the server's answer, a table, 32,000. */
function otherWindow(
  { profile, found, local, options }: Known,
  entry: CatalogEntry | undefined,
): WindowChoice {
  const { contextWindow: wanted } = options;
  if (wanted !== undefined) {
    const warnings = found.window !== undefined && wanted > found.window
      ? [
        `${profile.title} says that the window is ${found.window} tokens; ` +
        `${wanted} are used, as you said`,
      ]
      : [];
    const windowSource = options.contextWindowSource ?? "flag";
    return { window: wanted, windowSource, warnings };
  }
  if (found.window !== undefined) {
    return { window: found.window, windowSource: "server", warnings: [] };
  }
  const largest = found.largest ?? Infinity;
  if (entry === undefined) {
    const window = Math.min(unknownWindow, largest);
    return { window, windowSource: "default", warnings: [] };
  }
  // What a model was trained for is not what somebody loads at home.
  const window = local && entry.open
    ? Math.min(entry.window, localWindow, largest)
    : Math.min(entry.window, largest);
  return { window, windowSource: "table", warnings: [] };
}
