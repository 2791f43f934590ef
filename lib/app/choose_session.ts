import type { SessionMark } from "../core/conversation.ts";
import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";
import { writeWhole } from "./print.ts";

const mostShown = 20;

/** A list of sessions to choose from, without what could steer the terminal. */
export function sessionRows(
  sessions: readonly SessionMark[],
  now: number,
): string {
  const rows = sessions.slice(0, mostShown).map((session, index) => {
    const { name, text, changed, messages, model } = session;
    const title = printable(name ?? text).replaceAll("\n", " ").slice(0, 60);
    return `${String(index + 1).padStart(3)}  ${title}\n     ` +
      `${ago(now - changed)}, ${count(messages, "message")}, ${model}, ` +
      `${session.id.slice(0, 8)}`;
  });
  const more = sessions.length - rows.length;
  if (more > 0) {
    rows.push(`     and ${more} more; a part of the text finds them`);
  }
  return rows.join("\n");
}

/** How long ago, in the largest unit that fits. */
export function ago(ms: number): string {
  const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];
  for (const [unit, length] of units as [string, number][]) {
    const number = Math.floor(ms / length);
    if (number >= 1) return `${count(number, unit)} ago`;
  }
  return "just now";
}

/**
 * Asks on the terminal which session to go on with: a number, or a part of
 * its id, name or prompt. Undefined when nothing was chosen.
 */
export async function chooseSession(
  sessions: readonly SessionMark[],
  now: number,
): Promise<string | undefined> {
  writeWhole(Deno.stderr, `${sessionRows(sessions, now)}\n`);
  writeWhole(Deno.stderr, "Go on with (number or text, empty for none): ");
  const bytes = new Uint8Array(1_024);
  // A terminal that is not raw gives one line at a time.
  const length = await Deno.stdin.read(bytes) ?? 0;
  const answer = new TextDecoder().decode(bytes.subarray(0, length)).trim();
  const chosen = /^\d+$/.test(answer)
    ? sessions[Number(answer) - 1]
    : undefined;
  return chosen?.id ?? (answer === "" ? undefined : answer);
}
