import { assertEquals } from "@std/assert";
import type { PreparedCall, ToolOutcome } from "../../lib/core/tool.ts";
import { createRealmHost, type RealmHost } from "../../lib/realm/host.ts";
import {
  type RealmKind,
  realmPermissions,
} from "../../lib/realm/permissions.ts";
import { fixtureTools } from "./fixture_tools.ts";

interface Fixture extends Disposable {
  readonly host: RealmHost;
  readonly killed: number[];
  starts(): number;
  kinds(): RealmKind[];
}

function fixture(graceMs = 120): Fixture {
  const killed: number[] = [];
  const starts: RealmKind[] = [];
  const host = createRealmHost({
    tools: fixtureTools,
    graceMs,
    killGroup: (group) => killed.push(group),
    start: (kind) => {
      starts.push(kind);
      const url = new URL("./fixture_worker.ts", import.meta.url);
      const deno = { permissions: realmPermissions(kind) };
      return new Worker(url, { type: "module", deno });
    },
  });
  return {
    host,
    killed,
    starts: () => starts.length,
    kinds: () => starts,
    [Symbol.dispose]: () => host[Symbol.dispose](),
  };
}

function call(tool: string, value = "", callMs = 60_000): PreparedCall {
  return {
    tool,
    input: { value },
    context: {
      callId: value,
      cwd: "/",
      roots: ["/"],
      seen: {},
      limits: { resultChars: 1_000, readLines: 100, callMs },
      spillFolder: null,
      environment: {},
      vision: false,
    },
  };
}

const quiet = { signal: new AbortController().signal, onProgress() {} };

function told(outcome: ToolOutcome): unknown {
  return outcome.ok ? outcome.content : [outcome.code, outcome.message];
}

Deno.test("createRealmHost() starts one worker, at the first call", async () => {
  using realm = fixture();
  assertEquals(realm.starts(), 0);
  const progress: string[] = [];
  const outcome = await realm.host.run(call("Echo", "a"), {
    ...quiet,
    onProgress: ({ text }) => progress.push(text),
  });
  assertEquals(told(outcome), [{ type: "text", text: "echo a" }]);
  assertEquals(progress, ["echoing"]);
  await realm.host.run(call("Echo", "b"), quiet);
  assertEquals(realm.starts(), 1);
});

Deno.test("createRealmHost() gives a thrown error as a failure", async () => {
  using realm = fixture();
  const outcome = await realm.host.run(call("Throw"), quiet);
  assertEquals(told(outcome), ["failed", "Throw failed: boom"]);
});

Deno.test("createRealmHost() ends a call that blocks its thread", async () => {
  using realm = fixture();
  const outcome = await realm.host.run(call("Spin", "", 300), quiet);
  assertEquals(told(outcome), ["timeout", "Spin was stopped after 0.3 s"]);
  const next = await realm.host.run(call("Echo", "on"), quiet);
  assertEquals(told(next), [{ type: "text", text: "echo on" }]);
  assertEquals(realm.starts(), 2);
});

Deno.test("createRealmHost() finishes the innocent beside a blocked call", async () => {
  using realm = fixture();
  const outcomes = await Promise.all([
    realm.host.run(call("Spin", "", 1_000), quiet),
    realm.host.run(call("Echo", "a", 1_000), quiet),
    realm.host.run(call("Echo", "b", 1_000), quiet),
  ]);
  assertEquals(outcomes.map(told), [
    ["timeout", "Spin was stopped after 1 s"],
    [{ type: "text", text: "echo a" }],
    [{ type: "text", text: "echo b" }],
  ]);
});

Deno.test("createRealmHost() lets an interrupted call end by itself", async () => {
  using realm = fixture(60_000);
  const controller = new AbortController();
  await realm.host.run(call("Echo", "warm"), quiet);
  const running = realm.host.run(call("Wait"), {
    ...quiet,
    signal: controller.signal,
  });
  controller.abort();
  assertEquals(told(await running), [{
    type: "text",
    text: "stopped when asked",
  }]);
  assertEquals(realm.starts(), 1);
});

Deno.test("createRealmHost() interrupts a call that blocks, and starts no worker for one already interrupted", async () => {
  using realm = fixture();
  const controller = new AbortController();
  const running = realm.host.run(call("Spin"), {
    ...quiet,
    signal: controller.signal,
  });
  controller.abort();
  const expected = ["aborted", "Spin was interrupted by the user"];
  assertEquals(told(await running), expected);
  const late = await realm.host.run(call("Spin"), {
    ...quiet,
    signal: controller.signal,
  });
  assertEquals(told(late), expected);
  assertEquals(realm.starts(), 1);
});

Deno.test("createRealmHost() kills the process groups of a realm that it ends", async () => {
  using realm = fixture();
  const controller = new AbortController();
  const outcome = await realm.host.run(call("Group"), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assertEquals(told(outcome), ["aborted", "Group was interrupted by the user"]);
  assertEquals(realm.killed, [4_000_000]);
});

Deno.test("createRealmHost() replaces the worker when its kind changes", async () => {
  using realm = fixture();
  const states = async () =>
    told(await realm.host.run(call("Permissions"), quiet));
  const text = (value: string) => [{ type: "text", text: value }];
  assertEquals(await states(), text("read write net run"));
  realm.host.setKind("plan");
  assertEquals(await states(), text("read net"));
  realm.host.setKind("full");
  assertEquals(await states(), text("read write net run"));
  assertEquals(realm.kinds(), ["full", "plan", "full"]);
});

Deno.test("createRealmHost() keeps the worker while a call is under way", async () => {
  using realm = fixture(60_000);
  const controller = new AbortController();
  const running = realm.host.run(call("Wait"), {
    ...quiet,
    signal: controller.signal,
  });
  realm.host.setKind("plan");
  await realm.host.run(call("Echo"), quiet);
  assertEquals(realm.kinds(), ["full"]);
  controller.abort();
  await running;
  await realm.host.run(call("Echo"), quiet);
  assertEquals(realm.kinds(), ["full", "plan"]);
});
