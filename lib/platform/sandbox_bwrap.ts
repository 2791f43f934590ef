import type { SandboxPlan } from "../core/sandbox.ts";
import { layOverlays, type Overlay } from "./sandbox_plan.ts";
import { sharedFolder, stemsIn } from "./sandbox_temp.ts";

/** Folders of sockets, and of other programs' temporary files. */
const privateFolders = ["/run", sharedFolder];

/** What is needed of `/run` where there is something. */
const runtime = [
  "/run/current-system",
  "/run/booted-system",
  "/run/opengl-driver",
  "/run/wrappers",
];
const resolver = [
  "/run/systemd/resolve",
  "/run/NetworkManager",
  "/run/resolvconf",
];
/** Files through which root changes the system, with no capability at all. */
const kernel = ["/proc/sys", "/proc/sysrq-trigger", "/proc/mtrr", "/proc/acpi"];

/**
 * The command line that runs `argv` in a sandbox of bubblewrap: all of the
 * disk read-only but for the overlays, `/tmp` private to the session, no
 * socket of the system's services, processes of its own, and no network
 * unless the plan gives it. Pure. The environment is the caller's.
 */
export function wrapBwrap(
  argv: readonly string[],
  plan: SandboxPlan,
  options: { readonly cwd: string; readonly overlays: readonly Overlay[] },
): string[] {
  const laid = layOverlays(options.overlays, privateFolders);
  // Laid over the rest, the whole disk would cover what keeps it.
  const isWhole = laid.some(({ path }) => path === "/");
  const overlays = laid.filter(({ path }) => path !== "/");
  // Only at the end: deeper overlays need their mount points in them.
  const stems = emptyStems(overlays);
  const empty = [
    ...stems,
    ...overlays.filter(isEmptyFolder).map(({ path }) => path),
  ];
  return [
    ...ground(plan, isWhole ? "--bind" : "--ro-bind"),
    ...plan.network === "on" ? optional(resolver) : [],
    ...stems.flatMap((stem) => ["--tmpfs", stem]),
    ...overlays.flatMap(mount),
    ...["/run", ...empty].flatMap((path) => ["--remount-ro", path]),
    ...["--chdir", options.cwd, "--", "sh", "-c", waiting, "sh", ...argv],
  ];
}

/**
 * Where mount points are needed in `/tmp`: each in a folder of its own that is
 * in memory. In the session's own folder a command could put a link in the
 * place of a folder that leads to one, and the next start would follow it. A
 * mount point right in `/tmp` can't be moved while a command runs.
 */
function emptyStems(overlays: readonly Overlay[]): string[] {
  const certain = overlays.filter(({ isOptional }) => !isOptional);
  const places = new Set(certain.map(({ path }) => path));
  // The machine's own /tmp is mounted then, by its real paths.
  if (places.has(sharedFolder)) return [];
  return stemsIn(overlays.map(({ path }) => path))
    .filter((stem) => !places.has(stem));
}

/**
 * What each sandbox starts from. Root keeps its capabilities in bubblewrap,
 * and could make the disk writable again, unless they are dropped.
 */
function ground(
  { program, network, temp }: SandboxPlan,
  disk: "--bind" | "--ro-bind",
): string[] {
  return [
    program,
    "--unshare-all",
    ...network === "on" ? ["--share-net"] : [],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ...[disk, "/", "/", "--dev", "/dev", "--proc", "/proc"],
    ...optional(kernel),
    ...["--tmpfs", "/run"],
    ...optional(runtime),
    ...temp === "" ? ["--tmpfs", sharedFolder] : ["--bind", temp, sharedFolder],
  ];
}

/**
 * When the command ends, all of the sandbox ends at once, and a process
 * substitution would lose what it has still to print. So the last word has
 * this shell, which gives other processes in here up to 150 ms.
 */
const waiting = '"$@"; code=$?; turns=0; ' +
  "while set -- /proc/[0-9]*; [ $# -gt 2 ] && [ $turns -lt 15 ]; " +
  "do sleep 0.01; turns=$((turns+1)); done; exit $code";

function optional(paths: readonly string[]): string[] {
  return paths.flatMap((each) => ["--ro-bind-try", each, each]);
}

function mount({ path, treatment, isFile, isOptional }: Overlay): string[] {
  const suffix = isOptional ? "-try" : "";
  switch (treatment) {
    case "writable":
      return [`--bind${suffix}`, path, path];
    case "readOnly":
      return [`--ro-bind${suffix}`, path, path];
    case "filled":
    case "hidden":
      return isFile ? ["--ro-bind", "/dev/null", path] : ["--tmpfs", path];
  }
}

function isEmptyFolder({ treatment, isFile }: Overlay): boolean {
  return !isFile && (treatment === "filled" || treatment === "hidden");
}

/** What the probe prints: whether `bash` is there, then each secret it found. */
const census = "command -v bash >/dev/null 2>&1 && printf 'bash\\0' || " +
  "printf 'sh\\0'; " +
  'for p; do if [ -d "$p" ]; then printf "folder\\0"; ' +
  'elif [ -e "$p" ]; then printf "file\\0"; else continue; fi; ' +
  'printf "%s\\0" "$(readlink -f -- "$p")"; done';

/**
 * The command line that tries whether bubblewrap works here with a plan, and
 * finds out what no permission of ours may look at: {@link readCensus}.
 */
export function bwrapProbe(plan: SandboxPlan): string[] {
  return [
    ...ground(plan, "--ro-bind"),
    ...["--remount-ro", "/run", "--chdir", "/", "--"],
    ...["sh", "-c", census, "sh", ...plan.hidden.map(({ path }) => path)],
  ];
}

/** Reads what a probe printed. */
export function readCensus(
  output: string,
): Pick<SandboxPlan, "shells" | "hidden"> {
  const [shell, ...fields] = output.split("\0");
  const hidden: SandboxPlan["hidden"][number][] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const what = fields[index] === "folder" ? "folder" : "file";
    hidden.push({ path: fields[index + 1] ?? "", what });
  }
  return { shells: shell === "bash" ? ["bash", "sh"] : ["sh"], hidden };
}

/** What the system's refusals mean, and what helps. */
const refusals: readonly (readonly [said: RegExp, meaning: string])[] = [
  [
    /namespace|uid map|gid map|unshare/i,
    "the system forbids user namespaces: a container, or a rule of the " +
    "distribution such as kernel.apparmor_restrict_unprivileged_userns",
  ],
  [/proc/, "the container hides parts of /proc, so no other can be mounted"],
];

/** Adds what is behind a refusal of bubblewrap to what it said. */
export function explainRefusal(said: string): string {
  const meaning = refusals.find(([pattern]) => pattern.test(said))?.[1];
  return meaning === undefined ? said : `${said}; ${meaning}`;
}
