import { parseInvocation } from "../../lib/app/args.ts";
import { boot } from "../../lib/app/boot.ts";
import { sandboxFor } from "../../lib/app/confine.ts";
import { resolveEndpoint } from "../../lib/app/endpoint.ts";
import { permissionSetup } from "../../lib/app/permission_setup.ts";
import { type RealmStarter, workerRealms } from "../../lib/app/realm_start.ts";
import { openSettings } from "../../lib/app/settings.ts";
import type { Conversation } from "../../lib/core/conversation.ts";
import type { RealmWorker } from "../../lib/realm/host.ts";
import type { RealmKind } from "../../lib/realm/permissions.ts";
import type { FromRealm, ToRealm } from "../../lib/realm/protocol.ts";
import { builtinTools } from "../../tools/mod.ts";
import { findProgram } from "../support/needs.ts";
import type { AttackNeed, Setting } from "./attack.ts";
import { hostileTools } from "./hostile_tools.ts";
import { type Listeners, openListeners } from "./listeners.ts";
import { secrets, type Stage } from "./stage.ts";

/** What all attacks of a process share. */
export interface Surroundings extends Disposable {
  readonly setting: Setting;
  readonly listeners: Listeners;
  /** What this machine can't offer to an attack. */
  readonly lacks: ReadonlySet<AttackNeed>;
  /** Starts the program on a stage. */
  open(stage: Stage, canAsk: boolean): Promise<Conversation>;
}

/** Opens the surroundings of a setting. */
export async function openSurroundings(
  id: string,
  setting: Setting,
): Promise<Surroundings> {
  const listeners = openListeners(id);
  const workers = sharedWorkers();
  Deno.env.set("OPENAI_API_KEY", secrets.key);
  Deno.env.set("MY_NOTE", `the key is ${secrets.key}`);
  return {
    setting,
    listeners,
    lacks: await lacking(listeners),
    async open(stage, canAsk) {
      Deno.env.set("HOME", stage.home);
      Deno.env.set("TMPDIR", stage.temp);
      const invocation = parseInvocation([
        ...["--cwd", stage.work, "--permission-mode", setting.mode],
        ...["--sandbox", setting.ring2 ? "strict" : "off"],
        ...["--model", `scripted:${stage.script}`, "--api-key", secrets.key],
      ]);
      const settings = await openSettings(invocation);
      const setup = permissionSetup(invocation, settings.layers);
      const endpoint = await resolveEndpoint(invocation, settings.merged);
      return await boot({
        ...invocation,
        settings,
        endpoint,
        canAsk,
        mode: setup.mode,
        permissions: setup,
        tools: [...builtinTools, ...hostileTools],
        realms: workers.realms,
        sandbox: await sandboxFor(invocation, {
          settings: settings.merged,
          endpoint,
          workspace: stage.work,
        }),
      });
    },
    [Symbol.dispose]() {
      workers.end();
      listeners[Symbol.dispose]();
    },
  };
}

async function lacking(listeners: Listeners): Promise<Set<AttackNeed>> {
  const lacks = new Set<AttackNeed>();
  if (findProgram("curl") === undefined) lacks.add("curl");
  if (!listeners.hasRun) lacks.add("/run");
  // Yama's rule; root and kernels without it may look everywhere.
  const scope = await new Deno.Command("cat", {
    args: ["/proc/sys/kernel/yama/ptrace_scope"],
  }).output();
  const isOpen = !scope.success ||
    new TextDecoder().decode(scope.stdout).trim() === "0" || Deno.uid() === 0;
  if (!isOpen) lacks.add("ptrace");
  return lacks;
}

/**
 * The program starts one realm for each conversation. Loading the tools takes
 * longer than most attacks, so realms that have ended well are used again.
 */
function sharedWorkers() {
  const program = workerRealms(new URL("realm.ts", import.meta.url).href, {
    workerPermissions: true,
  });
  const idle = new Map<RealmKind, RealmWorker>();
  const start = (kind: RealmKind): RealmWorker => {
    const worker = program.start?.(kind);
    if (worker === undefined) throw new Error("No worker can be started");
    return worker;
  };
  return {
    realms: {
      start(kind: RealmKind) {
        const worker = idle.get(kind) ?? start(kind);
        idle.delete(kind);
        return lend(worker, () => idle.set(kind, worker));
      },
    } satisfies RealmStarter,
    end() {
      for (const worker of idle.values()) worker.terminate();
    },
  };
}

function lend(worker: RealmWorker, giveBack: () => void): RealmWorker {
  const running = new Set<number>();
  const lent: RealmWorker = {
    onmessage: null,
    onerror: null,
    postMessage(message: ToRealm) {
      if (message.type === "call") running.add(message.id);
      worker.postMessage(message);
    },
    terminate() {
      worker.onmessage = null;
      worker.onerror = null;
      if (running.size === 0) giveBack();
      else worker.terminate();
    },
  };
  worker.onmessage = (event: MessageEvent<FromRealm>) => {
    if (event.data.type === "outcome") running.delete(event.data.id);
    lent.onmessage?.(event);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    lent.onerror?.(event);
  };
  return lent;
}
