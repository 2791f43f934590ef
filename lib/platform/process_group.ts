/** Who belongs to a command: its group, and who carries its mark. */
export interface Family {
  /** Id of the process group. */
  readonly group: number;
  /** A value that stands in the environment of its members and of no other. */
  readonly mark: string;
}

const pollMs = 10;
/** How long signals alone are asked before the slower census. */
const patienceMs = 40;
/** How long the kernel may take to carry out a SIGKILL. */
const lastWaitMs = 1_000;

/**
 * Ends a process group: SIGTERM, and SIGKILL after `graceMs`. Needs
 * `--allow-run`, or `sh` or `bash` in its list (`Deno.kill` of a group asks
 * for the bare permission).
 */
export async function endGroup(
  family: Family,
  graceMs: number,
): Promise<void> {
  await signalGroup(family.group, "SIGTERM");
  if (await isGone(family, graceMs)) return;
  await signalGroup(family.group, "SIGKILL");
  await isGone(family, lastWaitMs);
}

/** Kills a process group without mercy, for a host whose worker is gone. */
export async function killGroup(group: number): Promise<void> {
  await signalGroup(group, "SIGKILL");
}

/**
 * Signals the members that left their group (`setsid`), which Linux alone
 * lets us find, by the mark in their environment. Resolves to how many.
 */
export async function signalEscaped(
  family: Family,
  signal: "SIGTERM" | "SIGKILL",
): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const listed = await shell(
    'n=0; for f in $(grep -lsaF -e "$1" /proc/[0-9]*/environ); do ' +
      'p=${f#/proc/}; kill -s "$2" "${p%/environ}" && n=$((n+1)); done; echo $n',
    [family.mark, signal.slice(3)],
  );
  return Number(listed?.text) || 0;
}

async function isGone(family: Family, withinMs: number): Promise<boolean> {
  const start = performance.now();
  let census = patienceMs;
  while (await signalGroup(family.group, "SIGCONT")) {
    const waited = performance.now() - start;
    if (waited >= withinMs) return false;
    if (waited >= census) {
      if (!await hasLiving(family.group)) return true;
      census = waited + patienceMs;
    }
    await delay(pollMs);
  }
  return true;
}

/** Tells whether a group has members that run. Needs what `endGroup` needs. */
export async function isGroupAlive({ group }: Family): Promise<boolean> {
  return await signalGroup(group, "SIGCONT") && await hasLiving(group);
}

/**
 * Signals answer for zombies too, and a container whose first process does not
 * reap keeps those for ever: only the process table tells.
 */
async function hasLiving(group: number): Promise<boolean> {
  if (Deno.build.os !== "linux") return true;
  const census = await shell(
    'for f in /proc/[0-9]*/stat; do { read -r l < "$f"; } 2>/dev/null || ' +
      "continue; g=$1; set -- ${l##*) }; " +
      'case $1 in Z|X) ;; *) [ "$3" = "$g" ] && exit 0;; esac; ' +
      "set -- $g; done; exit 1",
    [String(group)],
  );
  return census?.success ?? true;
}

/** Sends a signal to a group; false when it has no member, not even a zombie. */
async function signalGroup(
  group: number,
  signal: "SIGTERM" | "SIGKILL" | "SIGCONT",
): Promise<boolean> {
  if (mayRunAnything()) {
    try {
      Deno.kill(Deno.build.os === "windows" ? group : -group, signal);
      return true;
    } catch (error) {
      // A group of another user's processes (sudo) is out of our reach.
      const isOutOfReach = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.PermissionDenied ||
        error instanceof TypeError;
      if (isOutOfReach) return false;
      throw error;
    }
  }
  const sent = await shell('kill -s "$2" -- "-$1"', [
    String(group),
    signal.slice(3),
  ]);
  return sent?.success ?? false;
}

/** True when `--allow-run` was given without a list. */
export function mayRunAnything(): boolean {
  return Deno.permissions.querySync({ name: "run" }).state === "granted";
}

/** Whether a process group can be signalled at all: see `endGroup()`. */
export function canSignalGroups(): boolean {
  return mayRunAnything() || permittedShells().length > 0;
}

/** The shells that may be run, best first; whether they exist shows at spawn. */
export function permittedShells(): string[] {
  return ["bash", "sh"].filter((command) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted"
  );
}

/** Runs a line of ours; undefined when no shell may be run. */
async function shell(
  line: string,
  args: readonly string[],
): Promise<{ success: boolean; text: string } | undefined> {
  // The small shell starts faster and reads /proc faster.
  for (const program of permittedShells().reverse()) {
    try {
      const { success, stdout } = await new Deno.Command(program, {
        args: ["-c", line, program, ...args],
        clearEnv: true,
        env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).output();
      return { success, text: new TextDecoder().decode(stdout) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
