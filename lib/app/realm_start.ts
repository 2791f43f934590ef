import type { AnyTool, RunTool } from "../core/tool.ts";
import { can } from "../platform/capabilities.ts";
import { path } from "../platform/paths.ts";
import { killGroup } from "../platform/process.ts";
import { createRealmHost, type RealmWorker } from "../realm/host.ts";
import { runInProcess } from "../realm/in_process.ts";

/** Where tool calls run, and what the user should know of it. */
export interface ToolRealm extends Disposable {
  readonly run: RunTool;
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
  mainUrl: string | undefined,
  tools: readonly AnyTool[],
): ToolRealm {
  if (mainUrl === undefined) {
    return { run: runInProcess(tools), [Symbol.dispose]() {} };
  }
  if (!canStartWorker(mainUrl)) {
    return {
      run: runInProcess(tools),
      warning: "Tools run without a worker, so a runaway search can't be " +
        "stopped: add --allow-read for the program's own folder",
      [Symbol.dispose]() {},
    };
  }
  return createRealmHost({
    tools,
    graceMs,
    start: () => startWorker(mainUrl),
    killGroup: (group) => void killGroup(group),
  });
}

function startWorker(mainUrl: string): RealmWorker {
  return new Worker(mainUrl, { type: "module", name: "realm" });
}

function canStartWorker(mainUrl: string): boolean {
  const url = new URL(mainUrl);
  if (url.protocol !== "file:" || Deno.build.standalone) return true;
  const folder = path.dirname(path.fromFileUrl(url));
  return can({ name: "read", path: folder });
}
