import { assert, assertEquals } from "@std/assert";
import type { AgentEvent, AgentEventBody } from "../../lib/core/event.ts";
import { type Message, text } from "../../lib/core/message.ts";
import { fail, ok } from "../../lib/core/tool.ts";
import type { Entry } from "../../lib/session/entry.ts";
import { createMemorySession, createSession } from "../../lib/session/open.ts";
import { openSession } from "../../lib/session/open.ts";
import { resumableMode } from "../../lib/session/session.ts";
import { modelSays, sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const usage = { input: 10, output: 2, cached: 4, reasoning: 1 };
const touched = [{ kind: "read", path: "/a", version: null }] as const;

const start: AgentEventBody = {
  type: "run_start",
  conversation: "c",
  model: "test-model",
  mode: "default",
  tools: [],
};
const usageEvent: AgentEventBody = {
  type: "usage",
  usage,
  ms: 5,
  firstDeltaMs: 2,
  context: 12,
  window: 100,
  costUsd: 0.5,
};

/** Each event, and what of the entries that it leaves must be so. */
const cases: readonly (readonly [
  name: string,
  event: AgentEventBody,
  entries: readonly Record<string, unknown>[],
])[] = [
  ["run_start", start, [{ type: "mode_change", mode: "default" }]],
  ["run_start of another model", { ...start, model: "other" }, [
    { type: "model_change", model: "other" },
    { type: "mode_change", mode: "default" },
  ]],
  ["mode", { type: "mode", mode: "plan" }, [
    { type: "mode_change", mode: "plan" },
  ]],
  ["turn_start", { type: "turn_start", turn: 1 }, []],
  ["text_delta", { type: "text_delta", delta: "x" }, []],
  ["thinking_delta", { type: "thinking_delta", delta: "x" }, []],
  ["call_delta", { type: "call_delta", index: 0, delta: "x" }, []],
  ["message", { type: "message", message: userSays("hi") }, [
    { type: "message", message: userSays("hi") },
  ]],
  ["tool_start", {
    type: "tool_start",
    callId: "a",
    tool: "Read",
    input: {},
    access: [],
  }, []],
  ["tool_progress", { type: "tool_progress", callId: "a", text: "x" }, []],
  ["tool_end", {
    type: "tool_end",
    callId: "a",
    tool: "Read",
    outcome: ok("found", { touched, cwd: "/b", details: { lines: 1 } }),
    ms: 7,
  }, [{
    type: "call",
    callId: "a",
    tool: "Read",
    ok: true,
    ms: 7,
    touched,
    cwd: "/b",
    details: { lines: 1 },
  }]],
  ["tool_end of a failure with details too large", {
    type: "tool_end",
    callId: "a",
    tool: "Read",
    outcome: fail("failed", "no", undefined, { details: "x".repeat(200_001) }),
    ms: 7,
  }, [
    { type: "call", callId: "a", tool: "Read", ok: false, ms: 7, touched: [] },
  ]],
  ["permission_denied", {
    type: "permission_denied",
    denial: { callId: "a", tool: "Bash", input: {}, because: "no" },
  }, []],
  ["compaction", {
    type: "compaction",
    trigger: "manual",
    by: "mechanical",
    before: 9,
    after: 3,
    history: [userSays("short")],
  }, [{
    type: "compaction",
    trigger: "manual",
    by: "mechanical",
    before: 9,
    after: 3,
    history: [{ message: userSays("short") }],
  }]],
  ["retry", {
    type: "retry",
    attempt: 1,
    of: 3,
    waitMs: 1,
    because: "x",
  }, []],
  ["usage", usageEvent, [{
    type: "usage",
    usage,
    model: "test-model",
    agent: "main",
    ms: 5,
    firstDeltaMs: 2,
    context: 12,
    window: 100,
    costUsd: 0.5,
  }]],
  ["notice", { type: "notice", level: "warn", text: "x" }, []],
  ["turn_end", { type: "turn_end", turn: 1, stop: "done" as never }, []],
  ["run_end", {
    type: "run_end",
    reason: "error",
    turns: 2,
    ms: 8,
    denials: [],
    failure: { code: "network", message: "gone", transient: true } as never,
  }, [{
    type: "run_end",
    reason: "error",
    turns: 2,
    ms: 8,
    failure: "gone",
    summary: { messages: 0, model: "test-model", name: null, oneshot: false },
  }]],
];

function event(body: AgentEventBody, agent = "main"): AgentEvent {
  return { seq: 0, at: 0, agent, ...body };
}

function bodyOf({ id: _id, parentId: _, timestamp: _t, ...body }: Entry) {
  return body as Record<string, unknown>;
}

for (const [name, body, expected] of cases) {
  Deno.test(`record() keeps of ${name} what the conversation needs`, async () => {
    await using session = createMemorySession(sessionOptions());
    session.record(event(body));
    const entries = await Array.fromAsync(session.read(session.path()));
    assertEquals(entries.map(bodyOf), expected.map((entry) => ({ ...entry })));
  });
}

Deno.test("record() keeps of another agent its usage alone", async () => {
  await using session = createMemorySession(sessionOptions());
  for (const [, body] of cases) session.record(event(body, "explore"));
  const entries = await Array.fromAsync(session.read(session.path()));
  assertEquals(entries.map(({ type }) => type), ["usage"]);
  assertEquals(bodyOf(entries[0] as Entry)["agent"], "explore");
  assertEquals(session.facts.usage.costUsd, 0.5);
});

Deno.test("record() says a model and a mode once, as long as they stay", async () => {
  await using session = createMemorySession(sessionOptions());
  for (let n = 0; n < 3; n++) session.record(event(start));
  session.record(event({ type: "mode", mode: "default" }));
  assertEquals(session.path().length, 1);
});

Deno.test("record() keeps the preamble, and resume() gives it back, compacted or not", async () => {
  await using folder = await tempFolder();
  const session = await createSession(folder.path, sessionOptions());
  const preamble = [text("<env>here</env>"), text("memory")];
  const prompt: Message = {
    role: "user",
    content: [...preamble, text("go")],
    preamble: 2,
  };
  session.record(event({ type: "message", message: prompt }));
  session.record(event({ type: "message", message: modelSays("ok") }));
  assertEquals((await session.resume()).preamble, preamble);
  const summary: Message = { ...prompt, origin: "harness" };
  session.record(event({
    type: "compaction",
    trigger: "auto",
    by: "model",
    before: 2,
    after: 1,
    history: [summary],
  }));
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const opened = await openSession(file, sessionOptions());
  await using _ = opened.session;
  assertEquals(opened.resumed.preamble, preamble);
  assertEquals(opened.resumed.messages, [summary]);
  assertEquals(opened.session.facts.firstPrompt, "go");
});

Deno.test("resumableMode() never goes on with a mode that each start asks for", () => {
  const session = createMemorySession(sessionOptions());
  assertEquals(resumableMode(session.facts), null);
  for (const mode of ["plan", "bypassPermissions", "acceptEdits"] as const) {
    session.record(event({ type: "mode", mode }));
    const kept = mode === "acceptEdits" ? mode : null;
    assertEquals(resumableMode(session.facts), kept);
  }
  assert(session.facts.mode === "acceptEdits");
});
