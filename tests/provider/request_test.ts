import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/core/message.ts";
import { text } from "../../lib/core/message.ts";
import type { ModelInfo, ModelRequest } from "../../lib/core/model.ts";
import { endpointUrl, serverRoot } from "../../lib/provider/endpoint.ts";
import {
  profileFor,
  type ProfileOptions,
} from "../../lib/provider/profiles.ts";
import {
  type BodyOptions,
  buildBody,
  outputCap,
  promptTokens,
} from "../../lib/provider/request.ts";

const info: ModelInfo = {
  window: 32_768,
  windowSource: "server",
  maxOutput: 4_096,
  vision: true,
  thinking: false,
  tools: "native",
  warnings: [],
};

const request: ModelRequest = {
  purpose: "turn",
  system: "You are a test.",
  messages: [user("Hello")],
  tools: [{
    name: "Read",
    description: "Reads a file.",
    parameters: { type: "object", properties: { path: { type: "string" } } },
    readOnly: true,
  }],
};

function user(value: string): Message {
  return { role: "user", content: [text(value)] };
}

interface Setup extends ProfileOptions {
  readonly url?: string;
  readonly model?: string;
  readonly info?: Partial<ModelInfo>;
  readonly learned?: Partial<BodyOptions["learned"]>;
}

function setup(given: Setup = {}): BodyOptions {
  const { url = "https://llm.example.com/v1", model = "test-model" } = given;
  return {
    profile: profileFor(url, model, given),
    model,
    info: { ...info, ...given.info },
    learned: { dropped: new Set(), ...given.learned },
  };
}

// deno-lint-ignore no-explicit-any
type Body = Record<string, any>;

function body(given: Setup = {}, changes: Partial<ModelRequest> = {}): Body {
  return buildBody({ ...request, ...changes }, setup(given));
}

const ollama: Setup = { url: "http://localhost:11434/v1", probed: "ollama" };
const reasoning: Setup = { url: "https://api.openai.com/v1", model: "gpt-5.2" };

Deno.test("REQ-01 the generic body has the universal fields and no other", () => {
  assertEquals(body(), {
    model: "test-model",
    tools: [{
      type: "function",
      function: {
        name: "Read",
        description: "Reads a file.",
        parameters: {
          type: "object",
          properties: { path: { type: "string" } },
        },
      },
    }],
    messages: [
      { role: "system", content: "You are a test." },
      { role: "user", content: "Hello" },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 4_096,
  });
  const { temperature } = body({}, { temperature: 0.4 });
  assertEquals(temperature, 0.4);
});

Deno.test("REQ-03 OpenAI reasoning models get max_completion_tokens and no temperature", () => {
  const sent = body(reasoning, { temperature: 0.4 });
  assertEquals(sent.max_completion_tokens, 4_096);
  assertEquals("max_tokens" in sent || "temperature" in sent, false);
  assertEquals(sent.messages[0].role, "developer");
});

Deno.test("REQ-04 a renamed cap is used at once when it was learned", () => {
  const sent = body({ learned: { maxTokensField: "max_completion_tokens" } });
  assertEquals(sent.max_completion_tokens, 4_096);
  assertEquals("max_tokens" in sent, false);
});

Deno.test("REQ-05 REQ-09 fields that were refused are left out, never the tools", () => {
  const dropped = new Set(["stream_options", "tool_stream", "tools"]);
  const glm = { url: "https://api.z.ai/api/paas/v4", learned: { dropped } };
  const sent = body(glm);
  assertEquals("stream_options" in sent || "tool_stream" in sent, false);
  assertEquals(sent.tools.length, 1);
  assertEquals(body({ url: glm.url }).tool_stream, true);
});

Deno.test("REQ-11 Ollama always gets temperature and top_p", () => {
  for (const model of ["llama3.1:8b", "anything", "qwen3-coder:30b"]) {
    const sent = body({ ...ollama, model });
    assertEquals(typeof sent.temperature, "number", model);
    assertEquals(typeof sent.top_p, "number", model);
    assertEquals("top_k" in sent, false, model);
  }
});

Deno.test("vLLM applies the model's sampling itself: only what was asked for is sent", () => {
  const vllm: Setup = { url: "http://localhost:8000/v1", probed: "vllm" };
  const given = { ...vllm, model: "Qwen/Qwen3-Coder-30B" };
  assertEquals("temperature" in body(given), false);
  assertEquals(body(given, { temperature: 0.9 }).temperature, 0.9);
  const override = { sampling: { values: { top_p: 0.5 } } };
  assertEquals(body({ ...given, override }).top_p, 0.5);
});

Deno.test("REQ-12 an effort is sent to models that think only", () => {
  const override = { reasoning: { effort: "low" } };
  const sent = (thinking: boolean) =>
    body({ ...ollama, override, info: { thinking } });
  assertEquals("reasoning_effort" in sent(false), false);
  assertEquals(sent(true).reasoning_effort, "low");
  assertEquals("reasoning_effort" in body({ ...ollama }), false);
});

Deno.test("an effort takes the shape that the server knows", () => {
  const at = (url: string, effort: string) =>
    body({
      url,
      override: { reasoning: { effort } },
      info: { thinking: true },
    });
  assertEquals(at("https://api.deepseek.com", "none").thinking, {
    type: "disabled",
  });
  assertEquals(at("https://openrouter.ai/api/v1", "low").reasoning, {
    effort: "low",
  });
  const qwen = "https://dashscope.aliyuncs.com/compatible-mode/v1";
  assertEquals(at(qwen, "high").enable_thinking, true);
});

Deno.test("REQ-13 parallel_tool_calls is sent to llama.cpp alone, and with tools only", () => {
  const llama: Setup = { url: "http://localhost:8080/v1", probed: "llamacpp" };
  assertEquals(body(llama).parallel_tool_calls, true);
  assertEquals("parallel_tool_calls" in body(llama, { tools: [] }), false);
  for (const given of [{}, ollama, reasoning]) {
    assertEquals("parallel_tool_calls" in body(given), false);
  }
});

Deno.test("REQ-15 system and tools are the same bytes, messages a prefix of the next request's", () => {
  const messages: Message[] = [user("env"), user("go")];
  let last = body({}, { messages });
  for (let turn = 0; turn < 20; turn++) {
    const calls = [{ id: "call_0", name: "Read", input: { path: `f${turn}` } }];
    messages.push({ role: "assistant", text: "", calls }, {
      role: "tool",
      callId: "call_0",
      tool: "Read",
      content: [text(`content ${turn}`)],
      isError: false,
    });
    const next = body({}, { messages });
    assertEquals(JSON.stringify(next.tools), JSON.stringify(last.tools));
    const before = JSON.stringify(last.messages).slice(0, -1);
    assert(JSON.stringify(next.messages).startsWith(`${before},`));
    assertEquals(Object.keys(next), Object.keys(last));
    last = next;
  }
});

Deno.test("REQ-16 the whole body is valid UTF-8 JSON whatever the texts hold", () => {
  const tools = request.tools.map((tool) => ({
    ...tool,
    description: "bad \ud800",
  }));
  const sent = body({}, {
    system: "\udc00 system",
    messages: [user("\ud83d")],
    tools,
  });
  const bytes = new TextEncoder().encode(JSON.stringify(sent));
  const back = JSON.parse(
    new TextDecoder("utf-8", { fatal: true }).decode(bytes),
  );
  assertEquals(back, sent);
  assertEquals(JSON.stringify(sent).includes("\\ud"), false);
});

Deno.test("REQ-17 no image is sent to a model that was learned to be text-only", () => {
  const messages: Message[] = [{
    role: "user",
    content: [text("see"), {
      type: "image",
      mediaType: "image/png",
      data: "AA",
    }],
  }];
  const sent = JSON.stringify(
    body({ learned: { textOnly: true } }, { messages }),
  );
  assertEquals(sent.includes("image_url"), false);
  assert(JSON.stringify(body({}, { messages })).includes("image_url"));
  const deepseek = { url: "https://api.deepseek.com" };
  const blind = JSON.stringify(body(deepseek, { messages }));
  assertEquals(blind.includes("image_url"), false);
});

Deno.test("REQ-19 a base URL with and without a slash at its end gives one URL", () => {
  const wanted = "http://h:1/v1/chat/completions";
  assertEquals(endpointUrl("http://h:1/v1", "chat/completions"), wanted);
  assertEquals(endpointUrl("http://h:1/v1/", "/chat/completions"), wanted);
  assertEquals(
    endpointUrl("https://r.openai.azure.com/d/x?api-version=1", "models"),
    "https://r.openai.azure.com/d/x/models?api-version=1",
  );
  assertEquals(serverRoot("http://h:1/v1/"), "http://h:1");
  assertEquals(serverRoot("http://h:1"), "http://h:1");
  assertEquals(serverRoot("http://h:1/proxy/v1"), "http://h:1/proxy");
});

Deno.test("buildBody() obeys what a server taught about roles, replay and content", () => {
  const messages: Message[] = [
    user("go"),
    {
      role: "assistant",
      text: "",
      calls: [{ id: "a", name: "Read", input: {} }],
      thinking: { text: "hm", field: "reasoning_content" },
    },
  ];
  const learned = {
    systemRole: "system" as const,
    replay: "never" as const,
    contentNull: true,
  };
  const sent = body({ ...reasoning, learned }, { messages }).messages;
  assertEquals(sent[0].role, "system");
  assertEquals(sent[2].content, null);
  const replayed = body({ learned: { replay: "always-or-empty" } }, {
    messages,
  });
  assertEquals(replayed.messages[2].reasoning_content, "hm");
});

Deno.test("buildBody() offers no tools natively to a model without them", () => {
  assertEquals("tools" in body({ info: { tools: "text" } }), false);
  assertEquals("tools" in body({}, { tools: [] }), false);
});

Deno.test("CTX-08 prompt and cap together never exceed the window", () => {
  for (const words of [10, 1_000, 5_000, 20_000, 26_000]) {
    const long = { ...request, messages: [user("word ".repeat(words))] };
    const cap = outputCap(long, info);
    assert(cap + promptTokens(long) <= info.window, `${words}: ${cap}`);
    assert(cap >= 256, `${words}: ${cap}`);
  }
});

Deno.test("outputCap() gives what was asked for, at most what the model can", () => {
  assertEquals(outputCap({ ...request, maxOutputTokens: 100 }, info), 100);
  assertEquals(outputCap({ ...request, maxOutputTokens: 9_999 }, info), 4_096);
  assertEquals(outputCap(request, info), 4_096);
});
