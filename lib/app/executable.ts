import { exitCodes } from "../core/error.ts";
import {
  configFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { realmPermissions } from "../realm/permissions.ts";
import { keepRealms } from "../realm/remote.ts";
import type { FromAgent, ToAgent } from "./agent_main.ts";
import { parseInvocation } from "./args.ts";
import { endpointAddress } from "./endpoint.ts";
import { fixGrants, type Grants, takePermissionWords } from "./grants.ts";
import { loadSettings } from "./settings.ts";
import { complain } from "./run_program.ts";
import { agentVariables } from "./variables.ts";

/**
 * The executable's main thread: it fixes what the process may do, starts the
 * agent in a worker that holds exactly that, and realms beside it on request.
 * Nothing but this thread holds more than the user gave.
 */
export async function startAgent(mainUrl: string): Promise<void> {
  // Should the agent end by itself, the process must not look successful.
  Deno.exitCode = exitCodes.crash;
  let grants: Grants;
  let args: readonly string[];
  try {
    const words = takePermissionWords(Deno.args);
    args = words.rest;
    const invocation = parseInvocation(args);
    const cwd = path.resolve(invocation.cwd ?? Deno.cwd());
    const settings = await loadSettings();
    const endpoints = Object.values(settings.endpoints ?? {});
    const addresses = [
      endpointAddress(invocation, settings),
      ...endpoints.map(({ baseUrl }) => baseUrl),
    ];
    const keyVariables = endpoints.flatMap(({ apiKeyEnv = [] }) => apiKeyEnv);
    grants = fixGrants(
      words,
      defaultGrants({
        cwd,
        addresses,
        keyVariables,
      }),
      Deno.cwd(),
    );
  } catch (error) {
    Deno.exit(complain(error));
  }
  const agent = startWorker(mainUrl, "agent", agentPermissions(grants));
  const say = (message: ToAgent) => agent.postMessage(message);
  const keep = keepRealms({
    start: (kind) =>
      startWorker(mainUrl, "realm", narrow(grants, realmPermissions(kind))),
    report: say,
  });
  agent.onmessage = ({ data }: MessageEvent<FromAgent>) => {
    if (data.type === "exit") Deno.exit(data.code);
    keep(data);
  };
  agent.onerror = (event) => {
    event.preventDefault();
    Deno.exit(complain(event.error ?? event.message));
  };
  say({ type: "start", args });
}

function startWorker(
  mainUrl: string,
  name: string,
  permissions: Deno.PermissionOptionsObject,
): Worker {
  return new Worker(mainUrl, { type: "module", name, deno: { permissions } });
}

/** What the executable may do when no word says otherwise. */
function defaultGrants({ cwd, addresses, keyVariables }: {
  readonly cwd: string;
  readonly addresses: readonly string[];
  readonly keyVariables: readonly string[];
}): Grants {
  const own = [configFolder(), stateFolder()].filter((folder) =>
    folder !== undefined
  );
  const hosts = addresses.map((address) => new URL(address).host);
  const folders = [cwd, temporaryFolder(), ...own];
  return {
    read: folders,
    write: folders,
    net: [...hosts, "localhost", "127.0.0.1", "[::1]"],
    run: true,
    env: [...agentVariables, ...keyVariables],
  };
}

function agentPermissions(grants: Grants): Deno.PermissionOptionsObject {
  return {
    read: scopeOf(grants.read),
    write: scopeOf(grants.write),
    net: scopeOf(grants.net),
    run: scopeOf(grants.run),
    env: scopeOf(grants.env),
    sys: false,
    ffi: false,
    import: false,
  };
}

/** A realm's permissions with the grants in the place of "inherit". */
function narrow(
  grants: Grants,
  permissions: Deno.PermissionOptionsObject,
): Deno.PermissionOptionsObject {
  const narrowed = { ...permissions };
  for (const category of ["read", "write", "net", "run"] as const) {
    if (narrowed[category] !== "inherit") continue;
    narrowed[category] = scopeOf(grants[category]);
  }
  return narrowed;
}

/** An empty list would be refused as a list; it is no permission at all. */
function scopeOf(scope: Grants["read"]): boolean | string[] {
  if (scope === true) return true;
  return scope.length === 0 ? false : [...scope];
}
