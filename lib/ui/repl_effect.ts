import type { Op } from "../core/conversation.ts";
import type { AskedCall } from "./preview.ts";

/** What the shell around the state is to do. */
export type Effect =
  | { readonly type: "send"; readonly op: Op }
  /** Shows what the user said as part of the conversation. */
  | { readonly type: "echo"; readonly text: string }
  | { readonly type: "preview"; readonly call: AskedCall }
  | {
    readonly type: "command";
    readonly name: string;
    readonly argument: string;
  }
  /** The picker is closed; null when nothing was chosen. */
  | { readonly type: "chosen"; readonly id: string | null }
  | { readonly type: "record"; readonly text: string }
  | { readonly type: "redraw" }
  | { readonly type: "leave" };
