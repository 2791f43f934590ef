import { exitCodes, UserError } from "../core/error.ts";
import type { SessionWish } from "./session_flags.ts";
import type { SessionMark } from "../core/conversation.ts";
import type { Resumed, Session } from "../session/session.ts";
import type { UndoLog } from "../workspace/undo.ts";

/** A session that a conversation writes, and the way back of its files. */
export interface Work {
  readonly session: Session;
  /** Null for one that begins. */
  readonly resumed: Resumed | null;
  readonly undo: UndoLog;
  /** What the user should know, a sentence each. */
  readonly notices: readonly string[];
}

/** Where a conversation gets its sessions from. */
export interface WorkSource {
  /** Whether what it opens will be talked to, and not asked once. */
  readonly isInteractive: boolean;
  /** Begins a new session. */
  begin(model: string): Promise<Work>;
  /**
   * Goes on with another one.
   *
   * @throws {UserError} when there is none, several, or a process has it open
   */
  resume(query: string): Promise<Work>;
  /**
   * Goes on in a copy of another one, which a process may have open.
   *
   * @throws {UserError} when there is none, or several
   */
  resumeCopy(query: string): Promise<Work>;
  /**
   * Goes on in a copy.
   *
   * @throws {UserError} when the session is written nowhere
   */
  fork(session: Session): Promise<Work>;
  /** The sessions of this folder, the newest first. */
  list(): Promise<readonly SessionMark[]>;
  /**
   * Exports a session to a new file; "" is one in the working folder.
   * Resolves to its path.
   *
   * @throws {UserError} when the file is there, or can't be written
   */
  export(session: Session, file: string): Promise<string>;
}

/** Lets the user choose from a list; undefined when nothing was chosen. */
export type ChooseSession = (
  sessions: readonly SessionMark[],
) => Promise<string | undefined>;

async function queryOf(
  kind: "last" | "choose" | "query",
  { from }: SessionWish,
  { source, choose }: {
    readonly source: WorkSource;
    readonly choose: ChooseSession | undefined;
  },
): Promise<string> {
  if (from.kind === "query") return from.query;
  const all = await source.list();
  // In a script the last prompt is what is gone on with; the REPL goes on
  // with what was a conversation (spec/features.md 1C.6).
  const sessions = kind === "last" && source.isInteractive
    ? all.filter(({ isOneshot }) => !isOneshot)
    : all;
  const [newest] = sessions;
  if (newest === undefined) {
    throw usage(
      "there is no conversation of this folder yet. openclaude sessions list " +
        "--all shows those of others",
    );
  }
  if (kind === "last") return newest.id;
  if (choose === undefined) {
    throw usage(
      "there is no terminal to choose at. Name the session, as in --resume " +
        newest.id.slice(0, 8),
    );
  }
  const chosen = await choose(sessions);
  if (chosen === undefined) throw usage("no session was chosen");
  return chosen;
}

function usage(reason: string): UserError {
  return new UserError(`Cannot go on: ${reason}`, exitCodes.usage);
}

/** The session that the command line asks for, opened. */
export async function openWork(
  source: WorkSource,
  wish: SessionWish,
  { model, choose }: {
    readonly model: string;
    /** Lets the user choose; absent where nobody can. */
    readonly choose?: ChooseSession | undefined;
  },
): Promise<Work> {
  const { from } = wish;
  const query = from.kind === "new"
    ? null
    : await queryOf(from.kind, wish, { source, choose });
  const work = query === null
    ? await source.begin(model)
    : wish.fork
    ? await source.resumeCopy(query)
    : await source.resume(query);
  if (wish.name !== undefined) {
    work.session.append({ type: "session_info", name: wish.name });
  }
  return work;
}
