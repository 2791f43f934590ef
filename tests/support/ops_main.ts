/**
 * The program with a front end for tests: its prompt is a JSON list of ops,
 * which are sent one after another, each when the one before has had its
 * effect. Every event is printed as a line of JSON.
 */
import type { FrontEnd } from "../../lib/app/front_end.ts";
import { workerRealms } from "../../lib/app/realm_start.ts";
import { runProgram } from "../../lib/app/run_program.ts";
import type { Op } from "../../lib/core/conversation.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import { textOf } from "../../lib/core/message.ts";
import { frontEnds } from "../../lib/ui/front_ends.ts";

/** The event that ends what an op does. */
function endsOp(op: Op, event: AgentEvent): boolean {
  if (op.type === "prompt") return event.type === "run_end";
  if (event.type === "notice") return true;
  if (op.type === "undo" || op.type === "redo") return event.type === "files";
  return event.type === "session" || event.type === "compaction";
}

const oneshot: FrontEnd = async (conversation, { content = [] }) => {
  const ops: Op[] = JSON.parse(textOf(content));
  const events = conversation.events()[Symbol.asyncIterator]();
  for (const op of ops) {
    let next = events.next();
    conversation.send(op);
    while (true) {
      const { value: event, done } = await next;
      if (done) return 1;
      const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
      for (let at = 0; at < line.length;) {
        at += Deno.stdout.writeSync(line.subarray(at));
      }
      if (endsOp(op, event)) break;
      next = events.next();
    }
  }
  return 0;
};

const main = new URL("../../main.ts", import.meta.url).href;
Deno.exit(
  await runProgram({
    args: Deno.args,
    realms: (flags) => workerRealms(main, flags),
    loadFrontEnds: () => Promise.resolve({ ...frontEnds, oneshot }),
  }),
);
