/** US dollars for a million tokens: input, output, cached input. */
type Row = readonly [input: number, output: number, cached?: number];

/** The prices of one maker at its own server. */
export interface PriceList {
  /** The host as it is written in a base URL. */
  readonly host: string;
  /** Where one host has several contracts: the path of the one by tokens. */
  readonly path?: RegExp;
  readonly source: string;
  /** Month in which the prices were so. */
  readonly asOf: string;
  /** By id in lower case, without a date at its end. */
  readonly rows: Readonly<Record<string, Row>>;
}

const zoo = "spec/libraries.md p: llm-zoo 1.37.0";

/**
 * Prices of well-known models (spec/libraries.md p). Left out is what has no
 * one price: what costs more above some length of the prompt (Gemini Pro,
 * GPT-5.4 and later, Grok 4, Qwen Plus), ids that mean another model every few months ("-latest"),
 * and prices in another currency. Without a third number cached tokens are
 * counted in full, which errs on the dear side.
 */
export const priceLists: readonly PriceList[] = [
  {
    host: "api.openai.com",
    source: "openai.com/api/pricing",
    asOf: "2025-12",
    rows: {
      "gpt-5": [1.25, 10, 0.125],
      "gpt-5-codex": [1.25, 10, 0.125],
      "gpt-5-mini": [0.25, 2, 0.025],
      "gpt-5-nano": [0.05, 0.4, 0.005],
      "gpt-5-pro": [15, 120],
      "gpt-5.1": [1.25, 10, 0.125],
      "gpt-5.1-codex": [1.25, 10, 0.125],
      "gpt-5.2": [1.75, 14, 0.175],
      "gpt-4.1": [2, 8, 0.5],
      "gpt-4.1-mini": [0.4, 1.6, 0.1],
      "gpt-4.1-nano": [0.1, 0.4, 0.025],
      "gpt-4o": [2.5, 10, 1.25],
      "gpt-4o-mini": [0.15, 0.6, 0.075],
      "gpt-4-turbo": [10, 30],
      "o1": [15, 60, 7.5],
      "o3": [2, 8, 0.5],
      "o3-pro": [20, 80],
      "o3-mini": [1.1, 4.4, 0.55],
      "o4-mini": [1.1, 4.4, 0.275],
    },
  },
  {
    host: "api.openai.com",
    source: zoo,
    asOf: "2026-09",
    rows: {
      "gpt-5.2-codex": [1.75, 14, 0.175],
      "gpt-5.3-codex": [1.75, 14, 0.175],
      "gpt-5.4-mini": [0.75, 4.5, 0.075],
      "gpt-5.4-nano": [0.2, 1.25, 0.02],
    },
  },
  {
    host: "api.anthropic.com",
    source: "the maker's page of prices",
    asOf: "2025-12",
    rows: {
      "claude-opus-4-5": [5, 25, 0.5],
      "claude-sonnet-4-5": [3, 15, 0.3],
      "claude-haiku-4-5": [1, 5, 0.1],
      "claude-opus-4-1": [15, 75, 1.5],
      "claude-opus-4": [15, 75, 1.5],
      "claude-sonnet-4": [3, 15, 0.3],
      "claude-3-7-sonnet": [3, 15, 0.3],
      "claude-3-5-haiku": [0.8, 4, 0.08],
    },
  },
  {
    host: "api.anthropic.com",
    source: zoo,
    asOf: "2026-09",
    rows: {
      "claude-opus-4-6": [5, 25, 0.5],
      "claude-opus-4-7": [5, 25, 0.5],
      "claude-opus-4-8": [5, 25, 0.5],
      "claude-opus-5": [5, 25, 0.5],
      "claude-sonnet-4-6": [3, 15, 0.3],
      "claude-sonnet-5": [2, 10, 0.2],
    },
  },
  {
    host: "generativelanguage.googleapis.com",
    source: "ai.google.dev/pricing",
    asOf: "2025-10",
    rows: {
      "gemini-2.5-flash": [0.3, 2.5, 0.03],
      "gemini-2.5-flash-lite": [0.1, 0.4, 0.01],
      "gemini-2.0-flash": [0.1, 0.4, 0.025],
    },
  },
  {
    host: "api.deepseek.com",
    source: zoo,
    asOf: "2026-09",
    rows: {
      "deepseek-chat": [0.28, 0.42, 0.028],
      "deepseek-reasoner": [0.28, 0.42, 0.028],
      "deepseek-v4-flash": [0.15, 0.6],
      "deepseek-v4-pro": [0.435, 0.87],
    },
  },
  {
    host: "api.groq.com",
    source: "groq.com/pricing",
    asOf: "2025-11",
    rows: {
      "openai/gpt-oss-120b": [0.15, 0.6, 0.075],
      "openai/gpt-oss-20b": [0.075, 0.3, 0.0375],
      "moonshotai/kimi-k2-instruct-0905": [1, 3, 0.5],
      "qwen/qwen3-32b": [0.29, 0.59],
      "llama-3.3-70b-versatile": [0.59, 0.79],
      "llama-3.1-8b-instant": [0.05, 0.08],
      "meta-llama/llama-4-scout-17b-16e-instruct": [0.11, 0.34],
      "meta-llama/llama-4-maverick-17b-128e-instruct": [0.2, 0.6],
    },
  },
  {
    host: "api.mistral.ai",
    source: "mistral.ai/pricing",
    asOf: "2025-10",
    rows: {
      "mistral-large-2411": [2, 6],
      "mistral-medium-2508": [0.4, 2],
      "mistral-small-2506": [0.1, 0.3],
      "codestral-2508": [0.3, 0.9],
      "devstral-medium-2507": [0.4, 2],
      "devstral-small-2507": [0.1, 0.3],
      "magistral-medium-2509": [2, 5],
      "magistral-small-2509": [0.5, 1.5],
    },
  },
  {
    host: "api.moonshot.ai",
    source: "platform.moonshot.ai/docs/pricing",
    asOf: "2025-11",
    rows: {
      "kimi-k2-0905-preview": [0.6, 2.5, 0.15],
      "kimi-k2-0711-preview": [0.6, 2.5, 0.15],
      "kimi-k2-turbo-preview": [1.15, 8, 0.15],
      "kimi-k2-thinking": [0.6, 2.5, 0.15],
      "kimi-k2-thinking-turbo": [1.15, 8, 0.15],
      "kimi-k2.5": [0.6, 3, 0.1],
    },
  },
  {
    host: "api.z.ai",
    // Its other path is a subscription.
    path: /^\/api\/paas\//,
    source: "docs.z.ai/guides/overview/pricing",
    asOf: "2025-12",
    rows: {
      "glm-5": [1, 3.2, 0.2],
      "glm-4.7": [0.6, 2.2, 0.11],
      "glm-4.6": [0.6, 2.2, 0.11],
      "glm-4.5": [0.6, 2.2, 0.11],
      "glm-4.5-air": [0.2, 1.1, 0.03],
      "glm-4.5v": [0.6, 1.8, 0.11],
      "glm-4.6v": [0.3, 0.9, 0.05],
    },
  },
  {
    host: "api.minimax.io",
    source: "platform.minimax.io/docs/pricing",
    asOf: "2025-12",
    rows: { "minimax-m2": [0.3, 1.2, 0.03], "minimax-m2.1": [0.3, 1.2, 0.03] },
  },
  {
    host: "api.x.ai",
    source: "docs.x.ai/docs/models",
    asOf: "2025-10",
    rows: {
      "grok-code-fast-1": [0.2, 1.5, 0.02],
      "grok-3": [3, 15, 0.75],
      "grok-3-mini": [0.3, 0.5, 0.075],
    },
  },
  {
    host: "api.cerebras.ai",
    source: "cerebras.ai/pricing",
    asOf: "2025-10",
    rows: {
      "gpt-oss-120b": [0.35, 0.75],
      "llama-3.3-70b": [0.85, 1.2],
      "llama3.1-8b": [0.1, 0.1],
      "qwen-3-32b": [0.4, 0.8],
    },
  },
];
