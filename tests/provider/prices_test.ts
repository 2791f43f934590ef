import { assert, assertEquals } from "@std/assert";
import { priceOf, tablePrice } from "../../lib/provider/prices.ts";
import { priceLists } from "../../lib/provider/price_rows.ts";
import { readPricing } from "../../lib/provider/pricing.ts";

const openai = "https://api.openai.com/v1";

Deno.test("tablePrice() knows a model at its maker's server, with a date at its end or without", () => {
  const mini = { input: 0.25, output: 2, cached: 0.025 };
  assertEquals(tablePrice(openai, "gpt-5-mini"), mini);
  assertEquals(tablePrice(openai, "GPT-5-mini-2025-08-07"), mini);
  assertEquals(
    tablePrice("https://api.anthropic.com/v1/", "claude-sonnet-4-5-20250929")
      ?.output,
    15,
  );
});

Deno.test("tablePrice() gives no price for another host, another ending, or a server at home", () => {
  const unknown: [string, string][] = [
    ["https://gateway.example.com/v1", "gpt-5-mini"],
    ["https://api.openai.com.example.com/v1", "gpt-5-mini"],
    ["http://localhost:11434/v1", "gpt-5-mini"],
    [openai, "gpt-5-mini-fast"],
    [openai, "toString"],
    ["https://api.z.ai/api/coding/paas/v4", "glm-4.6"],
    ["no url", "gpt-5-mini"],
  ];
  for (const [url, model] of unknown) {
    assertEquals(tablePrice(url, model), undefined, `${url} ${model}`);
  }
  assert(tablePrice("https://api.z.ai/api/paas/v4", "glm-4.6"));
});

Deno.test("priceOf() takes the server's word before the table's", () => {
  const listed = { input: 1, output: 2 };
  assertEquals(priceOf(openai, "gpt-5-mini", listed), {
    prices: listed,
    priceSource: "server",
  });
  assertEquals(
    priceOf(openai, "gpt-5-mini", undefined).priceSource,
    "table",
  );
  assertEquals(priceOf(openai, "unheard-of", undefined), {});
});

Deno.test("priceLists have a month, a source, and a cached price that is not above the plain one", () => {
  let models = 0;
  for (const { asOf, source, rows } of priceLists) {
    assert(/^20\d\d-\d\d$/.test(asOf) && source !== "");
    for (const [id, [input, output, cached = input]] of Object.entries(rows)) {
      models++;
      assertEquals(id, id.toLowerCase());
      assert(input > 0 && output >= input && cached <= input, id);
    }
  }
  assert(models > 50);
});

Deno.test("readPricing() reads dollars a token as texts, and Together's for a million", () => {
  const routed = {
    prompt: "0.0000003",
    completion: "0.0000012",
    input_cache_read: "0.00000003",
    request: "0",
  };
  assertEquals(readPricing(routed), { input: 0.3, output: 1.2, cached: 0.03 });
  assertEquals(readPricing({ prompt: "0", completion: "0" }), {
    input: 0,
    output: 0,
  });
  const together = { hourly: 0, input: 0.88, output: 0.9, base: 0 };
  assertEquals(readPricing(together), { input: 0.88, output: 0.9 });
  const unknown = [
    undefined,
    null,
    "free",
    {},
    { prompt: "-1", completion: "-1" },
    { prompt: "", completion: "0" },
    { prompt: "0.1" },
    { prompt: "a lot", completion: "0" },
    { input: 3, output: 15 },
  ];
  for (const pricing of unknown) assertEquals(readPricing(pricing), undefined);
});
