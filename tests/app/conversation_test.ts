import { assert, assertEquals } from "@std/assert";
import {
  type ConversationOptions,
  openConversation,
} from "../../lib/app/conversation.ts";
import type { Conversation } from "../../lib/core/conversation.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import { text, textOf } from "../../lib/core/message.ts";
import type { ModelClient } from "../../lib/core/model.ts";
import type { PermissionMode } from "../../lib/core/permission.ts";
import type { AgentOptions } from "../../lib/agent/options.ts";
import { memoryWork } from "../support/work.ts";
import { agentOptions, fakeModel, reply, testTool } from "../support/agent.ts";

async function conversation(
  model: ModelClient,
  changes: Partial<AgentOptions> = {},
  permissions: ConversationOptions["permissions"] = {
    mode: "default",
    enter: () => null,
  },
): Promise<Conversation> {
  const known: ModelClient = {
    ...model,
    info: () =>
      Promise.resolve({
        window: 32_000,
        windowSource: "default",
        maxOutput: 4_000,
        vision: false,
        thinking: false,
        tools: "native",
        warnings: ["the window is a guess"],
      }),
  };
  let now = 0;
  return openConversation({
    ...await memoryWork("/project"),
    cwd: "/project",
    permissions,
    now: () => now++,
    openModel: () => Promise.resolve(known),
    preamble: () => Promise.resolve([text("<environment/>")]),
    runOptions: (inputs, ports, preamble) =>
      Promise.resolve({
        ...agentOptions({ model: inputs.model, ...changes }),
        ...ports,
        watch: () => Promise.resolve({ finish: () => Promise.resolve() }),
        state: inputs.state,
        mode: inputs.mode,
        preamble,
      }),
    takeWarnings: () => [],
    dispose: () => Promise.resolve(),
  });
}

/** Sends a prompt and collects the events until its run ends. */
async function ask(
  open: Conversation,
  prompt: string,
  onEvent: (event: AgentEvent) => void = () => {},
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  const reader = open.events();
  open.send({ type: "prompt", content: [text(prompt)] });
  for await (const event of reader) {
    events.push(event);
    onEvent(event);
    if (event.type === "run_end") break;
  }
  return events;
}

Deno.test("openConversation() keeps the history between prompts", async () => {
  const model = fakeModel([reply("one"), reply("two")]);
  await using open = await conversation(model);
  await ask(open, "first");
  await ask(open, "second");
  const [first, second] = model.requests.map(({ messages }) => messages);
  assert(first !== undefined && second !== undefined);
  assertEquals(second.slice(0, first.length), first);
  assertEquals(
    second.map((message) =>
      message.role === "assistant" ? message.text : textOf(message.content)
    ),
    ["<environment/>\n\nfirst", "one", "second"],
  );
});

Deno.test("openConversation() gives events of all runs one numbering, warnings once", async () => {
  await using open = await conversation(
    fakeModel([reply("one"), reply("two")]),
  );
  const events = [...await ask(open, "a"), ...await ask(open, "b")];
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index));
  const warnings = events.filter(({ type }) => type === "notice");
  assertEquals(warnings.length, 1);
});

Deno.test("openConversation() answers a question with the reply op", async () => {
  const model = fakeModel([reply("", [{ name: "Look" }]), reply("done")]);
  await using open = await conversation(model, {
    decide: () => Promise.resolve({ kind: "ask", because: "test" }),
  });
  const events = await ask(open, "go", (event) => {
    if (event.type !== "permission_request") return;
    const { requestId } = event;
    open.send({ type: "reply", requestId, answer: { kind: "allow" } });
  });
  const [end] = events.filter(({ type }) => type === "tool_end");
  assert(end?.type === "tool_end" && end.outcome.ok);
});

Deno.test("openConversation() ends a run with an interrupt, also at a question", async () => {
  const model = fakeModel([reply("", [{ name: "Look" }]), reply("next")]);
  await using open = await conversation(model, {
    decide: () => Promise.resolve({ kind: "ask", because: "test" }),
  });
  const events = await ask(open, "go", ({ type }) => {
    if (type === "permission_request") open.send({ type: "interrupt" });
  });
  const end = events.at(-1);
  assert(end?.type === "run_end");
  assertEquals(end.reason, "aborted");
  const next = (await ask(open, "again")).at(-1);
  assert(next?.type === "run_end");
  assertEquals(next.reason, "done");
});

Deno.test("openConversation() forgets everything at clear", async () => {
  const model = fakeModel([reply("one"), reply("two")]);
  await using open = await conversation(model);
  await ask(open, "first");
  open.send({ type: "clear" });
  await ask(open, "second");
  assertEquals(model.requests[1]?.messages.length, 1);
});

Deno.test("openConversation() compacts when told, and goes on from there", async () => {
  const model = fakeModel([reply("one"), reply("Goal: g"), reply("two")]);
  await using open = await conversation(model);
  await ask(open, "first");
  open.send({ type: "compact" });
  const events = await ask(open, "second");
  const [compaction] = events.filter(({ type }) => type === "compaction");
  assert(compaction?.type === "compaction");
  assertEquals([compaction.trigger, compaction.by], ["manual", "model"]);
  const [opening] = model.requests[2]?.messages ?? [];
  assert(opening?.role === "user");
  assert(textOf(opening.content).includes("Goal: g"));
});

Deno.test("openConversation() delivers steering to the run under way", async () => {
  const holder: { open?: Conversation } = {};
  const tool = testTool("Look", {
    run: () => {
      holder.open?.send({ type: "steer", content: [text("also this")] });
      return Promise.resolve({ ok: true, content: [text("ok")], touched: [] });
    },
  });
  const { runInProcess } = await import("../../lib/realm/in_process.ts");
  const model = fakeModel([reply("", [{ name: "Look" }]), reply("done")]);
  holder.open = await conversation(model, {
    tools: [tool],
    run: runInProcess([tool]),
  });
  await ask(holder.open, "go");
  const last = model.requests[1]?.messages.at(-1);
  assert(last?.role === "user");
  assertEquals(textOf(last.content), "also this");
  await holder.open[Symbol.asyncDispose]();
});

Deno.test("openConversation() ends the run when it can't even begin", async () => {
  const model = fakeModel([]);
  await using open = openConversation({
    ...await memoryWork("/project"),
    cwd: "/project",
    permissions: { mode: "default", enter: () => null },
    now: () => 0,
    openModel: () => Promise.reject(new Error("no such script")),
    preamble: () => Promise.resolve([]),
    runOptions: () => Promise.resolve(agentOptions({ model })),
    takeWarnings: () => [],
    dispose: () => Promise.resolve(),
  });
  const events = await ask(open, "go");
  assertEquals(events.map(({ type }) => type), ["run_start", "run_end"]);
  const end = events.at(-1);
  assert(end?.type === "run_end");
  assertEquals(end.failure?.message, "no such script");
});

Deno.test("openConversation() changes the mode in the middle of a run", async () => {
  let mode: PermissionMode = "default";
  const judged: PermissionMode[] = [];
  const model = fakeModel([
    reply("", [{ name: "Look" }]),
    reply("", [{ name: "Look", input: { value: "2" } }]),
    reply("done"),
  ]);
  await using open = await conversation(model, {
    decide: () => {
      judged.push(mode);
      return Promise.resolve({ kind: "allow", because: "test" });
    },
  }, {
    get mode() {
      return mode;
    },
    enter(wanted) {
      if (wanted === "bypassPermissions") return "not that one";
      mode = wanted;
      return null;
    },
  });
  const events = await ask(open, "go", (event) => {
    if (event.type !== "tool_end" || judged.length > 1) return;
    open.send({ type: "set_mode", mode: "plan" });
    open.send({ type: "set_mode", mode: "bypassPermissions" });
  });
  assertEquals(judged, ["default", "plan"]);
  const modes = events.flatMap((event) =>
    event.type === "mode" ? [event.mode] : []
  );
  assertEquals(modes, ["plan"]);
  assert(
    events.some((event) =>
      event.type === "notice" && event.text === "not that one"
    ),
  );
});

Deno.test("send() loses no op, however soon it comes after another", async () => {
  const steps = Array.from({ length: 12 }, (_, index) => index);
  const model = fakeModel(steps.map(() => reply("done")));
  await using open = await conversation(model);
  for (const step of steps) {
    open.send({ type: "set_model", model: "other" });
    for (let at = 0; at < step; at++) await Promise.resolve();
    await ask(open, `prompt ${step}`);
  }
  assertEquals(model.requests.length, steps.length);
});
