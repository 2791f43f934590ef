import { type Answer, ask, type AskOptions } from "./ask.ts";
import { type Endpoint, endpointUrl, serverRoot } from "./endpoint.ts";
import { facts, type ServerFacts } from "./facts.ts";
import {
  asBoolean,
  asList,
  asRecord,
  asText,
  asTokens,
  type Json,
} from "./json_shape.ts";
import { listedFacts } from "./model_list.ts";
import { ollamaFacts } from "./ollama_facts.ts";

/**
 * Finds out what a server is and what it says of a model by asking, all at
 * once, at the doors that only one kind of server has. Nobody is waited for
 * longer than `timeoutMs`, but a server known to be Ollama is asked a second
 * time: without what it says no request can be sized.
 *
 * Meant for hosts of the machine and of private networks; a public one is
 * known by its name, and asked with {@link askList}. Never throws.
 */
export async function probeServer(
  endpoint: Endpoint,
  model: string,
  options: AskOptions,
): Promise<ServerFacts> {
  const root = serverRoot(endpoint.baseUrl);
  const get = (url: string) => ask(url, endpoint, options);
  const [version, props, current, older, info, listed] = await Promise.all([
    get(`${root}/api/version`),
    get(`${root}/props`),
    get(`${root}/api/v1/models`),
    get(`${root}/api/v0/models`),
    get(`${root}/info`),
    askList(endpoint, model, options),
  ]);
  const number = asText(asRecord(version?.json).version);
  if (number !== undefined) {
    const known = await ollamaFacts(endpoint, model, {
      ...options,
      timeoutMs: options.timeoutMs * 4,
    });
    return { kind: "ollama", server: `Ollama ${number}`, ...known };
  }
  return {
    ...listed,
    ...tgiFacts(info),
    ...studioFacts(current, older, model),
    ...await llamaFacts(props, model, (path) => get(`${root}${path}`)),
  };
}

/** Asks for the list of models; what it says of the one. Never throws. */
export async function askList(
  endpoint: Endpoint,
  model: string,
  options: AskOptions,
): Promise<ServerFacts> {
  const url = endpointUrl(endpoint.baseUrl, "models");
  return listedFacts((await ask(url, endpoint, options))?.json, model);
}

/** llama.cpp: the window of a slot is what a request has. */
async function llamaFacts(
  props: Answer | undefined,
  model: string,
  get: (path: string) => Promise<Answer | undefined>,
): Promise<ServerFacts> {
  let found = asRecord(props?.json);
  if (!("default_generation_settings" in found)) return {};
  if (slotWindow(found) === undefined) {
    // A router serves several models, and says nothing of none in particular.
    const answer = await get(`/props?model=${encodeURIComponent(model)}`);
    found = asRecord(answer?.json);
  }
  return facts({
    kind: "llamacpp",
    server: "llama.cpp",
    window: slotWindow(found),
    vision: asBoolean(asRecord(found.modalities).vision),
    slots: asTokens(found.total_slots),
  });
}

function slotWindow(props: Json): number | undefined {
  return asTokens(asRecord(props.default_generation_settings).n_ctx);
}

/** LM Studio: its API since 0.4, and the one before. */
function studioFacts(
  current: Answer | undefined,
  older: Answer | undefined,
  model: string,
): ServerFacts {
  for (const each of asList(asRecord(current?.json).models).map(asRecord)) {
    const instances = asList(each.loaded_instances).map(asRecord);
    const instance = instances.find((one) => one.id === model) ?? instances[0];
    if (each.key !== model && instance?.id !== model) continue;
    const able = asRecord(each.capabilities);
    return facts({
      kind: "lmstudio",
      server: "LM Studio",
      window: asTokens(asRecord(instance?.config).context_length),
      largest: asTokens(each.max_context_length),
      loaded: instance !== undefined,
      vision: asBoolean(able.vision),
    });
  }
  for (const each of asList(asRecord(older?.json).data).map(asRecord)) {
    if (each.id !== model) continue;
    return facts({
      kind: "lmstudio",
      server: "LM Studio",
      window: asTokens(each.loaded_context_length),
      largest: asTokens(each.max_context_length),
      loaded: each.state === "loaded",
      vision: each.type === undefined ? undefined : each.type === "vlm",
    });
  }
  return {};
}

/** TGI: input and output share `max_total_tokens`. */
function tgiFacts(info: Answer | undefined): ServerFacts {
  const { max_total_tokens: total, version } = asRecord(info?.json);
  const window = asTokens(total);
  if (window === undefined) return {};
  const number = asText(version);
  const server = number === undefined ? "TGI" : `TGI ${number}`;
  return { kind: "tgi", server, window };
}
