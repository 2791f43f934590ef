import type { ProfileOverride, ServerKind } from "./profile.ts";

/** Where a row's facts are from. */
export interface Evidence {
  /** The quirk in a sentence: what goes wrong without the row. */
  readonly why: string;
  /** Where that is known from. */
  readonly source: string;
  /** When it was last looked at, year and month. */
  readonly date: string;
}

/** One kind of server. */
export interface ServerRow extends Evidence {
  readonly id: string;
  readonly host?: RegExp;
  readonly path?: RegExp;
  readonly probe?: ServerKind;
  /** The server applies the model's recommended sampling by itself. */
  readonly ownSampling?: true;
  readonly set: ProfileOverride;
}

/** Servers; the first whose host, else whose probe, fits is taken. */
export const serverRows: readonly ServerRow[] = [
  {
    id: "ollama",
    host: /(^|\.)ollama\.com$/,
    probe: "ollama",
    why: "/v1 forces temperature and top_p to 1.0 when absent, takes text " +
      "only as strings, reads reasoning back from `reasoning` alone and " +
      "cannot set the window",
    source: "spec/providers.md 1.3.1; ollama openai/openai.go",
    date: "2026-08",
    set: {
      title: "Ollama",
      window: "show+ps",
      nativeTransport: "ollama",
      sampling: {
        send: ["temperature", "top_p"],
        values: { temperature: 0.7, top_p: 0.8 },
      },
      reasoning: { replayField: "reasoning", control: "reasoning_effort" },
      images: "base64",
      imageTypes: ["image/png", "image/jpeg", "image/webp"],
    },
  },
  {
    id: "llamacpp",
    probe: "llamacpp",
    why: "calls are made one at a time unless parallel_tool_calls is true, " +
      "and the window of a slot is only in /props",
    source: "spec/providers.md 1.3; llama.cpp function-calling.md",
    date: "2026-08",
    set: {
      title: "llama.cpp",
      answerFormat: "json_schema",
      window: "props",
      parallelFlag: "send-true",
      toolChoice: "full",
      sampling: { send: ["temperature", "top_p", "top_k", "min_p"] },
      reasoning: { control: "chat_template_kwargs" },
    },
  },
  {
    id: "lmstudio",
    probe: "lmstudio",
    why: "the loaded length is only in its own API, not in /v1/models",
    source: "spec/providers.md 1.3; lmstudio.ai rest-api",
    date: "2026-08",
    set: {
      title: "LM Studio",
      answerFormat: "json_schema",
      window: "lmstudio",
      toolChoice: "auto-none",
      images: "base64",
    },
  },
  {
    id: "vllm",
    probe: "vllm",
    why: "applies the model's generation_config unless told otherwise, and " +
      "refuses a prompt and cap that exceed max_model_len together",
    source: "spec/providers.md 1.3; docs.vllm.ai tool_calling",
    date: "2026-08",
    ownSampling: true,
    set: {
      title: "vLLM",
      answerFormat: "json_schema",
      toolChoice: "full",
      sampling: { send: ["temperature", "top_p", "top_k", "min_p"] },
      reasoning: { control: "chat_template_kwargs" },
      serialOnly: false,
    },
  },
  {
    id: "sglang",
    probe: "sglang",
    why: "refuses a prompt and cap that exceed the window together",
    source: "spec/providers.md 1.3",
    date: "2026-08",
    set: { title: "SGLang", serialOnly: false },
  },
  {
    id: "tgi",
    probe: "tgi",
    why: "the window is only in /info, reasoning only in the content",
    source: "spec/providers.md 1.3; TGI router/src/lib.rs",
    date: "2026-01",
    set: {
      title: "TGI",
      answerFormat: "json_schema",
      window: "info",
      reasoning: { replay: "never" },
      serialOnly: false,
    },
  },
  {
    id: "deepseek",
    host: /(^|\.)deepseek\.com$/,
    why: "in thinking mode a turn without reasoning_content is refused: " +
      '"must be passed back"; no images',
    source: "spec/providers.md 1.3, 1.4; api-docs.deepseek.com thinking_mode",
    date: "2026-08",
    set: {
      title: "DeepSeek",
      window: "table",
      reasoning: {
        replay: "always-or-empty",
        replayField: "reasoning_content",
        inlineTags: false,
        control: "thinking.type",
      },
      images: "none",
    },
  },
  {
    id: "together",
    host: /(^|\.)together\.(xyz|ai)$/,
    why: "models answer with either reasoning field",
    source: "spec/providers.md 1.3; docs.together.ai",
    date: "2026-08",
    set: { title: "Together", reasoning: { control: "reasoning_effort" } },
  },
  {
    id: "groq",
    host: /(^|\.)groq\.com$/,
    why: "the window is called context_window; gpt-oss takes low to high only",
    source: "spec/providers.md 1.3; vercel/ai groq",
    date: "2026-08",
    set: { title: "Groq", reasoning: { control: "reasoning_effort" } },
  },
  {
    id: "mistral",
    host: /(^|\.)mistral\.ai$/,
    why: "ids of other than 9 letters and digits, a user after a result and " +
      "unknown fields are refused",
    source: "spec/providers.md 1.1, 1.3; crush#279",
    date: "2026-08",
    set: {
      title: "Mistral",
      toolIds: { alphabet: "alphanumeric", maxLength: 9, exact: true },
      bridgeAfterTool: true,
      usageInStream: false,
      reasoning: { replay: "never" },
    },
  },
  {
    id: "openrouter",
    host: /(^|\.)openrouter\.ai$/,
    why: "signatures of Gemini and Claude come in reasoning_details and must " +
      "go back unmodified; the top provider's window may be the smaller",
    source: "spec/providers.md 1.3; openrouter.ai/docs",
    date: "2026-08",
    set: {
      title: "OpenRouter",
      reasoning: {
        details: true,
        readFields: ["reasoning", "reasoning_content"],
        replayField: "reasoning",
        control: "reasoning.effort",
      },
    },
  },
  {
    id: "openai",
    host: /(^|\.)api\.openai\.com$/,
    why: "gives no reasoning text, refuses unknown fields of messages, and " +
      "does not say how large a window is",
    source: "spec/providers.md 1.3",
    date: "2026-08",
    set: {
      title: "OpenAI",
      answerFormat: "json_schema",
      window: "table",
      toolChoice: "full",
      reasoning: {
        replay: "never",
        inlineTags: false,
        control: "reasoning_effort",
      },
      textTools: "off",
    },
  },
  {
    id: "azure",
    host: /\.azure\.com$/,
    why: "as OpenAI; the model is the name of a deployment",
    source: "spec/providers.md 1.3; learn.microsoft.com",
    date: "2026-08",
    set: {
      title: "Azure OpenAI",
      answerFormat: "json_schema",
      window: "table",
      toolChoice: "full",
      reasoning: {
        replay: "never",
        inlineTags: false,
        control: "reasoning_effort",
      },
      textTools: "off",
    },
  },
  {
    id: "fireworks",
    host: /(^|\.)fireworks\.ai$/,
    why: "the default cap on replies is small, the window is in /models",
    source: "spec/providers.md 1.3",
    date: "2026-08",
    set: { title: "Fireworks", reasoning: { control: "reasoning_effort" } },
  },
  {
    id: "cerebras",
    host: /(^|\.)cerebras\.ai$/,
    why: "takes max_completion_tokens, refuses what it does not know",
    source: "spec/providers.md 1.1, 1.3",
    date: "2026-08",
    set: {
      title: "Cerebras",
      window: "table",
      maxTokensField: "max_completion_tokens",
      toolChoice: "auto-none",
      reasoning: { replayField: "reasoning", control: "reasoning_effort" },
      images: "none",
    },
  },
  {
    id: "moonshot",
    host: /(^|\.)(moonshot\.(ai|cn)|kimi\.com)$/,
    why: "the platform fixes the sampling; thinking models want their " +
      "reasoning again; K2 takes max_completion_tokens",
    source: "spec/providers.md 1.1, 1.3",
    date: "2026-08",
    set: {
      title: "Moonshot",
      maxTokensField: "max_completion_tokens",
      sampling: { send: [] },
      toolChoice: "auto-none",
      reasoning: { replay: "always", replayField: "reasoning_content" },
    },
  },
  {
    id: "zai-coding",
    host: /(^|\.)(z\.ai|bigmodel\.cn)$/,
    path: /\/coding\//,
    why: "as Z.ai, with thinking preserved over the whole conversation",
    source: "spec/providers.md 1.3; docs.z.ai thinking-mode",
    date: "2026-08",
    set: {
      title: "Z.ai",
      window: "table",
      toolChoice: "auto-none",
      extraBody: { tool_stream: true },
      reasoning: {
        replay: "always",
        replayField: "reasoning_content",
        control: "thinking.type",
      },
    },
  },
  {
    id: "zai",
    host: /(^|\.)(z\.ai|bigmodel\.cn)$/,
    why: "without tool_stream arguments arrive in one piece after minutes; " +
      "reasoning belongs with the results; only max_tokens",
    source: "spec/providers.md 1.3; docs.z.ai thinking-mode",
    date: "2026-08",
    set: {
      title: "Z.ai",
      window: "table",
      toolChoice: "auto-none",
      extraBody: { tool_stream: true },
      reasoning: {
        replay: "loop",
        replayField: "reasoning_content",
        control: "thinking.type",
      },
    },
  },
  {
    id: "dashscope",
    host: /(^|\.)dashscope[a-z-]*\.aliyuncs\.com$/,
    why: "thinking is switched by enable_thinking, and works streamed only",
    source: "spec/providers.md 1.3; claude-code-router#948",
    date: "2026-08",
    set: {
      title: "DashScope",
      window: "table",
      reasoning: { control: "enable_thinking" },
    },
  },
  {
    id: "minimax",
    host: /(^|\.)minimaxi?\.(io|com)$/,
    why: "max_tokens is deprecated; thinking stands in the content and must " +
      "stay there",
    source: "spec/providers.md 1.1, 1.3; platform.minimax.io text-openai-api",
    date: "2026-08",
    set: {
      title: "MiniMax",
      window: "table",
      maxTokensField: "max_completion_tokens",
      reasoning: { replay: "inline" },
    },
  },
  {
    id: "xai",
    host: /(^|\.)x\.ai$/,
    why: "does not know the developer role, refuses penalties and stop",
    source: "spec/providers.md 1.1",
    date: "2026-08",
    set: { title: "xAI", window: "table", reasoning: { replay: "never" } },
  },
];
