import { assertEquals } from "@std/assert";
import { type Case, conform } from "./conformance.ts";

/** An overflow error as some server words it. */
function overflow(
  server: string,
  message: string,
  window?: number,
  part: Record<string, unknown> = {},
): Case {
  return {
    id: "CTX-16",
    given: `${server} says that it does not fit: "${message.slice(0, 60)}"`,
    replies: [{ status: 400, json: { error: { message, ...part } } }],
    desk: { client: { contextWindow: { tokens: 300_000, source: "flag" } } },
    failure: "context_overflow",
    check: async ({ failure }, { model }) => {
      assertEquals(failure?.window, window);
      const info = await model.info(new AbortController().signal);
      assertEquals(info.window, window ?? 300_000);
    },
  };
}

conform([
  overflow(
    "OpenAI",
    "This model's maximum context length is 128000 tokens. However, your " +
      "messages resulted in 130001 tokens.",
    128_000,
    { code: "context_length_exceeded" },
  ),
  overflow(
    "OpenAI",
    "Your input exceeds the context window of this model.",
  ),
  overflow(
    "vLLM",
    "This model's maximum context length is 8192 tokens. However, you " +
      "requested 19591 tokens (9591 in the messages, 10000 in the " +
      "completion).",
    8_192,
  ),
  overflow(
    "vLLM",
    "This model's maximum context length is 16384 tokens. However, you " +
      "requested 8192 output tokens and your prompt contains at least 24577 " +
      "input tokens, for a total of at least 32769 tokens.",
    16_384,
  ),
  overflow("vLLM", "max_tokens must be at least 1, got -186."),
  overflow(
    "SGLang",
    "The input (131123 tokens) is longer than the model's context length " +
      "(131072 tokens).",
    131_072,
  ),
  overflow(
    "SGLang",
    "Requested token count exceeds the model's maximum context length of " +
      "32768 tokens. You requested a total of 40000 tokens.",
    32_768,
  ),
  overflow(
    "llama.cpp",
    "the request exceeds the available context size, try increasing it",
    4_096,
    { type: "exceed_context_size_error", n_prompt_tokens: 5_000, n_ctx: 4_096 },
  ),
  overflow(
    "llama.cpp",
    "request (9000 tokens) exceeds the available context size (8192 tokens), " +
      "try increasing it",
    8_192,
  ),
  overflow(
    "LM Studio",
    "The number of tokens to keep from the initial prompt is greater than " +
      "the context length (n_keep: 13055>= n_ctx: 4096). Try to load the " +
      "model with a larger context length",
    4_096,
  ),
  overflow(
    "LM Studio",
    "Trying to keep the first 6000 tokens when context the overflows. " +
      "However, the model is loaded with context length of only 4096 tokens",
    4_096,
  ),
  overflow("LM Studio MLX", "Context size has been exceeded."),
  overflow(
    "Ollama",
    "the prompt is longer than the context length currently available to " +
      "the model; shorten the prompt",
  ),
  overflow(
    "Ollama",
    "prompt too long; exceeded max context length by 310 tokens",
  ),
  overflow("Ollama", "the input length exceeds the context length"),
  overflow(
    "TGI",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= " +
      "4096. Given: 4200 `inputs` tokens and 512 `max_new_tokens`",
    4_096,
  ),
  overflow(
    "Groq",
    "Please reduce the length of the messages or completion.",
  ),
  overflow(
    "Mistral",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model " +
      "with 32768 maximum context length",
    32_768,
  ),
  overflow(
    "OpenRouter",
    "This endpoint's maximum context length is 131072 tokens. However, you " +
      "requested about 150000 tokens (140000 of text input, 6000 of tool " +
      "input, 4000 in the output).",
    131_072,
  ),
  overflow(
    "Poolside",
    "Input length 140000 exceeds the maximum allowed input length of 131072 " +
      "tokens.",
    131_072,
  ),
  overflow(
    "xAI",
    "This model's maximum prompt length is 131072 but the request contains " +
      "537812 tokens.",
    131_072,
  ),
  overflow(
    "Kimi",
    "Your request exceeded model token limit: 131072 (requested: 140000)",
    131_072,
  ),
  overflow("MiniMax", "invalid params, context window exceeds limit (2013)"),
  overflow(
    "DashScope",
    "<400> InternalError.Algo.InvalidParameter: Range of input length " +
      "should be [1, 202745]",
    202_745,
  ),
  overflow(
    "Anthropic",
    "prompt is too long: 210000 tokens > 200000 maximum",
    200_000,
  ),
  overflow("Bedrock", "Input is too long for requested model."),
  overflow(
    "Gemini",
    "The input token count (140000) exceeds the maximum number of tokens " +
      "allowed (131072).",
    131_072,
  ),
  overflow(
    "Copilot",
    "prompt token count of 140000 exceeds the limit of 128000",
    128_000,
  ),
]);
