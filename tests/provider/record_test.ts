import { assert, assertEquals } from "@std/assert";
import type {
  ModelClient,
  ModelEvent,
  ModelRequest,
} from "../../lib/core/model.ts";
import { recordModel } from "../../lib/provider/record.ts";
import { openScripted } from "../../lib/provider/scripted.ts";
import { offeredTools } from "../support/offered_tools.ts";

const { signal } = new AbortController();

function request(purpose: ModelRequest["purpose"] = "turn"): ModelRequest {
  return {
    purpose,
    system: "The secret system text",
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    tools: offeredTools,
  };
}

function open(lines: readonly string[]): Promise<ModelClient> {
  return openScripted("script.jsonl", {
    sleep: () => Promise.resolve(),
    readText: () => Promise.resolve(lines.join("\n")),
  });
}

const script = [
  `{"info": {"window": 8192, "vision": true}}`,
  `{"thinking": "Look first.", "text": "Reading.", "calls": [{"name": "read", "input": {"path": "a.ts"}}]}`,
  `{"for": "summary", "text": "In short"}`,
  `{"calls": [{"name": "Write", "arguments": "{'file_path': 'a', 'content': 'b'}"}]}`,
  `{"calls": [{"name": "Write", "arguments": "{\\"file_path\\": \\"a"}], "stop": "length"}`,
  `{"retry": {"because": "busy", "waitMs": 5}, "text": "Done.", "usage": {"input": 9, "output": 2}}`,
  `{"text": "Half", "failure": {"code": "network", "message": "gone", "transient": true}}`,
];
const purposes = ["turn", "summary", "turn", "turn", "turn", "turn"] as const;

async function play(client: ModelClient): Promise<ModelEvent[][]> {
  const replies: ModelEvent[][] = [];
  for (const purpose of purposes) {
    const events = client.stream(request(purpose), { signal });
    replies.push(await Array.fromAsync(events));
  }
  return replies;
}

/** What a run depends on: not how texts were cut or refusals worded. */
function essence(replies: readonly ModelEvent[][]) {
  return replies.map((events) => {
    const last = events.at(-1);
    if (last?.type !== "finish") return last;
    const { message, stop, usage } = last;
    const calls = message.calls.map(({ name, input, problem }) => ({
      name,
      input,
      problem: problem?.kind,
    }));
    return { ...message, calls, stop, usage };
  });
}

Deno.test("recordModel() writes a script that plays the same run", async () => {
  const lines: string[] = [];
  const recorded = recordModel(await open(script), (line) => {
    lines.push(line);
    return Promise.resolve();
  });
  await recorded.info(signal);
  const first = await play(recorded);
  const again = await open(lines);
  assertEquals(essence(await play(again)), essence(first));
  assertEquals((await again.info(signal)).window, 8192);
  assertEquals(lines.length, 1 + purposes.length);
  assert(!lines.join("\n").includes("secret"));
});

Deno.test("recordModel() gives every event on and writes before the last", async () => {
  const order: string[] = [];
  const client = recordModel(await open([`{"text": "Hi"}`]), (line) => {
    order.push(line);
    return Promise.resolve();
  });
  for await (const event of client.stream(request(), { signal })) {
    order.push(event.type);
  }
  assertEquals(order.map((it) => it.slice(0, 12)), [
    "text_delta",
    `{"text":"Hi"`,
    "finish",
  ]);
});

Deno.test("recordModel() warns once when it can't write and goes on", async () => {
  const replies = [`{"text": "One"}`, `{"text": "Two"}`];
  const client = recordModel(
    await open(replies),
    () => Promise.reject(new Error("disk full")),
  );
  const types: string[] = [];
  for (const _reply of replies) {
    for await (const event of client.stream(request(), { signal })) {
      types.push(event.type === "notice" ? event.text : event.type);
    }
  }
  assertEquals(types, [
    "text_delta",
    "Cannot record the run: disk full",
    "finish",
    "text_delta",
    "finish",
  ]);
});
