import type { SessionMark } from "../core/conversation.ts";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import { can } from "../platform/capabilities.ts";
import { stateFolder } from "../platform/folders.ts";
import { fileFault } from "../platform/file_error.ts";
import { isInside, path } from "../platform/paths.ts";
import type { SandboxPlan } from "../core/sandbox.ts";
import { listSessions, type SessionSummary } from "../session/list.ts";
import {
  createMemorySession,
  type CreateOptions,
  createSession,
  forkSession,
  type OpenedSession,
  openSession,
  SessionBusyError,
} from "../session/open.ts";
import { sessionsFolder } from "../session/places.ts";
import type { Session } from "../session/session.ts";
import { exportToNewFile } from "./export_session.ts";
import { freshSeen } from "../session/resume.ts";
import { SessionError } from "../session/scan.ts";
import { openUndo } from "./undo.ts";
import type { SessionWish } from "./session_flags.ts";
import { oneSession } from "./session_query.ts";
import type { Work, WorkSource } from "./work.ts";

/** What sessions are made with. */
export interface WorkSourceOptions {
  readonly cwd: string;
  /** Folders beside it that may be worked in, real paths. */
  readonly folders: readonly string[];
  readonly model: string;
  readonly wish: Pick<SessionWish, "id" | "isEphemeral">;
  /** A run without a conversation: `--continue` passes over it. */
  readonly isOneshot: boolean;
  now(): number;
  /** Keys that must not get into a file. */
  readonly secrets: readonly string[];
  onProblem(text: string): void;
  readonly environment: Readonly<Record<string, string>>;
  /** The sandbox in which git is asked. */
  plan(): Promise<SandboxPlan>;
}

/**
 * Sessions in the state folder, or in memory where nothing is to be written,
 * or may be: then `--allow-read` and `--allow-write` for it are missing.
 */
export function workSource(options: WorkSourceOptions): WorkSource {
  const { cwd, model, now, secrets, onProblem, isOneshot } = options;
  const root = options.wish.isEphemeral ? undefined : usableRoot();
  const ports = { now, secrets, onProblem };
  let { id } = options.wish;
  const create = (model: string): CreateOptions => {
    const made = {
      ...ports,
      cwd,
      model,
      ...(id === undefined ? {} : { id }),
      ...(isOneshot ? { oneshot: true } : {}),
    };
    // The user's id is for the first session alone.
    id = undefined;
    return made;
  };
  const need = (): string => {
    if (root !== undefined) return root;
    throw new UserError(
      options.wish.isEphemeral
        ? "Cannot go on with a session: --no-session writes and reads none"
        : `Cannot go on with a session: ${missingGrant()}`,
      exitCodes.usage,
    );
  };
  return {
    isInteractive: !isOneshot,
    async begin(model) {
      const wanted = create(model);
      const session = root === undefined
        ? createMemorySession(wanted)
        : await orUserError(createOrTell(root, wanted));
      return await workOf({ session, resumed: null, notices: [] }, options);
    },
    async resume(query) {
      const { file } = await orUserError(oneSession(need(), query));
      const opened = await orUserError(openSession(file, { ...ports, cwd }));
      if (!isOneshot && opened.session.facts.oneshot) {
        // From now on it is a conversation.
        opened.session.append({ type: "session_info", oneshot: false });
      }
      return await workOf(await settle(opened, { cwd, model }), options);
    },
    async resumeCopy(query) {
      const found = await orUserError(oneSession(need(), query));
      const opened = await orUserError(
        forkSession(found.file, need(), create(found.model)),
      );
      return await workOf(await settle(opened, { cwd, model }), options);
    },
    async fork(session) {
      if (session.file === null) {
        throw new UserError(
          "Cannot fork: this session is written nowhere",
          exitCodes.usage,
        );
      }
      if (session.leaf === null) {
        throw new UserError(
          "There is nothing to fork before the first prompt",
          exitCodes.usage,
        );
      }
      await session.flush();
      const opened = await orUserError(
        forkSession(session.file, need(), create(session.facts.model)),
      );
      // The same conversation goes on, with whatever model it has.
      const place = { cwd, model: opened.session.facts.model };
      return await workOf(await settle(opened, place), options);
    },
    async list() {
      if (root === undefined) return [];
      const found = await listSessions(root, { cwd });
      return found.map(markOf);
    },
    async export(session, file) {
      await session.flush();
      return await exportToNewFile(session, { file, cwd, secrets });
    },
  };
}

function markOf(session: SessionSummary): SessionMark {
  const { header, name, messages, model, oneshot } = session;
  return {
    id: header.id,
    name,
    text: session.firstPrompt,
    changed: session.modified,
    messages,
    model,
    isOneshot: oneshot,
  };
}

function usableRoot(): string | undefined {
  const state = stateFolder();
  if (state === undefined) return undefined;
  const root = sessionsFolder(state);
  const isGranted = can({ name: "read", path: root }) &&
    can({ name: "write", path: root });
  return isGranted ? root : undefined;
}

function missingGrant(): string {
  const state = stateFolder();
  return state === undefined
    ? "the home folder is not known; --allow-env=HOME tells it"
    : `it needs --allow-read=${state} and --allow-write=${state}`;
}

type Opened = Pick<OpenedSession, "session" | "notices"> & {
  readonly resumed: OpenedSession["resumed"] | null;
};

/** Drops what no longer holds and says what is different now. */
async function settle(
  { session, resumed, notices }: OpenedSession,
  { cwd, model }: { readonly cwd: string; readonly model: string },
): Promise<Opened> {
  const { seen, stale } = await freshSeen(resumed.seen);
  const said = [...notices];
  const { facts, header } = session;
  if (header.cwd !== cwd) {
    said.push(`This session worked in ${header.cwd}; now it works in ${cwd}`);
  }
  if (facts.model !== model) {
    said.push(`This session's model was ${facts.model}; now it is ${model}`);
  }
  if (stale.length > 0) {
    const names = stale.slice(0, 5).map((file) => path.relative(cwd, file));
    const more = stale.length > 5 ? ` and ${stale.length - 5} more` : "";
    said.push(
      `Changed since the model read them: ${names.join(", ")}${more}`,
    );
  }
  const isHere = resumed.cwd !== null && isInside(resumed.cwd, cwd) &&
    await isFolder(resumed.cwd);
  return {
    session,
    resumed: { ...resumed, seen, cwd: isHere ? resumed.cwd : null },
    notices: said,
  };
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isDirectory;
  } catch {
    // Gone, or not to be seen: the workspace it is.
    return false;
  }
}

async function workOf(
  { session, resumed, notices }: Opened,
  options: WorkSourceOptions,
): Promise<Work> {
  return {
    session,
    resumed,
    notices,
    undo: await openUndo(session, options),
  };
}

/** A disk that takes no session is no reason not to work. */
async function createOrTell(
  root: string,
  options: CreateOptions,
): Promise<Session> {
  try {
    return await createSession(root, options);
  } catch (error) {
    const fault = fileFault(error);
    if (fault === null) throw error;
    options.onProblem(`${root}: ${fault.state}`);
    return createMemorySession(options);
  }
}

/** What went wrong with a session is the user's to mend. */
async function orUserError<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const isTheirs = error instanceof SessionError ||
      error instanceof SessionBusyError ||
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied;
    if (!isTheirs) throw error;
    throw new UserError(describeError(error), exitCodes.failed);
  }
}
