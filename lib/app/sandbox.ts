import { exitCodes, UserError } from "../core/error.ts";
import type { SandboxMode, SandboxPlan } from "../core/sandbox.ts";
import type { SandboxSettings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { toldLandlock } from "../platform/confinement.ts";
import { deniedPaths } from "../platform/denied_paths.ts";
import { readEnvironment } from "../platform/environment.ts";
import {
  configFolder,
  homeFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { resolvePath } from "../platform/guard_path.ts";
import { deniedBelow, grantedParts } from "../platform/path_grants.ts";
import { permittedShells } from "../platform/process.ts";
import {
  planSandbox,
  probeSandbox,
  type SandboxProbe,
  sandboxPrograms,
} from "../platform/sandbox.ts";
import { permittedProgram } from "./permitted_program.ts";
import { narrowPlan } from "../platform/sandbox_narrow.ts";
import { reasonsAgainst, withoutSandbox } from "./sandbox_advice.ts";
import { openSessionFolder, type SessionFolder } from "./session_folder.ts";

/** What the sandbox is made of. */
export interface SandboxOptions {
  /** The folder to work in, absolute, with links followed. */
  readonly workspace: string;
  /** By flag or settings; "auto" when neither says. */
  readonly mode?: SandboxMode | undefined;
  /** No process is to be started at all. */
  readonly noExec?: boolean;
  /** Commands have no network, whatever Deno granted. */
  readonly localOnly?: boolean;
  /** Commands have the network, whatever Deno granted. */
  readonly network?: boolean;
  /** The user's own settings, never those of an untrusted folder. */
  readonly settings?: SandboxSettings | undefined;
  /** What `--deny-*` words say, where the program knows them. */
  readonly denyRead?: readonly string[];
  readonly denyWrite?: readonly string[];
  /** See `ProbeOptions.landlock`. */
  landlock?(): string | undefined;
}

/** Ring 2 of one conversation, and its temporary files. */
export interface Sandbox extends AsyncDisposable {
  readonly session: SessionFolder;
  /** Why no command may be started by the user's own word; else absent. */
  readonly refusedBy?: string;
  /** Whether commands can be run here, sandboxed or not. */
  canRun(): Promise<boolean>;
  /**
   * Finds once what keeps commands; about 15 ms, of which most is a process.
   *
   * @throws {UserError} with exit code 44 where one is demanded and none works.
   */
  settle(): Promise<SettledSandbox>;
}

/** What was found. */
export interface SettledSandbox extends SandboxProbe {
  /** True when something keeps commands. */
  readonly sandboxed: boolean;
  /** Folders that tools may touch; the first is the workspace. */
  readonly roots: readonly string[];
  /** What the user should be told, once, where nothing keeps commands. */
  readonly warning?: string;
}

/** Opens the sandbox of a conversation. Nothing is started or made yet. */
export function openSandbox(options: SandboxOptions): Sandbox {
  const session = openSessionFolder();
  const refusedBy = refusalOf(options);
  let settled: Promise<SettledSandbox> | undefined;
  const settle = () => settled ??= find(options, session);
  return {
    session,
    ...refusedBy === undefined ? {} : { refusedBy },
    async canRun() {
      if (refusedBy !== undefined) return false;
      if (permittedShells().length > 0) return true;
      // A command may still be run where only the sandbox's program may be.
      if (!sandboxPrograms().some((command) => can({ name: "run", command }))) {
        return false;
      }
      return (await settle()).sandboxed;
    },
    settle,
    async [Symbol.asyncDispose]() {
      // What is still being looked for makes its folder first.
      await settled?.catch(() => {});
      await session[Symbol.asyncDispose]();
    },
  };
}

function refusalOf({ noExec, mode }: SandboxOptions): string | undefined {
  if (noExec === true) return "--no-exec";
  return mode === "deno-only" ? "--sandbox deno-only" : undefined;
}

async function find(
  options: SandboxOptions,
  session: SessionFolder,
): Promise<SettledSandbox> {
  const { workspace, mode = "auto" } = options;
  const landlock = options.landlock ?? toldLandlock();
  const refusedBy = refusalOf(options);
  const isOff = mode === "off" || refusedBy !== undefined;
  const planned = await planFor(options, session);
  const probe = isOff ? { plan: planned, trials: [] } : await probeSandbox(
    planned,
    {
      environment: pathVariable(),
      ...landlock === undefined ? {} : { landlock },
    },
  );
  const sandboxed = probe.plan.kind !== "none";
  if (!sandboxed && refusedBy === undefined) demand(options, probe);
  return {
    ...probe,
    sandboxed,
    roots: [workspace, ...ownRoot(probe.plan, { sandboxed })],
    ...sandboxed || refusedBy !== undefined
      ? {}
      : { warning: withoutSandbox(probe, mode) },
  };
}

/** Where something keeps commands, tools share their temporary folder. */
function ownRoot(
  { temp }: SandboxPlan,
  { sandboxed }: { readonly sandboxed: boolean },
): string[] {
  if (!sandboxed) return [temporaryFolder()];
  return temp === "" ? [] : [temp];
}

function demand(
  { mode, localOnly }: SandboxOptions,
  probe: SandboxProbe,
): void {
  const reasons = reasonsAgainst(probe);
  if (mode === "strict") {
    throw new UserError(
      `Cannot keep --sandbox strict: no sandbox works here (${reasons})`,
      exitCodes.sandbox,
    );
  }
  if (localOnly !== true) return;
  const program = permittedProgram();
  if (program !== undefined) {
    throw new UserError(
      `Cannot keep --local-only: ${program} could reach any host, and no ` +
        `sandbox works here (${reasons}). Add --no-exec to go on without ` +
        "commands",
      exitCodes.sandbox,
    );
  }
  // A program whose name nobody thought of is not started either.
  Deno.permissions.revokeSync({ name: "run" });
}

async function planFor(
  options: SandboxOptions,
  session: SessionFolder,
): Promise<SandboxPlan> {
  const { workspace, settings = {} } = options;
  const folders = await session.folders();
  const home = homeFolder();
  const absolute = (paths: readonly string[] = []) =>
    paths.map((each) => resolvePath(each, workspace, home));
  const own = [configFolder(), stateFolder(), folders?.results];
  const places = ["/", workspace, ...home === undefined ? [] : [home]];
  const plan = planSandbox({
    workspace,
    ...folders === null ? {} : { temp: folders.temp },
    ...home === undefined ? {} : { home },
    additional: absolute(settings.allowWrite),
    ownFolders: own.filter((folder) => folder !== undefined),
    denyRead: absolute([
      ...settings.denyRead ?? [],
      ...options.denyRead ?? [],
      ...deniedPaths().read,
      ...deniedBelow("read", places),
    ]),
    denyWrite: absolute([
      ...settings.denyWrite ?? [],
      ...options.denyWrite ?? [],
      ...deniedPaths().write,
      ...deniedBelow("write", places),
    ]),
    network: options.localOnly !== true &&
      (options.network === true || can({ name: "net" })),
  });
  return narrowPlan(plan, grantedParts("write", plan.writable));
}

function pathVariable(): Record<string, string> {
  const value = readEnvironment("PATH");
  return value === undefined ? {} : { PATH: value };
}
