import { assertEquals, assertRejects } from "@std/assert";
import { modelServer } from "./model_server.ts";

function post(url: string, body: object, signal?: AbortSignal) {
  return fetch(`${url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

Deno.test("modelServer() streams a reply in fragments and keeps the request", async () => {
  await using server = await modelServer([{
    text: "hi",
    calls: [{ name: "Read", input: { file_path: "a.ts" } }],
    fragments: 3,
  }]);
  const response = await post(server.url, {
    model: "m",
    stream: true,
    stream_options: { include_usage: true },
  });
  const events = (await response.text()).trim().split("\n\n");
  assertEquals(events.at(-1), "data: [DONE]");
  const chunks = events.slice(0, -1).map((line) => JSON.parse(line.slice(6)));
  const fragments = chunks.flatMap((chunk) =>
    chunk.choices[0]?.delta.tool_calls ?? []
  );
  assertEquals(fragments.length, 3);
  assertEquals(
    fragments.map((part) => part.function.arguments).join(""),
    '{"file_path":"a.ts"}',
  );
  assertEquals(chunks.at(-2).choices[0].finish_reason, "tool_calls");
  assertEquals(typeof chunks.at(-1).usage.prompt_tokens, "number");
  assertEquals(server.requests.length, 1);
  assertEquals(server.requests[0]?.body.model, "m");
  assertEquals(await server.requests[0]?.ended, "sent");
});

Deno.test("modelServer() breaks the connection after cutAfter bytes", async () => {
  await using server = await modelServer([{ sse: ["{}"], cutAfter: 4 }]);
  const response = await post(server.url, {});
  const reader = response.body?.getReader();
  const first = await reader?.read();
  assertEquals(new TextDecoder().decode(first?.value), "data");
  await assertRejects(async () => await reader?.read());
  assertEquals(await server.requests[0]?.ended, "cut");
});

Deno.test("modelServer() tells when the client left a hanging reply", async () => {
  await using server = await modelServer([{ body: ": ping\n\n", hang: true }]);
  const leaving = new AbortController();
  const response = await post(server.url, {}, leaving.signal);
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort();
  assertEquals(await server.requests[0]?.ended, "left");
  await reader?.closed.catch(() => {});
});

Deno.test("modelServer() answers routes, models and Ollama's own API", async () => {
  await using server = await modelServer([{ text: "hi" }, { text: "no" }], {
    routes: { "/api/show": { json: { capabilities: ["tools"] } } },
    models: ["a", "b"],
  });
  const root = server.url.replace("/v1", "");
  const models = await (await fetch(`${server.url}/models`)).json();
  assertEquals(models.data.map((row: { id: string }) => row.id), ["a", "b"]);
  const show = await fetch(`${root}/api/show`, { method: "POST", body: "{}" });
  assertEquals(await show.json(), { capabilities: ["tools"] });
  const missing = await fetch(`${root}/props`);
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
  const chat = await fetch(`${root}/api/chat`, { method: "POST", body: "{}" });
  const lines = (await chat.text()).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(lines[0].message.content, "hi");
  assertEquals(lines.at(-1).done, true);
  assertEquals(server.others.length, 3);
  const whole = await (await post(server.url, {})).json();
  assertEquals(whole.choices[0].message.content, "no");
  const late = await post(server.url, {});
  assertEquals(late.status, 418);
  await late.body?.cancel();
});
