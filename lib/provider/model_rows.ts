import type { ProfileOverride } from "./profile.ts";
import type { Evidence } from "./server_rows.ts";

/** One family of models, on the named servers or on any. */
export interface ModelRow extends Evidence {
  readonly id: string;
  readonly model: RegExp;
  readonly servers?: readonly string[];
  readonly set: ProfileOverride;
}

const selfHosted = [
  "generic",
  "ollama",
  "llamacpp",
  "lmstudio",
  "vllm",
  "sglang",
  "tgi",
];

/** Model families, from the vague to the exact: later rows win. */
export const modelRows: readonly ModelRow[] = [
  {
    id: "small",
    model: /(?:^|[-_:/])(?:[0-9]|1[0-4])(?:\.\d+)?b(?![a-z0-9])/i,
    servers: selfHosted,
    why: "a small instruct model keeps to formats better when cool",
    source: "spec/providers.md 6.4",
    date: "2026-08",
    set: { sampling: { values: { temperature: 0.3 } } },
  },
  {
    id: "qwen3",
    model: /qwen-?3/i,
    servers: selfHosted,
    why: "repeats itself endlessly when thinking at a low temperature",
    source: "spec/providers.md 6.4; model card",
    date: "2026-08",
    set: { sampling: { values: { temperature: 0.6, top_p: 0.95 } } },
  },
  {
    id: "qwen-coder",
    model: /qwen-?[\d.]*-?coder/i,
    servers: [...selfHosted, "together", "fireworks", "openrouter"],
    why: "the card's values",
    source: "spec/providers.md 6.4; model card",
    date: "2026-08",
    set: { sampling: { values: { temperature: 0.7, top_p: 0.8, top_k: 20 } } },
  },
  {
    id: "gpt-oss",
    model: /gpt-oss/i,
    why: "calls tools inside its reasoning, which it needs again in the " +
      "loop; the card's sampling is 1.0",
    source: "spec/providers.md 1.4, 6.4",
    date: "2026-08",
    set: {
      sampling: { values: { temperature: 1, top_p: 1 } },
      reasoning: { control: "reasoning_effort" },
    },
  },
  {
    id: "devstral",
    model: /devstral|ministral|mistral-small|magistral/i,
    servers: selfHosted,
    why: "the template refuses a user after a result and other ids",
    source: "spec/providers.md 1.1; avante.nvim#2695",
    date: "2026-08",
    set: {
      sampling: { values: { temperature: 0.15 } },
      toolIds: { alphabet: "alphanumeric", maxLength: 9, exact: true },
      bridgeAfterTool: true,
    },
  },
  {
    id: "glm",
    model: /glm-?[4-9]/i,
    why: "the card's temperature; reasoning is wanted again",
    source: "spec/providers.md 1.4, 6.4",
    date: "2026-08",
    set: { sampling: { values: { temperature: 1 } } },
  },
  {
    id: "kimi",
    model: /kimi-?k2(?!.*think)(?!\.[5-9])/i,
    why: "the card's temperature",
    source: "spec/providers.md 6.4",
    date: "2026-08",
    set: { sampling: { values: { temperature: 0.6 } } },
  },
  {
    id: "kimi-thinking",
    model: /kimi.*think|kimi-?k(2\.[5-9]|[3-9])/i,
    why: "the card's temperature; reasoning is wanted again",
    source: "spec/providers.md 1.4, 6.4",
    date: "2026-08",
    set: {
      sampling: { values: { temperature: 1, top_p: 0.95 } },
      reasoning: { replay: "always" },
    },
  },
  {
    id: "minimax-m",
    model: /minimax-?m\d/i,
    why: "thinking stands in the content and must stay there",
    source: "spec/providers.md 1.4, 6.4",
    date: "2026-08",
    set: {
      sampling: { values: { temperature: 1, top_p: 0.95, top_k: 40 } },
      reasoning: { replay: "inline" },
    },
  },
  {
    id: "deepseek-thinking",
    model: /deepseek[-_/]?v?(3\.[2-9]|[4-9])/i,
    servers: selfHosted,
    why: "its template wants the reasoning of a tool loop again",
    source: "spec/providers.md 1.4",
    date: "2026-08",
    set: { reasoning: { replay: "always" } },
  },
  {
    id: "deepseek-r1",
    model: /(^|[-_/])r1\b/i,
    why: "the reverse of its successors: refuses its own reasoning",
    source: "spec/providers.md 1.3, 1.4",
    date: "2026-08",
    set: {
      sampling: { values: { temperature: 0.6, top_p: 0.95 } },
      reasoning: { replay: "never" },
    },
  },
  {
    id: "openai-reasoning",
    model: /^(o\d|gpt-[5-9](?!.*chat)|codex)/i,
    servers: ["openai", "azure"],
    why: "refuses max_tokens and any temperature",
    source: "spec/providers.md 1.1, 1.3",
    date: "2026-08",
    set: {
      maxTokensField: "max_completion_tokens",
      systemRole: "developer",
      sampling: { send: [] },
    },
  },
];
