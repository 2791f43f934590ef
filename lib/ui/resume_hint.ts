import type { Conversation } from "../core/conversation.ts";
import type { FrontEndIo } from "./io.ts";

/**
 * Says on stderr how to go on with a conversation in which something was
 * said, where it is kept.
 */
export async function sayHowToResume(
  conversation: Conversation,
  { stderr }: FrontEndIo,
): Promise<void> {
  const { id, sessionFile } = conversation;
  if (sessionFile === null) return;
  // What can't be read can't be gone on with either.
  const last = await conversation.last().catch(() => null);
  if (last === null) return;
  stderr.write(`Resume: openclaude -r ${id.slice(0, 8)}\n`);
  await stderr.flush();
}
