/** An overflow error, and the numbers that it named, in tokens. */
export interface Overflow {
  readonly limit?: number;
  /** Tokens of the prompt alone. */
  readonly prompt?: number;
  /** The cap on the reply that was counted in. */
  readonly completion?: number;
}

interface Wording {
  readonly source: string;
  readonly pattern: RegExp;
}

/** Errors about rates speak of tokens and limits too. */
const rateWords = /rate.?limit|too many requests|throttl|per minute|\bTPM\b/i;

/**
 * How servers say that a request does not fit (spec/providers.md 2.7). Named
 * groups are the numbers: `limit`, `prompt`, `completion`, `total`, `over`.
 * The exact before the vague, since the first that fits gives the numbers.
 */
const wordings: readonly Wording[] = [
  row(
    "vLLM, DeepSeek",
    /maximum context length (?:is|of) (?<limit>\d+) tokens?\. However, you requested (?<total>\d+) tokens \((?<prompt>\d+) in the messages, (?<completion>\d+) in the completion/,
  ),
  row(
    "vLLM",
    /maximum context length (?:is|of) (?<limit>\d+) tokens?\. However, you requested (?<completion>\d+) output tokens and your prompt contains (?:at least )?(?<prompt>\d+) input tokens/,
  ),
  row(
    "vLLM",
    /your request has (?<prompt>\d+) input tokens(?: plus|.*?) (?<completion>\d+)? ?'?max_tokens'?/,
  ),
  row("vLLM", /max_(?:completion_)?tokens must be at least 1, got -\d+/),
  row(
    "OpenRouter",
    /maximum context length is (?<limit>\d+) tokens\. However, you requested about (?<total>\d+) tokens \((?<prompt>\d+) of text input(?:, \d+ of tool input)?, (?<completion>\d+) in the output/,
  ),
  row(
    "OpenRouter",
    /maximum context length is (?<limit>\d+) tokens\. However, you requested about (?<total>\d+) tokens/,
  ),
  row(
    "OpenAI, Azure",
    /maximum context length (?:is|of) (?<limit>\d+) tokens?\. However, your messages resulted in (?<prompt>\d+)/,
  ),
  row(
    "SGLang",
    /Requested token count exceeds the model's maximum context length of (?<limit>\d+) tokens\. You requested a total of (?<total>\d+)(?:.*?: (?<prompt>\d+) tokens from the input.*? (?<completion>\d+) tokens for the completion)?/,
  ),
  row(
    "SGLang, Together",
    /input \((?<prompt>\d+) tokens\) is longer than the model's context length \((?<limit>\d+) tokens\)/,
  ),
  row(
    "llama.cpp",
    /request \((?<prompt>\d+) tokens\) exceeds the available context size \((?<limit>\d+) tokens\)/,
  ),
  row("llama.cpp", /exceed_context_size_error/),
  row(
    "LM Studio",
    /n_keep: (?<prompt>\d+) ?>= ?n_ctx: (?<limit>\d+)/,
  ),
  row(
    "LM Studio",
    /keep the first (?<prompt>\d+) tokens when context the overflows.*?context length of only (?<limit>\d+)/,
  ),
  row("LM Studio MLX", /Context size has been exceeded/),
  row("Ollama", /prompt is longer than the context length/),
  row(
    "Ollama",
    /prompt too long; exceeded max context length by (?<over>\d+) tokens/,
  ),
  row("Ollama", /input length exceeds the context length/),
  row("Ollama", /no user query found in messages/),
  row(
    "TGI",
    /`?inputs`? tokens \+ `?max_new_tokens`? must be <= (?<limit>\d+)\. Given: (?<prompt>\d+) `?inputs`? tokens and (?<completion>\d+)/,
  ),
  row(
    "TGI",
    /`?inputs`? must have less than (?<limit>\d+) tokens\. Given: (?<prompt>\d+)/,
  ),
  row("Groq", /reduce the length of the messages or completion/),
  row(
    "Mistral",
    /Prompt contains (?<prompt>\d+) tokens.*?too large for model with (?<limit>\d+) maximum context length/,
  ),
  row(
    "Poolside",
    /Input length (?<prompt>\d+) exceeds the maximum allowed input length of (?<limit>\d+)/,
  ),
  row(
    "xAI",
    /maximum prompt length is (?<limit>\d+) but the request contains (?<prompt>\d+) tokens/,
  ),
  row(
    "Kimi",
    /exceeded model token limit: (?<limit>\d+)(?: \(requested: (?<total>\d+)\))?/,
  ),
  row("MiniMax", /context window exceeds limit/),
  row("DashScope", /Range of input length should be \[\d+, (?<limit>\d+)\]/),
  row(
    "Anthropic",
    /prompt is too long: (?<prompt>\d+) tokens > (?<limit>\d+) maximum/,
  ),
  row(
    "Anthropic",
    /input length and `?max_tokens`? exceed context limit: (?<prompt>\d+) \+ (?<completion>\d+) > (?<limit>\d+)/,
  ),
  row("Anthropic", /prompt is too long/),
  row("Bedrock", /input is too long for requested model/),
  row(
    "Gemini",
    /input token count \((?<prompt>\d+)\) exceeds the maximum number of tokens allowed \((?<limit>\d+)\)/,
  ),
  row(
    "Copilot",
    /prompt token count of (?<prompt>\d+) exceeds the limit of (?<limit>\d+)/,
  ),
  row("OpenAI", /context_length_exceeded|exceeds the context window/),
  row("Kimi", /your request exceeded (?:the )?model/),
  row(
    "many",
    /maximum context length (?:is|of) (?<limit>\d+)|context length of only (?<limit2>\d+)/,
  ),
  row(
    "many",
    /(?:exceed|longer than|larger than|too (?:long|large)).{0,40}context (?:length|window|size|limit)|context (?:length|window|size|limit).{0,20}exceed/,
  ),
  row("many", /model_context_window_exceeded/),
];

/** A smaller limit is a number that means something else. */
const smallestLimit = 2_000;

/**
 * Tells whether an error says that the prompt, or the prompt and the cap
 * together, do not fit the window; null when it says something else. Matched
 * on all of the error's texts, numbers with thousands separators included.
 */
export function readOverflow(said: string): Overflow | null {
  if (rateWords.test(said)) return null;
  const plain = said.replace(/(\d),(?=\d{3})/g, "$1").replace(/\s+/g, " ");
  for (const { pattern } of wordings) {
    const found = pattern.exec(plain);
    if (found !== null) return numbersOf(found.groups ?? {}, plain);
  }
  return null;
}

function numbersOf(
  groups: Readonly<Record<string, string | undefined>>,
  said: string,
): Overflow {
  const completion = tokens(groups.completion);
  const limit = tokens(groups.limit ?? groups.limit2) ??
    tokens(/\bn_ctx: (\d+)/.exec(said)?.[1]);
  const prompt = tokens(groups.prompt) ??
    tokens(/\bn_prompt_tokens: (\d+)/.exec(said)?.[1]) ??
    difference(tokens(groups.total), completion);
  return {
    ...(limit === undefined || limit < smallestLimit ? {} : { limit }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(completion === undefined ? {} : { completion }),
  };
}

function tokens(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function difference(
  total: number | undefined,
  part: number | undefined,
): number | undefined {
  return total === undefined || part === undefined ? total : total - part;
}

function row(source: string, pattern: RegExp): Wording {
  return { source, pattern: new RegExp(pattern.source, "i") };
}
