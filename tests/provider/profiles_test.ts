import { assert, assertEquals, assertThrows } from "@std/assert";
import { isPrivateHost } from "../../lib/provider/endpoint.ts";
import { modelRows } from "../../lib/provider/model_rows.ts";
import type { ProfileOptions } from "../../lib/provider/profiles.ts";
import { genericProfile, profileFor } from "../../lib/provider/profiles.ts";
import { parseProfileOverride } from "../../lib/provider/profile_override.ts";
import { serverRows } from "../../lib/provider/server_rows.ts";

const local = "http://127.0.0.1:9999/v1";

Deno.test("profileFor() gives an unknown hosted server the generic profile", () => {
  assertEquals(profileFor("https://llm.example.com/v1", "m"), genericProfile);
});

const hosts: readonly [url: string, model: string, id: string][] = [
  ["https://api.deepseek.com", "deepseek-v4-pro", "deepseek"],
  ["https://api.together.xyz/v1", "some-model", "together"],
  ["https://api.together.ai/v1", "some-model", "together"],
  ["https://api.groq.com/openai/v1", "openai/gpt-oss-120b", "groq+gpt-oss"],
  ["https://api.mistral.ai/v1", "mistral-large-latest", "mistral"],
  ["https://openrouter.ai/api/v1", "anthropic/claude-sonnet-5", "openrouter"],
  ["https://api.openai.com/v1", "gpt-4o", "openai"],
  ["https://api.openai.com/v1", "gpt-5.2", "openai+openai-reasoning"],
  ["https://api.openai.com/v1", "gpt-5-chat-latest", "openai"],
  [
    "https://res.openai.azure.com/openai/v1/",
    "o3",
    "azure+openai-reasoning",
  ],
  ["https://api.fireworks.ai/inference/v1", "accounts/x", "fireworks"],
  ["https://api.cerebras.ai/v1", "m", "cerebras"],
  [
    "https://api.moonshot.cn/v1",
    "kimi-k2-thinking",
    "moonshot+kimi-thinking",
  ],
  ["https://api.z.ai/api/paas/v4", "glm-4.6", "zai+glm"],
  ["https://api.z.ai/api/coding/paas/v4", "glm-4.6", "zai-coding+glm"],
  ["https://open.bigmodel.cn/api/paas/v4", "glm-5", "zai+glm"],
  [
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "qwen-plus",
    "dashscope",
  ],
  ["https://api.minimaxi.com/v1", "MiniMax-M2", "minimax+minimax-m"],
  ["https://api.x.ai/v1", "grok-4", "xai"],
  ["https://ollama.com/v1", "gpt-oss:120b", "ollama+gpt-oss"],
  ["https://notopenrouter.ai/v1", "m", "generic"],
  ["https://api.openai.com.evil.example/v1", "gpt-5", "generic"],
];

for (const [url, model, id] of hosts) {
  Deno.test(`profileFor() takes ${id} for ${model} at ${url}`, () => {
    assertEquals(profileFor(url, model).id, id);
  });
}

for (
  const probed of ["ollama", "llamacpp", "lmstudio", "vllm", "sglang", "tgi"]
) {
  Deno.test(`profileFor() takes the row that the probe for ${probed} names`, () => {
    const options = { probed } as ProfileOptions;
    assertEquals(profileFor(local, "m", options).id, probed);
  });
}

Deno.test("profileFor() trusts a host before a probe", () => {
  const profile = profileFor("https://api.groq.com/openai/v1", "m", {
    probed: "ollama",
  });
  assertEquals(profile.id, "groq");
});

Deno.test("profileFor() gives local servers long timers and one slot", () => {
  const profile = profileFor(local, "m");
  assertEquals(profile.serialOnly, true);
  assertEquals(profile.timeouts.firstByteMs, 30 * 60_000);
  assertEquals(profile.timeouts.progressMs, null);
  assertEquals(profileFor(local, "m", { probed: "vllm" }).serialOnly, false);
});

Deno.test("profileFor() lays server, model, discovery and user over one another", () => {
  const at = (options: ProfileOptions) =>
    profileFor(local, "qwen3-coder:30b", { probed: "ollama", ...options })
      .sampling.values;
  assertEquals(at({}), { temperature: 0.7, top_p: 0.8, top_k: 20 });
  const discovered = { sampling: { values: { temperature: 0.5, top_k: 7 } } };
  assertEquals(at({ discovered }), { temperature: 0.5, top_p: 0.8, top_k: 7 });
  const override = { sampling: { values: { temperature: 0.1 } } };
  assertEquals(at({ discovered, override }), {
    temperature: 0.1,
    top_p: 0.8,
    top_k: 7,
  });
});

Deno.test("profileFor() lets the user override every field", () => {
  const override = parseProfileOverride({
    id: "mine",
    title: "Mine",
    window: "table",
    nativeTransport: "ollama",
    maxTokensField: "max_completion_tokens",
    usageInStream: false,
    systemRole: "developer",
    sampling: { send: ["top_k"], values: { top_k: 3 } },
    contentWithCalls: null,
    toolIds: { alphabet: "alphanumeric", maxLength: 9, exact: true },
    toolResultName: true,
    bridgeAfterTool: true,
    mergeUsers: false,
    toolChoice: "full",
    parallelFlag: "send-true",
    strict: "true",
    answerFormat: "json_schema",
    reasoning: {
      readFields: ["thoughts"],
      inlineTags: false,
      replay: "always",
      replayField: "thoughts",
      details: true,
      control: "thinking.type",
      effort: "low",
    },
    extraBody: { top_a: 1 },
    images: "none",
    imageTypes: ["image/png"],
    textTools: "mode:hermes",
    timeouts: { connectMs: 1, firstByteMs: 2, idleMs: 3, progressMs: null },
    serialOnly: false,
  });
  const { nativeTransport: _, ...rest } = profileFor(local, "m", { override });
  const { nativeTransport: __, ...wanted } = override;
  assertEquals<unknown>(rest, wanted);
  const missing = Object.keys(genericProfile).filter((key) =>
    !(key in override)
  );
  assertEquals(missing, []);
});

Deno.test("parseProfileOverride() refuses a misspelt field", () => {
  assertThrows(() => parseProfileOverride({ maxTokenField: "max_tokens" }));
  assertThrows(() => parseProfileOverride({ reasoning: { reply: "never" } }));
});

Deno.test("each row of the tables says why, from where and when", () => {
  for (const row of [...serverRows, ...modelRows]) {
    assert(row.why.length > 10, `${row.id}: why`);
    assert(row.source.startsWith("spec/"), `${row.id}: source`);
    assert(/^20\d\d-(0[1-9]|1[0-2])$/.test(row.date), `${row.id}: date`);
    parseProfileOverride(row.set);
  }
  const ids = [...serverRows, ...modelRows].map((row) => row.id);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("isPrivateHost() tells own machines and networks from the world", () => {
  const own = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.1",
    "192.168.0.7",
    "100.64.0.1",
    "[fd00::1]",
    "[fe80::1]",
    "gpu-box",
    "gpu.local",
    "host.docker.internal",
  ];
  const world = [
    "172.32.0.1",
    "11.0.0.1",
    "100.128.0.1",
    "api.openai.com",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "[2001:db8::1]",
  ];
  for (const host of own) assert(isPrivateHost(`http://${host}/v1`), host);
  for (const host of world) assert(!isPrivateHost(`http://${host}/v1`), host);
});
