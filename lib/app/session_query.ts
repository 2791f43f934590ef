import { exitCodes, UserError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import {
  findSession,
  listSessions,
  type SessionSummary,
} from "../session/list.ts";
import { shortId, titleLine } from "./sessions_text.ts";

/** Candidates that an error names. */
const mostNamed = 10;

/**
 * The one session that the user means: by its file, the start of its id, its
 * name, or a part of its name or first prompt.
 *
 * @throws {UserError} with exit code 2 that names the candidates where there
 * are several, or the nearest where there is none
 */
export async function oneSession(
  root: string,
  query: string,
): Promise<SessionSummary> {
  const found = await findSession(root, query);
  if (found.kind === "found") return found.session;
  if (found.kind === "ambiguous") {
    const { candidates } = found;
    const lines = candidates.slice(0, mostNamed)
      .map((session) => `\n  ${titleLine(session)}`).join("");
    const more = candidates.length > mostNamed ? "\n  …" : "";
    throw new UserError(
      `Cannot tell which session "${query}" is: several sessions fit. ` +
        `Give one's id:${lines}${more}`,
      exitCodes.usage,
    );
  }
  const near = nearestSession(query, await listSessions(root));
  const advice = near === undefined
    ? ". openclaude sessions list --all lists them"
    : `. Did you mean ${titleLine(near)}?`;
  throw new UserError(
    `Cannot find session "${query}": no session has that id, name or first ` +
      `prompt${advice}`,
    exitCodes.usage,
  );
}

function nearestSession(
  query: string,
  sessions: readonly SessionSummary[],
): SessionSummary | undefined {
  const byText = new Map<string, SessionSummary>();
  for (const session of sessions) {
    const { header, name, firstPrompt } = session;
    for (const text of [header.id, shortId(session), name, firstPrompt]) {
      // The newest, which comes first, stands for a text that several have.
      if (text && !byText.has(text)) byText.set(text, session);
    }
  }
  const text = nearest(query, [...byText.keys()]);
  return text === undefined ? undefined : byText.get(text);
}
