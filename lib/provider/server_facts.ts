import type { AskOptions } from "./ask.ts";
import { type Endpoint, isPrivateHost } from "./endpoint.ts";
import type { ServerFacts } from "./facts.ts";
import { ollamaFacts } from "./ollama_facts.ts";
import { askList, probeServer } from "./probe.ts";
import type { WindowSource } from "./profile.ts";

/** Options of {@link askedFacts}; `timeoutMs` bounds the wait. */
export interface FactOptions extends AskOptions {
  readonly fresh: boolean;
  /** Where the profile of a public host looks for the window. */
  readonly source: WindowSource;
}

/**
 * Milliseconds that a public server has for its list of models. The caller
 * does not wait so long: it goes on with less, and finds the answer when it
 * asks again.
 */
const backgroundMs = 5_000;
const maxKept = 64;

/** Answers by endpoint and model, for the life of the process. */
const kept = new Map<string, Promise<ServerFacts>>();

/**
 * What a server says of a model, asked once for each endpoint and model. No
 * answer is not kept, so that a server started later is noticed. Never
 * throws.
 */
export async function askedFacts(
  endpoint: Endpoint,
  model: string,
  options: FactOptions,
): Promise<ServerFacts> {
  const key = JSON.stringify([endpoint.baseUrl, model]);
  if (options.fresh) kept.delete(key);
  let asked = kept.get(key);
  if (asked === undefined) {
    const question = askServer(endpoint, model, options);
    asked = question;
    kept.set(key, question);
    if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? key);
    question.then((found) => {
      const isEmpty = Object.keys(found).length === 0;
      if (isEmpty && kept.get(key) === question) kept.delete(key);
    });
  }
  if (isPrivateHost(endpoint.baseUrl)) return await asked;
  return await orNothing(asked, options);
}

async function askServer(
  endpoint: Endpoint,
  model: string,
  options: FactOptions,
): Promise<ServerFacts> {
  if (isPrivateHost(endpoint.baseUrl)) {
    return await probeServer(endpoint, model, options);
  }
  const patient = { ...options, timeoutMs: backgroundMs };
  if (options.source === "show+ps") {
    return await ollamaFacts(endpoint, model, patient);
  }
  if (options.source === "table") return {};
  if (options.source === "models") {
    return await askList(endpoint, model, patient);
  }
  // The user says what kind of server it is, so its door is tried.
  return await probeServer(endpoint, model, patient);
}

/** The answer, or no facts when it does not come in time. */
async function orNothing(
  answer: Promise<ServerFacts>,
  { signal, timeoutMs }: FactOptions,
): Promise<ServerFacts> {
  const { promise, resolve } = Promise.withResolvers<ServerFacts>();
  const giveUp = () => resolve({});
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}
