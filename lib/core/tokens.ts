import type { Message } from "./message.ts";
import type { ToolSpec } from "./model.ts";

const messageOverhead = 4;
const imageTokens = 1200;

/**
 * Estimates the tokens of a text by classes of characters. It stays within
 * -14 and +25 percent of what common tokenizers count, mostly above
 * (spec/libraries.md, tokens); real usage calibrates it (`calibrate`).
 */
export function estimateTokens(value: string): number {
  let tokens = 0;
  let word = 0;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    const isLetter = (code > 96 && code < 123) || (code > 64 && code < 91);
    if (isLetter || code > 127 && code < 0x2e80) {
      word++;
      continue;
    }
    if (word > 0) {
      tokens += Math.ceil(word / 6);
      word = 0;
    }
    if (code === 32) continue;
    if (code > 47 && code < 58) tokens += 0.5;
    else tokens += code >= 0x2e80 ? 0.8 : 0.7;
  }
  return Math.ceil(tokens + Math.ceil(word / 6));
}

/** Messages don't change, and a long history is counted at each request. */
const counted = new WeakMap<Message, number>();

/** Estimates the tokens of one message with its calls and reasoning. */
export function messageTokens(message: Message): number {
  const known = counted.get(message);
  if (known !== undefined) return known;
  const tokens = countMessage(message);
  counted.set(message, tokens);
  return tokens;
}

function countMessage(message: Message): number {
  let tokens = messageOverhead;
  if (message.role === "assistant") {
    tokens += estimateTokens(message.text);
    for (const call of message.calls) {
      tokens += estimateTokens(call.name) + messageOverhead +
        estimateTokens(JSON.stringify(call.input));
    }
    if (message.thinking) tokens += estimateTokens(message.thinking.text);
    return tokens;
  }
  for (const part of message.content) {
    tokens += part.type === "text" ? estimateTokens(part.text) : imageTokens;
  }
  return tokens;
}

/**
 * The estimate corrected by what the server counted: the factor moves half
 * of the way to each new ratio and stays within a factor of two.
 */
export function calibrate(
  factor: number,
  sample: { readonly estimate: number; readonly counted: number },
): number {
  if (sample.estimate < 200 || sample.counted === 0) return factor;
  const ratio = Math.min(2, Math.max(0.5, sample.counted / sample.estimate));
  return factor + (ratio - factor) / 2;
}

/** Tools are frozen for a session, and counted at each request. */
const countedTools = new WeakMap<readonly ToolSpec[], number>();

/** Estimates what a system prompt and tool descriptions take. */
export function prefixTokens(
  system: string,
  tools: readonly ToolSpec[],
): number {
  let tokens = countedTools.get(tools);
  if (tokens === undefined) {
    tokens = estimateTokens(JSON.stringify(tools));
    countedTools.set(tools, tokens);
  }
  return estimateTokens(system) + tokens;
}
