import type { Message, ToolCall, ToolMessage } from "../core/message.ts";
import type { Profile } from "./profile.ts";

const alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A call as it is sent, with the one result that belongs to it. */
export interface PairedCall {
  /** Unique in the history and of the server's alphabet. */
  readonly id: string;
  readonly call: ToolCall;
  /** Absent when the call was never answered. */
  readonly result?: ToolMessage;
}

/**
 * Finds the result of each call, by the index of the assistant message. A
 * result counts until the next reply; one that answers no call, or answers
 * one again, is in no pair.
 *
 * An id is the call's own where the server takes it, else one made from it.
 * It depends on the calls before it alone, so it is the same in every later
 * request.
 */
export function pairCalls(
  messages: readonly Message[],
  rules: Profile["toolIds"],
): ReadonlyMap<number, readonly PairedCall[]> {
  const pairs = new Map<number, PairedCall[]>();
  const used = new Set<string>();
  let open: PairedCall[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === "assistant") {
      open = message.calls.map((call) => ({
        id: freeId(call, used, rules),
        call,
      }));
      pairs.set(index, open);
    } else if (message.role === "tool") {
      const at = open.findIndex((pair) =>
        pair.call.id === message.callId && pair.result === undefined
      );
      const pair = open[at];
      if (pair !== undefined) open[at] = { ...pair, result: message };
    }
  }
  return pairs;
}

function freeId(
  call: ToolCall,
  used: Set<string>,
  rules: Profile["toolIds"],
): string {
  let id = fits(call.id, rules) ? call.id : madeId(call.id, 0, rules);
  for (let round = 1; used.has(id); round++) id = madeId(call.id, round, rules);
  used.add(id);
  return id;
}

function fits(id: string, rules: Profile["toolIds"]): boolean {
  const pattern = rules.alphabet === "alphanumeric"
    ? /^[a-zA-Z0-9]+$/
    : /^[a-zA-Z0-9_-]+$/;
  if (!pattern.test(id)) return false;
  return rules.exact
    ? id.length === rules.maxLength
    : id.length <= rules.maxLength;
}

/** An id from a hash; each round gives another. */
function madeId(
  seed: string,
  round: number,
  rules: Profile["toolIds"],
): string {
  const prefix = rules.exact ? "" : "call_".slice(0, rules.maxLength - 9);
  const length = rules.exact
    ? rules.maxLength
    : Math.min(rules.maxLength - prefix.length, 12);
  let hash = 0x811c9dc5 ^ round;
  for (let index = 0; index < seed.length; index++) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  let id = prefix;
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ (index + 1), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    id += alphabet[(hash >>> 0) % alphabet.length];
  }
  return id;
}
