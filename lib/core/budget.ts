/** What a window allows, so that a small one is not spent on one file. */
export interface WindowLimits {
  /** Characters that one tool result may send to the model. */
  readonly resultChars: number;
  /** Lines that Read gives when the call names no limit. */
  readonly readLines: number;
  /** How many tools a model of that size copes with. */
  readonly toolTier: "small" | "medium" | "large";
  /** Tokens of a reply when the server names no limit of its own. */
  readonly maxOutput: number;
  /** Tokens in use at which the history is compacted. */
  readonly compactAt: number;
  /** Tokens kept free for the reply. */
  readonly reserve: number;
  /** Tokens of history that a compaction keeps as they are. */
  readonly keep: number;
}

interface Tier {
  /** The smallest window of the tier, in tokens. */
  readonly from: number;
  readonly reserve: number;
  readonly readLines: number;
  readonly resultTokens: number;
  readonly compactShare: number;
  readonly toolTier: WindowLimits["toolTier"];
}

const smallest = tier(0, 1_024, 80, 1_000, 0.75, "small");

/**
 * spec/providers.md 6.6. A window between two rows is of the lower one, with
 * room for the servers that round down: 32,000 is "32k".
 */
const tiers: readonly Tier[] = [
  smallest,
  tier(15_000, 2_048, 200, 2_000, 0.78, "small"),
  tier(30_000, 4_096, 500, 4_000, 0.8, "medium"),
  tier(60_000, 8_192, 2_000, 8_000, 0.8, "large"),
  tier(195_000, 16_384, 2_000, 10_000, 0.85, "large"),
];

/** Above this, models lose track whatever their window. */
const compactAtMost = 150_000;
const charsPerToken = 3.5;
const keepShare = 0.3;
/** The largest window in which an agent can't work. */
const tooSmall = 4_096;

/**
 * The budgets for a window in tokens (spec/providers.md 6.6). Pure; any
 * window gives limits that fit into it.
 */
export function limitsFor(window: number): WindowLimits {
  const row = tiers.findLast((each) => window >= each.from) ?? smallest;
  const reserve = Math.min(row.reserve, Math.floor(window / 4));
  const compactAt = Math.floor(
    Math.min(window * row.compactShare, window - reserve, compactAtMost),
  );
  return {
    resultChars: Math.floor(
      Math.min(row.resultTokens, window / 8) * charsPerToken,
    ),
    readLines: row.readLines,
    toolTier: row.toolTier,
    maxOutput: reserve,
    compactAt,
    reserve,
    keep: Math.floor(compactAt * keepShare),
  };
}

/**
 * Why an agent can't work in a window of so many tokens, for the user, or
 * null when it can (spec/providers.md 7.2 CTX-13).
 */
export function agentRefusal(window: number): string | null {
  if (window > tooSmall) return null;
  return `Cannot work in a context window of ${window} tokens: the tools, a ` +
    "file and a reply do not fit. Say `-c 32768` (Ollama is then asked for " +
    "that window), or serve the model with more (Ollama: " +
    "`OLLAMA_CONTEXT_LENGTH=32768 ollama serve`; llama.cpp: `-c 32768`; " +
    "vLLM: `--max-model-len 32768`)";
}

function tier(
  from: number,
  reserve: number,
  readLines: number,
  resultTokens: number,
  compactShare: number,
  toolTier: Tier["toolTier"],
): Tier {
  return { from, reserve, readLines, resultTokens, compactShare, toolTier };
}
