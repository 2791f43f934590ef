import type { PermissionMode } from "../core/permission.ts";
import type { AnyTool, RunTool } from "../core/tool.ts";
import { can } from "../platform/capabilities.ts";
import { deniedPaths } from "../platform/denied_paths.ts";
import { path } from "../platform/paths.ts";
import { killGroup } from "../platform/process.ts";
import { createRealmHost, type RealmWorker } from "../realm/host.ts";
import {
  type RealmKind,
  realmKind,
  realmPermissions,
} from "../realm/permissions.ts";
import { runInProcess } from "../realm/in_process.ts";

/** Where tool calls run, and what the user should know of it. */
export interface ToolRealm extends Disposable {
  readonly run: RunTool;
  /** Says in which mode the next calls run. */
  setMode(mode: PermissionMode): void;
  readonly warning?: string;
}

/** Milliseconds that an interrupted call gets: the user waits for 200. */
const graceMs = 120;

/** How realms are started, or why they are not what they should be. */
export interface RealmStarter {
  /** Absent where no worker can be started: tools run in this thread. */
  start?(kind: RealmKind): RealmWorker;
  readonly warning?: string;
}

/** Makes the tool realm. Its worker starts at the first call. */
export function openRealm(
  tools: readonly AnyTool[],
  { start, warning }: RealmStarter,
): ToolRealm {
  const said = warning === undefined ? {} : { warning };
  if (start === undefined) {
    return {
      ...said,
      run: runInProcess(tools),
      setMode() {},
      [Symbol.dispose]() {},
    };
  }
  const host = createRealmHost({
    tools,
    graceMs,
    start,
    denied: deniedPaths,
    killGroup: (group) => void killGroup(group),
  });
  return {
    ...host,
    ...said,
    setMode: (mode) => host.setKind(realmKind(mode)),
  };
}

/**
 * Starts realms from the program's only worker entry, under `deno run`. Deno
 * starts no worker where the program may not read its own source.
 */
export function workerRealms(
  mainUrl: string,
  options: {
    /** The user's word that worker permissions may be used. */
    readonly workerPermissions: boolean;
  },
): RealmStarter {
  const url = new URL(mainUrl);
  const isLocal = url.protocol === "file:";
  const isReadable = !isLocal ||
    can({ name: "read", path: path.dirname(path.fromFileUrl(url)) });
  if (!isReadable) {
    return {
      warning: "Tools run without a worker, so a runaway search can't be " +
        "stopped and plan mode is only a rule: add --allow-read for the " +
        "program's own folder",
    };
  }
  const worker = { type: "module", name: "realm" } as const;
  // Without the runtime's flag, trying to give permissions ends the process
  // and can't be caught. The flag stands in deno.json, without which the
  // source does not run at all; elsewhere the user has to say it is there.
  const isSource = isLocal && url.pathname.endsWith(".ts");
  if (!isSource && !options.workerPermissions) {
    return {
      start: () => new Worker(mainUrl, worker),
      warning: "Tools run with all of the program's permissions, so plan " +
        "mode is only a rule: add --unstable-worker-options before the " +
        "program's name and --worker-permissions after it",
    };
  }
  return {
    start: (kind) =>
      new Worker(mainUrl, {
        ...worker,
        deno: { permissions: realmPermissions(kind) },
      }),
  };
}
