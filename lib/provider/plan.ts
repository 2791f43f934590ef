import type { ModelInfo, ModelRequest } from "../core/model.ts";
import type { AttemptPlan } from "./attempt.ts";
import type { Discovery } from "./discover.ts";
import { HoldBack } from "./hold_back.ts";
import type { Learned } from "./learn.ts";
import { ollamaChunk, ollamaRequest } from "./ollama.ts";
import { applyOverride, type Profile } from "./profile.ts";
import { thinkingAuthor } from "./profiles.ts";
import { offeredNames, type ReplyOptions } from "./reply.ts";
import { buildBody, outputCap } from "./request.ts";
import {
  endsTextCall,
  type TextDialect,
  textModeDialect,
  textModeMessages,
  textModePrompt,
} from "./text_mode.ts";

/** What a request is planned from. */
export interface PlanOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly discovery: Discovery;
  readonly learned: Learned;
  newId(): string;
}

/** How one request is sent, and how its reply is read. */
export interface RequestPlan {
  readonly attempt: AttemptPlan;
  readonly reply: ReplyOptions;
  readonly profile: Profile;
  readonly info: ModelInfo;
}

/**
 * Writes a request for a server and says how its reply is read, from what was
 * discovered and what the server has refused before.
 */
export function planRequest(
  request: ModelRequest,
  options: PlanOptions,
): RequestPlan {
  const { baseUrl, discovery, learned, model } = options;
  const profile = applyOverride(discovery.profile, learned.profile ?? {});
  const info = knownInfo(discovery, learned);
  const dialect = info.tools === "text" ? dialectOf(profile, model) : undefined;
  const sent = sentRequest(request, { dialect, learned });
  const body = { profile, model, info, learned };
  const native = discovery.transport === "native"
    ? ollamaRequest(sent, { ...body, baseUrl })
    : undefined;
  const names = info.tools === "none" ? [] : offeredNames(request.tools);
  const textTools = dialect ??
    (profile.textTools === "off" ? "off" : "recover");
  return {
    profile,
    info,
    attempt: {
      target: native === undefined ? "chat/completions" : new URL(native.url),
      body: native?.body ?? buildBody(sent, body),
      assemble: {
        offered: new Set(names),
        readFields: profile.reasoning.readFields,
        inlineTags: profile.reasoning.inlineTags,
        startsInside: learned.startsInside ?? false,
        ...(textTools === "off" || names.length === 0
          ? {}
          : { holdBack: new HoldBack(names) }),
      },
      ...(native === undefined ? {} : { toChunk: ollamaChunk }),
      ...(dialect === undefined
        ? {}
        : { isComplete: (text: string) => endsTextCall(text, dialect) }),
    },
    reply: {
      request,
      author: thinkingAuthor(profile, model),
      textTools: info.tools === "none" ? "off" : textTools,
      leadIn: false,
      isVerbatim: (learned.replay ?? profile.reasoning.replay) === "inline",
      outputLimit: outputCap(request, info),
      newId: options.newId,
    },
  };
}

/** What is known of the model, after all that the server has refused. */
export function knownInfo(
  { info }: Pick<Discovery, "info">,
  learned: Learned,
): ModelInfo {
  return {
    ...info,
    window: Math.min(info.window, learned.window ?? Infinity),
    maxOutput: Math.min(info.maxOutput, learned.maxOutput ?? Infinity),
    vision: info.vision && learned.textOnly !== true,
    tools: learned.tools ?? info.tools,
  };
}

function dialectOf({ textTools }: Profile, model: string): TextDialect {
  const asked = textTools.startsWith("mode:") ? textTools.slice(5) : "";
  return asked === "fence" || asked === "hermes"
    ? asked
    : textModeDialect(model);
}

function sentRequest(
  request: ModelRequest,
  { dialect, learned }: { dialect: TextDialect | undefined; learned: Learned },
): ModelRequest {
  if (dialect !== undefined) {
    const prompt = textModePrompt(request.tools, dialect);
    return {
      ...request,
      system: [request.system, prompt].filter((part) => part !== "")
        .join("\n\n"),
      messages: textModeMessages(request.messages, dialect),
      tools: [],
    };
  }
  if (!learned.flatHistory) return request;
  return { ...request, messages: textModeMessages(request.messages, "fence") };
}
