import { nearest } from "../core/nearest.ts";
import type { Command, CommandPort } from "./command.ts";
import { modelCommands } from "./model_commands.ts";
import { sessionCommands } from "./session_commands.ts";

/** The slash commands, in the order of the help. */
export const commands: readonly Command[] = [
  { name: "help", help: "Show the commands and keys", run: help },
  {
    name: "clear",
    help: "Forget the conversation and begin a new session",
    needsIdle: true,
    run: (_argument, port) => {
      port.send({ type: "clear" });
      port.note("The conversation is cleared");
    },
  },
  {
    name: "compact",
    argument: "[focus | undo]",
    help: "Shorten the conversation to a summary, or take that back",
    run: compact,
  },
  ...sessionCommands,
  {
    name: "cost",
    help: "Show tokens, money and time so far",
    run: (_argument, port) => port.note(...port.costReport()),
  },
  ...modelCommands,
  { name: "exit", help: "Leave", run: (_argument, port) => port.leave() },
];

const keys: readonly (readonly [string, string])[] = [
  ["Enter", "send; while a run is under way, it joins after the present step"],
  ["Ctrl+J, Alt+Enter, \\ Enter", "new line"],
  ["Up, Down, Ctrl+R", "earlier inputs, search in them"],
  ["Shift+Tab", "the next permission mode"],
  ["y, a, n", "at a question: yes, yes from now on, no and why"],
  ["Esc, Ctrl+C", "interrupt"],
  ["Esc twice", "empty the input; when it is empty, the same as /rewind"],
  ["Ctrl+C twice, Ctrl+D", "leave"],
];

/** A command line taken apart. */
export interface ParsedCommand {
  readonly name: string;
  readonly argument: string;
}

/** Takes a command line apart; null when the text is a prompt. */
export function parseCommand(text: string): ParsedCommand | null {
  // "/usr/bin is full" is a prompt: a command's name has no second slash.
  const match = /^\/([A-Za-z][\w-]*)(?:\s+(.*))?$/s.exec(text.trim());
  if (match === null) return null;
  return { name: match[1] ?? "", argument: (match[2] ?? "").trim() };
}

/** Runs a command line. A name that does not exist is answered with advice. */
export async function runCommand(
  { name, argument }: ParsedCommand,
  port: CommandPort,
): Promise<void> {
  const command = commands.find((known) => known.name === name.toLowerCase());
  if (command === undefined) {
    const near = nearest(name, commands.map((known) => known.name));
    const advice = near === undefined ? "See /help" : `Did you mean /${near}?`;
    return port.note(`There is no command /${name}. ${advice}`);
  }
  if (command.needsIdle && port.isBusy) {
    return port.note(
      `Cannot run /${command.name} while a run is under way: Esc interrupts it`,
    );
  }
  await command.run(argument, port);
}

/**
 * Completes a command's name: the whole line as it should become, and the
 * names that are possible. Null when the text begins no command.
 */
export function completeCommand(
  text: string,
): { readonly text: string; readonly names: readonly string[] } | null {
  if (!/^\/[\w-]*$/.test(text)) return null;
  const typed = text.slice(1).toLowerCase();
  const names = commands.map(({ name }) => name)
    .filter((name) => name.startsWith(typed));
  const [only] = names;
  if (only === undefined) return { text, names };
  if (names.length === 1) return { text: `/${only} `, names };
  return { text: `/${names.reduce(commonStart)}`, names };
}

function help(_argument: string, port: CommandPort): void {
  const rows = [
    ...commands.map(({ name, argument, help }) =>
      [`/${name}${argument === undefined ? "" : ` ${argument}`}`, help] as const
    ),
    ...keys,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  port.note(...rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`));
}

function compact(focus: string, port: CommandPort): void {
  if (focus === "undo") {
    port.wait("Taking the compaction back", "notice");
    return port.send({ type: "uncompact" });
  }
  port.wait("Compacting", "compaction");
  port.send(focus === "" ? { type: "compact" } : { type: "compact", focus });
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
