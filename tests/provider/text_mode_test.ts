import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Message } from "../../lib/core/message.ts";
import { settleCalls } from "../../lib/provider/settle.ts";
import {
  endsTextCall,
  readTextMode,
  type TextDialect,
  textModeDialect,
  textModeMessages,
  textModePrompt,
} from "../../lib/provider/text_mode.ts";
import { offeredTools as tools } from "../support/offered_tools.ts";

const dialects: readonly TextDialect[] = ["fence", "hermes"];

const history: readonly Message[] = [
  { role: "user", content: [{ type: "text", text: "Look." }] },
  {
    role: "assistant",
    text: "Reading.",
    calls: [
      { id: "a", name: "Read", input: { file_path: "a.ts" } },
      { id: "b", name: "Read", input: { file_path: "b.ts" } },
    ],
  },
  {
    role: "tool",
    callId: "a",
    tool: "Read",
    content: [
      { type: "text", text: "1" },
      { type: "image", mediaType: "image/png", data: "AA==" },
    ],
    isError: false,
  },
  {
    role: "tool",
    callId: "b",
    tool: "Read",
    content: [{ type: "text", text: "No file" }],
    isError: true,
  },
];

function settledCalls(text: string, dialect: TextDialect) {
  const found = readTextMode(text, { tools, dialect });
  if (found === null) return null;
  const calls = settleCalls(found.calls, {
    tools,
    usedIds: new Set(),
    newId: () => "call_1",
  });
  return { text: found.text, calls };
}

for (const dialect of dialects) {
  Deno.test(`textModeMessages() writes calls that readTextMode() reads (${dialect})`, () => {
    const [, reply] = textModeMessages(history, dialect);
    assert(reply?.role === "assistant");
    assertEquals(reply.calls, []);
    const found = settledCalls(reply.text, dialect);
    assertEquals(found?.text, "Reading.");
    // One call a message: the second is dropped.
    assertEquals(found?.calls, [
      { id: "call_1", name: "Read", input: { file_path: "a.ts" } },
    ]);
  });

  Deno.test(`textModeMessages() sends all results of a reply as one user message (${dialect})`, () => {
    const messages = textModeMessages(history, dialect);
    assertEquals(messages.map(({ role }) => role), [
      "user",
      "assistant",
      "user",
    ]);
    const results = messages.at(-1);
    assert(results?.role === "user" && results.origin === "harness");
    assertEquals(results.content.map(({ type }) => type), [
      "text",
      "image",
      "text",
    ]);
    const [first, , last] = results.content;
    assert(first?.type === "text" && last?.type === "text");
    assertStringIncludes(first.text, "Result of Read:\n1");
    assertStringIncludes(last.text, "Error of Read:\nNo file");
  });

  Deno.test(`textModePrompt() shows a call that is valid and every tool (${dialect})`, () => {
    const prompt = textModePrompt(tools, dialect);
    for (const { name } of tools) assertStringIncludes(prompt, `\n${name}(`);
    assertStringIncludes(prompt, "-i?: boolean");
    assertStringIncludes(prompt, '"content"|"files_with_matches"|"count"');
    const block = prompt.slice(0, prompt.indexOf("The JSON must"))
      .split("\n").slice(2).join("\n");
    const found = settledCalls(block, dialect);
    assertEquals(found?.calls[0]?.problem, undefined);
    assertEquals(textModePrompt([], dialect), "");
    assert(prompt.length < 1200, `${prompt.length}`);
  });

  Deno.test(`endsTextCall() holds from the closing mark on (${dialect})`, () => {
    const [, reply] = textModeMessages(history, dialect);
    assert(reply?.role === "assistant");
    const closing = dialect === "fence" ? "\n```" : "</tool_call>";
    const end = reply.text.indexOf(closing, 20) + closing.length;
    for (let length = 0; length <= reply.text.length; length++) {
      const text = reply.text.slice(0, length);
      assertEquals(endsTextCall(text, dialect), length >= end, text);
    }
  });
}

Deno.test("readTextMode() drops what a model makes up after its call", () => {
  const call =
    '```tool\n{"name": "Read", "arguments": {"file_path": "a"}}\n```';
  const found = settledCalls(`${call}\nResult of Read:\n1\n${call}`, "fence");
  assertEquals(found?.calls.length, 1);
});

Deno.test("readTextMode() reads a call without its closing fence", () => {
  const text = '```tool\n{"name": "Bash", "arguments": {"command": "ls"}}';
  assertEquals(settledCalls(text, "fence")?.calls[0]?.input, { command: "ls" });
});

Deno.test("readTextMode() hands a damaged call on, so that its error is explained", () => {
  const text =
    '```tool\n{"name": "Bash", "arguments": {"command": "a "b""}}\n```';
  const [call] = settledCalls(text, "fence")?.calls ?? [];
  assertEquals([call?.name, call?.problem?.kind], ["Bash", "invalid_json"]);
  assertStringIncludes(call?.problem?.message ?? "", "near");
});

Deno.test("readTextMode() reads other dialects by the rules for recovered calls", () => {
  const json = '{"name": "Read", "arguments": {"file_path": "a"}}';
  const hermes = `<tool_call>\n${json}\n</tool_call>`;
  const fenced = `I will look.\n\`\`\`json\n${json}\n\`\`\``;
  for (const text of [hermes, fenced]) {
    const found = settledCalls(text, "fence");
    assertEquals(found?.calls[0]?.input, { file_path: "a" });
  }
});

Deno.test("readTextMode() leaves text and quoted calls alone", () => {
  const call = '{"name": "Read", "arguments": {"file_path": "a"}}';
  const texts = [
    "All done.",
    "```ts\nconst a = 1;\n```",
    `A block looks like this:\n\`\`\`tool\n${call}\n\`\`\``,
    `~~~md\n\`\`\`tool\n${call}\n\`\`\`\n~~~`,
    "```tool\nnot a call\n```",
  ];
  for (const text of texts) {
    assertEquals(readTextMode(text, { tools, dialect: "fence" }), null, text);
  }
});

Deno.test("textModeDialect() avoids the tag that Qwen3 repeats", () => {
  const expected: Record<string, TextDialect> = {
    "qwen2.5-coder:7b": "hermes",
    "Hermes-3-Llama-3.1-8B": "hermes",
    "qwen3:8b": "fence",
    "gemma3:4b": "fence",
  };
  for (const [model, dialect] of Object.entries(expected)) {
    assertEquals(textModeDialect(model), dialect, model);
  }
});
