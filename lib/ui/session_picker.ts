import { ago } from "../app/choose_session.ts";
import type { SessionMark } from "../core/conversation.ts";
import { count } from "../core/text.ts";
import { createPicker, type Picker } from "../term/picker.ts";

/** A picker of sessions, in the order in which they come. */
export function sessionPicker(
  sessions: readonly SessionMark[],
  now: number,
): Picker {
  return createPicker({
    title: "Go on with which session?",
    by: "filter",
    choices: sessions.map(({ id, name, text, changed, messages, model }) => ({
      id,
      title: name ?? text,
      detail: [
        ago(now - changed),
        count(messages, "message"),
        model,
        id.slice(0, 8),
      ].join(" · "),
    })),
  });
}
