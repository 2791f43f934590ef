import type { PermissionMode } from "../core/permission.ts";
import type { AnyTool, RunTool } from "../core/tool.ts";
import { can } from "../platform/capabilities.ts";
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

/**
 * Makes the tool realm. Its worker starts at the first call, from the
 * program's only worker entry. Deno starts no worker where the program may
 * not read its own source; there, and in a program that embeds the agent and names no
 * entry, the tools run in this thread.
 */
export function openRealm(
  tools: readonly AnyTool[],
  { mainUrl, workerPermissions = false }: {
    readonly mainUrl: string | undefined;
    /** The user's word that worker permissions may be used. */
    readonly workerPermissions?: boolean;
  },
): ToolRealm {
  if (mainUrl === undefined) {
    return inThisThread(tools);
  }
  if (!canStartWorker(mainUrl)) {
    return {
      ...inThisThread(tools),
      warning: "Tools run without a worker, so a runaway search can't be " +
        "stopped and plan mode is only a rule: add --allow-read for the " +
        "program's own folder",
    };
  }
  const mayNarrow = canNarrow(mainUrl, workerPermissions);
  const host = createRealmHost({
    tools,
    graceMs,
    start: (kind) => startWorker(mainUrl, mayNarrow ? kind : undefined),
    killGroup: (group) => void killGroup(group),
  });
  return {
    ...host,
    setMode: (mode) => host.setKind(realmKind(mode)),
    ...(mayNarrow ? {} : {
      warning: "Tools run with all of the program's permissions, so plan " +
        "mode is only a rule: add --unstable-worker-options before the " +
        "program's name and --worker-permissions after it",
    }),
  };
}

function inThisThread(tools: readonly AnyTool[]): ToolRealm {
  return {
    run: runInProcess(tools),
    setMode() {},
    [Symbol.dispose]() {},
  };
}

function startWorker(
  mainUrl: string,
  kind: RealmKind | undefined,
): RealmWorker {
  const options = { type: "module", name: "realm" } as const;
  if (kind === undefined) return new Worker(mainUrl, options);
  const deno = { permissions: realmPermissions(kind) };
  return new Worker(mainUrl, { ...options, deno });
}

/**
 * Whether a worker can be given permissions of its own. Where the runtime's
 * flag for it is missing, trying ends the process and can't be caught. It is
 * baked into the executable, it stands in deno.json, without which the
 * source does not run at all, and else the user has to say so.
 */
function canNarrow(mainUrl: string, isSaid: boolean): boolean {
  const url = new URL(mainUrl);
  const isSource = url.protocol === "file:" && url.pathname.endsWith(".ts");
  return isSaid || isSource || Deno.build.standalone;
}

function canStartWorker(mainUrl: string): boolean {
  const url = new URL(mainUrl);
  if (url.protocol !== "file:" || Deno.build.standalone) return true;
  const folder = path.dirname(path.fromFileUrl(url));
  return can({ name: "read", path: folder });
}
