import { describeError, exitCodes } from "../core/error.ts";
import type { ModelFailure, ModelInfo } from "../core/model.ts";
import type { ProfileOverride } from "../provider/profile.ts";
import {
  type Asked,
  type Bench,
  openBench,
  requestLimit,
} from "./doctor_bench.ts";
import {
  type Capability,
  type CapabilityName,
  capabilityTitles,
  isAnswer,
  type ModelCard,
  no,
  unknown,
  yes,
} from "./doctor_card.ts";
import {
  probeSchema,
  probeSpeed,
  probeVision,
  reasoning,
} from "./doctor_more_probes.ts";
import {
  askFirst,
  describedTools,
  isDropped,
  probeEscaping,
  probeParallel,
  probeToolResults,
  probeTools,
  streaming,
  systemPrompt,
  usageInStream,
} from "./doctor_probes.ts";
import { saveLearnedProfile, withoutCredentials } from "./doctor_profile.ts";
import { refusal, verdictOf } from "./doctor_verdict.ts";
import type { Endpoint } from "./endpoint.ts";
import { newId } from "./identity.ts";
import { version } from "./version.ts";

/** Options of {@link examineModel}. */
export interface ExamineOptions {
  readonly signal: AbortSignal;
  /** Told the name of each probe before it is made. */
  readonly progress?: (probe: string) => void;
  readonly fetch?: typeof fetch;
}

type Found = Partial<Record<CapabilityName, Capability>>;

/**
 * Finds out what a model on a server can do, by at most 12 short requests
 * through the client that the agent itself uses, and keeps what it learned
 * for the next start. Needs `--allow-net` for the server's host; the state
 * folder only to keep the profile.
 *
 * @throws the signal's reason when it is interrupted.
 */
export async function examineModel(
  endpoint: Endpoint,
  options: ExamineOptions,
): Promise<ModelCard> {
  const bench = openBench(endpoint, options);
  const tell = options.progress ?? (() => {});
  tell("reachable, auth, streaming");
  const first = await askFirst(bench);
  if (first.failure !== undefined) {
    const info = await bench.info();
    return unusableCard(endpoint, { bench, info, failure: first.failure });
  }
  const info = await bench.info();
  const probed = await probeAll(bench, { info, first, tell });
  // The window is known better once the model is loaded.
  const known = await bench.info();
  const found = {
    ...firstFindings(first, endpoint),
    ...probed.found,
    window: windowOf(known),
  };
  const capabilities = complete(found, "not asked");
  const profile = learnedPart(bench, probed);
  const learned = await keep(endpoint, { capabilities, info: known, profile });
  return {
    ...cardHead(endpoint, bench, known),
    verdict: verdictOf(capabilities, known),
    capabilities,
    learned,
  };
}

function firstFindings(first: Asked, { apiKey, baseUrl }: Endpoint): Found {
  const key = apiKey === "" || apiKey === "ollama" ? "no key" : "the key";
  return {
    reachable: yes(`answered at ${withoutCredentials(baseUrl)}`),
    auth: yes(`${key} was accepted`),
    streaming: streaming(first),
    usageInStream: usageInStream(first),
    systemPrompt: systemPrompt(first),
  };
}

interface Probed {
  readonly found: Found;
  readonly mustDescribe: boolean;
  readonly needsFlag: boolean;
}

async function probeAll(
  bench: Bench,
  { first, info, tell }: {
    readonly first: Asked;
    readonly info: ModelInfo;
    tell(probe: string): void;
  },
): Promise<Probed> {
  const replies: Asked[] = [first];
  const watched: Bench = {
    ...bench,
    ask: async (question) => {
      const asked = await bench.ask(question);
      replies.push(asked);
      return asked;
    },
  };
  tell("tools");
  const tools = await probeTools(watched, info);
  tell("tool results");
  const toolResults = await probeToolResults(watched, tools);
  tell("argument escaping");
  const { answered } = tools;
  const argumentEscaping = answered === undefined
    ? unknown("not asked: there was no call")
    : await probeEscaping(watched, answered);
  tell("parallel calls");
  const parallel = tools.native.state === "yes"
    ? await probeParallel(watched)
    : { found: unknown("not asked: no native calls"), needsFlag: false };
  tell("speed");
  const { decode, prefill } = await probeSpeed(watched, newId());
  tell("JSON schema");
  const jsonSchema = await probeSchema(watched);
  tell("vision");
  const vision = await probeVision(watched, info);
  return {
    mustDescribe: tools.mustDescribe,
    needsFlag: parallel.needsFlag,
    found: {
      nativeTools: tools.native,
      textTools: tools.text,
      toolResults,
      argumentEscaping,
      parallelCalls: parallel.found,
      jsonSchema,
      vision,
      reasoning: reasoning(replies, bench.wire.chats, info),
      tokensPerSecond: decode,
      prefillPerSecond: prefill,
    },
  };
}

function windowOf({ window, windowSource }: ModelInfo): Capability {
  const sources = {
    flag: "as you said by a flag",
    environment: "as CONTEXT_WINDOW says",
    settings: "as the settings say",
    server: "the server says so",
    table: "by the table of models; the server does not say",
    default: "nobody says: this is what is assumed or asked for",
  };
  const evidence = `${window} tokens: ${sources[windowSource]}`;
  return windowSource === "default" || windowSource === "table"
    ? { ...unknown(evidence), value: window }
    : yes(evidence, window);
}

/** What is laid over the profile, so that no request has to fail first. */
function learnedPart(
  { wire }: Bench,
  { found, mustDescribe, needsFlag }: Probed,
): ProfileOverride {
  const { chats } = wire;
  const renamed =
    chats.some((each) =>
      "max_tokens" in each.body && (each.status ?? 0) >= 400
    ) && "max_completion_tokens" in (chats.at(-1)?.body ?? {});
  const noImages = found.vision?.evidence === "the server refuses images";
  return {
    ...(mustDescribe ? describedTools : {}),
    ...(needsFlag ? { parallelFlag: "send-true" } : {}),
    ...(isDropped(chats, "stream_options") ? { usageInStream: false } : {}),
    ...(isDropped(chats, "temperature") ? { sampling: { send: [] } } : {}),
    ...(renamed ? { maxTokensField: "max_completion_tokens" } : {}),
    ...(noImages ? { images: "none" } : {}),
    ...(found.jsonSchema?.state === "yes"
      ? { answerFormat: "json_schema" }
      : {}),
  };
}

async function keep(
  { baseUrl, model }: Endpoint,
  { capabilities, info, profile }: {
    readonly capabilities: ModelCard["capabilities"];
    readonly info: ModelInfo;
    readonly profile: ProfileOverride;
  },
): Promise<ModelCard["learned"]> {
  const { nativeTools, textTools } = capabilities;
  if (nativeTools.state === "unknown" && textTools.state === "unknown") {
    // What an earlier run learned is worth more than this.
    return { profile: {}, file: null, problem: "too little was found out" };
  }
  const states = Object.entries(capabilities)
    .map(([name, { state }]) => [name, state]);
  try {
    const file = await saveLearnedProfile({
      version: 1,
      baseUrl: withoutCredentials(baseUrl),
      model,
      learnedAt: new Date().toISOString(),
      window: { tokens: info.window, source: info.windowSource },
      capabilities: Object.fromEntries(states),
      profile,
    });
    return { profile, file, problem: null };
  } catch (error) {
    return { profile, file: null, problem: describeError(error) };
  }
}

function cardHead(
  { baseUrl, model }: Endpoint,
  { wire }: Bench,
  info: ModelInfo,
): Omit<ModelCard, "verdict" | "capabilities" | "learned"> {
  return {
    kind: "model",
    version,
    model,
    baseUrl: withoutCredentials(baseUrl),
    server: info.server ?? null,
    windowSource: info.windowSource,
    warnings: info.warnings,
    requests: {
      chat: wire.chats.length,
      limit: requestLimit,
      questions: wire.questions,
    },
  };
}

/** The card of a model that gave no reply at all. */
function unusableCard(
  endpoint: Endpoint,
  { bench, failure, info }: {
    readonly bench: Bench;
    readonly failure: ModelFailure;
    readonly info: ModelInfo;
  },
): ModelCard {
  const isThere = isAnswer(failure.code);
  const isRefused = failure.code === "auth";
  // The message says what happened, and after it what to do.
  const [reason = "", ...advice] = withoutCredentials(failure.message)
    .split(/\. (?=[A-Z])/);
  const found: Found = {
    reachable: isThere ? yes("it answered") : no(reason),
    ...(isRefused ? { auth: no(reason) } : {}),
    ...(isThere ? { window: windowOf(info) } : {}),
  };
  const exitCode = failure.transient ? exitCodes.transient : exitCodes.failed;
  return {
    ...cardHead(endpoint, bench, info),
    verdict: refusal(reason, advice, exitCode),
    capabilities: complete(found, "not asked: there was no reply"),
    learned: { profile: {}, file: null, problem: null },
  };
}

function complete(found: Found, why: string): ModelCard["capabilities"] {
  const names = Object.keys(capabilityTitles) as CapabilityName[];
  const entries = names.map((name) => [name, found[name] ?? unknown(why)]);
  return Object.fromEntries(entries);
}
