import type { Usage } from "../core/model.ts";

/** One request as it was estimated, and as the server counted it. */
export interface Counted {
  /** Tokens of the prompt as the client estimated them. */
  readonly estimate: number;
  readonly usage: Usage;
  /** Whether the reply ended at its limit. */
  readonly length: boolean;
}

/** What is believed to have happened to the prompt. */
export interface WindowFinding {
  readonly kind: "cut" | "full" | "over";
  /** For the user: what was seen, what it means, and the fixes. */
  readonly warning: string;
  /** Tokens of the window to go on with; compact to fit it. */
  readonly window: number;
}

/** Options of {@link checkWindow}. */
export interface WindowCheckOptions {
  readonly model: string;
  /** The window believed in until now, in tokens. */
  readonly window: number;
  /** What the server says is loaded, read after the reply. */
  readonly loaded?: number;
  /** Whether the server is an Ollama, whose fixes are known. */
  readonly ollama: boolean;
}

/** Below this estimate the difference may be the tokenizer's. */
const smallestSuspect = 2_500;
const cutShare = 0.6;
/** Replies over which a prompt must not stand still. */
const series = 3;
/** Growth of an estimate, as a share, that a real count would show. */
const growth = 1.02;
/** The smallest window that a finding proposes. */
const smallestWindow = 2_048;

/**
 * Tells from the last replies whether the server silently cut the prompt
 * (spec/providers.md 1.3.1): it counted far less than was sent, or the same
 * while the history grew, or filled the loaded window exactly. A prompt
 * larger than the window that was taken without a word (Z.ai) is an overflow
 * for the next turn. `counted` is of one conversation without a compaction,
 * oldest first; null when nothing is wrong. Pure.
 */
export function checkWindow(
  counted: readonly Counted[],
  options: WindowCheckOptions,
): WindowFinding | null {
  const last = counted.at(-1);
  if (last === undefined || last.usage.estimated) return null;
  const { input, output } = last.usage;
  // Without a count of the prompt there is nothing to compare.
  if (input <= 0) return null;
  const loaded = options.loaded ?? options.window;
  if (input > loaded) {
    return {
      kind: "over",
      window: loaded,
      warning: `The server took a prompt of ${input} tokens into a window ` +
        `of ${loaded}; the history is made shorter`,
    };
  }
  const fixes = options.ollama
    ? ollamaFixes(options.model)
    : "Serve the model with a larger context window, or tell the true one " +
      "with `-c N`";
  const isCut = last.estimate >= smallestSuspect &&
    input < cutShare * last.estimate;
  if (isCut || standsStill(counted)) {
    const window = cutWindow(last, options);
    const warning = "The server cut the prompt without saying so: about " +
      `${last.estimate} tokens were sent, it read ${input}. The last answer ` +
      `may be wrong. From here on a window of ${window} is assumed.`;
    return { kind: "cut", window, warning: `${warning}\n${fixes}` };
  }
  if (last.length && input + output >= loaded) {
    const warning = `The reply ended because the window of ${loaded} tokens ` +
      `is full: ${input} of the prompt, ${output} of the reply.`;
    return { kind: "full", window: loaded, warning: `${warning}\n${fixes}` };
  }
  return null;
}

/** A count that stays or falls while what is sent grows. */
function standsStill(counted: readonly Counted[]): boolean {
  const recent = counted.slice(-series);
  if (recent.length < series) return false;
  if ((recent.at(-1)?.estimate ?? 0) < smallestSuspect) return false;
  return recent.every((each, index) => {
    const before = recent[index - 1];
    if (before === undefined) return true;
    return !each.usage.estimated &&
      each.estimate > before.estimate * growth &&
      each.usage.input <= before.usage.input;
  });
}

/**
 * The loaded window when the server says it. Else a guess: a runner that
 * shifts keeps half of the window, so what it read is doubled.
 */
function cutWindow(last: Counted, options: WindowCheckOptions): number {
  if (options.loaded !== undefined && options.loaded < last.estimate) {
    return options.loaded;
  }
  const guess = Math.max(smallestWindow, last.usage.input * 2);
  return Math.min(options.window, guess, Math.max(last.estimate - 1, 1));
}

/** Warns before the first request: the window is small, and why. */
export function smallWindowWarning(
  model: string,
  window: number,
  isGuess: boolean,
): string {
  const state = isGuess
    ? `"${model}" is not loaded; Ollama may give it only ${window} tokens`
    : `Ollama has loaded "${model}" with a window of ${window} tokens`;
  return `${state}, and cuts longer prompts without a word.\n` +
    ollamaFixes(model);
}

/** Says that a larger window is asked for than the server would give. */
export function raisedWindowWarning(
  model: string,
  loaded: number,
  asked: number,
): string {
  return `Ollama gives "${model}" a window of ${loaded} tokens, too small to ` +
    `work in: ${asked} are asked for with each request. Say \`-c N\` for ` +
    "another size; it takes memory";
}

/** The three ways to a larger window on Ollama, the easiest first. */
export function ollamaFixes(model: string): string {
  const derived = `${model.replace(/:.*$/, "")}-32k`;
  return [
    "To get a larger window, one of:",
    "  openclaude -c 32768 ...   (asks Ollama for it with each request)",
    "  OLLAMA_CONTEXT_LENGTH=32768 ollama serve   (or the app's slider)",
    `  printf 'FROM ${model}\\nPARAMETER num_ctx 32768\\n' > Modelfile && ` +
    `ollama create ${derived} -f Modelfile`,
  ].join("\n");
}
