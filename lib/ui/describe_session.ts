import { type AgentEvent, assertNever } from "../core/event.ts";
import { count, firstLine } from "../core/text.ts";
import { printable } from "../term/printable.ts";
import { relativePath } from "./describe.ts";

/** A line for the user, and whether it is a warning. */
export interface Remark {
  readonly text: string;
  readonly isWarning: boolean;
}

type FilesEvent = AgentEvent & { readonly type: "files" };
type SessionEvent = AgentEvent & { readonly type: "session" };

/** Files that a line names; the rest is counted. */
const mostNamed = 8;

const actions: Readonly<Record<FilesEvent["action"], string>> = {
  undo: "Undo",
  redo: "Redo",
  rewind: "Rewind",
};

/** What taking files back, or forth, came to. */
export function describeFiles(event: FilesEvent, cwd: string): Remark[] {
  const { action, restored, removed, failed, foreign, notes } = event;
  const did = [
    ...fileList("restored", restored, cwd),
    ...fileList("removed", removed, cwd),
  ];
  const head = did.length > 0
    ? did.join("; ")
    : failed.length > 0
    ? "no file was changed"
    : "all files are as they should be already";
  const changed = fileList("Changed by somebody else since:", foreign, cwd);
  const back = action === "redo" ? "/undo" : "/redo";
  return [
    info(`${actions[action]}: ${head}`),
    ...failed.map(({ path, why }) =>
      warning(`Cannot bring back ${name(path, cwd)}: ${printable(why)}`)
    ),
    ...changed.map((list) => warning(`${list}; ${back} brings that back`)),
    ...notes.map((note) => warning(printable(note))),
  ];
}

/** What became of the session. */
export function describeSession(event: SessionEvent): string {
  const { action, id, prompt = "" } = event;
  const named = event.name === null ? "" : printable(event.name);
  const session = `session ${id.slice(0, 8)}${named && ` "${named}"`}`;
  switch (action) {
    case "resumed":
      return `Resumed ${session}`;
    case "forked":
      return `Forked: work goes on in ${session}`;
    case "renamed":
      return named === ""
        ? "The session has no name now"
        : `The session's name is now "${named}"`;
    case "rewound":
      return `Went back to before "${firstLine(printable(prompt), 60)}"`;
    default:
      return assertNever(action);
  }
}

function fileList(
  verb: string,
  files: readonly string[],
  cwd: string,
): string[] {
  if (files.length === 0) return [];
  const names = files.map((file) => name(file, cwd)).toSorted()
    .slice(0, mostNamed);
  const more = files.length - names.length;
  if (more > 0) names.push(`${more} more`);
  const number = files.length === 1 ? "" : `${count(files.length, "file")}: `;
  return [`${verb} ${number}${names.join(", ")}`];
}

function name(file: string, cwd: string): string {
  return printable(relativePath(file, cwd)).replaceAll("\n", " ");
}

function info(text: string): Remark {
  return { text, isWarning: false };
}

function warning(text: string): Remark {
  return { text, isWarning: true };
}
