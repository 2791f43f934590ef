import type { Conversation, Op } from "../core/conversation.ts";
import type { AgentEvent } from "../core/event.ts";
import type { PermissionMode } from "../core/permission.ts";
import type { Picker } from "../term/picker.ts";
import type { Styles } from "../term/style.ts";

/** What a slash command may do. */
export interface CommandPort {
  /** The model in use. */
  readonly model: string;
  /** The permission mode in force. */
  readonly mode: PermissionMode;
  /** Whether a run is under way. */
  readonly isBusy: boolean;
  /** Whether the user may change to bypassPermissions. */
  readonly canBypass: boolean;
  readonly conversation: Omit<Conversation, "send" | "events">;
  readonly styles: Styles;
  /** Milliseconds since 1970. */
  now(): number;
  /** What was used so far, in lines. */
  costReport(): readonly string[];
  send(op: Op): void;
  /** Shows lines to the user. */
  note(...lines: readonly string[]): void;
  /** Lets the user choose; undefined when nothing was chosen. */
  choose(picker: Picker): Promise<string | undefined>;
  /** Shows what is waited for until an event of this type comes. */
  wait(label: string, until: WaitEnd): void;
  setModel(name: string): void;
  leave(): void;
}

/** What ends a wait; a notice, which may say why it failed, always does. */
export type WaitEnd = "compaction" | "files" | "session" | "notice";

/** Tells whether an event ends a wait. */
export function endsWait(until: WaitEnd, { type }: AgentEvent): boolean {
  return type === until || type === "notice";
}

/** One slash command. */
export interface Command {
  readonly name: string;
  /** What may follow the name, for the help. */
  readonly argument?: string;
  readonly help: string;
  /** It changes what a run under way works with. */
  readonly needsIdle?: boolean;
  run(argument: string, port: CommandPort): void | Promise<void>;
}
