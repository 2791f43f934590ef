import { addToTally, noTally, type Tally } from "../core/cost.ts";
import { exitCodes, UserError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { stateFolder } from "../platform/folders.ts";
import { systemClock } from "../platform/clock.ts";
import { sessionsFolder } from "../session/places.ts";
import { readUsage, type SessionUsage } from "../session/usage.ts";
import type { Invocation } from "./args.ts";
import { writeWhole } from "./print.ts";
import {
  drawUsage,
  usageData,
  type UsageKey,
  usageKeys,
  type UsageReport,
  type UsageRow,
} from "./usage_text.ts";
import { workingFolder } from "./working_folder.ts";

/**
 * `openclaude usage`: what the sessions of this folder, or with `--all` of
 * all, have used.
 *
 * @throws {UserError} with exit code 2 for a time or a key that is none.
 */
export async function runUsage(invocation: Invocation): Promise<number> {
  const by = keyOf(invocation.by);
  const since = invocation.since === undefined
    ? undefined
    : readSince(invocation.since, systemClock.now());
  const folder = invocation.ownSwitches.includes("all")
    ? undefined
    : await workingFolder(invocation.cwd);
  const state = stateFolder();
  if (state === undefined) {
    throw new UserError(
      "Cannot find the sessions: neither HOME nor OPENCLAUDE_CONFIG_DIR is " +
        "set, or none may be read",
      exitCodes.usage,
    );
  }
  const report = await collect(sessionsFolder(state), { by, since, folder });
  if (invocation.json) {
    const text = JSON.stringify(usageData(report), null, 2);
    writeWhole(Deno.stdout, `${text}\n`);
  } else if (report.total.requests === 0) {
    const advice = folder === undefined ? "" : `; --all looks in all folders`;
    writeWhole(Deno.stderr, `No session has used anything${advice}\n`);
  } else writeWhole(Deno.stdout, drawUsage(report));
  return exitCodes.done;
}

async function collect(
  root: string,
  { by, since, folder }: Pick<UsageReport, "by" | "since" | "folder">,
): Promise<UsageReport> {
  let total = noTally;
  const groups = new Map<string, Tally>();
  const labels = new Map<string, string>();
  const usages = readUsage(root, {
    ...(folder === undefined ? {} : { cwd: folder }),
    ...(since === undefined ? {} : { since }),
    onSkipped: (text) => writeWhole(Deno.stderr, `openclaude: ${text}\n`),
  });
  for await (const usage of usages) {
    const key = keys[by](usage);
    total = addToTally(total, usage.entry);
    groups.set(key, addToTally(groups.get(key) ?? noTally, usage.entry));
    if (by === "session") labels.set(key, usage.label);
  }
  const rows = [...groups].map(([key, tally]): UsageRow => {
    const label = labels.get(key);
    return { key, tally, ...(label === undefined ? {} : { label }) };
  });
  return { by, since, folder, total, rows: rows.sort(order[by]) };
}

const keys: Readonly<Record<UsageKey, (usage: SessionUsage) => string>> = {
  day: ({ at }) => dayOf(at),
  model: ({ entry }) => entry.model,
  agent: ({ entry }) => entry.agent,
  session: ({ session }) => session,
};

type Order = (one: UsageRow, other: UsageRow) => number;

function dearestFirst({ tally: one }: UsageRow, { tally: other }: UsageRow) {
  return other.costUsd - one.costUsd || other.input - one.input;
}

const order: Readonly<Record<UsageKey, Order>> = {
  day: (one, other) => one.key < other.key ? -1 : 1,
  model: dearestFirst,
  agent: dearestFirst,
  session: dearestFirst,
};

/** A day as the user's clock counts it: "2026-11-24". */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const month = two(date.getMonth() + 1);
  return `${date.getFullYear()}-${month}-${two(date.getDate())}`;
}

function keyOf(value = "model"): UsageKey {
  const key = usageKeys.find((each) => each === value);
  if (key !== undefined) return key;
  const near = nearest(value, usageKeys);
  throw new UserError(
    `Cannot use --by "${value}": it must be one of ${usageKeys.join(", ")}` +
      (near === undefined ? "" : `. Did you mean ${near}?`),
    exitCodes.usage,
  );
}

const hour = 3_600_000;
const spans: Readonly<Record<string, number>> = {
  h: hour,
  d: 24 * hour,
  w: 7 * 24 * hour,
};

/**
 * The time that `--since` names: a span before now such as "7d", or a day,
 * which begins at midnight by the user's clock. In milliseconds since 1970.
 *
 * @throws {UserError} with exit code 2.
 */
export function readSince(value: string, now: number): number {
  const [, amount, unit = ""] = /^(\d{1,5})([hdw])$/.exec(value) ?? [];
  if (amount !== undefined) return now - Number(amount) * (spans[unit] ?? 0);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  const midnight = new Date(Number(year), Number(month) - 1, Number(day));
  // The 31st of a month that has 30 days is no day.
  if (dayOf(midnight.getTime()) === value) return midnight.getTime();
  throw new UserError(
    `Cannot use --since "${value}": it must be a span such as 12h, 7d or 2w, ` +
      "or a day such as 2026-11-01",
    exitCodes.usage,
  );
}
