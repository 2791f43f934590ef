import { count } from "../core/text.ts";
import type { SessionView } from "./view.ts";

/** What a session is called: its name, else what was first asked. */
export function titleOf({ facts, header }: SessionView): string {
  return facts.name ?? (facts.firstPrompt || `Session ${header.id}`);
}

/** What is true of a session as a whole, for a reader. */
export function factRows(
  { header, facts }: SessionView,
): readonly (readonly [name: string, value: string])[] {
  const { usage } = facts;
  const rows: [string, string][] = [
    ["Session", header.id],
    ["Folder", header.cwd],
    ["Model", facts.model],
    ["Began", utcMinute(header.timestamp)],
    ["Last entry", utcMinute(facts.latest)],
    ["Messages", String(facts.messages)],
  ];
  if (header.parentSession !== undefined) {
    rows.push(["Forked from", header.parentSession]);
  }
  if (usage.requests > 0) {
    rows.push([
      "Tokens",
      `${usage.input} in (${usage.cached} cached), ${usage.output} out ` +
      `(${usage.reasoning} reasoning), ${count(usage.requests, "request")}`,
    ]);
  }
  if (usage.costUsd !== null) {
    rows.push(["Cost", `$${usage.costUsd.toFixed(4)}`]);
  }
  return rows;
}

/** A time to the minute in UTC; a text that is no time stays. */
export function utcMinute(timestamp: string): string {
  const ms = Date.parse(timestamp);
  if (Number.isNaN(ms)) return timestamp;
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
