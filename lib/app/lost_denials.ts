import { exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { isInside } from "../platform/paths.ts";
import type { Grants } from "./grants.ts";
import type { Ring } from "./launch_ring.ts";

/**
 * Commands know nothing of Deno's lists: only a sandbox that hides paths and
 * protects them keeps a denial from them.
 *
 * @throws {UserError} for a denial that commands could ignore.
 */
export function refuseLostDenials({ grants, settings, ring, writable }: {
  readonly grants: Grants;
  readonly settings: Settings;
  readonly ring: Ring;
  readonly writable: readonly string[];
}): void {
  const { run, denied } = grants;
  const canRun = run === true || run.length > 0;
  if (!canRun || ring.kind === "bwrap" || ring.kind === "sandbox-exec") return;
  const isWritable = (file: string) =>
    ring.kind !== "landlock" ||
    writable.some((folder) => isInside(file, folder));
  const { denyRead = [], denyWrite = [] } = settings.sandbox ?? {};
  const lost = [
    ...denied.read.map((file) => `--deny-read=${file}`),
    ...denyRead.map((file) => `sandbox.denyRead "${file}"`),
    ...denied.write.filter(isWritable).map((file) => `--deny-write=${file}`),
    ...denyWrite.filter(isWritable).map((file) =>
      `sandbox.denyWrite "${file}"`
    ),
  ];
  if (lost.length === 0) return;
  throw new UserError(
    `Cannot keep ${lost.join(" and ")}: commands could use it all the same, ` +
      `for the sandbox here can't prevent that (${ring.reason}). Add ` +
      "--no-exec to go on without commands",
    exitCodes.usage,
  );
}
