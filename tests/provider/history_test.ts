import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message, Part } from "../../lib/core/message.ts";
import { text } from "../../lib/core/message.ts";
import {
  type HistoryOptions,
  type WireMessage,
  wireMessages,
} from "../../lib/provider/history.ts";
import { profileFor, thinkingAuthor } from "../../lib/provider/profiles.ts";

const generic = options("https://llm.example.com/v1", "m");
const mistral = options("https://api.mistral.ai/v1", "mistral-large");
const ollama = options("http://localhost:11434/v1", "qwen3", "ollama");
const image: Part = { type: "image", mediaType: "image/png", data: "AAAA" };

function options(
  url: string,
  model: string,
  probed?: "ollama",
): HistoryOptions {
  const profile = profileFor(url, model, probed ? { probed } : {});
  return {
    profile,
    author: thinkingAuthor(profile, model),
    vision: true,
    replay: profile.reasoning.replay,
    contentWithCalls: profile.contentWithCalls,
  };
}

function user(value: string, origin?: "harness"): Message {
  const message = { role: "user" as const, content: [text(value)] };
  return origin === undefined ? message : { ...message, origin };
}

function says(value: string, ...ids: string[]): Message {
  const calls = ids.map((id) => ({ id, name: "Read", input: { path: id } }));
  return { role: "assistant", text: value, calls };
}

function result(callId: string, content: readonly Part[] = [text(callId)]) {
  const message = { role: "tool" as const, callId, tool: "Read", content };
  return { ...message, isError: false };
}

function thought(message: Message, by?: string, field = "reasoning"): Message {
  assert(message.role === "assistant");
  const thinking = { text: "hm", field, ...(by ? { by } : {}) };
  return { ...message, thinking };
}

// deno-lint-ignore no-explicit-any
function calls(message: WireMessage | undefined): any[] {
  // deno-lint-ignore no-explicit-any
  return (message?.tool_calls ?? []) as any[];
}

Deno.test("HIS-01 an input that is no object is written as {}", () => {
  const bad = [{ id: "c", name: "Read", input: "" as never }];
  const history: Message[] = [
    user("go"),
    { role: "assistant", text: "", calls: bad },
  ];
  const wire = wireMessages(history, generic);
  assertEquals(calls(wire[1])[0].function.arguments, "{}");
});

Deno.test("HIS-03 ids that a server uses again are made unique, and results stay with their calls", () => {
  const turn = (word: string): Message[] => [
    says("", "call_0"),
    result("call_0", [text(word)]),
  ];
  const wire = wireMessages(
    [user("go"), ...turn("one"), ...turn("two"), ...turn("three")],
    generic,
  );
  const ids = wire.flatMap(calls).map((call) => call.id);
  assertEquals(new Set(ids).size, 3);
  const answers = wire.filter((each) => each.role === "tool");
  assertEquals(answers.map((each) => each.tool_call_id), ids);
  assertEquals(answers.map((each) => each.content), ["one", "two", "three"]);
});

Deno.test("HIS-03 two calls of one reply with one id each get their own result", () => {
  const wire = wireMessages([
    user("go"),
    says("", "x", "x"),
    result("x", [text("first")]),
    result("x", [text("second")]),
  ], generic);
  const ids = calls(wire[1]).map((call) => call.id);
  assertEquals(new Set(ids).size, 2);
  assertEquals(wire.slice(2).map((each) => each.content), ["first", "second"]);
  assertEquals(wire.slice(2).map((each) => each.tool_call_id), ids);
});

Deno.test("HIS-04 Mistral gets ids of nine letters and digits, the same in each request", () => {
  const long = "call_0123456789abcdefghij";
  const history = [user("go"), says("", long), result(long)];
  const first = wireMessages(history, mistral);
  const later = wireMessages(
    [...history, says("done"), user("more"), says("", "a"), result("a")],
    mistral,
  );
  const id = calls(first[1])[0].id;
  assert(/^[a-zA-Z0-9]{9}$/.test(id), id);
  assertEquals(first[2]?.tool_call_id, id);
  assertEquals(later.slice(0, first.length), first);
});

Deno.test("HIS-05 calls that were never answered get a cancellation, in the order of the calls", () => {
  const wire = wireMessages([
    user("go"),
    says("", "a", "b", "c"),
    result("b"),
    result("a"),
    user("stop, do this"),
  ], generic);
  assertEquals(wire.map((each) => each.role), [
    "user",
    "assistant",
    "tool",
    "tool",
    "tool",
    "user",
  ]);
  assertEquals(wire.slice(2, 5).map((each) => each.tool_call_id), [
    "a",
    "b",
    "c",
  ]);
  assert(String(wire[4]?.content).startsWith("Cancelled"));
});

Deno.test("HIS-05 a result stands behind its call although the user spoke between", () => {
  const wire = wireMessages(
    [user("go"), says("", "a"), user("hurry"), result("a")],
    generic,
  );
  assertEquals(wire.map((each) => each.role), [
    "user",
    "assistant",
    "tool",
    "user",
  ]);
});

Deno.test("a result without a call, and a second one, are left out", () => {
  const wire = wireMessages(
    [user("go"), result("z"), says("", "a"), result("a"), result("a")],
    generic,
  );
  assertEquals(wire.map((each) => each.role), ["user", "assistant", "tool"]);
});

Deno.test("HIS-07 an assistant bridge stands between a result and a user for Mistral alone", () => {
  const history = [user("go"), says("", "a"), result("a"), user("and?")];
  const roles = (given: HistoryOptions) =>
    wireMessages(history, given).map((each) => each.role);
  assertEquals(roles(mistral), [
    "user",
    "assistant",
    "tool",
    "assistant",
    "user",
  ]);
  assertEquals(roles(generic), ["user", "assistant", "tool", "user"]);
});

Deno.test("HIS-08 queued user messages become one", () => {
  const wire = wireMessages([user("one"), user("two")], generic);
  assertEquals(wire, [{ role: "user", content: "one\n\ntwo" }]);
});

Deno.test("HIS-09 the content of assistant and tool messages is a string", () => {
  const wire = wireMessages(
    [user("go"), says("I look", "a"), result("a", [text("x"), image])],
    generic,
  );
  assertEquals(wire[1]?.content, "I look");
  assertEquals(typeof wire[2]?.content, "string");
});

Deno.test("HIS-11 a request never ends with the assistant", () => {
  const wire = wireMessages([user("go"), says("half")], generic);
  assertEquals(wire.at(-1), { role: "user", content: "Continue." });
  assertEquals(wireMessages([], generic).length, 1);
});

Deno.test("an empty reply is left out, one with calls alone has empty content or null", () => {
  const history = [user("go"), says("  \n"), says("", "a"), result("a")];
  const wire = wireMessages(history, generic);
  assertEquals(wire.map((each) => each.role), ["user", "assistant", "tool"]);
  assertEquals(wire[1]?.content, "");
  const strict = wireMessages(history, { ...generic, contentWithCalls: null });
  assertEquals(strict[1]?.content, null);
});

Deno.test("images of results follow all results of the turn as a user message", () => {
  const wire = wireMessages(
    [user("go"), says("", "a", "b"), result("a", [image]), result("b")],
    generic,
  );
  assertEquals(wire.slice(2).map((each) => each.role), [
    "tool",
    "tool",
    "user",
  ]);
  assert(String(wire[2]?.content).includes("next message"));
  assertEquals(wire[4]?.content, [{
    type: "image_url",
    image_url: { url: "data:image/png;base64,AAAA" },
  }]);
});

Deno.test("REQ-17 a text-only model gets a note in place of an image", () => {
  const history: Message[] = [{ role: "user", content: [text("see"), image] }];
  const [message] = wireMessages(history, { ...generic, vision: false });
  assertEquals(typeof message?.content, "string");
  assert(String(message?.content).includes("reads text only"));
});

Deno.test("Ollama gets a note in place of a gif, which it can't decode", () => {
  const gif: Part = { ...image, mediaType: "image/gif" };
  const history: Message[] = [{ role: "user", content: [gif, image] }];
  const [message] = wireMessages(history, ollama);
  const parts = message?.content as readonly { type: string }[];
  assertEquals(parts.map((part) => part.type), ["text", "image_url"]);
});

Deno.test("REQ-16 lone surrogates are replaced, in texts and in arguments", () => {
  const input = { "k\ud800": ["x\udc00", { y: "\\ud800 stays" }] };
  const wire = wireMessages([
    user("bad \ud83d end"),
    {
      role: "assistant",
      text: "\udfff",
      calls: [{ id: "a", name: "R", input }],
    },
    result("a", [text("\ud800")]),
  ], generic);
  const bytes = new TextEncoder().encode(JSON.stringify(wire));
  const back = JSON.parse(
    new TextDecoder("utf-8", { fatal: true }).decode(bytes),
  );
  assertEquals(back, wire);
  assertEquals(wire[0]?.content, "bad \ufffd end");
  assertEquals(JSON.parse(calls(wire[1])[0].function.arguments), {
    "k\ufffd": ["x\ufffd", { y: "\\ud800 stays" }],
  });
});

Deno.test("RSN-07 DeepSeek gets reasoning_content on every reply, empty where there was none", () => {
  const deepseek = options("https://api.deepseek.com", "deepseek-v4-pro");
  const wire = wireMessages([
    user("go"),
    thought(says("", "a"), deepseek.author, "reasoning_content"),
    result("a"),
    says("done"),
    user("more"),
  ], deepseek);
  assertEquals(wire[1]?.reasoning_content, "hm");
  assertEquals(wire[3]?.reasoning_content, "");
});

Deno.test("RSN-11 Ollama gets reasoning back as `reasoning`", () => {
  const wire = wireMessages(
    [user("go"), thought(says("", "a"), ollama.author), result("a")],
    ollama,
  );
  assertEquals(wire[1]?.reasoning, "hm");
  assertEquals("reasoning_content" in (wire[1] ?? {}), false);
});

Deno.test("RSN-13 OpenRouter gets reasoning_details back unmodified with calls", () => {
  const router = options("https://openrouter.ai/api/v1", "anthropic/claude");
  const details = [{ type: "reasoning.encrypted", data: "x==", index: 0 }];
  const reply = says("", "a");
  assert(reply.role === "assistant");
  const thinking = { text: "hm", field: "reasoning", details };
  const wire = wireMessages(
    [user("go"), { ...reply, thinking }, result("a"), says("ok"), user("on")],
    router,
  );
  assertEquals<unknown>(wire[1]?.reasoning_details, details);
  assertEquals("reasoning" in (wire[1] ?? {}), false);
});

Deno.test("RSN-15 another model's reasoning is not sent", () => {
  const history = [
    user("go"),
    thought(says("", "a"), "deepseek/deepseek-v4-pro", "reasoning_content"),
    result("a"),
  ];
  for (const given of [generic, mistral, ollama]) {
    const [, reply] = wireMessages(history, given);
    assertEquals(Object.keys(reply ?? {}), ["role", "content", "tool_calls"]);
  }
});

Deno.test("a field that the server does not know is not sent back", () => {
  const history = [user("go"), thought(says("x", "a"), undefined, "think")];
  const [, reply] = wireMessages(history, generic);
  assertEquals(reply?.content, "x");
  assertEquals(Object.keys(reply ?? {}), ["role", "content", "tool_calls"]);
});

Deno.test('the policy "loop" drops reasoning when the user speaks, not when the harness does', () => {
  const turn = thought(says("", "a"), generic.author);
  const inLoop = [user("go"), turn, result("a"), user("nudge", "harness")];
  assertEquals(wireMessages(inLoop, generic)[1]?.reasoning, "hm");
  const after = [user("go"), turn, result("a"), user("next")];
  assertEquals("reasoning" in (wireMessages(after, generic)[1] ?? {}), false);
});

Deno.test('the policy "inline" writes thinking into the content, as it came', () => {
  const minimax = options("https://api.minimax.io/v1", "MiniMax-M2");
  const reply = thought(says("\nYes", "a"), minimax.author, "think");
  const wire = wireMessages([user("go"), reply, result("a")], minimax);
  assertEquals(wire[1]?.content, "<think>hm</think>\nYes");
});

const anyPart: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.string().map(text) },
  { weight: 1, arbitrary: fc.constant(image) },
);
const anyId = fc.constantFrom("", "call_0", "a", "b", "call_0123456789abcdef");
const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    role: fc.constant("user" as const),
    content: fc.array(anyPart, { maxLength: 3 }),
  }),
  fc.record({
    role: fc.constant("assistant" as const),
    text: fc.constantFrom("", " ", "words"),
    calls: fc.array(
      fc.record({
        id: anyId,
        name: fc.constantFrom("Read", "", "a b/c"),
        input: fc.dictionary(fc.string(), fc.jsonValue()),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    role: fc.constant("tool" as const),
    callId: anyId,
    tool: fc.constant("Read"),
    content: fc.array(anyPart, { maxLength: 2 }),
    isError: fc.boolean(),
  }),
);
const anyHistory = fc.array(anyMessage, { maxLength: 14 });

function assertValid(wire: readonly WireMessage[], alternates: boolean): void {
  const seen = new Set<string>();
  let open: string[] = [];
  for (const [index, message] of wire.entries()) {
    const before = wire[index - 1];
    if (message.role === "tool") {
      assertEquals(message.tool_call_id, open.shift());
      assert(message.content !== "");
      continue;
    }
    assertEquals(open, []);
    if (message.role === "user") {
      assert(message.content !== "" && message.content !== null);
      assert(before?.role !== "user");
      if (alternates) assert(before?.role !== "tool");
      continue;
    }
    assert(index > 0 && before?.role !== "assistant");
    assert(calls(message).length > 0 || message.content !== "");
    open = calls(message).map((call) => call.id);
    for (const call of calls(message)) {
      assert(/^[a-zA-Z0-9_-]{1,64}$/.test(call.function.name));
      const input = JSON.parse(call.function.arguments);
      assert(typeof input === "object" && !Array.isArray(input));
      assert(!seen.has(call.id) && call.id !== "");
      if (alternates) assert(/^[a-zA-Z0-9]{9}$/.test(call.id));
      seen.add(call.id);
    }
  }
  assertEquals(open, []);
  assert(wire.at(-1)?.role !== "assistant");
}

Deno.test("wireMessages() is valid for any history", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    assertValid(wireMessages(history, generic), false);
    assertValid(wireMessages(history, mistral), true);
  }));
});

Deno.test("wireMessages() of a history is a prefix of that of a longer one", () => {
  const reply = fc.record({
    thinks: fc.boolean(),
    ids: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 }),
    next: fc.string({ minLength: 1 }).map((word) => `x${word}`),
  });
  for (const replay of ["never", "always", "always-or-empty"] as const) {
    for (const base of [generic, mistral, ollama]) {
      fc.assert(
        fc.property(fc.array(reply, { maxLength: 8 }), (turns) => {
          const given = { ...base, replay };
          const history: Message[] = [user("env", "harness"), user("go")];
          let last = wireMessages(history, given);
          for (const { thinks, ids, next } of turns) {
            const said = says("text", ...ids);
            history.push(thinks ? thought(said, base.author) : said);
            if (ids.length === 0) history.push(user(next));
            for (const id of ids) history.push(result(id, [text(next)]));
            const wire = wireMessages(history, given);
            assertEquals(
              JSON.stringify(wire.slice(0, last.length)),
              JSON.stringify(last),
            );
            last = wire;
          }
        }),
        { numRuns: 30 },
      );
    }
  }
});
