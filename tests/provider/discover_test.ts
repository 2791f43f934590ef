import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  discover,
  type DiscoverOptions,
  type Discovery,
} from "../../lib/provider/discover.ts";
import type { Endpoint } from "../../lib/provider/endpoint.ts";
import { listModels } from "../../lib/provider/model_list.ts";
import {
  type ModelServer,
  modelServer,
  type Routes,
} from "../support/model_server.ts";

type Options = Partial<DiscoverOptions>;

function endpoint(baseUrl: string): Endpoint {
  return { baseUrl, apiKey: "secret", headers: {} };
}

/** Generous, so that a loaded machine finds what it looks for. */
const patient = { timeoutMs: 20_000, signal: new AbortController().signal };

async function discovered(
  routes: Routes,
  model: string,
  options: Options = {},
): Promise<Discovery> {
  await using server = await modelServer([], { routes });
  const at = endpoint(server.url);
  return await discover(at, model, { ...patient, ...options });
}

/** A public host's name, answered by a server of ours. */
async function hosted(
  url: string,
  json: unknown,
  model: string,
  options: Options = {},
): Promise<Discovery> {
  await using server = await modelServer([], {
    routes: { "GET /v1/models": { json } },
  });
  const redirected: typeof fetch = (_url, init) =>
    fetch(`${server.url}/models`, init);
  return await discover(endpoint(url), model, {
    ...patient,
    fetch: redirected,
    fresh: true,
    ...options,
  });
}

function ollamaRoutes(given: {
  readonly show?: object;
  readonly loaded?: number;
}): Routes {
  const models = given.loaded === undefined
    ? []
    : [{ name: "qwen2.5:latest", context_length: given.loaded }];
  return {
    "GET /api/version": { json: { version: "0.9.1" } },
    "POST /api/show": { json: given.show ?? {} },
    "GET /api/ps": { json: { models } },
  };
}

const show = {
  model_info: { "qwen2.context_length": 131_072, "qwen2.block_count": 28 },
  capabilities: ["completion", "tools"],
};

Deno.test("CTX-01 Ollama: the loaded window counts, not the trained one, with a warning and three fixes", async () => {
  const { info, transport, certain } = await discovered(
    ollamaRoutes({ show, loaded: 4_096 }),
    "qwen2.5",
  );
  assertEquals([info.window, info.windowSource], [4_096, "server"]);
  assertEquals([transport, certain], ["openai", true]);
  assertEquals(info.server, "Ollama 0.9.1");
  assertEquals([info.tools, info.vision], ["native", false]);
  const [warning = ""] = info.warnings;
  for (
    const fix of ["-c 32768", "OLLAMA_CONTEXT_LENGTH=32768", "ollama create"]
  ) assertStringIncludes(warning, fix);
});

Deno.test("CTX-02 Ollama: a model that is not loaded is assumed to get 4,096 until it is", async () => {
  const lengths: number[] = [];
  const routes: Routes = {
    ...ollamaRoutes({ show }),
    "GET /api/ps": () => {
      const models = lengths.map((length) => ({
        model: "qwen2.5:latest",
        context_length: length,
      }));
      return { json: { models } };
    },
  };
  await using server = await modelServer([], { routes });
  const at = endpoint(server.url);
  const before = await discover(at, "qwen2.5", patient);
  assertEquals([before.info.window, before.certain], [4_096, false]);
  assertEquals(before.info.windowSource, "default");
  assertEquals(before.info.warnings.length, 1);
  lengths.push(65_536);
  const after = await discover(at, "qwen2.5", { ...patient, fresh: true });
  assertEquals([after.info.window, after.certain], [65_536, true]);
  assertEquals(after.info.warnings, []);
});

Deno.test("Ollama: num_ctx of the Modelfile counts while the model is not loaded", async () => {
  const parameters = 'num_ctx    16384\nstop  "<|im_end|>"\n';
  const { info } = await discovered(
    ollamaRoutes({ show: { ...show, parameters } }),
    "qwen2.5",
  );
  assertEquals([info.window, info.windowSource], [16_384, "server"]);
});

Deno.test("Ollama: the model's own sampling parameters are used", async () => {
  const parameters = "temperature 0.15\ntop_k 40\nrepeat_penalty 1.05";
  const { profile } = await discovered(
    ollamaRoutes({ show: { ...show, parameters } }),
    "qwen2.5",
  );
  assertEquals(profile.sampling.values, {
    temperature: 0.15,
    top_p: 0.8,
    top_k: 40,
    repetition_penalty: 1.05,
  });
});

Deno.test("Ollama: a larger window that is wanted is asked for natively, up to the trained one", async () => {
  const routes = ollamaRoutes({ show, loaded: 4_096 });
  const at = (contextWindow: number, options: Options = {}) =>
    discovered(routes, "qwen2.5", { contextWindow, ...options });
  const wanted = await at(32_768);
  assertEquals([wanted.transport, wanted.info.window], ["native", 32_768]);
  assertEquals(wanted.info.warnings, []);
  const more = await at(1_000_000);
  assertEquals([more.transport, more.info.window], ["native", 131_072]);
  assertEquals(more.info.warnings.length, 1);
  const less = await at(2_048, { contextWindowSource: "environment" });
  assertEquals([less.transport, less.info.window], ["openai", 2_048]);
  assertEquals(less.info.windowSource, "environment");
  const refused = await at(32_768, { transport: "openai" });
  assertEquals([refused.transport, refused.info.window], ["openai", 4_096]);
  assertEquals(refused.info.warnings.length, 1);
});

Deno.test("Ollama: a window too small to work in is raised, and the user told so", async () => {
  const raised = async (loaded: number | undefined, options: Options = {}) => {
    const given = loaded === undefined ? { show } : { show, loaded };
    const { info, transport, certain } = await discovered(
      ollamaRoutes(given),
      "qwen2.5",
      { smallest: 4_097, ...options },
    );
    return [transport, info.window, info.warnings.length, certain];
  };
  assertEquals(await raised(4_096), ["native", 32_768, 1, true]);
  assertEquals(await raised(undefined), ["native", 32_768, 1, true]);
  assertEquals(await raised(8_192), ["openai", 8_192, 1, true]);
  const openai = { transport: "openai" } as const;
  assertEquals(await raised(4_096, openai), ["openai", 4_096, 1, true]);
});

Deno.test("discover() gives an address that is none the generic profile", async () => {
  const { info, profile } = await discover(endpoint("no url"), "x", patient);
  assertEquals([info.window, profile.id], [32_000, "generic"]);
});

Deno.test("Ollama: a model without tools is told so, and offered them in text", async () => {
  const { info } = await discovered(
    ollamaRoutes({ show: { ...show, capabilities: ["completion", "vision"] } }),
    "qwen2.5",
  );
  assertEquals([info.tools, info.vision], ["text", true]);
  assertStringIncludes(info.warnings.join("\n"), "does not support tools");
});

Deno.test("Ollama: a cloud model has its whole window", async () => {
  const { info } = await discovered(
    ollamaRoutes({ show: { ...show, remote_host: "https://ollama.com" } }),
    "qwen3-coder:480b-cloud",
  );
  assertEquals([info.window, info.warnings], [131_072, []]);
});

Deno.test("CTX-08 vLLM: max_model_len is the window", async () => {
  const data = [{ id: "qwen", owned_by: "vllm", max_model_len: 32_768 }];
  const { info, profile } = await discovered(
    { "GET /v1/models": { json: { object: "list", data } } },
    "qwen",
  );
  assertEquals([info.window, info.windowSource], [32_768, "server"]);
  assertEquals([profile.id, info.server], ["vllm", "vLLM"]);
});

Deno.test("llama.cpp: the window of a slot counts, not the trained one", async () => {
  const props = {
    default_generation_settings: { n_ctx: 16_384 },
    total_slots: 4,
    modalities: { vision: true, audio: false },
  };
  const data = [{ id: "m.gguf", meta: { n_ctx_train: 131_072 } }];
  const { info, profile } = await discovered({
    "GET /props": { json: props },
    "GET /v1/models": { json: { data } },
  }, "any-name");
  assertEquals([info.window, info.vision], [16_384, true]);
  assertEquals([profile.id, profile.serialOnly], ["llamacpp", false]);
});

Deno.test("llama.cpp: a router is asked about the model", async () => {
  const { info } = await discovered({
    "GET /props": (request) => ({
      json: {
        default_generation_settings: {
          n_ctx: request.path.includes("model=a%2Fb") ? 8_192 : 0,
        },
      },
    }),
  }, "a/b");
  assertEquals(info.window, 8_192);
});

Deno.test("CTX-09 LM Studio: the loaded length is the window, in its new and its old API", async () => {
  const current = {
    key: "qwen/qwen3-8b",
    max_context_length: 131_072,
    loaded_instances: [{
      id: "qwen/qwen3-8b",
      config: { context_length: 8_192 },
    }],
    capabilities: { vision: false, trained_for_tool_use: true },
  };
  const found = await discovered(
    { "GET /api/v1/models": { json: { models: [current] } } },
    "qwen/qwen3-8b",
  );
  assertEquals([found.info.window, found.profile.id.split("+")[0]], [
    8_192,
    "lmstudio",
  ]);
  const older = {
    id: "qwen3-8b",
    type: "vlm",
    state: "loaded",
    max_context_length: 131_072,
    loaded_context_length: 8_192,
  };
  const old = await discovered(
    { "GET /api/v0/models": { json: { data: [older] } } },
    "qwen3-8b",
  );
  assertEquals([old.info.window, old.info.vision], [8_192, true]);
});

Deno.test("LM Studio: a model that is not loaded has no certain window, and never more than its largest", async () => {
  const model = { key: "x", max_context_length: 16_000, loaded_instances: [] };
  const { info, certain } = await discovered(
    { "GET /api/v1/models": { json: { models: [model] } } },
    "x",
  );
  assertEquals([info.window, certain], [16_000, false]);
});

Deno.test("TGI: max_total_tokens of /info is the window", async () => {
  const { info } = await discovered({
    "GET /info": { json: { max_total_tokens: 12_000, version: "3.3.4" } },
  }, "tgi");
  assertEquals([info.window, info.server], [12_000, "TGI 3.3.4"]);
});

const lists: readonly [
  label: string,
  url: string,
  list: unknown,
  window: number,
  maxOutput: number,
][] = [
  [
    "CTX-10 OpenRouter, the smaller of two",
    "https://openrouter.ai/api/v1",
    {
      data: [{ id: "other" }, {
        id: "m/x",
        context_length: 200_000,
        top_provider: { context_length: 131_072, max_completion_tokens: 9_000 },
      }],
    },
    131_072,
    9_000,
  ],
  [
    "Groq",
    "https://api.groq.com/openai/v1",
    {
      data: [{
        id: "m/x",
        context_window: 131_072,
        max_completion_tokens: 5_000,
      }],
    },
    131_072,
    5_000,
  ],
  [
    "Together, a bare array",
    "https://api.together.xyz/v1",
    [
      { id: "m/x", context_length: 65_536 },
    ],
    65_536,
    8_192,
  ],
  [
    "Mistral",
    "https://api.mistral.ai/v1",
    {
      data: [{ id: "m/x", max_context_length: 40_000 }],
    },
    40_000,
    4_096,
  ],
  [
    "Fireworks",
    "https://api.fireworks.ai/inference/v1",
    {
      data: [{ id: "m/x", context_length: "163840" }],
    },
    163_840,
    8_192,
  ],
];

for (const [label, url, list, window, maxOutput] of lists) {
  Deno.test(`discover() reads the list of models: ${label}`, async () => {
    const { info } = await hosted(url, list, "m/x");
    assertEquals([info.window, info.windowSource], [window, "server"]);
    assertEquals(info.maxOutput, maxOutput);
  });
}

Deno.test("OpenRouter: abilities come from the list", async () => {
  const model = {
    id: "m/x",
    context_length: 100_000,
    architecture: { input_modalities: ["text"] },
    supported_parameters: ["max_tokens", "reasoning"],
  };
  const url = "https://openrouter.ai/api/v1";
  const { info } = await hosted(url, { data: [model] }, "m/x");
  assertEquals([info.vision, info.thinking, info.tools], [false, true, "text"]);
});

Deno.test("discover() takes the price that the server lists, else the table's for the maker's host alone", async () => {
  const pricing = { prompt: "0.000003", completion: "0.000015" };
  const data = [{ id: "gpt-5-mini", pricing }, { id: "m/x" }];
  const at = async (url: string, model: string) => {
    const { prices, priceSource } = (await hosted(url, { data }, model)).info;
    return [priceSource, prices?.input];
  };
  const router = "https://openrouter.ai/api/v1";
  const openai = "https://api.openai.com/v1";
  assertEquals(await at(router, "gpt-5-mini"), ["server", 3]);
  assertEquals(await at(router, "m/x"), [undefined, undefined]);
  assertEquals(await at(openai, "gpt-5-mini"), ["table", 0.25]);
  assertEquals(await at("https://api.groq.com/openai/v1", "m/x"), [
    undefined,
    undefined,
  ]);
});

const silent: readonly [label: string, routes: Routes][] = [
  ["404", { "GET /v1/models": { status: 404 } }],
  ["HTML", {
    "GET /v1/models": {
      body: "<html>login</html>",
      headers: { "content-type": "text/html" },
    },
  }],
  ["nonsense everywhere", {
    "GET /v1/models": { json: [null, 3, { id: 4 }] },
    "GET /props": { json: "text" },
    "GET /api/version": { json: [] },
    "GET /info": { json: { max_total_tokens: -1 } },
    "GET /api/v1/models": { json: { error: "Unexpected endpoint" } },
    "GET /api/v0/models": { json: { data: { a: 1 } } },
  }],
  ["a body that breaks off", {
    "GET /v1/models": { json: { data: [{ id: "x" }] }, cutAfter: 8 },
  }],
];

for (const [label, routes] of silent) {
  Deno.test(`CTX-12 a server that answers ${label} is no failure: table, flag or default`, async () => {
    const table = await discovered(routes, "gpt-4o");
    assertEquals([table.info.window, table.info.windowSource], [
      128_000,
      "table",
    ]);
    const flag = await discovered(routes, "gpt-4o", { contextWindow: 9_000 });
    assertEquals([flag.info.window, flag.info.windowSource], [9_000, "flag"]);
    const unknown = await discovered(routes, "no-such-model");
    assertEquals([unknown.info.window, unknown.info.windowSource], [
      32_000,
      "default",
    ]);
    assertEquals(unknown.profile.id, "generic");
  });
}

Deno.test("discover() does not believe that a server at home loads all that a model was trained for", async () => {
  const { info } = await discovered({}, "qwen3-coder:30b");
  assertEquals([info.window, info.windowSource], [32_768, "table"]);
});

Deno.test("discover() goes on without a server", async () => {
  const closed = await modelServer([]);
  await closed.close();
  const { info } = await discover(endpoint(closed.url), "x", patient);
  assertEquals([info.window, info.tools], [32_000, "native"]);
});

Deno.test("discover() waits for no slow probe", async () => {
  const slow = { hang: "headers" } as const;
  await using server = await modelServer([], {
    routes: {
      "GET /v1/models": { json: { data: [{ id: "x", max_model_len: 7_000 }] } },
      "GET /props": slow,
      "GET /info": slow,
      "GET /api/version": slow,
    },
  });
  const before = performance.now();
  const { info } = await discover(endpoint(server.url), "x", {
    signal: patient.signal,
    timeoutMs: 500,
  });
  assert(performance.now() - before < 5_000);
  assertEquals(info.window, 7_000);
});

Deno.test("discover() goes on without a slow public server, and knows its answer later", async () => {
  const release = Promise.withResolvers<void>();
  await using server = await modelServer([], {
    routes: {
      "GET /v1/models": async () => {
        await release.promise;
        return { json: { data: [{ id: "late", context_length: 50_000 }] } };
      },
    },
  });
  const url = "https://slow.example.com/v1";
  const answered = Promise.withResolvers<void>();
  const redirected: typeof fetch = async (_url, init) => {
    const response = await fetch(`${server.url}/models`, init);
    const body = await response.text();
    queueMicrotask(answered.resolve);
    return new Response(body);
  };
  const ask = (timeoutMs: number) =>
    discover(endpoint(url), "late", {
      signal: patient.signal,
      fetch: redirected,
      timeoutMs,
    });
  assertEquals((await ask(1)).info.windowSource, "default");
  release.resolve();
  await answered.promise;
  assertEquals((await ask(20_000)).info.window, 50_000);
});

Deno.test("discover() ends at once when it is aborted", async () => {
  const control = new AbortController();
  await using server = await modelServer([], {
    routes: {
      "GET /v1/models": () => {
        control.abort();
        return { hang: "headers" };
      },
    },
  });
  const { info } = await discover(endpoint(server.url), "x", {
    signal: control.signal,
    timeoutMs: 60_000,
  });
  assertEquals(info.windowSource, "default");
});

Deno.test("discover() asks a server about a model once, and again when nobody answered", async () => {
  const data = [{ id: "x", max_model_len: 9_000 }];
  let isUp = false;
  await using server = await modelServer([], {
    routes: {
      "GET /v1/models": () => isUp ? { json: { data } } : { status: 503 },
    },
  });
  const ask = async () =>
    (await discover(endpoint(server.url), "x", patient)).info.window;
  assertEquals(await ask(), 32_000);
  isUp = true;
  assertEquals(await ask(), 9_000);
  const asked = server.others.length;
  assertEquals(await ask(), 9_000);
  assertEquals(server.others.length, asked);
});

Deno.test("discover() sends key and headers, and follows no redirect with them", async () => {
  await using elsewhere = await modelServer([]);
  const location = `${elsewhere.url}/models`;
  await using server = await modelServer([], {
    routes: {
      "GET /v1/models": { status: 302, headers: { location } },
    },
  });
  const at = { ...endpoint(server.url), headers: { "x-team": "a" } };
  await discover(at, "x", patient);
  for (const { headers } of server.others) {
    assertEquals(headers.authorization, "Bearer secret");
    assertEquals(headers["x-team"], "a");
  }
  assertEquals(elsewhere.others.length, 0);
});

Deno.test("discover() needs no server for a model that the table has, where the server says nothing", async () => {
  const never: typeof fetch = () => {
    throw new Error("asked");
  };
  const { info } = await discover(
    endpoint("https://api.openai.com/v1"),
    "gpt-4.1",
    { ...patient, fetch: never },
  );
  assertEquals([info.window, info.maxOutput], [1_047_576, 32_768]);
});

Deno.test("discover() lets the user override what was found", async () => {
  const { info, profile } = await discovered(
    ollamaRoutes({ show, loaded: 32_768 }),
    "qwen2.5",
    { override: { textTools: "mode:hermes", images: "none" } },
  );
  assertEquals([info.tools, info.vision], ["text", false]);
  assertEquals(profile.textTools, "mode:hermes");
});

const shapes: readonly [label: string, json: unknown][] = [
  ["{data}", { object: "list", data: [{ id: "b" }, { id: "a" }] }],
  ["a bare array", [{ id: "b" }, { id: "a" }]],
  ["{models} with names", { models: [{ name: "b" }, { model: "a" }] }],
  ["{models} with keys", { models: [{ key: "b" }, { key: "a" }] }],
  ["strings", { data: ["b", "a", "b"] }],
];

for (const [label, json] of shapes) {
  Deno.test(`listModels() reads ${label}`, async () => {
    await using server = await modelServer([], {
      routes: { "GET /v1/models": { json } },
    });
    assertEquals(await list(server), ["a", "b"]);
  });
}

Deno.test("listModels() says why there is no list", async () => {
  await using server = await modelServer([], {
    routes: { "GET /v1/models": { status: 404 } },
  });
  await assertRejects(() => list(server), Error, "status 404");
  await server.close();
  await assertRejects(() => list(server), Error, "no answer");
});

function list(server: ModelServer): Promise<readonly string[]> {
  return listModels(endpoint(server.url), { fetch, signal: patient.signal });
}
