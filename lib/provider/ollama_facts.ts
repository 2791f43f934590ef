import { ask, type AskOptions } from "./ask.ts";
import { type Endpoint, serverRoot } from "./endpoint.ts";
import { facts, type ServerFacts } from "./facts.ts";
import { asList, asNumber, asRecord, asText, asTokens } from "./json_shape.ts";
import type { Sampling, SamplingField } from "./profile.ts";

/**
 * Asks an Ollama server about a model: what it was trained for, what it is
 * really loaded with, and what it can (spec/providers.md 1.3.1).
 */
export async function ollamaFacts(
  endpoint: Endpoint,
  model: string,
  options: AskOptions,
): Promise<ServerFacts> {
  const root = serverRoot(endpoint.baseUrl);
  const [shown, loaded] = await Promise.all([
    ask(`${root}/api/show`, endpoint, { ...options, body: { model } }),
    loadedWindow(endpoint, model, options),
  ]);
  const show = asRecord(shown?.json);
  const parameters = modelParameters(show.parameters);
  const largest = trainedWindow(show.model_info);
  const isRemote = asText(show.remote_host) !== undefined ||
    asText(show.remote_model) !== undefined || /[-:]cloud$/.test(model);
  const set = asTokens(parameters.get("num_ctx"));
  const clamped = set === undefined ? undefined : Math.min(set, largest ?? set);
  return facts({
    window: isRemote ? largest : loaded ?? clamped,
    largest,
    loaded: isRemote || loaded !== undefined,
    sampling: modelSampling(parameters),
    ...abilities(show.capabilities),
  });
}

/**
 * The window in tokens that a model is loaded with on an Ollama server, or
 * undefined while it is not loaded. Only this is the truth: it is read again
 * after the first reply.
 */
export async function loadedWindow(
  endpoint: Endpoint,
  model: string,
  options: AskOptions,
): Promise<number | undefined> {
  const url = `${serverRoot(endpoint.baseUrl)}/api/ps`;
  const answer = await ask(url, endpoint, options);
  for (const entry of asList(asRecord(answer?.json).models).map(asRecord)) {
    const names = [entry.name, entry.model].map(fullName);
    if (names.includes(fullName(model))) return asTokens(entry.context_length);
  }
  return undefined;
}

/** A name without a tag is that of the tag "latest". */
function fullName(name: unknown): string {
  const value = asText(name) ?? "";
  return /:[^/]*$/.test(value) ? value : `${value}:latest`;
}

function trainedWindow(modelInfo: unknown): number | undefined {
  for (const [key, value] of Object.entries(asRecord(modelInfo))) {
    if (key.endsWith(".context_length")) return asTokens(value);
  }
  return undefined;
}

/** The Modelfile's parameters: a line each, name and value. */
function modelParameters(value: unknown): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const line of (asText(value) ?? "").split("\n")) {
    const match = /^(\w+)\s+(.+)$/.exec(line.trim());
    if (match) parameters.set(match[1] ?? "", match[2] ?? "");
  }
  return parameters;
}

const samplingNames: Readonly<Record<SamplingField, string>> = {
  temperature: "temperature",
  top_p: "top_p",
  top_k: "top_k",
  min_p: "min_p",
  repetition_penalty: "repeat_penalty",
};

/** What the model's maker set: better than a family's values. */
function modelSampling(
  parameters: ReadonlyMap<string, string>,
): Sampling["values"] | undefined {
  const values: Partial<Record<SamplingField, number>> = {};
  for (const [field, name] of Object.entries(samplingNames)) {
    const value = asNumber(parameters.get(name));
    if (value !== undefined) values[field as SamplingField] = value;
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

function abilities(
  value: unknown,
): Pick<ServerFacts, "tools" | "vision" | "thinking"> {
  if (!Array.isArray(value)) return {};
  return {
    tools: value.includes("tools"),
    vision: value.includes("vision"),
    thinking: value.includes("thinking"),
  };
}
