import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { textOf } from "../../lib/core/message.ts";
import { ok } from "../../lib/core/tool.ts";
import {
  agentOptions,
  collect,
  fakeModel,
  messagesOf,
  ofType,
  reply,
  testTool,
} from "../support/agent.ts";

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const read = testTool("Read");

const edit = testTool("Edit", {
  access: () => [{ kind: "write", path: "/project/a" }],
});

Deno.test("dispatch() keeps call order when reads finish out of order", async () => {
  const ended = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  ended.at(-1)?.resolve();
  // Each read ends after the one behind it.
  const backwards = testTool("Read", {
    run: async ({ value }) => {
      await ended[Number(value) + 1]?.promise;
      ended[Number(value)]?.resolve();
      return ok(`read ${value}`);
    },
  });
  const calls = ["0", "1", "2", "3"].map((value) => ({
    name: "Read",
    input: { value },
  }));
  const model = fakeModel([reply("", calls), reply("done")]);
  const events = await collect(agentOptions({ model, tools: [backwards] }));
  const results = messagesOf(events).flatMap((message) =>
    message.role === "tool" ? [textOf(message.content)] : []
  );
  assertEquals(results, ["read 0", "read 1", "read 2", "read 3"]);
  const finished = ofType(events, "tool_end").map(({ callId }) => callId);
  const started = ofType(events, "tool_start").map(({ callId }) => callId);
  assertEquals(finished, started.toReversed());
});

Deno.test("dispatch() runs reads together, as many as allowed", async () => {
  let running = 0;
  let peak = 0;
  const counting = testTool("Read", {
    run: async () => {
      peak = Math.max(peak, ++running);
      await wait(5);
      running--;
      return ok("read");
    },
  });
  const calls = Array.from({ length: 8 }, () => ({ name: "Read" }));
  const model = fakeModel([reply("", calls), reply("done")]);
  const options = agentOptions({ model, tools: [counting] });
  await collect({
    ...options,
    limits: { ...options.limits, parallelCalls: 4 },
  });
  assertEquals(peak, 4);
});

Deno.test("dispatch() makes any call that is no read a barrier", async () => {
  const model = fakeModel([
    reply("", [
      { id: "r1", name: "Read", input: { value: "1" } },
      { id: "r2", name: "Read", input: { value: "1" } },
      { id: "e1", name: "Edit" },
      { id: "r3", name: "Read", input: { value: "1" } },
    ]),
    reply("done"),
  ]);
  const events = await collect(agentOptions({ model, tools: [read, edit] }));
  const steps = events.flatMap((event) =>
    event.type === "tool_start" || event.type === "tool_end"
      ? [`${event.type} ${event.callId}`]
      : []
  );
  assertEquals(steps, [
    "tool_start r1",
    "tool_start r2",
    "tool_end r1",
    "tool_end r2",
    "tool_start e1",
    "tool_end e1",
    "tool_start r3",
    "tool_end r3",
  ]);
});

Deno.test("dispatch() asks, and a no with a reason is the result", async () => {
  const model = fakeModel([reply("", [{ name: "Edit" }]), reply("done")]);
  const events = await collect(agentOptions({
    model,
    tools: [edit],
    decide: () => Promise.resolve({ kind: "ask", because: "mode default" }),
    ask: () => Promise.resolve({ kind: "deny", reason: "use b instead" }),
  }));
  assertEquals(ofType(events, "permission_request").length, 1);
  const [result] = messagesOf(events).filter(({ role }) => role === "tool");
  assert(result?.role === "tool" && result.isError);
  assertStringIncludes(textOf(result.content), "use b instead");
  const [end] = ofType(events, "run_end");
  assertEquals(end?.denials.map(({ tool }) => tool), ["Edit"]);
});

Deno.test("dispatch() cuts a long result and names the whole", async () => {
  const long = testTool("Read", {
    run: () => Promise.resolve(ok("line\n".repeat(5_000))),
  });
  const saved: string[] = [];
  const model = fakeModel([reply("", [{ name: "Read" }]), reply("done")]);
  const events = await collect(agentOptions({
    model,
    tools: [long],
    spill: (_callId, content) => {
      saved.push(content);
      return Promise.resolve("/spill/x.txt");
    },
  }));
  const [result] = messagesOf(events).filter(({ role }) => role === "tool");
  assert(result?.role === "tool");
  const sent = textOf(result.content);
  assert(sent.length < 2_200);
  assertStringIncludes(sent, "the whole is in /spill/x.txt");
  assertEquals(saved, ["line\n".repeat(5_000)]);
});

Deno.test("dispatch() remembers what a call read and where it went", async () => {
  const version = { mtime: 1, size: 2, hash: "h" };
  const mover = testTool("Move", {
    access: () => [{ kind: "run", line: "cd b", readOnly: false }],
    run: () =>
      Promise.resolve(ok("moved", {
        cwd: "/project/b",
        touched: [{ kind: "read", path: "/project/a", version }],
      })),
  });
  const model = fakeModel([reply("", [{ name: "Move" }]), reply("done")]);
  const options = agentOptions({ model, tools: [mover] });
  await collect(options);
  assertEquals(options.state.cwd, "/project/b");
  assertEquals([...options.state.seen], [["/project/a", version]]);
});

/** Two reads of one reply that are both asked about. */
function twoReads() {
  return fakeModel([
    reply("", [
      { id: "r1", name: "Read", input: { value: "1" } },
      { id: "r2", name: "Read", input: { value: "2" } },
    ]),
    reply("done"),
  ]);
}

Deno.test("dispatch() asks one question at a time", async () => {
  let open = 0;
  let peak = 0;
  const events = await collect(agentOptions({
    model: twoReads(),
    tools: [read],
    decide: () => Promise.resolve({ kind: "ask", because: "test" }),
    ask: async () => {
      peak = Math.max(peak, ++open);
      await wait(5);
      open--;
      return { kind: "allow" };
    },
  }));
  assertEquals(peak, 1);
  assertEquals(ofType(events, "permission_request").length, 2);
});

Deno.test("dispatch() does not ask what an answer has settled meanwhile", async () => {
  const remembered: string[] = [];
  const events = await collect(agentOptions({
    model: twoReads(),
    tools: [read],
    decide: () =>
      Promise.resolve(
        remembered.length > 0
          ? { kind: "allow", because: "remembered" }
          : { kind: "ask", because: "test", offer: ["Read"] },
      ),
    ask: () => Promise.resolve({ kind: "allow", remember: ["Read", "Bash"] }),
    remember: (rules) => {
      remembered.push(...rules);
      return Promise.resolve(["stored"]);
    },
  }));
  const [request, ...more] = ofType(events, "permission_request");
  assertEquals([request?.offer, more], [["Read"], []]);
  assertEquals(remembered, ["Read"], "only what was offered counts");
  assertEquals(ofType(events, "notice").map(({ text }) => text), ["stored"]);
});

Deno.test("dispatch() refuses what the mode forbids since the question", async () => {
  let isPlan = false;
  let ran = false;
  const tool = testTool("Edit", {
    access: () => [{ kind: "write", path: "/project/a" }],
    run: () => {
      ran = true;
      return Promise.resolve(ok("ran"));
    },
  });
  await collect(agentOptions({
    model: fakeModel([reply("", [{ name: "Edit" }]), reply("done")]),
    tools: [tool],
    decide: () =>
      Promise.resolve(
        isPlan
          ? { kind: "deny", because: "mode plan" }
          : { kind: "ask", because: "mode default" },
      ),
    ask: () => {
      isPlan = true;
      return Promise.resolve({ kind: "allow" });
    },
  }));
  assertEquals(ran, false);
});

Deno.test("dispatch() refuses a call that can't be judged", async () => {
  const events = await collect(agentOptions({
    model: fakeModel([reply("", [{ name: "Edit" }]), reply("done")]),
    tools: [edit],
    decide: () => Promise.reject(new Error("no parser")),
  }));
  const [end] = ofType(events, "run_end");
  assertEquals(end?.denials.map(({ because }) => because), [
    "it could not be judged: no parser",
  ]);
});

Deno.test("dispatch() ends a run at a denial where that is wanted", async () => {
  const events = await collect(agentOptions({
    model: fakeModel([
      reply("", [{ id: "a", name: "Edit" }, { id: "b", name: "Read" }]),
    ]),
    tools: [edit, read],
    stopAtDenial: true,
    decide: ({ name }) =>
      Promise.resolve(
        name === "Edit"
          ? { kind: "deny", because: "no" }
          : { kind: "allow", because: "yes" },
      ),
  }));
  const [end] = ofType(events, "run_end");
  assertEquals([end?.reason, end?.because], ["denied", "no"]);
  const codes = ofType(events, "tool_end").map(({ outcome }) =>
    outcome.ok ? "ok" : outcome.code
  );
  assertEquals(codes, ["not_permitted", "aborted"]);
});
