/**
 * The program, but it kills itself with SIGKILL at the n-th event of its run:
 * `killed_main.ts N ARGUMENTS`. Each event is printed before that as a line of
 * JSON, so that who started it knows what it was told of.
 */
import type { FrontEnd } from "../../lib/app/front_end.ts";
import { workerRealms } from "../../lib/app/realm_start.ts";
import { runProgram } from "../../lib/app/run_program.ts";
import { frontEnds } from "../../lib/ui/front_ends.ts";

function killedAt(last: number): FrontEnd {
  return async (conversation, { content = [] }) => {
    const events = conversation.events()[Symbol.asyncIterator]();
    let next = events.next();
    conversation.send({ type: "prompt", content });
    for (let number = 1;; number++) {
      const { value: event, done } = await next;
      if (done) return 1;
      const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
      for (let at = 0; at < line.length;) {
        at += Deno.stdout.writeSync(line.subarray(at));
      }
      if (number === last) Deno.kill(Deno.pid, "SIGKILL");
      if (event.type === "run_end") return 0;
      next = events.next();
    }
  };
}

const [last, ...args] = Deno.args;
const main = new URL("../../main.ts", import.meta.url).href;
Deno.exit(
  await runProgram({
    args,
    realms: (flags) => workerRealms(main, flags),
    loadFrontEnds: () =>
      Promise.resolve({ ...frontEnds, oneshot: killedAt(Number(last)) }),
  }),
);
