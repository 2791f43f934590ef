import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import type { ModelEvent, ModelRequest } from "../../lib/core/model.ts";
import { openScripted } from "../../lib/provider/scripted.ts";

const read = {
  name: "Read",
  description: "Reads a file.",
  parameters: {
    type: "object",
    properties: { file_path: { type: "string" } },
    required: ["file_path"],
  },
  readOnly: true,
};

const request: ModelRequest = {
  purpose: "turn",
  system: "You are a test.",
  messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  tools: [read],
};

function open(lines: string[]) {
  return openScripted("demo.jsonl", {
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason);
        }, { once: true });
      }),
    readText: () => Promise.resolve(lines.join("\n")),
  });
}

async function collect(
  lines: string[],
  purpose: ModelRequest["purpose"] = "turn",
): Promise<ModelEvent[]> {
  const client = await open(lines);
  const { signal } = new AbortController();
  const all = { ...request, purpose };
  return await Array.fromAsync(client.stream(all, { signal }));
}

Deno.test("openScripted() streams text in chunks and ends with one finish", async () => {
  const events = await collect([`{"text": "Hello, world", "chunkChars": 5}`]);
  assertEquals(events.slice(0, 3), [
    { type: "text_delta", delta: "Hello" },
    { type: "text_delta", delta: ", wor" },
    { type: "text_delta", delta: "ld" },
  ]);
  const last = events.at(-1);
  assertEquals(last?.type === "finish" && [last.stop, last.message], [
    "end",
    { role: "assistant", text: "Hello, world", calls: [] },
  ]);
});

Deno.test("openScripted() settles calls like those of a real model", async () => {
  const events = await collect([
    `{"calls": [{"name": "Read", "input": {"file_path": "a.ts"}}]}`,
  ]);
  const last = events.at(-1);
  assertEquals(last?.type === "finish" && [last.stop, last.message.calls], [
    "tool_use",
    [{ id: "call_0001", name: "Read", input: { file_path: "a.ts" } }],
  ]);
});

Deno.test("openScripted() never splits a surrogate pair between deltas", async () => {
  const events = await collect([`{"text": "a😀b", "chunkChars": 2}`]);
  const deltas = events.flatMap((event) =>
    event.type === "text_delta" ? [event.delta] : []
  );
  assertEquals(deltas, ["a😀", "b"]);
});

Deno.test("openScripted() names the file and the number of replies when it is used up", async () => {
  const client = await open([`{"text": "one"}`, "", "// a comment"]);
  const { signal } = new AbortController();
  await Array.fromAsync(client.stream(request, { signal }));
  const events = await Array.fromAsync(client.stream(request, { signal }));
  assertEquals(events, [{
    type: "failure",
    failure: {
      code: "bad_request",
      message:
        `The script "demo.jsonl" is used up: it has 1 reply, and one more was asked for`,
      transient: false,
    },
  }]);
});

Deno.test("openScripted() keeps summary replies for summary requests", async () => {
  const lines = [`{"for": "summary", "text": "short"}`, `{"text": "turn"}`];
  const turn = await collect(lines);
  const summary = await collect(lines, "summary");
  const texts = [turn, summary].map((events) => {
    const last = events.at(-1);
    return last?.type === "finish" ? last.message.text : last;
  });
  assertEquals(texts, ["turn", "short"]);
  const missing = await collect([`{"text": "turn"}`], "summary");
  assertEquals(missing.map((event) => event.type), ["failure"]);
});

Deno.test("openScripted() plays failures, retries and declared usage", async () => {
  const failed = await collect([
    `{"text": "par", "failure": {"code": "network", "message": "gone", "transient": true}}`,
  ]);
  assertEquals(failed, [
    { type: "text_delta", delta: "par" },
    {
      type: "failure",
      failure: { code: "network", message: "gone", transient: true },
    },
  ]);
  const retried = await collect([
    `{"retry": {"because": "busy"}, "text": "x", "usage": {"input": 3, "output": 1}}`,
  ]);
  assertEquals(retried[0], {
    type: "retry",
    attempt: 1,
    of: 5,
    waitMs: 0,
    because: "busy",
  });
  const last = retried.at(-1);
  assertEquals(last?.type === "finish" && last.usage, {
    input: 3,
    output: 1,
    cached: 0,
    reasoning: 0,
  });
});

Deno.test("openScripted() stops at once when the request is aborted", async () => {
  const client = await open([`{"text": "never", "delayMs": 60000}`]);
  const controller = new AbortController();
  const events = Array.fromAsync(
    client.stream(request, { signal: controller.signal }),
  );
  controller.abort();
  assertEquals(await events, [{
    type: "failure",
    failure: {
      code: "aborted",
      message: "The request was stopped",
      transient: false,
    },
  }]);
});

Deno.test("openScripted() takes the window from the info line", async () => {
  const { signal } = new AbortController();
  const small = await open([`{"info": {"window": 8192, "vision": true}}`]);
  const info = await small.info(signal);
  assertEquals([info.window, info.vision, info.windowSource], [
    8192,
    true,
    "server",
  ]);
  const plain = await (await open([])).info(signal);
  assertEquals([plain.window, plain.windowSource], [32_000, "default"]);
});

Deno.test("openScripted() names the line and the field of a bad script", async () => {
  const cases: [string[], string][] = [
    [["// one", "{nonsense"], `"demo.jsonl": line 2: `],
    [[`{"text": 5}`], `"demo.jsonl": line 1: text: `],
    [[`{"txt": "a"}`], `"demo.jsonl": line 1: `],
    [
      [`{"calls": [{"name": "A", "input": {}, "arguments": "{}"}]}`],
      `calls[0]: has both "input" and "arguments"`,
    ],
  ];
  for (const [lines, part] of cases) {
    const error = await assertRejects(() => open(lines), UserError, part);
    assertEquals(error.exitCode, 2);
  }
});
