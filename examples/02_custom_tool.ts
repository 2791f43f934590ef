// A tool of your own in one file: a schema, what a call would touch, and what
// it does. The model sees it beside the built-in tools.
//
//   deno run -A examples/02_custom_tool.ts
import { z } from "zod";
import { builtinTools, defineTool, fail, ok, query } from "../lib/mod.ts";

const convertTemperature = defineTool({
  name: "ConvertTemperature",
  description: "Convert degrees between celsius and fahrenheit.",
  input: z.object({
    degrees: z.number(),
    to: z.enum(["celsius", "fahrenheit"]),
  }),
  needs: [],
  readOnly: true,
  where: "realm",
  // It touches nothing, so it asks nobody and runs beside other reads.
  access: () => [],
  run({ degrees, to }) {
    const result = to === "celsius" ? (degrees - 32) / 1.8 : degrees * 1.8 + 32;
    const absoluteZero = to === "celsius" ? -273.15 : -459.67;
    if (result < absoluteZero) {
      // A failure is a value: it tells the model what to do next.
      return Promise.resolve(fail(
        "invalid_input",
        `Cannot convert ${degrees}: it is below absolute zero`,
        "Check which unit the number is in",
      ));
    }
    return Promise.resolve(ok(`${Math.round(result * 100) / 100} ${to}`));
  },
});

const script = new URL("02_custom_tool_script.jsonl", import.meta.url).pathname;
const run = query({
  prompt: "How warm is 451 °F?",
  model: `scripted:${script}`,
  tools: [...builtinTools, convertTemperature],
});

for await (const event of run) {
  if (event.type === "tool_end") {
    report(`${event.tool}: ${event.outcome.ok ? "worked" : "failed"}`);
  }
  if (event.type === "text_delta") report(event.delta);
}

function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
