import { describeError } from "../core/error.ts";
import type { DeniedPaths } from "../platform/denied_paths.ts";
import type { RealmWorker } from "./host.ts";
import type { RealmKind } from "./permissions.ts";
import type { FromRealm, ToRealm } from "./protocol.ts";

/** What an agent says to the keeper of the realms. */
export type ToKeeper =
  | {
    readonly type: "realm";
    readonly id: number;
    readonly kind: RealmKind;
    readonly port: MessagePort;
  }
  | { readonly type: "end_realm"; readonly id: number };

/** What the keeper says to the agent. */
export type FromKeeper = {
  readonly type: "realm_error";
  readonly id: number;
  readonly message: string;
};

/** A way to the keeper, in both directions. */
export interface KeeperLink {
  send(message: ToKeeper, transfer: Transferable[]): void;
  /** Called with what the keeper says. */
  listen(listener: (message: FromKeeper) => void): void;
}

/**
 * Starts realms where workers can't be started: in an agent that is a worker
 * itself. Workers are never nested (Deno delays a nested worker's messages
 * by half a second), so the keeper starts them as siblings and a message port
 * joins the two. The agent names a kind, never permissions.
 */
export function remoteRealms(
  link: KeeperLink,
): (kind: RealmKind) => RealmWorker {
  const realms = new Map<number, RealmWorker>();
  let nextId = 0;
  link.listen(({ id, message }) => {
    realms.get(id)?.onerror?.(new ErrorEvent("error", { message }));
  });
  return (kind) => {
    const id = nextId++;
    const { port1, port2 } = new MessageChannel();
    link.send({ type: "realm", id, kind, port: port2 }, [port2]);
    const realm: RealmWorker = {
      postMessage: (message: ToRealm) => port1.postMessage(message),
      terminate() {
        realms.delete(id);
        port1.close();
        link.send({ type: "end_realm", id }, []);
      },
      onmessage: null,
      onerror: null,
    };
    port1.onmessage = (event: MessageEvent<FromRealm>) =>
      realm.onmessage?.(event);
    realms.set(id, realm);
    return realm;
  };
}

/** A worker as its keeper sees it. */
export interface KeptWorker {
  postMessage(message: ToRealm, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromRealm>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** The realms of one agent. */
export interface Keeper {
  /** Takes what the agent says. */
  hear(message: ToKeeper): void;
  /** Process groups of realms that the agent has not ended. */
  groups(): number[];
}

/**
 * Keeps the realms of one agent. A realm that can't be started is told as one
 * that has failed.
 */
export function keepRealms(options: {
  start(kind: RealmKind): KeptWorker;
  report(message: FromKeeper): void;
  /** What each realm has to keep by itself; the agent has no say in it. */
  readonly denied?: DeniedPaths;
}): Keeper {
  const { denied } = options;
  const workers = new Map<number, KeptWorker>();
  const groups = new Map<number, Set<number>>();
  function open(
    { id, kind, port }: Extract<ToKeeper, { type: "realm" }>,
  ): void {
    const worker = options.start(kind);
    worker.onerror = (event) => {
      event.preventDefault();
      options.report({ type: "realm_error", id, message: event.message });
    };
    const own = new Set<number>();
    worker.onmessage = ({ data }) => {
      if (data.type !== "group") return;
      if (data.state === "started") own.add(data.group);
      else own.delete(data.group);
    };
    workers.set(id, worker);
    groups.set(id, own);
    const connect = { type: "connect", port } as const;
    worker.postMessage(
      denied === undefined ? connect : { ...connect, denied },
      [port],
    );
  }
  function hear(message: ToKeeper): void {
    const { id } = message;
    if (message.type === "end_realm") {
      workers.get(id)?.terminate();
      workers.delete(id);
      groups.delete(id);
      return;
    }
    try {
      open(message);
    } catch (error) {
      const reason = describeError(error);
      options.report({ type: "realm_error", id, message: reason });
    }
  }
  return {
    hear,
    groups: () => [...groups.values()].flatMap((own) => [...own]),
  };
}
