import type { Conversation, LastExchange } from "../core/conversation.ts";
import type { Part } from "../core/message.ts";
import type { PermissionMode } from "../core/permission.ts";
import type { JsonFormat } from "./output_format.ts";
import type { TimeLimit } from "./time_limit.ts";
import type { ChooseSession } from "./work.ts";

/** What every front end is given besides the conversation. */
export interface FrontEndOptions {
  /** The first prompt; undefined when the user will type it. */
  readonly content: readonly Part[] | undefined;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly version: string;
  readonly model: string;
  /** File of the prompts that the user typed; undefined when there is none. */
  readonly historyFile: string | undefined;
  /** The mode at the start; "default" when left out. */
  readonly mode?: PermissionMode;
  /** Whether the user may change to bypassPermissions. */
  readonly canBypass?: boolean;
  /** The last exchange of a session that is gone on with. */
  readonly last?: LastExchange | null;
  /** A few words on what keeps commands in, such as "bwrap". */
  readonly sandbox?: string;
  /** Whether the answer is a JSON value, and no text. */
  readonly isValue?: boolean;
  /** When runs must end; absent: when they are done. */
  readonly timeLimit?: TimeLimit;
  /** What a program is told, and how; absent where people read. */
  readonly json?: JsonFormat & {
    /** Whether the server is given a key of the user's. */
    readonly hasKey: boolean;
  };
}

/** Drives a conversation; resolves to the exit code. */
export type FrontEnd = (
  conversation: Conversation,
  options: FrontEndOptions,
) => Promise<number>;

/** The front ends, each loaded when it is chosen. */
export interface FrontEnds {
  readonly oneshot: FrontEnd;
  readonly json: FrontEnd;
  readonly repl: FrontEnd;
  /** Asks on the terminal which session to go on with; absent: nobody can. */
  readonly chooseSession?: ChooseSession;
}
