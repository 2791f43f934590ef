import { assertEquals } from "@std/assert";
import type { PreparedCall } from "../../lib/core/tool.ts";
import type { RealmWorker } from "../../lib/realm/host.ts";
import type { FromRealm } from "../../lib/realm/protocol.ts";
import {
  type FromKeeper,
  type Keeper,
  keepRealms,
  remoteRealms,
} from "../../lib/realm/remote.ts";

interface Link {
  readonly keeper: Keeper;
  readonly realm: RealmWorker;
  /** The next message of the realm. */
  next(): Promise<FromRealm>;
  readonly errors: string[];
}

/** An agent and a keeper in one thread, and a realm in a worker. */
function link(module = "./fixture_worker.ts"): Link {
  let hear: ((message: FromKeeper) => void) | undefined;
  const keeper = keepRealms({
    start: () =>
      new Worker(new URL(module, import.meta.url), { type: "module" }),
    report: (message) => hear?.(message),
    denied: { read: ["/denied/by/the/launcher"], write: [] },
  });
  const start = remoteRealms({
    send: (message) => keeper.hear(message),
    listen: (listener) => hear = listener,
  });
  const realm = start("full");
  const errors: string[] = [];
  const waiting: ((message: FromRealm) => void)[] = [];
  const come: FromRealm[] = [];
  realm.onmessage = ({ data }) => {
    const next = waiting.shift();
    if (next === undefined) come.push(data);
    else next(data);
  };
  realm.onerror = ({ message }) => errors.push(message);
  return {
    keeper,
    realm,
    errors,
    next: () => {
      const first = come.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

function call(tool: string): PreparedCall {
  return {
    tool,
    input: { value: "x" },
    context: {
      callId: "1",
      cwd: "/",
      roots: ["/"],
      seen: {},
      limits: { resultChars: 1_000, readLines: 100, callMs: 60_000 },
      spillFolder: null,
      environment: {},
      vision: false,
    },
  };
}

Deno.test("remoteRealms() gives a realm that a keeper started as its own", async () => {
  const { realm, next } = link();
  realm.postMessage({ type: "call", id: 0, call: call("Echo") });
  assertEquals(await next(), { type: "progress", id: 0, text: "echoing" });
  const outcome = await next();
  assertEquals(outcome.type === "outcome" && outcome.outcome.ok, true);
  realm.terminate();
});

Deno.test("keepRealms() knows the process groups of realms not ended", async () => {
  const { keeper, realm, next } = link();
  assertEquals(keeper.groups(), []);
  realm.postMessage({ type: "call", id: 0, call: call("Group") });
  while ((await next()).type !== "progress");
  // Two ports have no order between them.
  while (keeper.groups().length !== 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(keeper.groups(), [4_000_000]);
  realm.terminate();
  assertEquals(keeper.groups(), []);
});

Deno.test("serveRealm() keeps what keeper and agent deny", async () => {
  const { realm, next } = link();
  const denied = { read: ["/denied/by/the/agent"], write: ["/denied/too"] };
  realm.postMessage({ type: "deny", denied });
  realm.postMessage({ type: "call", id: 0, call: call("Denied") });
  const outcome = await next();
  const text = JSON.stringify(outcome);
  for (const file of ["launcher", "agent", "too"]) {
    assertEquals(text.includes(file), true, text);
  }
  realm.terminate();
});

Deno.test("keepRealms() tells that a realm failed", async () => {
  const { errors, realm } = link(
    "data:text/javascript,throw new Error('no realm')",
  );
  while (errors.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(errors.join().includes("no realm"), true, errors.join());
  realm.terminate();
});
