/** What is publicly known of a family of models. */
export interface CatalogEntry {
  /** Matched against the id in lower case, without the publisher before "/". */
  readonly id: RegExp;
  /** Tokens of the window; where hosts differ, the smallest common one. */
  readonly window: number;
  /** Largest reply in tokens, where one is published. */
  readonly maxOutput?: number;
  readonly vision: boolean;
  readonly thinking: boolean;
  /** True for open weights: who serves them decides how large the window is. */
  readonly open: boolean;
}

/** Month in which the table was last gone through. */
export const catalogDate = "2026-11";

/**
 * Models by id, the exact before the vague; the first that fits is taken. It
 * is asked only where the server does not say (spec/libraries.md p). Sources:
 * the makers' model pages and cards as of {@link catalogDate}.
 */
const catalog: readonly CatalogEntry[] = [
  hosted(/^gpt-5.*chat/, 128_000, 16_384, "vision"),
  hosted(/^gpt-5\.[4-9]|^gpt-[6-9]/, 1_050_000, 128_000, "vision thinking"),
  hosted(/^gpt-5|^codex/, 400_000, 128_000, "vision thinking"),
  hosted(/^o[134](-|$)/, 200_000, 100_000, "vision thinking"),
  hosted(/^gpt-4\.1/, 1_047_576, 32_768, "vision"),
  hosted(/^(chat)?gpt-4o/, 128_000, 16_384, "vision"),
  hosted(/^gpt-4-turbo/, 128_000, 4_096, "vision"),
  hosted(/^gpt-4-32k/, 32_768, 4_096),
  hosted(/^gpt-4/, 8_192, 4_096),
  hosted(/^gpt-3\.5/, 16_385, 4_096),
  hosted(
    /^claude-(fable|(opus|sonnet)-(4[.-][6-9]|[5-9]))/,
    1_000_000,
    64_000,
    "vision thinking",
  ),
  hosted(/^claude-3/, 200_000, 8_192, "vision"),
  hosted(/^claude/, 200_000, 32_000, "vision thinking"),
  hosted(/^gemini-(2\.5|[3-9])/, 1_048_576, 65_536, "vision thinking"),
  hosted(/^gemini/, 1_048_576, 8_192, "vision"),
  hosted(/^grok-(4.*fast|code)/, 256_000, undefined, "thinking"),
  hosted(/^grok-4/, 256_000, undefined, "vision thinking"),
  hosted(/^grok/, 131_072),
  hosted(/^qwen[\d.]*-(plus|flash)/, 1_000_000, 32_768),
  hosted(/^qwen3-coder-(plus|flash)/, 1_000_000, 65_536),
  hosted(/^qwen3-max/, 262_144, 32_768),
  hosted(/^qwen-(max|turbo)/, 32_768, 8_192),
  open(/^gpt-oss/, 131_072, 32_768, "thinking"),
  open(/^deepseek-(v[4-9]|flash|chat|reasoner)/, 1_000_000, 65_536, "thinking"),
  open(/^deepseek-(v3|r1)/, 131_072, 32_768, "thinking"),
  open(/^deepseek-coder-v2/, 131_072, 8_192),
  open(/^deepseek/, 65_536, 8_192),
  open(/^qwen3[.-]?coder/, 262_144, 65_536),
  open(/^qwen-?3\.[5-9]/, 262_144, 65_536, "vision thinking"),
  open(/^qwen-?3-?vl/, 262_144, 32_768, "vision"),
  open(/^qwen-?3.*2507|^qwen-?3-next/, 262_144, 32_768, "thinking"),
  open(/^qwen-?3/, 40_960, 16_384, "thinking"),
  open(/^qwq/, 131_072, 32_768, "thinking"),
  open(/^qwen-?2\.?5-?vl/, 131_072, 8_192, "vision"),
  open(/^qwen-?2/, 32_768, 8_192),
  open(/^glm-?(5\.[2-9]|[6-9])/, 1_000_000, 131_072, "thinking"),
  open(/^glm-?4\.[567]v/, 65_536, 16_384, "vision thinking"),
  open(/^glm-?(4\.[6-9]|5)/, 200_000, 131_072, "thinking"),
  open(/^glm-?4\.5/, 131_072, 98_304, "thinking"),
  open(/^glm/, 131_072, 8_192),
  open(/^kimi-?k(2\.[5-9]|[3-9])/, 262_144, 65_536, "vision thinking"),
  open(/^kimi-?k2-thinking/, 262_144, 65_536, "thinking"),
  open(/^kimi-?k2.*0905/, 262_144, 32_768),
  open(/^(kimi|moonshot)/, 131_072, 32_768),
  open(/^minimax-?m1/, 1_000_000, 40_000, "thinking"),
  open(/^minimax-?m/, 204_800, 131_072, "thinking"),
  open(/^llama-?4/, 131_072, 16_384, "vision"),
  open(/^(meta-)?llama-?3\.2.*vision/, 131_072, 8_192, "vision"),
  open(/^(meta-)?llama-?3\.[1-9]/, 131_072, 8_192),
  open(/^(meta-)?llama-?3/, 8_192, 4_096),
  open(/^devstral-?(2|.*2512)/, 262_144, 32_768),
  open(/^devstral/, 131_072, 32_768),
  open(/^codestral/, 32_768, 8_192),
  open(/^magistral/, 131_072, 40_000, "thinking"),
  open(/^mistral-(large-(3|2512)|medium)/, 131_072, 32_768, "vision"),
  open(/^mistral-small/, 131_072, 32_768, "vision"),
  open(/^(mistral-(large|nemo)|ministral)/, 131_072, 16_384),
  open(/^(mistral|mixtral)/, 32_768, 8_192),
  open(/^gemma-?4/, 131_072, 32_768, "vision thinking"),
  open(/^gemma-?3n?.*(1b|e[24]b)/, 32_768, 8_192),
  open(/^gemma-?3/, 131_072, 8_192, "vision"),
  open(/^gemma/, 8_192, 4_096),
  open(/^phi-?4-?mini|^phi-?3\.5/, 131_072, 8_192),
  open(/^phi-?4/, 16_384, 8_192),
  open(/^granite-?[34]/, 131_072, 8_192),
  open(/^command-?a/, 262_144, 8_192),
  open(/^(command-?r|c4ai-command)/, 131_072, 4_096),
  open(/^seed-oss/, 524_288, 32_768, "thinking"),
  open(/^nemotron/, 131_072, 32_768, "thinking"),
  open(/^(codellama|starcoder)/, 16_384, 4_096),
];

/** What is known of a model by its id alone. */
export function catalogEntry(model: string): CatalogEntry | undefined {
  const id = model.toLowerCase().replace(/^.*\//, "");
  return catalog.find((entry) => entry.id.test(id));
}

type Abilities = "" | "vision" | "thinking" | "vision thinking";

function hosted(
  id: RegExp,
  window: number,
  maxOutput?: number,
  abilities: Abilities = "",
): CatalogEntry {
  return entry({ id, window, maxOutput, abilities, open: false });
}

function open(
  id: RegExp,
  window: number,
  maxOutput?: number,
  abilities: Abilities = "",
): CatalogEntry {
  return entry({ id, window, maxOutput, abilities, open: true });
}

function entry(row: {
  readonly id: RegExp;
  readonly window: number;
  readonly maxOutput: number | undefined;
  readonly abilities: Abilities;
  readonly open: boolean;
}): CatalogEntry {
  const { id, window, maxOutput, abilities } = row;
  return {
    id,
    window,
    ...(maxOutput === undefined ? {} : { maxOutput }),
    vision: abilities.includes("vision"),
    thinking: abilities.includes("thinking"),
    open: row.open,
  };
}
