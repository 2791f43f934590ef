import { assert, assertEquals } from "@std/assert";
import { systemPrompt } from "../../lib/agent/prompt.ts";
import { toolSpecs } from "../../lib/core/schema.ts";
import { builtinTools } from "../../tools/mod.ts";

const names = builtinTools.map(({ name }) => name);

Deno.test("systemPrompt() leaves out what the tools of a session can't do", () => {
  const reading = systemPrompt(["Read", "Grep", "Glob"]);
  for (const absent of ["Edit", "Write", "Bash"]) {
    assert(!reading.includes(absent), absent);
  }
  assert(systemPrompt(names).includes("Bash runs programs"));
});

Deno.test("systemPrompt() names what is missing and the flag for it", () => {
  const prompt = systemPrompt(["Read"], ["Bash (--allow-run=bash,sh)"]);
  assert(prompt.includes("Not available in this session: Bash"));
});

Deno.test("systemPrompt() and the tools leave room in 5,600 bytes", () => {
  const specs = toolSpecs(builtinTools).map((spec) => ({
    type: "function",
    function: {
      name: spec.name,
      description: spec.description,
      parameters: spec.parameters,
    },
  }));
  const fixed = JSON.stringify({ prompt: systemPrompt(names), specs });
  // The rest is for the environment, the prompt and the request's frame.
  assert(new TextEncoder().encode(fixed).length < 5_000, `${fixed.length}`);
  assertEquals(systemPrompt(names), systemPrompt(names));
});
