import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ModelEvent } from "../../lib/core/model.ts";
import type { OpenModelOptions } from "../../lib/provider/mod.ts";
import type { Reply } from "../support/model_server.ts";
import { collect, type Desk, openDesk, turn } from "./ask_model.ts";
import { delta } from "./conformance.ts";

const minute = 60_000;
const half: Reply = { sse: [delta({ content: "Hal" })], hang: true };
const answer: Reply = { text: "Done." };

/** Streams; each time a delta with text comes, time moves on by so much. */
async function askWithSilence(desk: Desk, ms: number) {
  const stream = desk.model.stream(turn(), {
    signal: new AbortController().signal,
  });
  const events: ModelEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    const isHalf = event.type === "text_delta" && event.delta === "Hal";
    if (isHalf) await desk.clock.advance(ms);
  }
  return events;
}

Deno.test("ERR-19 openModel() waits 400 s for the first byte of a local server", async () => {
  const gate = Promise.withResolvers<Reply>();
  await using desk = await openDesk(() => gate.promise);
  const asked = desk.ask();
  await desk.server.arrived(1);
  await desk.clock.advance(400_000);
  gate.resolve(answer);
  const { finish, retries } = await asked;
  assertEquals(finish?.message.text, "Done.");
  assertEquals(retries, []);
});

Deno.test("ERR-19b openModel() gives up on a first byte after half an hour", async () => {
  await using desk = await openDesk([{ hang: "headers" }]);
  const asked = desk.ask();
  await desk.server.arrived(1);
  await desk.clock.sleeping(29 * minute);
  await desk.clock.advance(31 * minute);
  const { failure } = await asked;
  assertEquals(failure?.code, "timeout");
  assertMatch(failure?.message ?? "", /did not begin to answer for 1800 s/);
});

Deno.test("ERR-20 openModel() asks again once after 11 minutes of silence", async () => {
  await using desk = await openDesk([half, answer]);
  const events = await askWithSilence(desk, 11 * minute);
  const retry = events.find((event) => event.type === "retry");
  assertEquals(retry?.waitMs, 0);
  assertMatch(retry?.because ?? "", /went silent/);
  assertEquals(events.at(-1)?.type, "finish");
  assertEquals(await desk.server.requests[0]?.ended, "left");
});

Deno.test("SSE-29 openModel() ends a second silence as a timeout, not as an answer", async () => {
  await using desk = await openDesk([half, half]);
  const events = await askWithSilence(desk, 11 * minute);
  const last = events.at(-1);
  assert(last?.type === "failure");
  assertEquals(last.failure.code, "timeout");
  assertEquals(last.failure.transient, true);
  assertEquals(desk.server.requests.length, 2);
});

/** A server whose chunks come when the client wants them, in its own time. */
function paced(
  next: (count: number, desk: () => Desk) => Promise<string | null>,
): { client: Partial<OpenModelOptions>; use(desk: Desk): Desk } {
  let known: Desk | undefined;
  const desk = () => {
    assert(known);
    return known;
  };
  const answers = (input: string | URL | Request, init?: RequestInit) => {
    if (!String(input).endsWith("/chat/completions")) {
      return Promise.resolve(new Response(null, { status: 404 }));
    }
    let count = 0;
    const encoder = new TextEncoder();
    const stream = new ReadableStream({
      start(controller) {
        init?.signal?.addEventListener(
          "abort",
          () => controller.error(init.signal?.reason),
        );
      },
      async pull(controller) {
        const text = await next(count++, desk);
        if (text === null) controller.close();
        else controller.enqueue(encoder.encode(text));
      },
    }, { highWaterMark: 0 });
    const headers = { "content-type": "text/event-stream" };
    return Promise.resolve(new Response(stream, { headers }));
  };
  return {
    client: { fetch: answers },
    use(value) {
      known = value;
      return value;
    },
  };
}

const done = `data: ${JSON.stringify(delta({ content: "Done." }, "stop"))}\n\n`;

Deno.test("ERR-21 openModel() waits for a server that pings every second for 15 minutes", async () => {
  const pings = 15 * 60;
  const server = paced(async (count, desk) => {
    if (count > pings) return null;
    await desk().clock.advance(1_000);
    return count < pings ? ":\n\n" : done;
  });
  await using desk = await openDesk([], { client: server.client });
  const { finish, retries } = await server.use(desk).ask();
  assertEquals(finish?.message.text, "Done.");
  assertEquals(retries, []);
});

Deno.test("ERR-21b openModel() holds a server to its pings: a minute of silence is too long", async () => {
  const server = paced(async (count, desk) => {
    if (count < 3) return ":\n\n";
    await desk().clock.advance(61_000);
    return await new Promise<never>(() => {});
  });
  await using desk = await openDesk([], { client: server.client });
  const { failure, retries } = await server.use(desk).ask();
  assertEquals(failure?.code, "timeout");
  assertMatch(failure?.message ?? "", /for 60 s/);
  assertEquals(retries.length, 1);
});

Deno.test("ERR-21c openModel() ends pings without progress where the profile limits it", async () => {
  const server = paced(async (_count, desk) => {
    await desk().clock.advance(20_000);
    return ":\n\n";
  });
  const timeouts = { idleMs: 120_000, progressMs: 300_000 };
  await using desk = await openDesk([], {
    client: { ...server.client, profile: { timeouts } },
  });
  const { failure } = await server.use(desk).ask();
  assertEquals(failure?.code, "timeout");
  assertMatch(failure?.message ?? "", /sent nothing of a reply for 300 s/);
});

for (
  const [name, tail, ms] of [
    ["a finish reason", [], 10_000],
    ["[DONE]", ["[DONE]"], 2_000],
  ] as const
) {
  Deno.test(`openModel() waits ${ms} ms for usage after ${name}, then is done`, async () => {
    const sse = [delta({ content: "Done." }, "stop"), ...tail];
    await using desk = await openDesk([{ sse, hang: true }]);
    const asked = desk.ask();
    await desk.clock.sleeping(ms);
    while (!desk.clock.sleeps.includes(ms)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await desk.clock.advance(ms);
    const { finish } = await asked;
    assertEquals(finish?.message.text, "Done.");
    assertEquals(finish?.usage.estimated, true);
  });
}

Deno.test("openModel() ends at once when the signal aborts within a reply", async () => {
  await using desk = await openDesk([half]);
  const stopping = new AbortController();
  const stream = desk.model.stream(turn(), { signal: stopping.signal });
  let abortedAt = 0;
  let last: ModelEvent | undefined;
  for await (const event of stream) {
    last = event;
    if (event.type !== "text_delta") continue;
    abortedAt = performance.now();
    stopping.abort();
  }
  assert(performance.now() - abortedAt < 200);
  assert(last?.type === "failure");
  assertEquals(last.failure.code, "aborted");
  assertEquals(await desk.server.requests[0]?.ended, "left");
});

Deno.test("openModel() ends when the signal aborts before the headers", async () => {
  await using desk = await openDesk([{ hang: "headers" }]);
  const stopping = new AbortController();
  const asked = desk.ask(turn(), stopping.signal);
  await desk.server.arrived(1);
  stopping.abort();
  assertEquals((await asked).failure?.code, "aborted");
});

Deno.test("openModel() ends when the signal aborts within a wait", async () => {
  const busy = { status: 429, headers: { "retry-after": "60" }, json: {} };
  await using desk = await openDesk([busy, answer]);
  const stopping = new AbortController();
  const { signal } = stopping;
  const events: ModelEvent[] = [];
  for await (const event of desk.model.stream(turn(), { signal })) {
    events.push(event);
    if (event.type === "retry") {
      desk.clock.sleeping(60_000).then(() => stopping.abort());
    }
  }
  const last = events.at(-1);
  assert(last?.type === "failure");
  assertEquals(last.failure.code, "aborted");
  assertEquals(desk.server.requests.length, 1);
});

Deno.test("openModel() sends nothing when the signal has aborted before", async () => {
  await using desk = await openDesk([answer]);
  const { failure } = await desk.ask(turn(), AbortSignal.abort());
  assertEquals(failure?.code, "aborted");
  assertEquals(desk.server.requests.length, 0);
});

Deno.test("openModel() closes the connection when nobody reads on", async () => {
  await using desk = await openDesk([half]);
  const { signal } = new AbortController();
  for await (const event of desk.model.stream(turn(), { signal })) {
    if (event.type === "text_delta") break;
  }
  assertEquals(await desk.server.requests[0]?.ended, "left");
});

Deno.test("openModel() refuses a base URL that is none", async () => {
  await using desk = await openDesk([], { client: { baseUrl: "localhost" } });
  const { failure } = await desk.ask();
  assertEquals(failure?.code, "bad_request");
  assertMatch(failure?.message ?? "", /Cannot use base URL "localhost"/);
});

Deno.test("openModel() keeps a base URL's query and the user's headers", async () => {
  await using desk = await openDesk([answer]);
  const { openModel } = await import("../../lib/provider/mod.ts");
  const model = openModel({
    model: "m",
    baseUrl: `${desk.server.url}?api-version=1`,
    apiKey: "k",
    headers: { "api-key": "azure" },
    clock: desk.clock,
    random: () => 0,
    newId: () => "call_1",
  });
  const { signal } = new AbortController();
  await collect(model.stream(turn(), { signal }), desk.clock);
  const [request] = desk.server.requests;
  assertEquals(request?.path, "/v1/chat/completions?api-version=1");
  assertEquals(request?.headers["api-key"], "azure");
  const names = Object.keys(request?.headers ?? {});
  assertEquals(names.filter((name) => name.startsWith("x-stainless")), []);
});

Deno.test("openModel() speaks Ollama's own API where a larger window is wanted", async () => {
  await using desk = await openDesk([{
    thinking: "Hm.",
    text: "Done.",
    calls: [{ name: "Read", input: { path: "a" } }],
  }], {
    client: {
      transport: "native",
      profile: { nativeTransport: "ollama" },
      contextWindow: { tokens: 32_768, source: "flag" },
    },
  });
  const { finish, thought } = await desk.ask();
  const [request] = desk.server.requests;
  assertEquals(request?.path, "/api/chat");
  assertEquals(request?.body.options.num_ctx, 32_768);
  assertEquals(thought, "Hm.");
  assertEquals(finish?.message.text, "Done.");
  assertEquals(finish?.message.calls[0]?.input, { path: "a" });
});

Deno.test("openModel() needs no environment, and lets none of it out", async () => {
  await using desk = await openDesk([answer]);
  const program = `
    import { openModel } from ${
    JSON.stringify(import.meta.resolve("../../lib/provider/mod.ts"))
  };
    import { systemClock } from ${
    JSON.stringify(import.meta.resolve("../../lib/platform/clock.ts"))
  };
    const model = openModel({
      model: "m", baseUrl: ${JSON.stringify(desk.server.url)}, apiKey: "",
      clock: systemClock, random: Math.random, newId: () => "call_1",
    });
    const request = { purpose: "turn", system: "", tools: [], messages: [
      { role: "user", content: [{ type: "text", text: "Hi" }] },
    ] };
    const { signal } = new AbortController();
    for await (const event of model.stream(request, { signal })) {
      if (event.type === "finish") console.log(event.message.text);
      if (event.type === "failure") console.log(event.failure.message);
    }`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      "--allow-net=127.0.0.1",
      "--ext=ts",
      "-",
    ],
    stdin: "piped",
    stdout: "piped",
    env: { OPENAI_CUSTOM_HEADERS: "x-leak: yes", OPENAI_ORG_ID: "leak" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), "Done.\n");
  const headers = JSON.stringify(desk.server.requests[0]?.headers);
  assert(!headers.includes("leak"), headers);
});

Deno.test("openModel() lists what the server has", async () => {
  await using desk = await openDesk([], { server: { models: ["b", "a"] } });
  const { signal } = new AbortController();
  assertEquals(await desk.model.list(signal), ["a", "b"]);
});
