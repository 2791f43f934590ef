import type { SandboxPlan } from "../core/sandbox.ts";
import { layOverlays, type Overlay } from "./sandbox_plan.ts";

/**
 * The profile of macOS' sandbox-exec that keeps a plan. Pure. The last rule
 * that matches counts, so the order is that of the overlays. The paths must
 * be real ones: `/tmp` is a symlink there. It could not be run where it was
 * written: the text is tested, what macOS makes of it is not.
 */
export function seatbeltProfile(
  plan: SandboxPlan,
  overlays: readonly Overlay[],
): string {
  const laid = layOverlays(overlays);
  return [
    "(version 1)",
    "(allow default)",
    "(deny file-write*)",
    `(allow file-write* ${devices.map(literal).join(" ")})`,
    '(allow file-write* (regex #"^/dev/(tty|pty)"))',
    ...laid.map(rule),
    // A folder that holds a protected one must not be moved away.
    ...laid
      .filter(({ treatment, isFile }) => treatment === "writable" && !isFile)
      .map(({ path }) => `(deny file-write-unlink ${literal(path)})`),
    ...plan.network === "on" ? [] : ["(deny network*)"],
    ...outside,
  ].join("\n") + "\n";
}

const devices = [
  "/dev/null",
  "/dev/zero",
  "/dev/dtracehelper",
  "/dev/ptmx",
  "/dev/stdout",
  "/dev/stderr",
];

/** What would make a process outside act for one inside. */
const outside = [
  "(deny appleevent-send)",
  "(deny signal)",
  "(allow signal (target same-sandbox))",
  "(deny process-info*)",
  "(allow process-info* (target same-sandbox))",
];

function rule({ path, treatment, isFile }: Overlay): string {
  const target = isFile ? literal(path) : `(subpath ${quoted(path)})`;
  switch (treatment) {
    case "writable":
      return `(allow file-read* file-write* ${target})`;
    case "readOnly":
    case "filled":
      return `(deny file-write* ${target})`;
    case "hidden":
      return `(deny file-read* file-write* ${target})`;
  }
}

function literal(path: string): string {
  return `(literal ${quoted(path)})`;
}

function quoted(path: string): string {
  return `"${path.replaceAll(/[\\"]/g, "\\$&")}"`;
}

/** The command line that runs `argv` under sandbox-exec. Pure. */
export function wrapSandboxExec(
  argv: readonly string[],
  plan: SandboxPlan,
  { overlays }: { readonly overlays: readonly Overlay[] },
): string[] {
  return [plan.program, "-p", seatbeltProfile(plan, overlays), ...argv];
}
