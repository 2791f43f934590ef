import type { SandboxMode } from "../core/sandbox.ts";
import type { SandboxProbe } from "../platform/sandbox.ts";

/** Why each kind that was tried does not work, in one line. */
export function reasonsAgainst({ trials }: SandboxProbe): string {
  const reasons = trials.filter(({ usable }) => !usable)
    .map(({ kind, because }) =>
      because.startsWith(kind) ? because : `${kind}: ${because}`
    );
  return reasons.join("; ") || "there is none for this system";
}

/** What helps against a reason, the first that fits. */
const remedies: readonly (readonly [reason: RegExp, remedy: string])[] = [
  [
    /not granted/,
    "install bubblewrap (apt install bubblewrap) and start with " +
    "--allow-run=bwrap",
  ],
  [/No such file|not found/i, "install bubblewrap (apt install bubblewrap)"],
  [
    /apparmor|user namespaces/i,
    "on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a " +
    "container: allow user namespaces",
  ],
];

/** One line for the user where nothing keeps commands, and what to do. */
export function withoutSandbox(
  probe: SandboxProbe,
  mode: SandboxMode,
): string {
  const what = "Commands run without a sandbox, so each is asked about";
  if (mode === "off") return `${what}: --sandbox off says so`;
  const [first] = probe.trials;
  const reason = first?.because ?? "there is none for this system";
  const remedy = remedies.find(([pattern]) => pattern.test(reason))?.[1];
  const advice = remedy === undefined ? "" : `. To get one, ${remedy}`;
  return `${what} (${reason})${advice}`;
}
