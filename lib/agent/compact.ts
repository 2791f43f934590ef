import {
  type AssistantMessage,
  type Message,
  ownParts,
  type Part,
  text,
  textOf,
  type ToolMessage,
  type UserMessage,
} from "../core/message.ts";
import { messageTokens } from "../core/tokens.ts";
import { firstLine } from "../core/text.ts";
import { factsOf, factsText } from "./facts.ts";
import { historyTokens, squeeze } from "./squeeze.ts";

/** How a history was made shorter. */
export interface Compacted {
  readonly by: "model" | "mechanical" | "dropped_results";
  readonly history: readonly Message[];
}

/** What compaction needs. */
export interface CompactOptions {
  /** Tokens that the new history should not pass. */
  readonly target: number;
  /** Tokens of recent history that stay as they are. */
  readonly keep: number;
  /** Tokens that the request for a summary may hold, reply included. */
  readonly requestRoom: number;
  /** Opens the new history as it opened the old one. */
  readonly preamble: readonly Part[];
  /** True when dropping old results is not enough for the user. */
  readonly mustSummarise: boolean;
  /** Asks the model; null when it failed, so that a list takes its place. */
  summarise(history: readonly Message[]): Promise<string | null>;
}

/**
 * Of the target, what stubs may leave. With less room the next compaction
 * comes a few turns later, and each costs all of the server's cache: a task
 * of 200 turns at 16k tokens had 63 of them, and has 25.
 */
const stubShare = 0.8;
/** What of the new history the kept facts may take, and tokens at most. */
const factsShare = 0.2;
const mostFactTokens = 3_000;
/** Opens the part of a message that is a summary. */
export const summaryHeading = "[Summary of the conversation so far]";
const requestLabel = "[The user's last request, word for word]";

/** The request for a summary: the last message of an unchanged prefix. */
export function summaryRequest(focus?: string): UserMessage {
  const instruction = `The conversation has to be shortened. Write a summary \
from which you could go on without the messages above. Call no tool. Use \
these headings and leave none out:
Goal: / Constraints and rules: / Decisions: / Done: / In progress and next \
steps: / Files read or changed: / Last error:
Name paths, commands and values exactly.`;
  const about = focus ? `\nPay attention to: ${focus}` : "";
  return {
    role: "user",
    origin: "harness",
    content: [text(instruction + about)],
  };
}

/**
 * Makes a history shorter in stages, as mildly as will do: old results become
 * stubs; then everything but the recent messages becomes a summary. A call
 * and its result are never separated, and the user's last request is kept
 * word for word. Returns null when there is nothing to shorten.
 */
export async function compact(
  history: readonly Message[],
  options: CompactOptions,
): Promise<Compacted | null> {
  const cut = recentStart(history, options.keep);
  const stubbed = [
    ...dropResults(history.slice(0, cut)),
    ...history.slice(cut),
  ];
  const isEnough = cut > 0 &&
    historyTokens(stubbed) <= options.target * stubShare;
  if (isEnough && !options.mustSummarise) {
    return { by: "dropped_results", history: stubbed };
  }
  const old = history.slice(0, cut);
  if (!old.some(({ role }) => role === "assistant")) {
    return hardCut(history, options);
  }
  const asked = await options.summarise(
    fitRequest(stubbed.slice(0, cut), options.requestRoom),
  );
  const summary = asked ?? mechanicalSummary(old);
  const compacted = [
    opening(summary, { history, cut, options }),
    ...history.slice(cut),
  ];
  const by = asked === null ? "mechanical" : "model";
  if (historyTokens(compacted) <= options.target) {
    return { by, history: compacted };
  }
  return hardCut(compacted, options) ?? { by, history: compacted };
}

/**
 * Where the recent part begins: at most `keep` tokens from the end, at a
 * message that doesn't depend on the one before it.
 */
export function recentStart(history: readonly Message[], keep: number): number {
  let tokens = 0;
  let start = history.length;
  for (let index = history.length - 1; index > 0; index--) {
    const message = history[index] as Message;
    tokens += messageTokens(message);
    if (tokens > keep) break;
    if (message.role !== "tool") start = index;
  }
  return start;
}

/** Replaces results by stubs that say how to get them again. */
function dropResults(history: readonly Message[]): Message[] {
  const calls = new Map(
    history.flatMap((message) =>
      message.role === "assistant" ? message.calls : []
    ).map((call) => [call.id, call]),
  );
  return history.map((message) => {
    if (message.role !== "tool" || messageTokens(message) < 60) return message;
    const input = JSON.stringify(calls.get(message.callId)?.input ?? {});
    const stub = `[Result of ${message.tool} ${firstLine(input, 160)} left ` +
      "out to save room. Call it again if you need it.]";
    return { ...message, content: [text(stub)] } satisfies ToolMessage;
  });
}

/**
 * Drops old messages until the request for a summary fits, but not the first:
 * it says what the task is.
 */
function fitRequest(history: readonly Message[], room: number): Message[] {
  const [first, ...rest] = history;
  if (first === undefined) return [];
  let tokens = historyTokens(history);
  let start = 0;
  while (start < rest.length - 1 && tokens > room) {
    do tokens -= messageTokens(rest[start++] as Message); while (
      rest[start]?.role === "tool"
    );
  }
  const fitted = [first, ...rest.slice(start)];
  return tokens <= room ? fitted : squeeze(fitted, room);
}

/** The first message of a compacted history. */
function opening(
  summary: string,
  { history, cut, options }: {
    history: readonly Message[];
    cut: number;
    options: CompactOptions;
  },
): UserMessage {
  const { preamble, target } = options;
  const content = [
    ...preamble,
    text(`${summaryHeading}\n${summary}`),
  ];
  const facts = factsText(factsOf(history.slice(0, cut)), {
    summary,
    tokens: Math.min(Math.floor(target * factsShare), mostFactTokens),
  });
  if (facts !== null) content.push(text(facts));
  if (lastRequest(history.slice(cut)) === undefined) {
    const words = requestParts(history);
    if (words.length > 0) content.push(text(requestLabel), ...words);
  }
  return {
    role: "user",
    origin: "harness",
    content,
    ...(preamble.length === 0 ? {} : { preamble: preamble.length }),
  };
}

function lastRequest(history: readonly Message[]): UserMessage | undefined {
  return history.findLast((message): message is UserMessage =>
    message.role === "user" && message.origin === undefined
  );
}

/** The words of the last request, also where a summary quotes them. */
function requestParts(history: readonly Message[]): readonly Part[] {
  const request = lastRequest(history);
  if (request !== undefined) return ownParts(request);
  const content = history[0]?.role === "user" ? history[0].content : [];
  const label = content.findIndex((part) =>
    part.type === "text" && part.text === requestLabel
  );
  return label === -1 ? [] : content.slice(label + 1);
}

/** What can be said without a model: requests, files, last words. */
function mechanicalSummary(history: readonly Message[]): string {
  const requests: string[] = [];
  const calls: string[] = [];
  let lastWords = "";
  let lastError = "";
  for (const message of history) {
    if (message.role === "user" && message.origin === undefined) {
      requests.push(`- ${firstLine(textOf(ownParts(message).slice(-1)), 400)}`);
    } else if (message.role === "assistant") {
      lastWords = message.text || lastWords;
      calls.push(...message.calls.map(describeCall));
    } else if (message.role === "tool" && message.isError) {
      lastError = firstLine(textOf(message.content), 400);
    }
  }
  return [
    "(made without the model, which did not answer)",
    `Requests:\n${requests.join("\n")}`,
    `Calls:\n${[...new Set(calls)].slice(-40).join("\n")}`,
    lastWords && `Your last words: ${lastWords.slice(0, 1_000)}`,
    lastError && `Last error: ${lastError}`,
  ].filter(Boolean).join("\n\n");
}

function describeCall(
  { name, input }: AssistantMessage["calls"][number],
): string {
  return `- ${name} ${firstLine(JSON.stringify(input), 160)}`;
}

/**
 * The last resort: whole exchanges go from the front, then texts are cut, so
 * that a request always fits.
 */
function hardCut(
  history: readonly Message[],
  { target }: CompactOptions,
): Compacted | null {
  const [first, ...rest] = history;
  if (first === undefined) return null;
  const request = lastRequest(history);
  let tokens = historyTokens(history);
  let start = 0;
  while (start < rest.length - 1 && tokens > target) {
    do tokens -= messageTokens(rest[start++] as Message); while (
      rest[start]?.role === "tool"
    );
  }
  const left = rest.slice(start);
  const isLost = request !== undefined && request !== first &&
    !left.includes(request);
  const whole = isLost ? [first, request, ...left] : [first, ...left];
  const kept = historyTokens(whole) <= target
    ? whole
    : squeeze(whole, target, requestParts(history));
  const isSame = kept.length === history.length &&
    kept.every((message, index) => message === history[index]);
  return isSame ? null : { by: "mechanical", history: kept };
}
