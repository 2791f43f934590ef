import { exitCodes, UserError } from "../core/error.ts";
import { systemClock } from "../platform/clock.ts";
import { fileFault } from "../platform/file_error.ts";
import { stateFolder } from "../platform/folders.ts";
import { exportToFile } from "../session/export_file.ts";
import {
  type ExportFormat,
  type ExportOptions,
  exportSession,
} from "../session/export.ts";
import { listSessions, type SessionSummary } from "../session/list.ts";
import { SessionBusyError } from "../session/open.ts";
import { sessionsFolder } from "../session/places.ts";
import { removeSession } from "../session/remove.ts";
import { lastExchanges } from "../session/resume.ts";
import { SessionError } from "../session/scan.ts";
import { viewSession } from "../session/view.ts";
import type { Invocation } from "./args.ts";
import {
  environmentSecrets,
  formatNamed,
  formatOfFile,
} from "./export_choice.ts";
import { writeWhole } from "./print.ts";
import { oneSession } from "./session_query.ts";
import {
  drawSession,
  drawSessions,
  sessionData,
  summaryData,
  titleLine,
} from "./sessions_text.ts";
import { workingFolder } from "./working_folder.ts";

/** What these subcommands are told by the command line. */
export interface SessionsLine {
  readonly invocation: Invocation;
  /** The words after the subcommand's name. */
  readonly words: readonly string[];
}

/** Exchanges that `openclaude sessions show` shows. */
const shownExchanges = 3;

/** `openclaude sessions list`: the sessions of this folder, or all. */
export async function runSessionsList(
  { invocation }: SessionsLine,
): Promise<number> {
  return await withSessions(async (root) => {
    const cwd = await workingFolder(invocation.cwd);
    const isAll = invocation.ownSwitches.includes("all");
    const where = isAll ? {} : { cwd };
    const sessions = await listSessions(root, where);
    if (invocation.json) return printJson(sessions.map(summaryData));
    if (sessions.length === 0) {
      const advice = isAll ? "" : `of "${cwd}"; --all lists all`;
      writeWhole(Deno.stderr, `There are no sessions ${advice}`.trim() + "\n");
    } else {
      const text = drawSessions(sessions, { withFolders: isAll });
      writeWhole(Deno.stdout, text);
    }
  });
}

/** `openclaude sessions show ID`: what it is, and how it ended. */
export async function runSessionsShow(
  { invocation, words: [query = ""] }: SessionsLine,
): Promise<number> {
  return await withSessions(async (root) => {
    const { file, bytes } = await oneSession(root, query);
    const view = await viewSession(file);
    warn(view.notices);
    const exchanges = await lastExchanges(view, { most: shownExchanges });
    if (invocation.json) printJson(sessionData(view, { bytes, exchanges }));
    else writeWhole(Deno.stdout, drawSession(view, { bytes, exchanges }));
  });
}

/** `openclaude sessions export ID`: to stdout, or to a file. */
export async function runSessionsExport(
  { invocation, words: [query = ""] }: SessionsLine,
): Promise<number> {
  const { output } = invocation;
  const options: ExportOptions = {
    format: formatOf(invocation),
    secrets: knownSecrets(invocation),
  };
  return await withSessions(async (root) => {
    const { file } = await oneSession(root, query);
    const view = await viewSession(file);
    warn(view.notices);
    if (output === undefined) {
      return await printPieces(exportSession(view, options));
    }
    await exportToFile(view, output, options);
    writeWhole(Deno.stderr, `Exported to ${output}\n`);
  });
}

/** `openclaude sessions rm ID...`: removes their files for good. */
export async function runSessionsRemove(
  { words }: SessionsLine,
): Promise<number> {
  return await withSessions(async (root) => {
    // All are found before the first is gone.
    const found = new Map<string, SessionSummary>();
    for (const query of words) {
      const session = await oneSession(root, query);
      found.set(session.file, session);
    }
    for (const session of found.values()) {
      await removeOne(root, session);
      writeWhole(Deno.stdout, `Removed ${titleLine(session)}\n`);
    }
  });
}

async function removeOne(
  root: string,
  session: SessionSummary,
): Promise<void> {
  try {
    await removeSession(root, session.file, systemClock);
  } catch (error) {
    if (!(error instanceof SessionBusyError)) throw error;
    const { holder } = error;
    const who = holder === null ? "a process" : `process ${holder.pid}`;
    throw new UserError(
      `Cannot remove ${titleLine(session)}: ${who} has it open`,
      exitCodes.failed,
    );
  }
}

/** Gives the sessions folder, and makes its faults the user's errors. */
async function withSessions(
  work: (root: string) => Promise<void>,
): Promise<number> {
  const state = stateFolder();
  if (state === undefined) {
    throw new UserError(
      "Cannot find sessions: there is no home folder. Set HOME or " +
        "XDG_STATE_HOME, or permit them to be read",
      exitCodes.failed,
    );
  }
  const root = sessionsFolder(state);
  try {
    await work(root);
  } catch (error) {
    if (error instanceof SessionError) {
      throw new UserError(error.message, exitCodes.failed);
    }
    const fault = fileFault(error);
    if (fault === null) throw error;
    throw new UserError(
      `Cannot use the sessions in "${root}": ${fault.state}`,
      exitCodes.failed,
    );
  }
  return exitCodes.done;
}

/** The format that is named, else the one that the file's name tells. */
function formatOf({ format, json, output }: Invocation): ExportFormat {
  if (format === undefined) {
    if (json) return "json";
    return formatOfFile(output ?? "") ?? "markdown";
  }
  const known = formatNamed(format);
  if (known !== undefined) return known;
  throw new UserError(
    `Cannot use --format "${format}": it must be one of md, json, html`,
    exitCodes.usage,
  );
}

function knownSecrets({ apiKey }: Invocation): string[] {
  const known = environmentSecrets();
  return apiKey === undefined ? known : [apiKey, ...known];
}

async function printPieces(pieces: AsyncIterable<string>): Promise<void> {
  const encoder = new TextEncoder();
  try {
    for await (const piece of pieces) {
      let bytes = encoder.encode(piece);
      while (bytes.length > 0) {
        bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
      }
    }
  } catch (error) {
    // The reader has seen enough: the rest need not be made.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function printJson(value: unknown): void {
  writeWhole(Deno.stdout, `${JSON.stringify(value, null, 2)}\n`);
}

function warn(notices: readonly string[]): void {
  for (const notice of notices) {
    writeWhole(Deno.stderr, `openclaude: ${notice}\n`);
  }
}
