// Runs the agent inside another program and reads what happens as events.
// Here the model is a script; with a server say {model, baseUrl, apiKey}.
//
//   deno run -A examples/01_embed.ts
import { query } from "../lib/mod.ts";

const script = new URL("01_embed_script.jsonl", import.meta.url).pathname;
const cwd = new URL("demo", import.meta.url).pathname;

const run = query({
  prompt: "How many tests does this project have?",
  model: `scripted:${script}`,
  cwd,
});

for await (const event of run) {
  if (event.type === "tool_start") report(`${event.tool} starts`);
  if (event.type === "message" && event.message.role === "assistant") {
    if (event.message.calls.length === 0) report(event.message.text);
  }
  if (event.type === "run_end") {
    report(`${event.reason} in ${event.turns} turns`);
  }
}

function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
