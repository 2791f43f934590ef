import { type Message, type Part, text } from "../core/message.ts";
import { estimateTokens, messageTokens } from "../core/tokens.ts";

const marker = "\n[... the rest was left out ...]";
const markerTokens = estimateTokens(marker);
/** A text is never cut below this: less is worth nothing. */
const leastTokens = 40;

/** The estimated tokens of a history. */
export function historyTokens(history: readonly Message[]): number {
  return history.reduce((sum, message) => sum + messageTokens(message), 0);
}

/**
 * Cuts the longest texts of a history until it holds about `target` tokens.
 * All are cut to one length, so the short ones stay whole. Parts of `kept`
 * are cut only when they alone would not fit.
 */
export function squeeze(
  history: readonly Message[],
  target: number,
  kept: readonly Part[] = [],
): Message[] {
  const precious = new Set(kept);
  const squeezed = squeezeTo(history, target, (part) => precious.has(part));
  return historyTokens(squeezed) <= target
    ? squeezed
    : squeezeTo(squeezed, target, () => false);
}

function squeezeTo(
  history: readonly Message[],
  target: number,
  isKept: (part: Part) => boolean,
): Message[] {
  let low = leastTokens;
  let high = Math.max(low, ...history.map(messageTokens));
  let best = history.map((message) => cutMessage(message, low, isKept));
  if (historyTokens(history) <= target) return [...history];
  // Twelve halvings find the length within a percent of the best.
  for (let round = 0; round < 12 && high - low > 8; round++) {
    const middle = Math.floor((low + high) / 2);
    const tried = history.map((message) => cutMessage(message, middle, isKept));
    if (historyTokens(tried) <= target) {
      best = tried;
      low = middle;
    } else high = middle;
  }
  return best;
}

function cutMessage(
  message: Message,
  tokens: number,
  isKept: (part: Part) => boolean,
): Message {
  if (messageTokens(message) <= tokens) return message;
  if (message.role !== "assistant") {
    return {
      ...message,
      content: message.content.map((part) =>
        part.type !== "text"
          ? isKept(part) ? part : text("[An image was left out]")
          : isKept(part)
          ? part
          : shortened(part, tokens)
      ),
    };
  }
  const calls = message.calls.map((call) => ({
    ...call,
    input: Object.fromEntries(
      Object.entries(call.input).map(([key, value]) => [
        key,
        typeof value === "string" ? cutText(value, tokens) : value,
      ]),
    ),
  }));
  return { role: "assistant", text: cutText(message.text, tokens), calls };
}

/** The same part where nothing is cut: parts are told apart by identity. */
function shortened(part: Part & { type: "text" }, tokens: number): Part {
  const cut = cutText(part.text, tokens);
  return cut === part.text ? part : text(cut);
}

/** The beginning of a text that holds at most `tokens`, marked as such. */
export function cutText(value: string, tokens: number): string {
  // No text has more characters to a token than a row of spaces in words.
  const capped = value.slice(0, tokens * 12);
  if (capped.length === value.length && estimateTokens(value) <= tokens) {
    return value;
  }
  const room = Math.max(1, tokens - markerTokens);
  let low = 0;
  let high = capped.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimateTokens(capped.slice(0, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return `${wholeCharacters(capped.slice(0, low))}${marker}`;
}

/** Half a surrogate pair is no text, and some servers refuse it. */
function wholeCharacters(value: string): string {
  const last = value.charCodeAt(value.length - 1);
  return last >= 0xd800 && last < 0xdc00 ? value.slice(0, -1) : value;
}
