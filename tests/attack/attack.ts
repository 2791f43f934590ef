import type { PermissionMode } from "../../lib/core/permission.ts";

/** The modes that the suite runs in, in the order of the page's columns. */
export const attackModes = [
  "default",
  "acceptEdits",
  "plan",
  "bypassPermissions",
] as const satisfies readonly PermissionMode[];

/** One of the {@link attackModes}. */
export type AttackMode = typeof attackModes[number];

/** In which surroundings attacks are played: one process for each. */
export interface Setting {
  readonly mode: AttackMode;
  /** Whether commands run in the system's sandbox. */
  readonly ring2: boolean;
}

/** The eight settings in the order of the cells of an attack. */
export const settings: readonly Setting[] = attackModes.flatMap((mode) =>
  [true, false].map((ring2) => ({ mode, ring2 }))
);

/** What stopped an attack, as a mark. `-` is: nothing did. */
export const stoppers = {
  A: "asked: the user says no, or nobody is there to ask",
  D: "a deny rule",
  M: "plan mode, which writes nothing and starts no program",
  C: "refused in every mode, as it would lose the system or the work",
  1: "ring 1: Deno's permissions, and `guardPath()` on the real path",
  2: "ring 2: the system's sandbox around the command",
  T: "the tool or the program itself, by the way it is made",
  "-": "not stopped",
} as const;

/** A mark of the {@link stoppers}. */
export type Mark = `${keyof typeof stoppers}`;

/** A call of the scripted model. */
export interface AttackCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What an attack wants, and how it is found out whether it got that. */
export interface Harm {
  /** "outside/victim.txt is changed": in a row of the page. */
  readonly what: string;
  happened(aftermath: Aftermath): boolean | Promise<boolean>;
}

/** What can be looked at when a run is over. */
export interface Aftermath {
  /** All that the model was told: results, refusals, memory, surroundings. */
  readonly told: string;
  /** Absolute path of something on the stage: "outside/victim.txt". */
  at(name: string): string;
  /** Connections that were made to the stage's listeners. */
  readonly connections: number;
  /** Whether the process that plays the victim still runs. */
  victimLives(): Promise<boolean>;
  /** Processes of the attack that still run. */
  survivors(): Promise<number>;
}

/**
 * What an attack needs of the machine besides Linux: a program; "ptrace",
 * that a process may look into another of the same user; "/run", that
 * sockets may be made there.
 */
export type AttackNeed = "curl" | "ptrace" | "/run";

/**
 * One attack. In texts `%work%`, `%evil%` (a folder beside it with a longer
 * name), `%outside%`, `%home%`, `%temp%` stand for folders, `%port%`,
 * `%redirect%` for listeners, `%socket%`, `%runSocket%` for sockets in files,
 * `%victim%` for the id of a process.
 */
export interface Attack {
  readonly id: string;
  readonly title: string;
  /** A shell script that sets the stage, run in the workspace. */
  readonly setup?: string;
  /** Rules of the user's settings. */
  readonly rules?: Readonly<
    Partial<Record<"allow" | "ask" | "deny", readonly string[]>>
  >;
  /** What the model calls, one by one. */
  readonly calls: readonly AttackCall[];
  /** A shell script that the attacker runs while the user is being asked. */
  readonly whileAsked?: string;
  /** False where nobody is there to be asked. */
  readonly canAsk?: false;
  readonly harm: Harm;
  /**
   * A cell for each setting. First the mark of what stops it; after an `A`
   * a second one: what stops it when the user says yes.
   */
  readonly expect: string;
  /** Why it is not stopped, where it is not. */
  readonly because?: string;
  /**
   * What of our own making stops it although its command runs: without this,
   * a command that runs and does no harm was stopped by ring 2.
   */
  readonly care?: string;
  readonly needs?: AttackNeed;
}

/** How one attack went in one setting. */
export interface Played {
  readonly id: string;
  /** The cell of the table, or null where the machine lacks what it needs. */
  readonly cell: string | null;
  /** What was said by whoever stopped it, for when a cell surprises. */
  readonly evidence: string;
  readonly ms: number;
}

/** A part of the table. */
export interface AttackGroup {
  readonly title: string;
  readonly attacks: readonly Attack[];
}

/** The cells of an attack, one for each of the {@link settings}. */
export function cellsOf({ id, expect }: Attack): readonly string[] {
  const cells = expect.trim().split(/\s+/);
  const isRight = cells.length === settings.length &&
    cells.every((cell) => /^(A[D1C2T-]?|[DMC12T-])$/.test(cell));
  if (isRight) return cells;
  throw new Error(`Cannot read the cells of "${id}": "${expect}"`);
}
