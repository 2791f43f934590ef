import { ask, type AskOptions } from "./ask.ts";
import { type Endpoint, endpointUrl } from "./endpoint.ts";
import { facts, type ServerFacts } from "./facts.ts";
import {
  asBoolean,
  asList,
  asRecord,
  asText,
  asTokens,
  type Json,
} from "./json_shape.ts";
import { readPricing } from "./pricing.ts";

/**
 * The ids that a server lists, sorted. Understands `{data}`, `{models}`, a
 * bare array (Together) and plain strings. Needs `--allow-net` for the host.
 *
 * @throws {Error} when the server does not answer with a list.
 */
export async function listModels(
  endpoint: Endpoint,
  options: Omit<AskOptions, "timeoutMs"> & { readonly timeoutMs?: number },
): Promise<readonly string[]> {
  const url = endpointUrl(endpoint.baseUrl, "models");
  const answer = await ask(url, endpoint, { timeoutMs: 10_000, ...options });
  options.signal.throwIfAborted();
  if (answer === undefined) {
    throw new Error(`Cannot list models at "${url}": no answer`);
  }
  const entries = modelEntries(answer.json);
  if (entries === undefined) {
    const state = answer.json === undefined
      ? `status ${answer.status}`
      : "the answer is no list";
    throw new Error(`Cannot list models at "${url}": ${state}`);
  }
  const ids = entries.map(modelId).filter((id) => id !== undefined);
  return [...new Set(ids)].sort();
}

/** The entries of a list of models, whatever its shape; else undefined. */
export function modelEntries(answer: unknown): readonly Json[] | undefined {
  const { data, models } = asRecord(answer);
  const list = [answer, data, models].find(Array.isArray) as
    | readonly unknown[]
    | undefined;
  return list?.map((entry) =>
    typeof entry === "string" ? { id: entry } : asRecord(entry)
  );
}

/** What a list of models says of one of them. */
export function listedFacts(answer: unknown, model: string): ServerFacts {
  const entries = modelEntries(answer) ?? [];
  const entry = entries.find((each) => modelId(each) === model) ??
    // A server of one model takes any name (llama.cpp, TGI, vLLM aliases).
    (entries.length === 1 ? entries[0] : undefined);
  if (entry === undefined) return {};
  const owner = asText(entry.owned_by);
  return facts({
    kind: owner === "vllm" || owner === "sglang" ? owner : undefined,
    window: listedWindow(entry),
    maxOutput: listedMaxOutput(entry),
    prices: readPricing(entry.pricing),
    ...listedAbilities(entry),
  });
}

function modelId(entry: Json): string | undefined {
  return asText(entry.id) ?? asText(entry.key) ?? asText(entry.model) ??
    asText(entry.name);
}

/**
 * The window of an entry: vLLM and SGLang, Groq, OpenRouter, Together and
 * Fireworks, Mistral each have their word for it. Of several the smallest
 * holds: a top provider can have less than the model. `meta.n_ctx_train` is
 * no window, it is what the model was trained for.
 */
function listedWindow(entry: Json): number | undefined {
  const sizes = [
    entry.max_model_len,
    entry.context_window,
    entry.context_length,
    entry.max_context_length,
    entry.max_context_window,
    asRecord(entry.top_provider).context_length,
    asRecord(entry.meta).n_ctx,
  ].map(asTokens).filter((size) => size !== undefined);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

function listedMaxOutput(entry: Json): number | undefined {
  return asTokens(asRecord(entry.top_provider).max_completion_tokens) ??
    asTokens(entry.max_completion_tokens) ??
    asTokens(entry.max_output_tokens) ??
    asTokens(entry.max_output_length);
}

function listedAbilities(
  entry: Json,
): Record<"vision" | "tools" | "thinking", boolean | undefined> {
  const able = asRecord(entry.capabilities);
  const { supported_parameters: supported } = entry;
  const { input_modalities: inputs } = asRecord(entry.architecture);
  return {
    vision: asBoolean(able.vision) ?? asBoolean(entry.supports_image_input) ??
      asBoolean(entry.supports_image_in) ?? has(inputs, "image"),
    tools: asBoolean(able.function_calling) ??
      asBoolean(entry.supports_tools) ?? has(supported, "tools"),
    thinking: asBoolean(able.reasoning) ??
      asBoolean(entry.supports_reasoning) ??
      has(supported, "reasoning"),
  };
}

/** Whether a list holds a word; undefined when there is no list. */
function has(list: unknown, word: string): boolean | undefined {
  return Array.isArray(list) ? asList(list).includes(word) : undefined;
}
