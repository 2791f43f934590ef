import { count, firstLine } from "../core/text.ts";
import { factRows, titleOf, utcMinute } from "../session/export_facts.ts";
import type { SessionSummary } from "../session/list.ts";
import type { Exchange } from "../session/resume.ts";
import type { FileView } from "../session/view.ts";
import { printable } from "../term/printable.ts";

/** Characters of a title in a list. */
const longestTitle = 60;

/** The start of an id that stands for it in lists. */
export function shortId({ header }: SessionSummary): string {
  return header.id.slice(0, 8);
}

/** A session in a few words: its short id, and its name or first prompt. */
export function titleLine(session: SessionSummary): string {
  const { name, firstPrompt } = session;
  const title = printable(name ?? firstPrompt).replaceAll("\n", " ");
  return `${shortId(session)}  ${firstLine(title, longestTitle)}`.trimEnd();
}

/** A list of sessions for people, under their folders where these are many. */
export function drawSessions(
  sessions: readonly SessionSummary[],
  { withFolders }: { readonly withFolders: boolean },
): string {
  if (!withFolders) return drawRows(sessions);
  const folders = Map.groupBy(sessions, ({ header }) => header.cwd);
  return [...folders].map(([folder, rows]) =>
    `${printable(folder)}\n${drawRows(rows)}`
  ).join("\n");
}

function drawRows(sessions: readonly SessionSummary[]): string {
  const cells = sessions.map((session) => [
    shortId(session),
    localMinute(session.modified),
    count(session.messages, "message"),
    printable(session.model),
    session.oneshot ? "one-shot" : "",
    titleLine(session).slice(shortId(session).length).trim(),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0))
  );
  return cells.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .filter((cell) => cell !== "").join("  ").trimEnd() + "\n"
  ).join("");
}

/** What `--json` gives of a session in a list. */
export function summaryData(session: SessionSummary): unknown {
  const { header, modified, ...rest } = session;
  return {
    id: header.id,
    cwd: header.cwd,
    started: header.timestamp,
    modified: new Date(modified).toISOString(),
    ...(header.parentSession === undefined
      ? {}
      : { parentSession: header.parentSession }),
    ...rest,
  };
}

/** What is shown of one session besides what its file says of itself. */
export interface ShownSession {
  readonly bytes: number;
  readonly exchanges: readonly Exchange[];
}

/** One session for people: its facts, then how it ended. */
export function drawSession(
  view: FileView,
  { bytes, exchanges }: ShownSession,
): string {
  const rows = [
    ...factRows(view),
    ["File", `${view.file} (${count(bytes, "byte")})`] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const facts = rows.map(([name, value]) =>
    `${name.padEnd(width)}  ${printable(value)}\n`
  );
  const said = exchanges.map(({ timestamp, request, answer }) =>
    `\nYou, ${utcMinute(timestamp)}:\n${indented(request)}` +
    (answer === "" ? "" : `Model:\n${indented(answer)}`)
  );
  return `${printable(titleOf(view))}\n\n${facts.join("")}${said.join("")}`;
}

/** What `--json` gives of one session. */
export function sessionData(
  { header, facts, file, notices }: FileView,
  { bytes, exchanges }: ShownSession,
): unknown {
  const labels = Object.fromEntries(facts.labels);
  return {
    header,
    facts: { ...facts, labels },
    file,
    bytes,
    notices,
    exchanges,
  };
}

function indented(text: string): string {
  return printable(text).split("\n").map((line) => `  ${line}`.trimEnd() + "\n")
    .join("");
}

/** A time to the minute, in this machine's zone. */
function localMinute(ms: number): string {
  const time = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [
    time.getFullYear(),
    two(time.getMonth() + 1),
    two(time.getDate()),
  ];
  return `${day.join("-")} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
