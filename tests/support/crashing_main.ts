/**
 * The executable's launcher around an agent that does not end well. The
 * prompt says how: "throw", "die" (its own handler of errors does not come to
 * it) or "hang".
 */
import {
  start as startAgentWorker,
  type ToAgent,
} from "../../lib/app/agent_main.ts";
import { startAgent } from "../../lib/app/executable.ts";
import type { FrontEnd } from "../../lib/app/front_end.ts";
import { start as startRealm } from "../../lib/app/realm_main.ts";
import { createSink } from "../../lib/term/sink.ts";
import { Terminal } from "../../lib/term/terminal.ts";

const role = "WorkerGlobalScope" in globalThis ? self.name : "process";

const crash: FrontEnd = async (conversation, { content = [] }) => {
  const how = JSON.stringify(content);
  const output = createSink(Deno.stdout);
  output.write("\x1b[?25l");
  if (Deno.stdin.isTerminal()) new Terminal(output).enterRaw();
  output.write("ready\n");
  await output.flush();
  if (how.includes("hang")) { while (true); }
  if (how.includes("die")) {
    globalThis.addEventListener("error", (event) => {
      event.stopImmediatePropagation();
    }, { capture: true });
  }
  // A call is under way meanwhile: its process must not stay behind.
  conversation.send({ type: "prompt", content });
  for await (const event of conversation.events()) {
    if (event.type === "tool_progress") break;
  }
  setTimeout(() => {
    throw new Error("the roof came down\nand the walls");
  });
  return await new Promise(() => {});
};

if (role === "realm") startRealm([]);
else if (role === "agent") {
  const early: MessageEvent<ToAgent>[] = [];
  startAgentWorker(
    early,
    () => Promise.resolve({ oneshot: crash, json: crash, repl: crash }),
  );
} else await startAgent(import.meta.url);
