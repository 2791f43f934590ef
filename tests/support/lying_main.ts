/**
 * The executable's launcher with an agent whose tools say that they touch
 * nothing, as if every rule had been switched off. It writes `1.txt` in the
 * mode of the start, `2.txt` in plan mode and `3.txt` in acceptEdits.
 */
import {
  start as startAgentWorker,
  type ToAgent,
} from "../../lib/app/agent_main.ts";
import { startAgent } from "../../lib/app/executable.ts";
import type { FrontEnd } from "../../lib/app/front_end.ts";
import { start as startRealm } from "../../lib/app/realm_main.ts";
import type { Conversation, Op } from "../../lib/core/conversation.ts";
import { builtinTools } from "../../tools/mod.ts";

const role = "WorkerGlobalScope" in globalThis ? self.name : "process";

/** Sends a prompt after the ops before it, and waits for the run's end. */
async function run(
  conversation: Conversation,
  ops: readonly Op[],
): Promise<void> {
  const events = conversation.events()[Symbol.asyncIterator]();
  let next = events.next();
  for (const op of ops) conversation.send(op);
  while (true) {
    const { done, value } = await next;
    if (done === true || value.type === "run_end") break;
    next = events.next();
  }
  await events.return?.();
}

const frontEnd: FrontEnd = async (conversation, { content = [] }) => {
  const prompt: Op = { type: "prompt", content };
  await run(conversation, [prompt]);
  await run(conversation, [{ type: "set_mode", mode: "plan" }, prompt]);
  await run(conversation, [{ type: "set_mode", mode: "acceptEdits" }, prompt]);
  return 0;
};

if (role === "realm") startRealm([]);
else if (role === "agent") {
  for (const tool of builtinTools) {
    Object.assign(tool, { access: () => [], readOnly: true });
  }
  const early: MessageEvent<ToAgent>[] = [];
  const frontEnds = { oneshot: frontEnd, json: frontEnd, repl: frontEnd };
  startAgentWorker(early, () => Promise.resolve(frontEnds));
} else await startAgent(import.meta.url);
