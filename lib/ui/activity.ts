import type { AgentEvent } from "../core/event.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import { callSummary } from "./describe.ts";
import { formatSeconds } from "./format.ts";

/** A call under way. */
export interface RunningCall {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
  readonly summary: string;
  readonly since: number;
  /** The end of its output so far. */
  readonly tail: string;
}

/** What a run is doing at this moment. */
export interface Activity {
  readonly label: string;
  readonly since: number;
  readonly calls: readonly RunningCall[];
  /** When a request is sent again; null when none waits. */
  readonly retryAt: number | null;
}

/** Characters of a call's output that are kept to be shown. */
const tailLimit = 2_000;
const tailLines = 4;
const shownCalls = 5;
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** Nothing is going on. */
export const idle: Activity = {
  label: "",
  since: 0,
  calls: [],
  retryAt: null,
};

/** Follows what a run is doing. */
export function follow(
  activity: Activity,
  event: AgentEvent,
  cwd: string,
): Activity {
  switch (event.type) {
    case "run_start":
      return { ...idle, label: "Starting", since: event.at };
    case "turn_start":
      return { ...idle, label: "Waiting for the model", since: event.at };
    case "thinking_delta":
      return become(activity, "Thinking", event.at);
    case "text_delta":
      return become(activity, "Writing", event.at);
    case "call_delta": {
      const name = event.name === undefined ? "" : ` ${event.name}`;
      const isSame = name === "" && activity.label.startsWith("Preparing");
      if (isSame) return activity;
      return become(
        activity,
        `Preparing${printable(name) || " a call"}`,
        event.at,
      );
    }
    case "retry":
      return {
        ...activity,
        label: `Trying again (${event.attempt} of ${event.of}): ${
          printable(event.because)
        }`,
        since: event.at,
        retryAt: event.at + event.waitMs,
      };
    case "tool_start":
      return begin(activity, event, cwd);
    case "tool_progress":
      return {
        ...activity,
        calls: activity.calls.map((call) =>
          call.callId === event.callId
            ? { ...call, tail: (call.tail + event.text).slice(-tailLimit) }
            : call
        ),
      };
    case "tool_end": {
      const left = activity.calls.filter((call) =>
        call.callId !== event.callId
      );
      return { ...activity, calls: left, since: event.at };
    }
    case "run_end":
      return idle;
    default:
      return activity;
  }
}

/** Draws the calls under way with the end of what they say. */
export function drawCalls(
  { calls }: Activity,
  now: number,
  styles: Styles,
): string[] {
  const lines = calls.slice(0, shownCalls).flatMap((call) => [
    `${styles.yellow("●")} ${call.summary} ${
      styles.dim(formatSeconds(now - call.since))
    }`,
    ...(calls.length === 1 ? drawTail(call.tail, styles) : []),
  ]);
  const hidden = calls.length - shownCalls;
  return hidden > 0 ? [...lines, styles.dim(`  … ${hidden} more`)] : lines;
}

/** The last lines of an output, indented. */
export function drawTail(
  output: string,
  styles: Styles,
  limit = tailLines,
): string[] {
  const lines = printable(output).trimEnd().split("\n").slice(-limit);
  return lines.filter((line) => line !== "")
    .map((line) => styles.dim(`    ${line}`));
}

/** Draws the spinner line: what is being done, and for how long. */
export function drawSpinner(
  activity: Activity,
  now: number,
  styles: Styles,
): string {
  const frame = spinner.charAt(Math.floor(now / 100) % spinner.length);
  const label = activity.calls.length > 0 ? "Running" : activity.label;
  const time = activity.retryAt === null
    ? formatSeconds(now - activity.since)
    : `in ${formatSeconds(activity.retryAt - now)}`;
  return `${styles.cyan(frame)} ${label} ${styles.dim(time)}`;
}

function become(activity: Activity, label: string, at: number): Activity {
  if (activity.label === label && activity.retryAt === null) return activity;
  return { ...activity, label, since: at, retryAt: null };
}

function begin(
  activity: Activity,
  event: AgentEvent & { type: "tool_start" },
  cwd: string,
): Activity {
  const { callId, tool, input, at } = event;
  const summary = callSummary(tool, input, cwd);
  const call = { callId, tool, input, summary, since: at, tail: "" };
  return { ...activity, since: at, calls: [...activity.calls, call] };
}
