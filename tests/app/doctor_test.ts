import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CapabilityName, ModelCard } from "../../lib/app/doctor_card.ts";
import { examineModel } from "../../lib/app/doctor_model.ts";
import {
  learnedProfileFile,
  loadLearnedProfile,
} from "../../lib/app/doctor_profile.ts";
import { cardText, jsonReport } from "../../lib/app/doctor_report.ts";
import { findServers } from "../../lib/app/doctor_servers.ts";
import { watchWire } from "../../lib/app/doctor_wire.ts";
import { openModel } from "../../lib/app/model.ts";
import { text } from "../../lib/core/message.ts";
import { capableReply, lastWords } from "../support/doctor_server.ts";
import {
  type ModelServer,
  modelServer,
  type Reply,
  type SeenRequest,
} from "../support/model_server.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";

const never = new AbortController().signal;

/** A state folder of its own for one test. */
async function ownState(): Promise<TempFolder> {
  const folder = await tempFolder();
  const before = Deno.env.get("OPENCLAUDE_CONFIG_DIR");
  Deno.env.set("OPENCLAUDE_CONFIG_DIR", folder.path);
  return {
    ...folder,
    async [Symbol.asyncDispose]() {
      if (before === undefined) Deno.env.delete("OPENCLAUDE_CONFIG_DIR");
      else Deno.env.set("OPENCLAUDE_CONFIG_DIR", before);
      await folder[Symbol.asyncDispose]();
    },
  };
}

function examine(server: Pick<ModelServer, "url">): Promise<ModelCard> {
  const endpoint = { model: "test-model", baseUrl: server.url, apiKey: "k-1" };
  return examineModel(endpoint, { signal: never });
}

/** The states of a card, one letter each would do; words read better. */
function states(card: ModelCard): Record<string, string> {
  return Object.fromEntries(
    Object.entries(card.capabilities).map(([name, { state }]) => [name, state]),
  );
}

function evidence(card: ModelCard, name: CapabilityName): string {
  return card.capabilities[name].evidence;
}

const allYes: Readonly<Record<CapabilityName, string>> = {
  reachable: "yes",
  auth: "yes",
  streaming: "yes",
  usageInStream: "yes",
  systemPrompt: "yes",
  nativeTools: "yes",
  textTools: "unknown",
  toolResults: "yes",
  parallelCalls: "yes",
  argumentEscaping: "yes",
  jsonSchema: "yes",
  reasoning: "yes",
  vision: "yes",
  window: "yes",
  tokensPerSecond: "yes",
  prefillPerSecond: "yes",
};

const bigWindow = {
  "GET /v1/models": {
    json: { data: [{ id: "test-model", max_model_len: 65_536 }] },
  },
};

Deno.test("examineModel() finds all that a capable model can, in 12 requests", async () => {
  await using _state = await ownState();
  await using server = await modelServer(capableReply, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(states(card), allYes);
  assertEquals(card.verdict.usable, true);
  assertEquals(card.verdict.exitCode, 0);
  assertEquals(card.capabilities.window.value, 65_536);
  assertEquals(card.windowSource, "server");
  assertStringIncludes(evidence(card, "reasoning"), "reasoning_content");
  assertEquals(card.requests.chat, server.requests.length);
  assertEquals(card.requests.questions, server.others.length);
  assert(server.requests.length <= 12);
  const speed = card.capabilities.tokensPerSecond.value ?? 0;
  assert(speed > 1 && speed < 1_000, `${speed} tokens per second`);
  const page = cardText(card);
  assertStringIncludes(page, "native tools        yes");
  assertStringIncludes(page, "It can be used as an agent");
  assertEquals(JSON.parse(jsonReport(card)), card);
  assert(!jsonReport(card).includes("k-1"), "the key is in the report");
});

Deno.test("examineModel() finds a server without tools and what works instead", async () => {
  await using state = await ownState();
  const refusal: Reply = {
    status: 400,
    json: { error: { message: '"test-model" does not support tools' } },
  };
  const inText = (request: SeenRequest): Reply => {
    const reply = capableReply(request);
    if (!reply.calls) return reply;
    const lines = reply.calls.map(({ input, name }) =>
      "```tool_call\n" + JSON.stringify({ name, arguments: input }) + "\n```"
    );
    return { text: lines.join("\n") };
  };
  const answer = (request: SeenRequest) =>
    request.body.tools ? refusal : inText(withTools(request));
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(card.capabilities.nativeTools.state, "no");
  assertStringIncludes(evidence(card, "nativeTools"), "tools");
  assertEquals(card.capabilities.textTools.state, "yes", cardText(card));
  assertEquals(card.capabilities.argumentEscaping.state, "yes");
  assertEquals(card.learned.profile, {
    textTools: "mode:auto",
    answerFormat: "json_schema",
  });
  assertEquals(card.verdict.exitCode, 0);
  assert(server.requests.length <= 12);
  const file = card.learned.file ?? "";
  assert(file.startsWith(`${state.path}/state/profiles/`), file);
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
});

/** In text mode the tools stand in the system prompt. */
function withTools(request: SeenRequest): SeenRequest {
  const system = String(request.body.messages[0].content);
  const tools = ["look_up", "save_text"]
    .filter((name) => system.includes(name))
    .map((name) => ({ function: { name } }));
  return { ...request, body: { ...request.body, tools } };
}

Deno.test("examineModel() refuses a model that calls no tool in any way", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const reply = capableReply(request);
    return reply.calls ? { text: "I will look that up." } : reply;
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(card.capabilities.nativeTools.state, "no");
  assertEquals(card.capabilities.textTools.state, "no");
  assertEquals(card.capabilities.toolResults.state, "unknown");
  assertEquals(card.verdict.usable, false);
  assertEquals(card.verdict.exitCode, 1);
  assertStringIncludes(cardText(card), "calls no tools");
  assert(card.verdict.advice.length > 0);
});

Deno.test("examineModel() tells a server that ignores stream", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const { calls = [], text: said = "" } = capableReply(request);
    const content = typeof said === "string" ? said : said.join("");
    const tool_calls = calls.map(({ name, input }, index) => ({
      id: `call_${index}`,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    }));
    const message = { role: "assistant", content, tool_calls };
    return { json: { choices: [{ message, finish_reason: "stop" }] } };
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(card.capabilities.streaming.state, "no");
  assertStringIncludes(evidence(card, "streaming"), "application/json");
  assertEquals(card.capabilities.nativeTools.state, "yes");
  assertEquals(card.capabilities.tokensPerSecond.state, "unknown");
  assertEquals(card.verdict.exitCode, 0);
});

Deno.test("examineModel() stops at a refused key and says so", async () => {
  await using _state = await ownState();
  const refused = { status: 401, json: { error: { message: "bad key" } } };
  await using server = await modelServer(() => refused);
  const card = await examine(server);
  assertEquals(card.capabilities.reachable.state, "yes");
  assertEquals(card.capabilities.auth.state, "no");
  assertEquals(card.capabilities.nativeTools.state, "unknown");
  assertEquals(card.verdict.exitCode, 1);
  assertEquals(server.requests.length, 1);
  assertEquals(card.learned.file, null);
});

Deno.test("examineModel() says 75 where nobody answers", async () => {
  await using _state = await ownState();
  const server = await modelServer([]);
  await server.close();
  const card = await examine(server);
  assertEquals(card.capabilities.reachable.state, "no");
  assertEquals(card.verdict.exitCode, 75);
  assertStringIncludes(cardText(card), "reachable");
});

Deno.test("examineModel() sends 12 requests at most, whatever is refused", async () => {
  await using _state = await ownState();
  const refusable = ["temperature", "stream_options", "response_format"];
  const answer = (request: SeenRequest): Reply => {
    const field = refusable.find((name) => name in request.body);
    if (field !== undefined) {
      return {
        status: 400,
        json: { error: { message: `Unknown parameter: '${field}'` } },
      };
    }
    const reply = capableReply(request);
    if (lastWords(request).includes("Ben")) return { text: "" };
    return reply;
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assert(server.requests.length <= 12, `${server.requests.length} requests`);
  assertEquals(card.requests.chat, server.requests.length);
  assertEquals(card.capabilities.usageInStream.state, "no");
  assertEquals(card.learned.profile.usageInStream, false);
  assertEquals(card.learned.profile.sampling, { send: [] });
  assertEquals(card.verdict.exitCode, 0);
});

Deno.test("examineModel() turns on parallel calls where a flag does it", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const reply = capableReply(request);
    const isOff = request.body.parallel_tool_calls !== true;
    return isOff && reply.calls ? { calls: reply.calls.slice(0, 1) } : reply;
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(card.capabilities.parallelCalls.state, "yes");
  assertEquals(card.learned.profile, {
    parallelFlag: "send-true",
    answerFormat: "json_schema",
  });
});

Deno.test("examineModel() notices an argument that was damaged", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const reply = capableReply(request);
    const [call] = reply.calls ?? [];
    if (call?.name !== "save_text") return reply;
    const damaged = String(call.input?.text).replaceAll('"', "'");
    return { calls: [{ name: "save_text", input: { text: damaged } }] };
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  assertEquals(card.capabilities.argumentEscaping.state, "no");
  assertStringIncludes(card.verdict.advice.join(), "arguments");
  assertEquals(card.verdict.exitCode, 0);
});

Deno.test("examineModel() refuses a window too small for an agent", async () => {
  await using _state = await ownState();
  const json = { data: [{ id: "test-model", max_model_len: 4_096 }] };
  const routes = { "GET /v1/models": { json } };
  await using server = await modelServer(capableReply, { routes });
  const card = await examine(server);
  assertEquals(card.verdict.exitCode, 1);
  assertStringIncludes(card.verdict.reason, "4096");
});

Deno.test("examineModel() ends at once when it is interrupted", async () => {
  await using _state = await ownState();
  await using server = await modelServer(() => ({ hang: "headers" }));
  const interrupt = new AbortController();
  const endpoint = { model: "test-model", baseUrl: server.url, apiKey: "" };
  const card = examineModel(endpoint, { signal: interrupt.signal });
  await server.arrived(1);
  interrupt.abort();
  const outcome = await card.then(() => "card", (error) => error.name);
  assertEquals(outcome, "AbortError");
});

Deno.test("openModel() uses what doctor has learned", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const reply = capableReply(request);
    const isOff = request.body.parallel_tool_calls !== true;
    return isOff && reply.calls ? { calls: reply.calls.slice(0, 1) } : reply;
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const card = await examine(server);
  const endpoint = { model: "test-model", baseUrl: server.url, apiKey: "" };
  const client = await openModel(endpoint, { record: undefined });
  const request = {
    purpose: "turn",
    system: "",
    messages: [{ role: "user", content: [text("Call it for Ada and Ben")] }],
    tools: [{
      name: "look_up",
      description: "Looks up",
      parameters: { type: "object", properties: {} },
      readOnly: true,
    }],
  } as const;
  for await (const _event of client.stream(request, { signal: never }));
  assertEquals(card.learned.profile.parallelFlag, "send-true");
  assertEquals(server.requests.at(-1)?.body.parallel_tool_calls, true);
});

Deno.test("loadLearnedProfile() passes over what it can't use", async () => {
  await using _state = await ownState();
  const baseUrl = "http://host:1/v1";
  const file = learnedProfileFile(baseUrl, "m/a") ?? "";
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  const good = {
    version: 1,
    baseUrl,
    model: "m/a",
    profile: { parallelFlag: "send-true" },
  };
  const load = async (kept: unknown) => {
    await Deno.writeTextFile(file, JSON.stringify(kept));
    return await loadLearnedProfile(baseUrl, "m/a");
  };
  assertEquals(await load(good), { parallelFlag: "send-true" });
  assertEquals(await load({ ...good, baseUrl: "http://host:1/v2" }), undefined);
  assertEquals(await load({ ...good, version: 2 }), undefined);
  assertEquals(await load({ ...good, profile: { nonsense: 1 } }), undefined);
  assertEquals(await load(null), undefined);
  await Deno.writeTextFile(file, '{"version":1,');
  assertEquals(await loadLearnedProfile(baseUrl, "m/a"), undefined);
  assertEquals(await loadLearnedProfile(baseUrl, "m_a"), undefined);
});

Deno.test("findServers() tells a server, a stranger and silence apart", async () => {
  await using server = await modelServer([], { models: ["a", "b"] });
  await using stranger = await modelServer([], {
    routes: { "GET /v1/models": { body: "<html>", status: 200 } },
  });
  const closed = await modelServer([]);
  await closed.close();
  const port = (url: string) => Number(new URL(url).port);
  const found = await findServers(never, [
    { name: "one", port: port(server.url) },
    { name: "two", port: port(stranger.url) },
    { name: "three", port: port(closed.url) },
  ]);
  assertEquals(
    found.map(({ models, name, state }) => ({ models, name, state })),
    [
      { models: ["a", "b"], name: "one", state: "answers" },
      { models: [], name: "two", state: "other" },
      { models: [], name: "three", state: "silent" },
    ],
  );
  const [seen] = server.others;
  assertEquals(seen?.headers.authorization, undefined);
});

Deno.test("examineModel() does not wait for a server that wants a minute", async () => {
  await using _state = await ownState();
  const busy: Reply = {
    status: 429,
    headers: { "retry-after": "60" },
    json: { error: { message: "Rate limit reached" } },
  };
  await using server = await modelServer(() => busy);
  const card = await examine(server);
  assertEquals(card.verdict.exitCode, 75);
  assertEquals(card.capabilities.reachable.state, "yes");
  assertEquals(server.requests.length, 1);
});

Deno.test("examineModel() takes a cut reply for no proof", async () => {
  await using _state = await ownState();
  const answer = (request: SeenRequest): Reply => {
    const isFirst = lastWords(request).includes("code word");
    return isFirst
      ? capableReply(request)
      : { text: "Let me think about", finish: "length" };
  };
  await using server = await modelServer(answer, { routes: bigWindow });
  const { capabilities, verdict } = await examine(server);
  assertEquals(capabilities.textTools.state, "unknown");
  for (const name of ["nativeTools", "jsonSchema", "vision"] as const) {
    assertEquals(capabilities[name].state, "unknown", name);
  }
  assertEquals(verdict.exitCode, 1);
});

Deno.test("examineModel() asks an Ollama by its own API, and reads its clock", async () => {
  await using _state = await ownState();
  const line = (message: object, more: object = {}) =>
    JSON.stringify({ model: "test-model", message, done: false, ...more });
  const end = {
    done: true,
    done_reason: "stop",
    prompt_eval_count: 700,
    prompt_eval_duration: 2e9,
    eval_count: 50,
    eval_duration: 1e9,
  };
  const answer = (request: SeenRequest): Reply => {
    if (request.body.format) {
      const content = '{"verdict":"beta"}';
      return native([line({ content }), line({ content: "" }, end)]);
    }
    const { calls = [], text: said = "" } = capableReply(request);
    const pieces = typeof said === "string" ? [said] : said;
    const tool_calls = calls.map(({ input, name }) => ({
      function: { name, arguments: input },
    }));
    return native([
      ...pieces.map((content) => line({ content })),
      line({ content: "", tool_calls }),
      line({ content: "" }, end),
    ]);
  };
  const native = (lines: readonly string[]): Reply => ({
    headers: { "content-type": "application/x-ndjson" },
    body: lines.map((each) => `${each}\n`).join(""),
  });
  await using server = await modelServer(answer, {
    routes: {
      "GET /api/version": { json: { version: "0.9.1" } },
      "GET /api/ps": { json: { models: [] } },
      "POST /api/show": {
        json: {
          model_info: { "qwen2.context_length": 131_072 },
          capabilities: ["completion", "tools"],
        },
      },
    },
  });
  const card = await examine(server);
  assertEquals(card.server, "Ollama 0.9.1");
  assertEquals(server.requests[0]?.path, "/api/chat");
  assertEquals(card.capabilities.nativeTools.state, "yes", cardText(card));
  assertEquals(card.capabilities.jsonSchema.state, "yes");
  assertEquals(card.capabilities.vision.state, "no");
  assertEquals(card.capabilities.tokensPerSecond.value, 50);
  assertEquals(card.capabilities.prefillPerSecond.value, 350);
  assertEquals(card.verdict.exitCode, 0);
});

Deno.test("cardText() lets no server draw on the terminal", async () => {
  await using _state = await ownState();
  const message = "\x1b[2Jgone\nVerdict\n  yes";
  const refused = { status: 401, json: { error: { message } } };
  await using server = await modelServer(() => refused);
  const page = cardText(await examine(server));
  assert(!page.includes("\x1b"), page);
  assertEquals(page.match(/^Verdict$/gm)?.length, 1);
});

async function* piecesOf(
  bytes: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

Deno.test("watchWire() reads events that are cut anywhere, and passes all bytes on", async () => {
  const events = [
    { choices: [{ delta: { reasoning: "h\u00fcm" } }] },
    { choices: [{ delta: { content: "Yes" } }] },
    {
      choices: [],
      usage: { prompt_tokens: 3 },
      timings: { prompt_per_second: 250.5, predicted_per_second: 40 },
    },
  ];
  const body = events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`)
    .join("") + ": a comment\n\ndata: [DONE]";
  const bytes = new TextEncoder().encode(body);
  for (const size of [1, 2, 7, bytes.length]) {
    const answer = () => ({ body: piecesOf(bytes, size) });
    await using server = await modelServer(answer);
    const wire = watchWire({ limit: 1 });
    const url = `${server.url}/chat/completions`;
    const post = { method: "POST", body: '{"stream":true}' };
    const response = await wire.fetch(url, post);
    assertEquals(await response.text(), body);
    const [seen] = wire.chats;
    assertEquals(seen?.events, 3, `pieces of ${size}`);
    assertEquals(seen?.hasUsage, true);
    assertEquals(seen?.reasoningField, "reasoning");
    assertEquals(seen?.serverSpeed, { prefill: 250.5, decode: 40 });
    const second = await wire.fetch(url, post).then(
      () => "sent",
      () => "not sent",
    );
    assertEquals([second, server.requests.length], ["not sent", 1]);
  }
});

Deno.test("examineModel() keeps nothing of a server that goes away", async () => {
  await using _state = await ownState();
  const server: ModelServer = await modelServer((request): Reply => {
    if (lastWords(request).includes("code word")) return capableReply(request);
    return { cutAfter: 0, text: "never seen" };
  }, { routes: bigWindow });
  await using _closing = server;
  const card = await examine(server);
  assertEquals(card.capabilities.reachable.state, "yes");
  assertEquals(card.capabilities.nativeTools.state, "unknown");
  assertEquals(card.capabilities.textTools.state, "unknown");
  assertEquals([card.learned.profile, card.learned.file], [{}, null]);
  assertEquals(card.verdict.exitCode, 1);
  assertStringIncludes(card.verdict.reason, "could not be found out");
  assert(server.requests.length <= 12);
});
