import { exitCodes, UserError } from "../core/error.ts";
import type { SandboxMode } from "../core/sandbox.ts";
import type { Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { denyPaths } from "../platform/denied_paths.ts";
import type { Invocation } from "./args.ts";
import type { Endpoint } from "./endpoint.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

/**
 * Gives up the right to start programs for the rest of the process, where the
 * user said so: Deno itself then refuses it, to this thread and to each worker
 * that it starts later. Needs no permission.
 */
export function keepNoExec(
  invocation: Pick<Invocation, "sandbox" | "noExec">,
  settings: Settings = {},
): void {
  const isWanted = invocation.noExec ||
    sandboxModeOf(invocation, settings) === "deno-only";
  if (isWanted) Deno.permissions.revokeSync({ name: "run" });
}

function sandboxModeOf(
  { sandbox }: Pick<Invocation, "sandbox">,
  settings: Settings,
): SandboxMode | undefined {
  return sandbox ?? settings.sandbox?.mode;
}

/**
 * Opens the sandbox that the command line and the user's settings ask for;
 * where one is demanded it is looked for at once.
 *
 * @throws {UserError} with exit code 44 when there is none, and with 2 where
 * `--local-only` can't be kept.
 */
export async function sandboxFor(
  invocation: Pick<Invocation, "sandbox" | "noExec" | "localOnly">,
  { settings, endpoint, workspace }: {
    readonly settings: Settings;
    readonly endpoint: Endpoint;
    readonly workspace: string;
  },
): Promise<Sandbox> {
  const { noExec, localOnly } = invocation;
  const mode = sandboxModeOf(invocation, settings);
  if (localOnly) refuseOtherHosts(endpoint, settings);
  const { denyRead = [], denyWrite = [] } = settings.sandbox ?? {};
  denyPaths({ read: denyRead, write: denyWrite });
  const sandbox = openSandbox({
    workspace,
    mode,
    noExec,
    localOnly,
    settings: settings.sandbox,
  });
  if (mode !== "strict" && !localOnly) {
    // By the first prompt it is found; who asks then is told of a failure.
    if (sandbox.refusedBy === undefined) sandbox.settle().catch(() => {});
    return sandbox;
  }
  try {
    await sandbox.settle();
    return sandbox;
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** Hosts that no grant for a model's host covers. */
const strangers = ["example.com", "1.1.1.1", "localhost", "127.0.0.1"];

/**
 * Refuses to start where Deno would let this process reach other hosts than
 * the model's: that can't be narrowed from inside. Deno does not tell what a
 * list holds, only whether it holds a given host, so that is asked of the
 * settings' other endpoints and of hosts that a list might have.
 *
 * @throws {UserError} with exit code 2 that names the right flag.
 */
export function refuseOtherHosts(
  { baseUrl }: Pick<Endpoint, "baseUrl">,
  { endpoints = {} }: Settings,
): void {
  const { host, hostname } = new URL(baseUrl);
  const others = [
    ...Object.values(endpoints).map((one) => new URL(one.baseUrl).host),
    ...strangers.map((name) => `${name}:443`),
  ].filter((other) => other.split(":")[0] !== hostname);
  const open = can({ name: "net" })
    ? "every host"
    : others.find((other) => can({ name: "net", host: other }));
  if (open === undefined) return;
  throw new UserError(
    `Cannot keep --local-only: Deno lets this process reach ${open}. Start ` +
      `it with --allow-net=${host} alone, and without -A`,
    exitCodes.usage,
  );
}
