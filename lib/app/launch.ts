import type { SandboxPlan } from "../core/sandbox.ts";
import type { Settings } from "../core/settings.ts";
import {
  configFolder,
  homeFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { isInside, path } from "../platform/paths.ts";
import { partsIn } from "../platform/path_grants.ts";
import { planSandbox } from "../platform/sandbox.ts";
import { narrowPlan } from "../platform/sandbox_narrow.ts";
import { type RealmKind, realmPermissions } from "../realm/permissions.ts";
import {
  managedFile,
  settledPath,
  workspaceFiles,
} from "../settings/places.ts";
import { resultsFileOf } from "./batch_results.ts";
import { type Invocation, parseInvocation } from "./args.ts";
import { endpointAddress, modelName } from "./endpoint.ts";
import { findProgram } from "./find_program.ts";
import { type Defaults, fixGrants, type Grants } from "./grants.ts";
import { chooseRing, type Ring } from "./launch_ring.ts";
import { refuseLostDenials } from "./lost_denials.ts";
import { type Scope, takePermissionWords } from "./permission_words.ts";
import { openSettings, underOwner, workspaceRoot } from "./settings.ts";
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
  const given = parseInvocation(taken.rest);
  const loaded = await openSettings({ ...given, trust: false });
  const { merged: settings } = loaded;
  const invocation = underOwner(given, loaded);
  const folders = await foldersOf(invocation, settings);
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
  const needs = ownNeeds(invocation, settings);
  const above = await settingsAbove(folders.workspace);
  const own = { ...needs, read: [...needs.read, ...above] };
  const defaults: Defaults = {
    read: [...folders.all, ...own.read],
    write: [...folders.all, ...own.write],
    net: [...hostsOf(invocation, settings), "localhost", "127.0.0.1", "[::1]"],
    run: ring.run,
    env: [...agentVariables, ...own.env],
  };
  const fixed = fixGrants(taken, defaults, { cwd: Deno.cwd(), findProgram });
  const grants = narrowed(fixed, { invocation, settings, ring });
  const realm = realmGrants(grants, {
    agentOnly: [...folders.own, ...own.read, ...own.write],
    workspace: folders.workspace,
  });
  const confinement = confinementOf(realm.write, folders, network);
  refuseLostDenials({ grants, settings, ring, writable: confinement.writable });
  return {
    args: taken.rest,
    grants,
    agent: agentPermissions(grants, own.run),
    realm: (kind) => fillIn(realmPermissions(kind), realm),
    ...ring.kind === "landlock" ? { confinement } : {},
    landlock: ring.kind === "landlock" ? null : ring.reason,
  };
}

interface Folders {
  readonly workspace: string;
  readonly temp: string;
  /** Those of settings and state, which no tool and no command changes. */
  readonly own: readonly string[];
  /** More folders to work in. */
  readonly added: readonly string[];
  /** All that is granted, by the names given and by the real ones. */
  readonly all: readonly string[];
}

async function foldersOf(
  { cwd, folders }: Invocation,
  { permissions, sandbox }: Settings,
): Promise<Folders> {
  const workspace = path.resolve(cwd ?? Deno.cwd());
  const temp = temporaryFolder();
  const home = homeFolder();
  const namesOfAll = async (names: readonly (string | undefined)[]) =>
    (await Promise.all(names.map(namesOf))).flat();
  const names = await namesOf(workspace);
  const [own, added, temps] = await Promise.all([
    namesOfAll([configFolder(), stateFolder()]),
    namesOfAll([
      ...folders.map((each) => settledPath(each, { folder: workspace, home })),
      ...permissions?.additionalDirectories ?? [],
      ...sandbox?.allowWrite ?? [],
    ]),
    namesOf(temp),
  ]);
  return {
    workspace: names.at(-1) ?? workspace,
    temp: temps.at(-1) ?? temp,
    own,
    added,
    all: [...names, ...temps, ...own, ...added],
  };
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
  const { record, lastMessageFile, debugFile, checks: { jsonSchema } } =
    invocation;
  const batch = batchFiles(invocation);
  const isFile = jsonSchema?.trimStart().startsWith("{") === false;
  const absolute = (paths: readonly (string | undefined)[]) =>
    paths.filter((file) => file !== undefined)
      .map((file) => path.resolve(file));
  const hasCommand = endpoints.some(({ apiKeyCommand }) =>
    apiKeyCommand !== undefined
  );
  return {
    read: absolute([
      ...files,
      script,
      record,
      isFile ? jsonSchema : undefined,
      invocation.systemPromptFile,
      invocation.appendSystemPromptFile,
      ...invocation.images,
      ...batch,
    ]),
    write: absolute([record, lastMessageFile, debugFile, ...batch.slice(1)]),
    run: hasCommand ? ["sh"] : [],
    env: endpoints.flatMap(({ apiKeyEnv = [] }) => apiKeyEnv),
  };
}

/** The tasks of a batch, then what it writes. */
function batchFiles({ words: [word, tasks], results }: Invocation): string[] {
  if (word !== "batch" || tasks === undefined) return [];
  const kept = results ?? resultsFileOf(tasks);
  return [tasks, kept, `${kept}.lock`];
}

/**
 * Where a repository around the workspace keeps its settings, and `.git`, by
 * which the agent finds it. Tools get neither.
 */
async function settingsAbove(workspace: string): Promise<string[]> {
  const root = await workspaceRoot(workspace);
  if (root === workspace) return [];
  const { project } = workspaceFiles(root);
  return [path.join(root, ".git"), path.dirname(project)];
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

/** What realms may do; the agent's keys and files are no tool's business. */
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
    read: scopeOf(withManaged(grants.read)),
    write: scopeOf(grants.write),
    net: scopeOf(grants.net),
    run: scopeOf(isOwnRing ? [...grants.run, ...ownRun] : grants.run),
    env: scopeOf(grants.env),
    sys: false,
    ffi: false,
    import: false,
  };
}

/** What the machine's owner says holds whatever the user grants. */
function withManaged(read: Scope): Scope {
  return read === true ? true : [...new Set([...read, managedFile])];
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
  write: Scope,
  { workspace, temp, added }: Folders,
  network: boolean,
): SandboxPlan {
  const home = homeFolder();
  const plan = planSandbox({
    workspace,
    temp,
    additional: added,
    network,
    ...home === undefined ? {} : { home },
  });
  const parts = write === true ? plan.writable : partsIn(plan.writable, write);
  return { ...narrowPlan(plan, parts), kind: "landlock" };
}
