import {
  type Message,
  ownParts,
  textOf,
  type UserMessage,
} from "../core/message.ts";
import type { PermissionMode } from "../core/permission.ts";
import { firstLine } from "../core/text.ts";
import type { Entry, EntryOf, RunSummary, SessionHeader } from "./entry.ts";

/** Tokens and money of all requests of a session, on all its branches. */
export interface UsageTotals {
  readonly requests: number;
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly reasoning: number;
  /** Null as long as nobody said what a token costs. */
  readonly costUsd: number | null;
}

/** What is true of a session as a whole, whatever branch is looked at. */
export interface SessionFacts {
  readonly name: string | null;
  readonly model: string;
  readonly mode: PermissionMode | null;
  readonly oneshot: boolean;
  /** The first line of what the user first asked; "" before that. */
  readonly firstPrompt: string;
  /** How many messages the file holds. */
  readonly messages: number;
  readonly usage: UsageTotals;
  /** When the last entry was written, ISO 8601. */
  readonly latest: string;
  /** Texts that the user gave to entries, by their id. */
  readonly labels: Map<string, string>;
}

/** The facts of a session that has only its header. */
export function initialFacts(header: SessionHeader): SessionFacts {
  return {
    name: null,
    model: header.model,
    mode: null,
    oneshot: header.oneshot === true,
    firstPrompt: "",
    messages: 0,
    usage: {
      requests: 0,
      input: 0,
      output: 0,
      cached: 0,
      reasoning: 0,
      costUsd: null,
    },
    latest: header.timestamp,
    labels: new Map(),
  };
}

/** The facts after one more entry; the map of labels is changed in place. */
export function addFact(facts: SessionFacts, entry: Entry): SessionFacts {
  const { timestamp: latest } = entry;
  switch (entry.type) {
    case "message": {
      const { message } = entry;
      const isFirst = facts.firstPrompt === "" && isPrompt(message);
      return {
        ...facts,
        latest,
        messages: facts.messages + 1,
        firstPrompt: isFirst ? promptLine(message) : facts.firstPrompt,
      };
    }
    case "model_change":
      return { ...facts, latest, model: entry.model };
    case "mode_change":
      return { ...facts, latest, mode: entry.mode };
    case "session_info":
      return {
        ...facts,
        latest,
        name: entry.name === undefined ? facts.name : entry.name,
        oneshot: entry.oneshot ?? facts.oneshot,
      };
    case "label":
      if (entry.label === null) facts.labels.delete(entry.target);
      else facts.labels.set(entry.target, entry.label);
      return { ...facts, latest };
    case "usage":
      return { ...facts, latest, usage: addUsage(facts.usage, entry) };
    default:
      return { ...facts, latest };
  }
}

/** What a list shows of a session, for the end of a run. */
export function summarise(facts: SessionFacts): RunSummary {
  const { messages, model, name, oneshot } = facts;
  return { messages, model, name, oneshot };
}

/** Whether a message is what the user said, not the program in its place. */
export function isPrompt(message: Message): message is UserMessage {
  return message.role === "user" && message.origin === undefined;
}

/** The first line of the user's own words. */
export function promptLine(message: UserMessage): string {
  return firstLine(textOf(ownParts(message)).trim());
}

function addUsage(
  totals: UsageTotals,
  { usage, costUsd }: EntryOf<"usage">,
): UsageTotals {
  return {
    requests: totals.requests + 1,
    input: totals.input + usage.input,
    output: totals.output + usage.output,
    cached: totals.cached + usage.cached,
    reasoning: totals.reasoning + usage.reasoning,
    costUsd: costUsd === undefined
      ? totals.costUsd
      : (totals.costUsd ?? 0) + costUsd,
  };
}
