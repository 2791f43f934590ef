import { assertEquals } from "@std/assert";
import { text } from "../../lib/core/message.ts";
import type { ModelInfo, ModelRequest } from "../../lib/core/model.ts";
import {
  chooseTransport,
  ollamaChunk,
  ollamaRequest,
} from "../../lib/provider/ollama.ts";
import type { ProfileOverride } from "../../lib/provider/profiles.ts";
import { profileFor } from "../../lib/provider/profiles.ts";

const baseUrl = "http://localhost:11434/v1";

const request: ModelRequest = {
  purpose: "turn",
  system: "You are a test.",
  messages: [
    {
      role: "user",
      content: [text("see"), {
        type: "image",
        mediaType: "image/png",
        data: "AAAA",
      }],
    },
    {
      role: "assistant",
      text: "",
      calls: [{ id: "call_1", name: "Read", input: { path: "a", n: 1 } }],
      thinking: { text: "hm", field: "reasoning" },
    },
    {
      role: "tool",
      callId: "call_1",
      tool: "Read",
      content: [text("content")],
      isError: false,
    },
  ],
  tools: [{
    name: "Read",
    description: "Reads a file.",
    parameters: { type: "object", properties: {} },
    readOnly: true,
  }],
};

// deno-lint-ignore no-explicit-any
type Body = Record<string, any>;

function native(
  model: string,
  options: {
    readonly override?: ProfileOverride;
    readonly thinking?: boolean;
    readonly dropped?: string;
    readonly answerSchema?: ModelRequest["answerSchema"];
  } = {},
): { url: string; body: Body } {
  const info: ModelInfo = {
    window: 32_768,
    windowSource: "flag",
    maxOutput: 4_096,
    vision: true,
    thinking: options.thinking ?? false,
    tools: "native",
    warnings: [],
  };
  const { override, dropped } = options;
  const profile = profileFor(baseUrl, model, {
    probed: "ollama",
    ...(override ? { override } : {}),
  });
  const { answerSchema } = options;
  return ollamaRequest({ ...request, ...answerSchema && { answerSchema } }, {
    baseUrl,
    model,
    info,
    profile,
    learned: { dropped: new Set(dropped ? [dropped] : []) },
  });
}

Deno.test("ollamaRequest() asks for the window, and to be refused rather than cut", () => {
  const { url, body } = native("qwen3-coder:30b");
  assertEquals(url, "http://localhost:11434/api/chat");
  assertEquals(body.options, {
    num_ctx: 32_768,
    num_predict: 4_096,
    temperature: 0.7,
    top_p: 0.8,
    top_k: 20,
  });
  assertEquals([body.truncate, body.shift], [false, false]);
  assertEquals(body.keep_alive, "30m");
  assertEquals("think" in body, false);
});

Deno.test("ollamaRequest() writes objects for arguments, images beside the text, results with the tool's name", () => {
  const { body } = native("qwen3");
  assertEquals(body.messages, [
    { role: "system", content: "You are a test." },
    { role: "user", content: "see", images: ["AAAA"] },
    {
      role: "assistant",
      content: "",
      thinking: "hm",
      tool_calls: [{
        id: "call_1",
        function: { name: "Read", arguments: { path: "a", n: 1 } },
      }],
    },
    {
      role: "tool",
      content: "content",
      tool_call_id: "call_1",
      tool_name: "Read",
    },
  ]);
});

Deno.test("ollamaRequest() holds a reply to a schema where one is asked for", () => {
  const answerSchema = { type: "object" };
  const { format } = native("qwen3:8b", { answerSchema }).body;
  assertEquals(format, answerSchema);
  assertEquals("format" in native("qwen3:8b").body, false);
});

Deno.test("ollamaRequest() steers thinking of models that think", () => {
  const override = { reasoning: { effort: "low" } };
  assertEquals(native("qwen3", { override, thinking: true }).body.think, true);
  const oss = native("gpt-oss:20b", { override, thinking: true });
  assertEquals(oss.body.think, "low");
  assertEquals("think" in native("llama3.1", { override }).body, false);
  const off = { reasoning: { effort: "none" } };
  const quiet = native("qwen3", { override: off, thinking: true });
  assertEquals(quiet.body.think, false);
});

Deno.test("ollamaRequest() leaves out what the server refused", () => {
  assertEquals("shift" in native("qwen3", { dropped: "shift" }).body, false);
  assertEquals("tools" in native("qwen3", { dropped: "tools" }).body, true);
});

const choices: readonly [
  label: string,
  native: boolean,
  loaded: number,
  wanted: number | undefined,
  choice: "auto" | "native" | "openai",
  expected: "native" | "openai",
][] = [
  ["more wanted than loaded", true, 4_096, 32_768, "auto", "native"],
  ["as much wanted as loaded", true, 32_768, 32_768, "auto", "openai"],
  ["less wanted", true, 32_768, 8_192, "auto", "openai"],
  ["nothing wanted", true, 4_096, undefined, "auto", "openai"],
  ["the user chose /v1", true, 4_096, 32_768, "openai", "openai"],
  ["the user chose native", true, 4_096, undefined, "native", "native"],
  ["no Ollama", false, 4_096, 32_768, "native", "openai"],
];

for (const [label, native, loaded, wanted, choice, expected] of choices) {
  Deno.test(`chooseTransport() takes ${expected}: ${label}`, () => {
    assertEquals(chooseTransport({ native, loaded, wanted }, choice), expected);
  });
}

Deno.test("ollamaChunk() turns lines into chunks of chat completions", () => {
  const line = (rest: object) => ({ model: "m", created_at: "x", ...rest });
  const chunk = (delta: object, finish: string | null = null) => ({
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const message = (rest: object) => ({
    role: "assistant",
    content: "",
    ...rest,
  });
  assertEquals<unknown>(
    ollamaChunk(line({ message: message({ content: "Hi" }), done: false })),
    chunk({ content: "Hi" }),
  );
  assertEquals<unknown>(
    ollamaChunk(line({ message: message({ thinking: "hm" }), done: false })),
    chunk({ reasoning: "hm" }),
  );
  const call = { function: { index: 1, name: "Read", arguments: { a: 1 } } };
  assertEquals<unknown>(
    ollamaChunk(line({ message: message({ tool_calls: [call] }) })),
    chunk({
      tool_calls: [{
        index: 1,
        type: "function",
        function: { name: "Read", arguments: { a: 1 } },
      }],
    }),
  );
  const counts = { prompt_eval_count: 10, eval_count: 3 };
  assertEquals<unknown>(
    ollamaChunk(
      line({
        message: message({}),
        done: true,
        done_reason: "length",
        ...counts,
      }),
    ),
    {
      ...chunk({}, "length"),
      usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
    },
  );
});

Deno.test("ollamaChunk() leaves usage out when the prompt was not counted", () => {
  assertEquals<unknown>(ollamaChunk({ done: true, eval_count: 3 }), {
    model: undefined,
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
  });
});

Deno.test("ollamaChunk() turns errors, and what is no object, into error objects", () => {
  assertEquals<unknown>(ollamaChunk({ error: "prompt too long" }), {
    error: { message: "prompt too long" },
  });
  for (const odd of [null, "x", 3, [], undefined]) {
    assertEquals(Object.keys(ollamaChunk(odd) as object), ["error"]);
  }
});
