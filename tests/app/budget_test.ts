import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { moneyOptions, openSpending } from "../../lib/app/budget.ts";
import { UserError } from "../../lib/core/error.ts";
import type { ModelInfo } from "../../lib/core/model.ts";
import { modelServer } from "../support/model_server.ts";

const info: ModelInfo = {
  window: 32_000,
  windowSource: "default",
  maxOutput: 4_000,
  vision: false,
  thinking: false,
  tools: "native",
  warnings: [],
};

Deno.test("openSpending() takes the price of the settings, or waits for the server's list", async () => {
  const pricing = { prompt: "0.000001", completion: "0.000002" };
  const data = [{ id: "m/x", pricing }, { id: "m/y" }];
  await using server = await modelServer([], {
    // Longer than a run would wait for it.
    routes: { "GET /v1/models": { json: { data }, delayMs: 800 } },
  });
  const endpoint = { model: "m/x", baseUrl: server.url, apiKey: "" };
  const none = { limitUsd: 2, spentUsd: 0 };
  assertEquals(await openSpending(2, endpoint), none);
  const unknown = { ...endpoint, model: "m/y" };
  const error = await assertRejects(
    () => openSpending(2, unknown),
    UserError,
    'the price of "m/y" is unknown',
  );
  assertEquals(error.exitCode, 2);
  const prices = { input: 1, output: 1 };
  assertEquals(await openSpending(2, { ...unknown, prices }), none);
  assertEquals(await openSpending(undefined, unknown), undefined);
});

Deno.test("moneyOptions() refuses another model of unknown price only under a limit", () => {
  const spending = { limitUsd: 1, spentUsd: 0.5 };
  assertEquals(moneyOptions("m", info, undefined), {});
  assertThrows(() => moneyOptions("m", info, spending), UserError);
  const prices = { input: 1, output: 1 };
  const known: ModelInfo = { ...info, prices, priceSource: "table" };
  assertEquals(moneyOptions("m", known, spending), {
    prices,
    priceSource: "table",
    spending,
  });
});
