import { nearest } from "../core/nearest.ts";
import type { Op } from "../core/conversation.ts";
import { describeError } from "../core/error.ts";
import { type PermissionMode, permissionModes } from "../core/permission.ts";
import { listModes, modeNamed } from "./modes.ts";

/** What a slash command may do. */
export interface CommandPort {
  /** The model in use. */
  readonly model: string;
  /** The permission mode in force. */
  readonly mode: PermissionMode;
  /** What was used so far, in lines. */
  costReport(): readonly string[];
  /** Whether the user may change to bypassPermissions. */
  readonly canBypass: boolean;
  send(op: Op): void;
  models(): Promise<readonly string[]>;
  /** Shows lines to the user. */
  note(...lines: readonly string[]): void;
  /** Shows what is waited for. */
  wait(label: string): void;
  setModel(name: string): void;
  leave(): void;
}

/** One slash command. */
export interface Command {
  readonly name: string;
  /** What may follow the name, for the help. */
  readonly argument?: string;
  readonly help: string;
  run(argument: string, port: CommandPort): void | Promise<void>;
}

/** The slash commands, in the order of the help. */
export const commands: readonly Command[] = [
  { name: "help", help: "Show the commands and keys", run: help },
  {
    name: "clear",
    help: "Forget the conversation and begin anew",
    run: (_argument, port) => {
      port.send({ type: "clear" });
      port.note("The conversation is cleared");
    },
  },
  {
    name: "compact",
    argument: "[focus]",
    help: "Shorten the conversation to a summary",
    run: (focus, port) => {
      port.wait("Compacting");
      port.send(
        focus === "" ? { type: "compact" } : { type: "compact", focus },
      );
    },
  },
  {
    name: "cost",
    help: "Show tokens, money and time so far",
    run: (_argument, port) => port.note(...port.costReport()),
  },
  {
    name: "model",
    argument: "[name]",
    help: "List the server's models, or change to one",
    run: chooseModel,
  },
  {
    name: "mode",
    argument: "[name]",
    help: "List the permission modes, or change to one",
    run: chooseMode,
  },
  { name: "exit", help: "Leave", run: (_argument, port) => port.leave() },
];

const keys: readonly (readonly [string, string])[] = [
  ["Enter", "send; while a run is under way, it joins after the present step"],
  ["Ctrl+J, Alt+Enter, \\ Enter", "new line"],
  ["Up, Down, Ctrl+R", "earlier inputs, search in them"],
  ["Shift+Tab", "the next permission mode"],
  ["y, a, n", "at a question: yes, yes from now on, no and why"],
  ["Esc, Ctrl+C", "interrupt"],
  ["Ctrl+C twice, Ctrl+D", "leave"],
];

/** A command line taken apart; null when the text is a prompt. */
export function parseCommand(
  text: string,
): { readonly name: string; readonly argument: string } | null {
  // "/usr/bin is full" is a prompt: a command's name has no second slash.
  const match = /^\/([A-Za-z][\w-]*)(?:\s+(.*))?$/s.exec(text.trim());
  if (match === null) return null;
  return { name: match[1] ?? "", argument: (match[2] ?? "").trim() };
}

/** Runs a command line. A name that does not exist is answered with advice. */
export async function runCommand(
  { name, argument }: { readonly name: string; readonly argument: string },
  port: CommandPort,
): Promise<void> {
  const command = commands.find((known) => known.name === name.toLowerCase());
  if (command === undefined) {
    const near = nearest(name, commands.map((known) => known.name));
    const advice = near === undefined ? "See /help" : `Did you mean /${near}?`;
    return port.note(`There is no command /${name}. ${advice}`);
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

async function chooseModel(name: string, port: CommandPort): Promise<void> {
  if (name !== "") {
    port.send({ type: "set_model", model: name });
    port.setModel(name);
    return port.note(`The model is now ${name}`);
  }
  try {
    const names = await port.models();
    port.note(
      ...names.map((id) => `${id === port.model ? "*" : " "} ${id}`),
      "/model NAME changes to one",
    );
  } catch (error) {
    port.note(`Cannot list models: ${describeError(error)}`);
  }
}

function chooseMode(name: string, port: CommandPort): void {
  if (name === "") {
    return port.note(
      ...listModes(port.mode),
      "/mode NAME changes to one, Shift+Tab to the next",
    );
  }
  const mode = modeNamed(name);
  if (mode === undefined) {
    const near = nearest(name, permissionModes);
    const advice = near === undefined ? "See /mode" : `Did you mean ${near}?`;
    return port.note(`There is no mode ${name}. ${advice}`);
  }
  if (mode === "bypassPermissions" && !port.canBypass) {
    return port.note(
      "Cannot change to bypassPermissions: it has to be permitted at the " +
        "start, with --permission-mode=bypassPermissions",
    );
  }
  port.send({ type: "set_mode", mode });
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
