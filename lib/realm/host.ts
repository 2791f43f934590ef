import {
  type AnyTool,
  fail,
  type PreparedCall,
  type RunTool,
  type ToolOutcome,
  type ToolProgress,
} from "../core/tool.ts";
import type { DeniedPaths } from "../platform/denied_paths.ts";
import type { RealmKind } from "./permissions.ts";
import type { FromRealm, ToRealm } from "./protocol.ts";

/** A realm as its host sees it; `Worker` is one. */
export interface RealmWorker {
  postMessage(message: ToRealm): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromRealm>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** What a host needs. */
export interface RealmHostOptions {
  /** Starts a realm; called at the first call and after a realm was ended. */
  start(kind: RealmKind): RealmWorker;
  /** Kills a process group that a terminated realm left behind. */
  killGroup(group: number): void;
  readonly tools: readonly AnyTool[];
  /** Milliseconds that a call gets to end by itself once it must end. */
  readonly graceMs: number;
  /** What each realm has to keep by itself; asked for when one starts. */
  denied?(): DeniedPaths;
}

/** Runs calls in a realm and ends a realm that does not answer. */
export interface RealmHost extends Disposable {
  readonly run: RunTool;
  /**
   * Says in which realm the next calls run. A worker's permissions can't be
   * changed, so another kind replaces it as soon as no call is under way.
   */
  setKind(kind: RealmKind): void;
}

/** What a call came to, or that it was swept away with its realm. */
type Settled = ToolOutcome | "swept_away";

interface Pending {
  readonly call: PreparedCall;
  readonly groups: Set<number>;
  onProgress(progress: ToolProgress): void;
  settle(outcome: Settled): void;
}

/**
 * Hosts the one tool realm. A call that passes its time limit or ignores an
 * interrupt costs the realm its life: the worker is terminated, the process
 * groups that it had reported are killed, and the calls that were running
 * beside it (reads, by the loop's promise) run again, one by one, so that
 * the culprit is found and the innocent finish.
 */
export function createRealmHost(options: RealmHostOptions): RealmHost {
  const realm = createRealm(options);
  let lastAlone: Promise<unknown> = Promise.resolve();

  async function run(
    call: PreparedCall,
    runOptions: Parameters<RunTool>[1],
  ): Promise<ToolOutcome> {
    const first = await attempt(realm, call, runOptions, options);
    if (first !== "swept_away") return first;
    const alone = lastAlone.then(() =>
      attempt(realm, call, runOptions, options)
    );
    lastAlone = alone;
    const second = await alone;
    return second === "swept_away" ? interrupted(call) : second;
  }

  return {
    run,
    setKind: realm.setKind,
    [Symbol.dispose]: () => realm.crash("the program ends"),
  };
}

/** The worker and the calls under way in it. */
interface Realm {
  setKind(kind: RealmKind): void;
  send(entry: Pending): number;
  abort(id: number): void;
  isPending(id: number): boolean;
  isAlone(id: number): boolean;
  /** Terminates the worker; every call under way is swept away. */
  end(): void;
  /** Terminates the worker; every call under way fails. */
  crash(reason: string): void;
}

function createRealm(options: RealmHostOptions): Realm {
  const pending = new Map<number, Pending>();
  let worker: RealmWorker | undefined;
  let nextId = 0;
  let wanted: RealmKind = "full";
  let running: RealmKind = wanted;

  function open(): RealmWorker {
    const isOnlyCall = pending.size === 1;
    if (running !== wanted && isOnlyCall) {
      worker?.terminate();
      worker = undefined;
    }
    if (worker !== undefined) return worker;
    running = wanted;
    const started = options.start(running);
    started.onmessage = ({ data }) => receive(data);
    started.onerror = (event) => {
      event.preventDefault();
      if (worker === started) crash(`the tool realm failed: ${event.message}`);
    };
    worker = started;
    const denied = options.denied?.();
    if (denied !== undefined) started.postMessage({ type: "deny", denied });
    return started;
  }

  function receive(data: FromRealm): void {
    const entry = pending.get(data.id);
    if (entry === undefined) return;
    switch (data.type) {
      case "progress":
        return entry.onProgress({ text: data.text });
      case "group":
        if (data.state === "started") entry.groups.add(data.group);
        else entry.groups.delete(data.group);
        return;
      case "outcome":
        pending.delete(data.id);
        return entry.settle(data.outcome);
    }
  }

  function terminate(settled: (call: PreparedCall) => Settled): void {
    worker?.terminate();
    worker = undefined;
    const orphans = [...pending.values()];
    pending.clear();
    for (const { call, groups, settle } of orphans) {
      for (const group of groups) options.killGroup(group);
      settle(settled(call));
    }
  }

  function crash(reason: string): void {
    terminate(({ tool }) => fail("failed", `Cannot finish ${tool}: ${reason}`));
  }

  return {
    setKind: (kind) => wanted = kind,
    send(entry) {
      const id = nextId++;
      pending.set(id, entry);
      open().postMessage({ type: "call", id, call: entry.call });
      return id;
    },
    abort: (id) => worker?.postMessage({ type: "abort", id }),
    isPending: (id) => pending.has(id),
    isAlone: (id) => pending.size === 1 && pending.has(id),
    end: () => terminate(() => "swept_away"),
    crash,
  };
}

/** Runs a call until it answers, passes its limit, or is interrupted. */
async function attempt(
  realm: Realm,
  call: PreparedCall,
  { signal, onProgress }: Parameters<RunTool>[1],
  { tools, graceMs }: RealmHostOptions,
): Promise<Settled> {
  if (signal.aborted) return interrupted(call);
  const { promise, resolve } = Promise.withResolvers<Settled>();
  const id = realm.send({
    call,
    groups: new Set(),
    onProgress,
    settle: resolve,
  });
  let grace: ReturnType<typeof setTimeout> | undefined;

  function endAfterGrace(outcome: () => Settled): void {
    realm.abort(id);
    grace = setTimeout(() => {
      if (!realm.isPending(id)) return;
      const settled = outcome();
      resolve(settled);
      realm.end();
    }, graceMs);
  }

  const limitMs = timeLimit(tools, call);
  const limit = setTimeout(() => {
    // Beside others it may be innocent: one of them may be what blocks.
    endAfterGrace(() =>
      realm.isAlone(id) ? timedOut(call, limitMs) : "swept_away"
    );
  }, limitMs);
  const onAbort = () => {
    clearTimeout(grace);
    endAfterGrace(() => interrupted(call));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const settled = await promise;
  clearTimeout(limit);
  clearTimeout(grace);
  signal.removeEventListener("abort", onAbort);
  return settled;
}

function timeLimit(tools: readonly AnyTool[], call: PreparedCall): number {
  const tool = tools.find(({ name }) => name === call.tool);
  return tool?.timeoutMs?.(call.input, call.context) ??
    call.context.limits.callMs;
}

function timedOut(call: PreparedCall, limitMs: number): ToolOutcome {
  return fail(
    "timeout",
    `${call.tool} was stopped after ${Math.round(limitMs / 100) / 10} s`,
    "Make the call smaller: a simpler pattern, a narrower path",
  );
}

function interrupted(call: PreparedCall): ToolOutcome {
  return fail("aborted", `${call.tool} was interrupted by the user`);
}
