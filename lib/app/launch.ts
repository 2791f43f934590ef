import { exitCodes, UserError } from "../core/error.ts";
import type { SandboxPlan } from "../core/sandbox.ts";
import type { Settings } from "../core/settings.ts";
import {
  configFolder,
  homeFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { isInside, path } from "../platform/paths.ts";
import { planSandbox } from "../platform/sandbox.ts";
import { type RealmKind, realmPermissions } from "../realm/permissions.ts";
import { managedFile } from "../settings/places.ts";
import { type Invocation, parseInvocation } from "./args.ts";
import { endpointAddress, modelName } from "./endpoint.ts";
import { findProgram } from "./find_program.ts";
import { type Defaults, fixGrants, type Grants } from "./grants.ts";
import { chooseRing, type Ring } from "./launch_ring.ts";
import { type Scope, takePermissionWords } from "./permission_words.ts";
import { openSettings } from "./settings.ts";
import { agentVariables } from "./variables.ts";

/** All that is fixed when the executable starts, for the process' life. */
export interface Launch {
  /** The command line without permission words. */
  readonly args: readonly string[];
  readonly grants: Grants;
  readonly agent: Deno.PermissionOptionsObject;
  realm(kind: RealmKind): Deno.PermissionOptionsObject;
  /** What realms are confined to by Landlock; absent where they are not. */
  readonly confinement?: SandboxPlan;
  /** Why they are not, for the agent's own plan of commands. */
  readonly landlock: string | null;
}

/**
 * Decides what the process may do: by the words of its command line, the
 * user's own settings (never those of a project) and what the system offers.
 * Starts bubblewrap once, to see whether it works. Needs all permissions.
 *
 * @throws {UserError} for what can't be understood or kept.
 */
export async function planLaunch(words: readonly string[]): Promise<Launch> {
  const taken = takePermissionWords(words);
  const invocation = parseInvocation(taken.rest);
  const { merged: settings } = await openSettings({
    ...invocation,
    trust: false,
  });
  const folders = await foldersOf(invocation);
  const network = invocation.localOnly ? false : taken.allow.net === true;
  const ring = await chooseRing(invocation, {
    settings,
    words: taken,
    plan: planSandbox({
      workspace: folders.workspace,
      temp: folders.temp,
      network,
    }),
  });
  const own = ownNeeds(invocation, settings);
  const defaults: Defaults = {
    read: [...folders.all, managedFile, ...own.read],
    write: [...folders.all, ...own.write],
    net: [...hostsOf(invocation, settings), "localhost", "127.0.0.1", "[::1]"],
    run: ring.run,
    env: [...agentVariables, ...own.env],
  };
  const fixed = fixGrants(taken, defaults, { cwd: Deno.cwd(), findProgram });
  const grants = narrowed(fixed, { invocation, settings, ring });
  const realm = realmGrants(grants, {
    agentOnly: [...folders.config, ...own.read, ...own.write],
    workspace: folders.workspace,
  });
  refuseLostDenials(grants, ring, realm.write);
  return {
    args: taken.rest,
    grants,
    agent: agentPermissions(grants, own.run),
    realm: (kind) => fillIn(realmPermissions(kind), realm),
    ...ring.kind === "landlock"
      ? { confinement: confinementOf(realm, folders, network) }
      : {},
    landlock: ring.kind === "landlock" ? null : ring.reason,
  };
}

interface Folders {
  readonly workspace: string;
  readonly temp: string;
  readonly config: readonly string[];
  /** All that is granted, by the names given and by the real ones. */
  readonly all: readonly string[];
}

async function foldersOf({ cwd }: Invocation): Promise<Folders> {
  const workspace = path.resolve(cwd ?? Deno.cwd());
  const temp = temporaryFolder();
  const config = await namesOf(configFolder());
  const all = await Promise.all(
    [workspace, temp, stateFolder()].map(namesOf),
  );
  const real = all[0]?.at(-1) ?? workspace;
  return { workspace: real, temp, config, all: [...all.flat(), ...config] };
}

/** A folder as it is named and as it really is: tools use the latter. */
async function namesOf(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return [];
  try {
    return [...new Set([folder, await Deno.realPath(folder)])];
  } catch {
    // Not there, or nothing that can be followed: its name is all there is.
    return [folder];
  }
}

/** What only the agent needs: keys, scripts and records that were named. */
interface OwnNeeds {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly run: readonly string[];
  readonly env: readonly string[];
}

function ownNeeds(invocation: Invocation, settings: Settings): OwnNeeds {
  const endpoints = Object.values(settings.endpoints ?? {});
  const files = endpoints.flatMap(({ apiKeyFile = [] }) => apiKeyFile);
  const script = /^scripted:(.*)$/s.exec(modelName(invocation, settings))?.[1];
  const { record } = invocation;
  const absolute = (paths: readonly (string | undefined)[]) =>
    paths.filter((file) => file !== undefined)
      .map((file) => path.resolve(file));
  const hasCommand = endpoints.some(({ apiKeyCommand }) =>
    apiKeyCommand !== undefined
  );
  return {
    read: absolute([...files, script, record]),
    write: absolute([record]),
    run: hasCommand ? ["sh"] : [],
    env: endpoints.flatMap(({ apiKeyEnv = [] }) => apiKeyEnv),
  };
}

/** Hosts of all endpoints that flags, variables and settings name. */
function hostsOf(invocation: Invocation, settings: Settings): string[] {
  const others = Object.values(settings.endpoints ?? {});
  return [modelHost(invocation, settings)].concat(
    others.map(({ baseUrl }) => hostOf(baseUrl)),
  );
}

function modelHost(invocation: Invocation, settings: Settings): string {
  return hostOf(endpointAddress(invocation, settings));
}

/** The host with its port, which Deno takes as any when there is none. */
function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** What `--no-exec` and `--local-only` take away, whatever else was said. */
function narrowed(
  grants: Grants,
  { invocation, settings, ring }: {
    readonly invocation: Invocation;
    readonly settings: Settings;
    readonly ring: Ring;
  },
): Grants {
  return {
    ...grants,
    ...ring.isRunOff ? { run: [] } : {},
    ...invocation.localOnly ? { net: [modelHost(invocation, settings)] } : {},
  };
}

/** What realms may do; the agent's keys and settings are no tool's business. */
function realmGrants(
  grants: Grants,
  { agentOnly, workspace }: {
    readonly agentOnly: readonly string[];
    readonly workspace: string;
  },
): Grants {
  const without = (scope: Scope): Scope =>
    scope === true
      ? true
      : scope.filter((item) =>
        !agentOnly.includes(item) || isInside(workspace, item)
      );
  return {
    ...grants,
    read: without(grants.read),
    write: without(grants.write),
  };
}

function agentPermissions(
  grants: Grants,
  ownRun: readonly string[],
): Deno.PermissionOptionsObject {
  const isOwnRing = Array.isArray(grants.run) && grants.run.length > 0;
  return {
    read: scopeOf(grants.read),
    write: scopeOf(grants.write),
    net: scopeOf(grants.net),
    run: scopeOf(isOwnRing ? [...grants.run, ...ownRun] : grants.run),
    env: scopeOf(grants.env),
    sys: false,
    ffi: false,
    import: false,
  };
}

/** A realm's permissions with the grants in the place of "inherit". */
function fillIn(
  permissions: Deno.PermissionOptionsObject,
  grants: Grants,
): Deno.PermissionOptionsObject {
  const filled = { ...permissions };
  for (const category of ["read", "write", "net", "run"] as const) {
    if (filled[category] !== "inherit") continue;
    filled[category] = scopeOf(grants[category]);
  }
  return filled;
}

/** An empty list would be refused as a list; it is no permission at all. */
function scopeOf(scope: Scope): boolean | string[] {
  if (scope === true) return true;
  return scope.length === 0 ? false : [...scope];
}

/** Landlock's plan: what realms may write, themselves and by commands. */
function confinementOf(
  realm: Grants,
  folders: Folders,
  network: boolean,
): SandboxPlan {
  const home = homeFolder();
  const plan = planSandbox({
    workspace: folders.workspace,
    temp: folders.temp,
    network,
    ...home === undefined ? {} : { home },
  });
  const { write } = realm;
  return {
    ...plan,
    kind: "landlock",
    writable: write === true ? plan.writable : [...write],
  };
}

/**
 * Commands know nothing of Deno's lists: only a sandbox that hides paths and
 * protects them keeps a denial from them.
 */
function refuseLostDenials(
  { run, denied }: Grants,
  ring: Ring,
  writable: Scope,
): void {
  const canRun = run === true || run.length > 0;
  if (!canRun || ring.kind === "bwrap" || ring.kind === "sandbox-exec") return;
  const isWritable = (file: string) =>
    ring.kind !== "landlock" || writable === true ||
    writable.some((folder) => isInside(file, folder));
  const lost = [
    ...denied.read.map((file) => `--deny-read=${file}`),
    ...denied.write.filter(isWritable).map((file) => `--deny-write=${file}`),
  ];
  if (lost.length === 0) return;
  throw new UserError(
    `Cannot keep ${lost.join(" and ")}: commands could use it all the same, ` +
      `for the sandbox here can't prevent that (${ring.reason}). Add ` +
      "--no-exec to go on without commands",
    exitCodes.usage,
  );
}
