import { describeError, exitCodes, UserError } from "../core/error.ts";
import { estimateTokens } from "../core/tokens.ts";
import { can } from "../platform/capabilities.ts";
import { childEnvironment } from "../platform/child_environment.ts";
import { readWholeEnvironment } from "../platform/environment.ts";
import {
  configFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { findGitRoot } from "../workspace/git.ts";
import { builtinTools } from "../../tools/mod.ts";
import type { Invocation } from "./args.ts";
import {
  findGrants,
  findTools,
  type GrantFinding,
  type ToolFinding,
} from "./doctor_grants.ts";
import {
  chosenEndpoint,
  type EndpointFinding,
  hostOf,
  noHome,
  reach,
  type SettingsFinding,
} from "./doctor_endpoint.ts";
import {
  findPrograms,
  type ProgramFinding,
  usefulPrograms,
} from "./doctor_programs.ts";
import {
  findServers,
  type LocalServer,
  type ServerFinding,
} from "./doctor_servers.ts";
import { findSandbox, type SandboxFinding } from "./doctor_sandbox.ts";
import { findWorker, type WorkerFinding } from "./doctor_worker.ts";
import { discoverMemory } from "./memory.ts";
import type { RealmStarter } from "./realm_start.ts";
import { childVariables } from "./variables.ts";
import { version } from "./version.ts";

/** A folder of the program. */
export interface FolderFinding {
  readonly name: "config" | "state" | "temporary";
  /** Null when the environment does not tell. */
  readonly path: string | null;
  readonly state:
    | "writable"
    | "read_only"
    | "missing"
    | "not_permitted"
    | "unknown";
  /** What is in the way; "" when nothing is. */
  readonly problem: string;
}

/** What `openclaude doctor` finds. Plain data: it is the JSON. */
export interface EnvironmentReport {
  readonly kind: "environment";
  readonly version: string;
  readonly deno: string;
  readonly platform: string;
  readonly runsAs: "checkout" | "url" | "executable" | "bundle";
  readonly folder: string;
  readonly permissions: readonly GrantFinding[];
  readonly tools: readonly ToolFinding[];
  readonly worker: WorkerFinding;
  readonly sandbox: SandboxFinding;
  readonly programs: readonly ProgramFinding[];
  readonly folders: readonly FolderFinding[];
  readonly memory: {
    readonly files: readonly {
      readonly path: string;
      readonly bytes: number;
      readonly tokens: number;
    }[];
    readonly tokens: number;
    readonly warnings: readonly string[];
  };
  readonly settings: SettingsFinding;
  readonly endpoint: EndpointFinding;
  readonly servers: readonly ServerFinding[];
}

/** Options of {@link examineEnvironment}. */
export interface EnvironmentOptions {
  readonly invocation: Invocation;
  readonly realms: RealmStarter;
  readonly signal: AbortSignal;
  /** Servers of this machine to look for. */
  readonly servers?: readonly LocalServer[];
}

/** Tokens of memory above which a small model has little room for work. */
export const manyMemoryTokens = 4_000;

/**
 * Finds what is granted, which tools that gives, what is installed and which
 * servers answer. Needs no permission: what may not be looked at is reported
 * as such.
 *
 * @throws the signal's reason when it is interrupted, and a UserError for a
 * folder that is none.
 */
export async function examineEnvironment(
  options: EnvironmentOptions,
): Promise<EnvironmentReport> {
  const { invocation, realms, signal } = options;
  const { endpoint, origins, settings } = await chosenEndpoint(invocation);
  const cwd = path.resolve(invocation.cwd ?? Deno.cwd());
  await checkFolder(cwd);
  const host = hostOf(endpoint.baseUrl);
  const environment = childEnvironment(readWholeEnvironment(childVariables), [
    endpoint.apiKey,
  ]);
  const [worker, sandbox, programs, folders, memory, servers, reached] =
    await Promise.all([
      findWorker(realms),
      findSandbox(invocation, cwd),
      findPrograms({ cwd, environment, signal }),
      findFolders(),
      findMemory(cwd),
      findServers(signal, options.servers),
      reach(endpoint, signal),
    ]);
  signal.throwIfAborted();
  return {
    kind: "environment",
    version,
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    runsAs: runsAs(),
    folder: cwd,
    permissions: findGrants({
      cwd,
      host,
      programs: usefulPrograms.map(({ name }) => name),
    }),
    tools: findTools(builtinTools, { cwd, canRun: sandbox.canRun }),
    worker,
    sandbox,
    programs,
    folders,
    memory,
    settings,
    endpoint: { ...origins, ...reached },
    servers,
  };
}

async function checkFolder(folder: string): Promise<void> {
  if (!can({ name: "read", path: folder })) return;
  try {
    if ((await Deno.stat(folder)).isDirectory) return;
  } catch (error) {
    throw badFolder(folder, describeError(error));
  }
  throw badFolder(folder, "it is not a folder");
}

function badFolder(folder: string, reason: string): UserError {
  return new UserError(
    `Cannot look into "${folder}": ${reason}`,
    exitCodes.usage,
  );
}

function runsAs(): EnvironmentReport["runsAs"] {
  // The executable's agent is a worker, where its Deno may not say so.
  const isWorker = "WorkerGlobalScope" in globalThis;
  if (Deno.build.standalone || isWorker) return "executable";
  const main = new URL(Deno.mainModule);
  if (main.protocol !== "file:") return "url";
  return main.pathname.endsWith(".ts") ? "checkout" : "bundle";
}

async function findFolders(): Promise<readonly FolderFinding[]> {
  return await Promise.all([
    findFolder("config", configFolder()),
    findFolder("state", stateFolder()),
    findFolder("temporary", temporaryFolder()),
  ]);
}

async function findFolder(
  name: FolderFinding["name"],
  folder: string | undefined,
): Promise<FolderFinding> {
  if (folder === undefined) {
    const problem = noHome();
    return { name, path: null, state: "unknown", problem };
  }
  const found = { name, path: folder };
  if (!can({ name: "read", path: folder })) {
    const problem = `add --allow-read=${folder}`;
    return { ...found, state: "not_permitted", problem };
  }
  try {
    await Deno.stat(folder);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    return isMissing
      ? { ...found, state: "missing", problem: "" }
      : { ...found, state: "unknown", problem: describeError(error) };
  }
  if (!can({ name: "write", path: folder })) {
    const problem = `add --allow-write=${folder}`;
    return { ...found, state: "read_only", problem };
  }
  try {
    const file = await Deno.makeTempFile({ dir: folder, prefix: ".doctor-" });
    await Deno.remove(file);
    return { ...found, state: "writable", problem: "" };
  } catch (error) {
    return { ...found, state: "read_only", problem: describeError(error) };
  }
}

async function findMemory(cwd: string): Promise<EnvironmentReport["memory"]> {
  const { files, warnings } = await discoverMemory(cwd, {
    root: await findGitRoot(cwd) ?? cwd,
    config: configFolder(),
  });
  const encoder = new TextEncoder();
  const measured = files.map(({ path, text }) => ({
    path,
    bytes: encoder.encode(text).length,
    tokens: estimateTokens(text),
  }));
  const tokens = measured.reduce((sum, file) => sum + file.tokens, 0);
  return { files: measured, tokens, warnings };
}
