import {
  judgeCommand,
  type Look,
  overwritesDisk,
} from "./catastrophic_rules.ts";
import type { Surroundings } from "./critical_path.ts";
import { Bases, rememberVariables } from "./line_state.ts";
import { parseShell, type ShellCommand } from "./shell.ts";
import { type BareCommand, unwrap } from "./unwrap.ts";

const deepestScript = 5;

/** The shell finds a home of its own where `HOME` is not set. */
const unknownHome = "/home/unknown";

/**
 * Says why a shell line must not run in any mode, or null: deleting the root,
 * the home, a drive, the workspace or its parents; making a file system on or
 * writing to a disk; fork bombs; changing rights of the whole system; ending
 * the machine (spec/features.md F18).
 *
 * A seat belt against a model's slip, not a boundary: a line can hide what it
 * does (variables, scripts, interpreters), and only the sandbox stops that.
 */
export async function catastrophe(
  line: string,
  surroundings: Surroundings,
): Promise<string | null> {
  const home = surroundings.home || unknownHome;
  return await judge(line, { ...surroundings, home }, 0);
}

async function judge(
  line: string,
  surroundings: Surroundings,
  depth: number,
): Promise<string | null> {
  const { commands, ok } = await parseShell(line);
  const bases = new Bases(surroundings);
  const variables = new Map<string, string>();
  let before: ShellCommand | null = null;
  for (const command of commands) {
    const look: Look = { surroundings, variables, base: bases.of(command) };
    const bare = unwrap(command);
    const reason = overwritesDisk(command) ??
      (bare === null ? null : judgeCommand(bare, look));
    if (reason !== null) return reason;
    const script = bare === null ? null : scriptFor(bare, command, before);
    if (script !== null && depth < deepestScript) {
      const inner = { ...surroundings, cwd: look.base ?? surroundings.cwd };
      const deeper = await judge(script, inner, depth + 1);
      if (deeper !== null) return deeper;
    }
    if (bare !== null) bases.move(command, bare, look);
    rememberVariables(command, variables, look);
    before = command;
  }
  return forkBomb(commands) ?? (ok ? null : textualSigns(line));
}

/** The script that a command runs: its own, or what is piped to a shell. */
function scriptFor(
  bare: BareCommand,
  command: ShellCommand,
  before: ShellCommand | null,
): string | null {
  if (bare.script !== null || !bare.readsScript) return bare.script;
  if (before === null || before.pipeline !== command.pipeline) return null;
  const name = before.name?.value;
  if (name === "echo" || name === "printf") {
    const lines = before.words.map(({ value }) => value).join("\n");
    return lines.replaceAll("\\n", "\n");
  }
  return name === "cat"
    ? before.redirections.find(({ body }) => body !== null)?.body ?? null
    : null;
}

/** A function that starts itself twice at once, without an end. */
function forkBomb(commands: readonly ShellCommand[]): string | null {
  const own = commands.filter(({ name, inFunction }) =>
    name !== null && name.value === inFunction
  );
  for (const [index, command] of own.entries()) {
    const twin = own.slice(index + 1).find((other) =>
      other.inFunction === command.inFunction &&
      (other.pipeline === command.pipeline || command.background)
    );
    if (twin !== undefined) {
      return `The function "${command.inFunction}" is a fork bomb`;
    }
  }
  return null;
}

/** Signs that count where the line can't be parsed, quoted or not. */
const signs: readonly RegExp[] = [
  /\brm\s+(?:-\S+\s+)*["']?(?:\/|~\/?|\$\{?HOME\}?\/?)\*?["']?(?:\s|[;&|)]|$)/,
  /\bmkfs[.\w]*\s[^\n]*\/dev\//,
  /\bdd\s[^\n]*\bof=\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk)/,
  />\s*\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk)/,
  /:\s*\(\)\s*\{[^}]*:\s*\|\s*:/,
];

function textualSigns(line: string): string | null {
  return signs.some((sign) => sign.test(line))
    ? "It can't be parsed and looks destructive"
    : null;
}
