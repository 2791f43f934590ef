import type { AgentEvent } from "../core/event.ts";
import type { EntryBody } from "./entry.ts";
import type { SessionFacts } from "./facts.ts";
import { type HistoryItem, piecesOf } from "./tree.ts";

/** Characters of a call's details; more are left out of the session. */
const longestDetails = 200_000;

/** What the session knows when an event comes. */
export interface RecordContext {
  readonly facts: SessionFacts;
  /** The history as it is recorded. */
  readonly history: readonly HistoryItem[];
}

/**
 * The entries that an event leaves in a session; none for what only matters
 * while it happens. Of an agent that works for another only the usage is
 * kept: its messages are not this conversation's.
 */
export function entriesOf(
  event: AgentEvent,
  { facts, history }: RecordContext,
): EntryBody[] {
  if (event.type === "usage") return [usageEntry(event, facts.model)];
  if (event.agent !== "main") return [];
  switch (event.type) {
    case "run_start":
      return [
        ...(event.model === facts.model
          ? []
          : [{ type: "model_change", model: event.model } as const]),
        ...modeEntry(event.mode, facts),
      ];
    case "mode":
      return modeEntry(event.mode, facts);
    case "message":
      return [{ type: "message", message: event.message }];
    case "tool_end":
      return [callEntry(event)];
    case "compaction": {
      const { trigger, by, before, after } = event;
      const pieces = piecesOf(event.history, history);
      return [{
        type: "compaction",
        trigger,
        by,
        before,
        after,
        history: pieces,
      }];
    }
    case "run_end":
      return [{
        type: "run_end",
        reason: event.reason,
        turns: event.turns,
        ms: event.ms,
        ...(event.failure === undefined
          ? {}
          : { failure: event.failure.message }),
      }];
    default:
      return [];
  }
}

function modeEntry(
  mode: (AgentEvent & { type: "mode" })["mode"],
  facts: SessionFacts,
): EntryBody[] {
  return mode === facts.mode ? [] : [{ type: "mode_change", mode }];
}

function usageEntry(
  event: AgentEvent & { type: "usage" },
  model: string,
): EntryBody {
  const { usage, agent, ms, firstDeltaMs, context, window } = event;
  const { costUsd, priceSource } = event;
  return {
    type: "usage",
    usage,
    model: event.model ?? model,
    agent,
    ms,
    firstDeltaMs,
    context,
    window,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(priceSource === undefined ? {} : { priceSource }),
  };
}

function callEntry(
  { callId, tool, outcome, ms }: AgentEvent & { type: "tool_end" },
): EntryBody {
  const { ok, touched, cwd, details } = outcome;
  const isKept = details !== undefined &&
    JSON.stringify(details).length <= longestDetails;
  return {
    type: "call",
    callId,
    tool,
    ok,
    ms,
    touched,
    ...(cwd === undefined ? {} : { cwd }),
    ...(isKept ? { details } : {}),
  };
}
