import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { text, textOf } from "../../lib/core/message.ts";
import type { ModelRequest } from "../../lib/core/model.ts";
import { fail, ok } from "../../lib/core/tool.ts";
import {
  agentOptions,
  collect,
  fakeModel,
  messagesOf,
  ofType,
  reply,
  testTool,
} from "../support/agent.ts";

function endOf(events: Parameters<typeof ofType>[0]) {
  const [end, ...more] = ofType(events, "run_end");
  assert(end !== undefined && more.length === 0, "run_end comes once");
  assertEquals(events.at(-1), end, "run_end comes last");
  return end;
}

Deno.test("runAgent() gives events in the promised order", async () => {
  const model = fakeModel([
    reply("Looking", [{ id: "c1", name: "Look" }]),
    reply("All is well"),
  ]);
  const events = await collect(agentOptions({ model }));
  assertEquals(events.map(({ type }) => type), [
    "run_start",
    "message",
    "turn_start",
    "text_delta",
    "usage",
    "message",
    "tool_start",
    "tool_end",
    "message",
    "turn_end",
    "turn_start",
    "text_delta",
    "usage",
    "message",
    "turn_end",
    "run_end",
  ]);
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index));
  assertEquals(events.map((event) => structuredClone(event)), events);
  assertEquals(endOf(events).reason, "done");
});

Deno.test("runAgent() sends each request as a prefix of the next", async () => {
  const turns = Array.from(
    { length: 20 },
    (_, index) => reply("", [{ name: "Look", input: { value: `${index}` } }]),
  );
  const model = fakeModel([...turns, reply("done")]);
  await collect(agentOptions({ model }));
  assertEquals(model.requests.length, 21);
  for (const [index, request] of model.requests.slice(1).entries()) {
    const before = model.requests[index];
    assert(before !== undefined);
    const length = before.messages.length;
    assertEquals(request.messages.slice(0, length), before.messages);
    assertEquals([request.system, request.tools], [
      before.system,
      before.tools,
    ]);
  }
});

Deno.test("runAgent() ends with max_turns and a valid history", async () => {
  const model = fakeModel([
    reply("", [{ name: "Look", input: { value: "1" } }]),
    reply("", [{ name: "Look", input: { value: "2" } }]),
  ]);
  const options = agentOptions({ model });
  const limits = { ...options.limits, maxTurns: 2 };
  const events = await collect({ ...options, limits });
  assertEquals(endOf(events).reason, "max_turns");
  assertEquals(messagesOf(events).map(({ role }) => role), [
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
});

Deno.test("runAgent() turns unknown tools, bad input and throws into results", async () => {
  const thrower = testTool("Throw", {
    run: () => Promise.reject(new Error("boom")),
  });
  const model = fakeModel([
    reply("", [
      { name: "Nope" },
      { name: "Look", input: { value: 5 } },
      { name: "Throw" },
      {
        name: "Look",
        problem: { kind: "cut_off", message: "The call was cut off" },
      },
    ]),
    reply("done"),
  ]);
  const tools = [testTool("Look"), thrower];
  const events = await collect(agentOptions({ model, tools }));
  const results = messagesOf(events).filter(({ role }) => role === "tool");
  const texts = results.map((message) =>
    message.role === "tool" ? textOf(message.content) : ""
  );
  assertEquals(texts.length, 4);
  assertEquals(texts[0], 'There is no tool "Nope". Tools: Look, Throw.');
  assertStringIncludes(texts[1] ?? "", "Invalid input for Look");
  assertStringIncludes(texts[1] ?? "", "Nothing was run");
  assertEquals(texts[2], "Throw failed: boom");
  assertEquals(texts[3], "The call was cut off");
  assertEquals(ofType(events, "tool_start").length, 4);
  assertEquals(ofType(events, "tool_end").length, 4);
});

Deno.test("runAgent() gives every call one result when it is interrupted", async () => {
  const controller = new AbortController();
  const slow = testTool("Slow", {
    access: () => [{ kind: "write", path: "/project/a" }],
    run: (_input, { signal }) =>
      new Promise((resolve) => {
        const stop = () => resolve(fail("aborted", "Slow was interrupted"));
        signal.addEventListener("abort", stop, { once: true });
        controller.abort();
      }),
  });
  const model = fakeModel([
    reply("", [{ id: "a", name: "Look" }, { id: "b", name: "Slow" }, {
      id: "c",
      name: "Slow",
    }]),
  ]);
  const tools = [testTool("Look"), slow];
  const events = await collect(agentOptions({ model, tools }), {
    signal: controller.signal,
  });
  assertEquals(endOf(events).reason, "aborted");
  const results = messagesOf(events).slice(1).map((message) =>
    message.role === "tool" ? [message.callId, textOf(message.content)] : []
  );
  assertEquals(results, [
    ["a", "Look ran"],
    ["b", "Slow was interrupted"],
    ["c", "Slow was interrupted by the user"],
  ]);
});

Deno.test("runAgent() keeps the partial text of an interrupted reply", async () => {
  const controller = new AbortController();
  const model = fakeModel([
    [{ type: "text_delta", delta: "Half an ans" }, ...reply("wer")],
  ]);
  const events = await collect(agentOptions({ model }), {
    signal: controller.signal,
    onEvent: ({ type }) => type === "text_delta" && controller.abort(),
  });
  assertEquals(endOf(events).reason, "aborted");
  const [message] = messagesOf(events);
  assert(message?.role === "assistant" && message.interrupted);
  assertStringIncludes(message.text, "Half an ans");
});

Deno.test("runAgent() asks once more after an empty reply, then gives up", async () => {
  const model = fakeModel([reply(""), reply(""), reply("")]);
  const events = await collect(agentOptions({ model }));
  const end = endOf(events);
  assertEquals(end.reason, "error");
  assertEquals(model.requests.length, 3);
  assertEquals(messagesOf(events).map(({ role }) => role), ["user", "user"]);
});

Deno.test("runAgent() pushes a model that announces instead of acting", async () => {
  const model = fakeModel([
    reply("Let me read the file now."),
    reply("", [{ name: "Look" }]),
    reply("It says hello."),
  ]);
  const events = await collect(agentOptions({ model }));
  assertEquals(endOf(events).reason, "done");
  assertEquals(model.requests.length, 3);
});

Deno.test("runAgent() does not push a model that asks or answers", async () => {
  for (const answer of ["Shall I read the file?", "The answer is 42."]) {
    const model = fakeModel([reply(answer)]);
    assertEquals(endOf(await collect(agentOptions({ model }))).reason, "done");
  }
});

Deno.test("runAgent() ends a loop of the same call with the same result", async () => {
  const turns = Array.from(
    { length: 10 },
    () => reply("", [{ name: "Look", input: { value: "git status" } }]),
  );
  const model = fakeModel(turns);
  const events = await collect(agentOptions({ model }));
  assertEquals(endOf(events).reason, "loop");
  const results = messagesOf(events).flatMap((message) =>
    message.role === "tool" ? [textOf(message.content)] : []
  );
  assertEquals(results.length, 5);
  assertStringIncludes(results[1] ?? "", "exactly the same result");
  assertStringIncludes(results[2] ?? "", "Not run");
  assertEquals(
    ofType(events, "tool_end").filter(({ outcome }) => outcome.ok).length,
    2,
  );
});

Deno.test("runAgent() lets the same test run again after an edit", async () => {
  const edit = testTool("Change", {
    access: () => [{ kind: "write", path: "/project/a" }],
  });
  const turns = Array.from({ length: 8 }, (_, index) => [
    reply("", [{ name: "Look", input: { value: "test" } }]),
    reply("", [{ name: "Change", input: { value: `${index}` } }]),
  ]).flat();
  const model = fakeModel([...turns, reply("done")]);
  const tools = [testTool("Look"), edit];
  assertEquals(
    endOf(await collect(agentOptions({ model, tools }))).reason,
    "done",
  );
});

Deno.test("runAgent() delivers what the user says meanwhile after the results", async () => {
  const steering = [{ role: "user" as const, content: [text("Also b")] }];
  const model = fakeModel([reply("", [{ name: "Look" }]), reply("done")]);
  const events = await collect(agentOptions({
    model,
    takeSteering: () => steering.splice(0),
  }));
  assertEquals(messagesOf(events).map(({ role }) => role), [
    "assistant",
    "tool",
    "user",
    "assistant",
  ]);
});

Deno.test("runAgent() compacts on overflow and sends again, twice at most", async () => {
  const overflow = {
    type: "failure" as const,
    failure: {
      code: "context_overflow" as const,
      message: "too long",
      transient: false,
      window: 8_000,
    },
  };
  const big = testTool("Look", {
    run: () => Promise.resolve(ok("word ".repeat(390))),
  });
  const work = Array.from(
    { length: 12 },
    (_, index) => reply("", [{ name: "Look", input: { value: `${index}` } }]),
  );
  const overflowing = (request: ModelRequest) =>
    request.purpose === "summary" ? reply("Goal: all of it") : [overflow];
  const model = fakeModel([...work, ...Array(6).fill(overflowing)]);
  const events = await collect(agentOptions({ model, tools: [big] }));
  const end = endOf(events);
  assertEquals(end.failure?.code, "context_overflow");
  const compactions = ofType(events, "compaction");
  assertEquals(compactions.map(({ trigger }) => trigger), [
    "overflow",
    "overflow",
  ]);
  for (const { before, after } of compactions) assert(after < before);
});

Deno.test("runAgent() stops a reply that repeats itself and asks once more", async () => {
  const line = "I will now check the file again.\n";
  const repeating = Array.from({ length: 200 }, () => ({
    type: "text_delta" as const,
    delta: line,
  }));
  const model = fakeModel([repeating, reply("The file is fine.")]);
  const events = await collect(agentOptions({ model }));
  assertEquals(endOf(events).reason, "done");
  assertEquals(ofType(events, "retry").map(({ of }) => of), [1]);
  assert(ofType(events, "text_delta").length < 200);
  assertEquals(model.requests.map(({ temperature }) => temperature), [
    undefined,
    0.9,
  ]);
});

Deno.test("runAgent() ends when the second reply repeats itself, too", async () => {
  const repeating = Array.from({ length: 300 }, () => ({
    type: "text_delta" as const,
    delta: "And again and again, the same words. ",
  }));
  const model = fakeModel([repeating, repeating]);
  const events = await collect(agentOptions({ model }));
  assertEquals(endOf(events).reason, "loop");
});

Deno.test("runAgent() lets a long reply be as even as a table", async () => {
  const rows = Array.from({ length: 400 }, (_, index) => ({
    type: "text_delta" as const,
    delta: `| row ${index} | value |\n`,
  }));
  const model = fakeModel([[...rows, ...reply("done")]]);
  const events = await collect(agentOptions({ model }));
  assertEquals(endOf(events).reason, "done");
});
