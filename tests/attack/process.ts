import { baseEnvironment } from "../e2e/program.ts";
import type { Played, Setting } from "./attack.ts";

/** Folders of the sockets that attacks may ask. */
export const socketFolders = ["/tmp", "/var/tmp", "/run"] as const;

/** The path of a socket of one process. */
export function socketIn(folder: string, id: string): string {
  return `${folder}/openclaude-attack-${id}.sock`;
}

/** A setting takes some 5 s; this is for a machine that does much else. */
const patienceMs = 120_000;

/**
 * The command that plays the attacks in one setting: with the permissions of
 * the line for everything in README, so that Deno's own wall is there.
 */
export function playCommand(
  { mode, ring2 }: Setting,
  more: readonly string[] = [],
): string[] {
  const id = crypto.randomUUID().slice(0, 8);
  const sockets = socketFolders.map((folder) => `unix:${socketIn(folder, id)}`);
  return [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-read"],
    ...["--allow-write=/var/tmp,/tmp,/run", "--allow-run", "--allow-env"],
    ...["--allow-sys", `--allow-net=${["127.0.0.1", ...sockets].join()}`],
    new URL("play.ts", import.meta.url).pathname,
    ...[id, mode, ring2 ? "on" : "off", ...more],
  ];
}

/** Plays all attacks in one setting, in a process of its own. */
export async function playSetting(setting: Setting): Promise<Played[]> {
  const [program = "", ...args] = playCommand(setting);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    clearEnv: true,
    // The process gives each attack a home of its own.
    env: {
      ...await baseEnvironment("/nowhere"),
      KEY_OF: "SECRET-OF-THE-PROGRAM",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(patienceMs),
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
}
