import { assertEquals } from "@std/assert";
import { query } from "../../lib/mod.ts";
import { fakeModel, reply } from "../support/agent.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("query() runs a model client of the caller's own with the real tools", async () => {
  await using folder = await tempFolder({ "a.txt": "the text\n" });
  const fake = fakeModel([
    reply("", [{ name: "Read", input: { file_path: "a.txt" } }]),
    reply("Read it."),
  ]);
  const model = {
    ...fake,
    info: () =>
      Promise.resolve({
        window: 32_000,
        windowSource: "default" as const,
        maxOutput: 4_000,
        vision: false,
        thinking: false,
        tools: "native" as const,
        warnings: [],
      }),
  };
  const told: string[] = [];
  for await (
    const event of query({ prompt: "Read", model, cwd: folder.path })
  ) {
    if (event.type === "tool_end") {
      told.push(
        `${event.tool} ${event.outcome.ok}`,
      );
    }
    if (event.type === "run_end") told.push(event.reason);
  }
  assertEquals(told, ["Read true", "done"]);
  assertEquals(fake.requests.length, 2);
});
