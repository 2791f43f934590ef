import { assertEquals } from "@std/assert";
import { catalogEntry } from "../../lib/provider/catalog.ts";

const models: readonly [id: string, window: number, abilities: string][] = [
  ["gpt-4o-mini", 128_000, "vision"],
  ["gpt-4.1", 1_047_576, "vision"],
  ["gpt-4", 8_192, ""],
  ["o3", 200_000, "vision thinking"],
  ["openai/gpt-5.2", 400_000, "vision thinking"],
  ["gpt-5.4", 1_050_000, "vision thinking"],
  ["gpt-5-chat-latest", 128_000, "vision"],
  ["anthropic/claude-sonnet-4.5", 200_000, "vision thinking"],
  ["claude-opus-4-8", 1_000_000, "vision thinking"],
  ["claude-3-5-haiku-latest", 200_000, "vision"],
  ["google/gemini-2.5-pro", 1_048_576, "vision thinking"],
  ["openai/gpt-oss-120b:free", 131_072, "thinking"],
  ["gpt-oss:20b", 131_072, "thinking"],
  ["qwen2.5:latest", 32_768, ""],
  ["Qwen/Qwen2.5-Coder-32B-Instruct", 32_768, ""],
  ["qwen2.5vl:7b", 131_072, "vision"],
  ["qwen3:8b", 40_960, "thinking"],
  ["qwen3-coder:30b", 262_144, ""],
  ["qwen3.6-plus", 1_000_000, ""],
  ["Qwen/Qwen3.6-27B", 262_144, "vision thinking"],
  ["deepseek-r1:14b", 131_072, "thinking"],
  ["deepseek-ai/DeepSeek-V3.2", 131_072, "thinking"],
  ["deepseek-v4-pro", 1_000_000, "thinking"],
  ["deepseek-reasoner", 1_000_000, "thinking"],
  ["zai-org/GLM-4.6", 200_000, "thinking"],
  ["glm-4.5-air", 131_072, "thinking"],
  ["glm-5.2", 1_000_000, "thinking"],
  ["moonshotai/Kimi-K2-Instruct-0905", 262_144, ""],
  ["kimi-k2.5:cloud", 262_144, "vision thinking"],
  ["MiniMax-M2", 204_800, "thinking"],
  ["llama3.1:8b", 131_072, ""],
  ["hf.co/x/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M", 131_072, ""],
  ["llama3:8b", 8_192, ""],
  ["devstral:24b", 131_072, ""],
  ["mistral-small3.2:24b", 131_072, "vision"],
  ["mistral:7b", 32_768, ""],
  ["gemma3:27b", 131_072, "vision"],
  ["gemma3:1b", 32_768, ""],
  ["phi4:14b", 16_384, ""],
];

for (const [id, window, abilities] of models) {
  Deno.test(`catalogEntry() knows ${id}`, () => {
    const entry = catalogEntry(id);
    const known = [
      entry?.vision ? "vision" : "",
      entry?.thinking ? "thinking" : "",
    ].join(" ").trim();
    assertEquals([entry?.window, known], [window, abilities]);
  });
}

Deno.test("catalogEntry() does not know every model", () => {
  assertEquals(catalogEntry("test-model"), undefined);
});
