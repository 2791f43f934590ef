import type { ProtectedPath, SandboxPlan } from "../core/sandbox.ts";
import { isInside, path } from "./paths.ts";
import {
  homeSecrets,
  protectedIn,
  systemSecrets,
  unprotected,
} from "./sandbox_paths.ts";

/** What a plan is made of. All paths absolute. */
export interface SandboxRequest {
  readonly workspace: string;
  /**
   * A folder of this session alone; it should not be `/tmp` itself. Absent:
   * commands have temporary files that end with each.
   */
  readonly temp?: string;
  /** More folders that commands may change. */
  readonly additional?: readonly string[];
  /** The program's own folders of settings and state. */
  readonly ownFolders?: readonly string[];
  readonly home?: string;
  readonly denyRead?: readonly string[];
  readonly denyWrite?: readonly string[];
  /** The grant of `--allow-net`: all, the listed hosts, or none. */
  readonly network?: boolean | readonly string[];
  /** Plan mode: nothing but the temporary folder can be written. */
  readonly isPlanMode?: boolean;
}

/** Decides what commands may reach. Pure: `probeSandbox()` looks at the disk. */
export function planSandbox(request: SandboxRequest): SandboxPlan {
  const { network = false, home } = request;
  const roots = request.isPlanMode === true
    ? []
    : normal([request.workspace, ...request.additional ?? []]);
  const ours = normal(request.ownFolders ?? []);
  const secrets = [
    ...home === undefined
      ? []
      : homeSecrets.map((row) => path.join(home, row.path)),
    ...systemSecrets.map((row) => row.path),
  ];
  const open = network === true;
  const temp = request.temp === undefined ? "" : path.normalize(request.temp);
  return {
    kind: "none",
    program: "",
    shells: [],
    writable: [
      ...roots,
      ...temp === "" ? [] : [temp],
      ...roots.flatMap((root) =>
        unprotected.map((name) => path.join(root, name))
      ),
    ],
    readOnly: [
      ...roots.flatMap(protectedIn),
      ...ours.map((folder) => ruled(folder, "a folder of this program")),
      ...normal(request.denyWrite ?? []).map((file) =>
        ruled(file, "denied by --deny-write")
      ),
    ],
    hidden: normal([...secrets, ...request.denyRead ?? []])
      // Whoever works in such a folder wants to see it.
      .filter((secret) => !roots.includes(secret))
      .map((secret) => ({ path: secret, what: "unknown" })),
    network: open ? "on" : "off",
    temp,
    notes: Array.isArray(network) && network.length > 0
      ? [
        `Commands have no network: that they reach ${network.join(", ")} ` +
        "alone can't be enforced (--allow-net without a list gives them all)",
      ]
      : [],
  };
}

function ruled(file: string, because: string): ProtectedPath {
  return { path: file, because, missing: "report" };
}

function normal(paths: readonly string[]): string[] {
  return [...new Set(paths.map((each) => stripped(path.normalize(each))))];
}

function stripped(file: string): string {
  return file.length > 1 && file.endsWith(path.SEPARATOR)
    ? file.slice(0, -1)
    : file;
}

/** What is done with a path inside the sandbox. */
export type Treatment = "writable" | "readOnly" | "hidden" | "filled";

/** One path that is treated otherwise than what is around it. */
export interface Overlay {
  readonly path: string;
  readonly treatment: Treatment;
  readonly isFile: boolean;
  /** It may be missing: nothing is done then. */
  readonly isOptional: boolean;
}

const rank: readonly Treatment[] = ["writable", "readOnly", "filled", "hidden"];

/**
 * The overlays of a plan in the order in which they are laid: parents first,
 * so that the deeper path counts. The parents of a protected path inside a
 * writable folder are overlays themselves: a mount point can't be renamed,
 * and without that a command could move `.git` away and make another one.
 * What is in `bases` is hidden to begin with, the rest is read-only.
 */
export function layOverlays(
  overlays: readonly Overlay[],
  bases: readonly string[] = [],
): Overlay[] {
  const laid = new Map<string, Overlay>();
  const sorted = overlays.toSorted((one, two) =>
    one.path.length - two.path.length ||
    rank.indexOf(one.treatment) - rank.indexOf(two.treatment)
  );
  for (const overlay of sorted) {
    const around = nearest(laid.values(), overlay.path);
    const treatment = around?.treatment ??
      (bases.some((base) => isInside(overlay.path, base))
        ? "hidden"
        : "readOnly");
    if (treatment === overlay.treatment) continue;
    if (around?.treatment === "writable" && !overlay.isOptional) {
      for (const parent of parentsUpTo(overlay.path, around.path)) {
        laid.set(parent, { ...around, path: parent, isFile: false });
      }
    }
    laid.delete(overlay.path);
    laid.set(overlay.path, overlay);
  }
  return [...laid.values()].toSorted((one, two) =>
    one.path.length - two.path.length
  );
}

function nearest(
  laid: Iterable<Overlay>,
  file: string,
): Overlay | undefined {
  let found: Overlay | undefined;
  for (const each of laid) {
    const isCloser = each.path.length >= (found?.path.length ?? 0);
    if (isCloser && isInside(file, each.path)) found = each;
  }
  return found;
}

/** The folders between a path and a folder above it, top down. */
function parentsUpTo(file: string, folder: string): string[] {
  const found: string[] = [];
  let at = path.dirname(file);
  while (at !== folder && isInside(at, folder)) {
    found.unshift(at);
    at = path.dirname(at);
  }
  return found;
}

/** What enforces a plan, in a few words for results and the status line. */
export function sandboxLabel(plan: SandboxPlan): string {
  if (plan.kind === "none") return "[no sandbox]";
  const network = plan.network === "off" ? "no network" : "network";
  const limits = plan.kind === "landlock" ? ", files: writes only" : "";
  return `[sandbox: ${plan.kind}${limits}, ${network}]`;
}
