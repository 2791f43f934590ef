import { z } from "zod";
import { deniedPaths } from "../../lib/platform/denied_paths.ts";
import { type AnyTool, defineTool, ok } from "../../lib/core/tool.ts";

function tool(name: string, run: AnyTool["run"]): AnyTool {
  return defineTool({
    name,
    description: name,
    input: z.object({ value: z.string().optional() }),
    needs: [],
    readOnly: true,
    where: "realm",
    access: () => [],
    run,
  });
}

/** Tools that a realm's tests run in a real worker. */
export const fixtureTools: readonly AnyTool[] = [
  tool("Echo", ({ value }, { emit }) => {
    emit({ text: "echoing" });
    return Promise.resolve(ok(`echo ${value}`));
  }),
  tool("Permissions", () => {
    const names = ["read", "write", "net", "run", "env", "ffi", "sys"] as const;
    const granted = names.filter((name) =>
      Deno.permissions.querySync({ name }).state === "granted"
    );
    return Promise.resolve(ok(granted.join(" ")));
  }),
  tool("Denied", () => Promise.resolve(ok(JSON.stringify(deniedPaths())))),
  tool("Throw", () => Promise.reject(new Error("boom"))),
  tool("Spin", () => {
    while (true); // Nothing but the end of its thread stops this.
  }),
  tool("Wait", (_input, { signal }) =>
    new Promise((resolve) => {
      const stop = () => resolve(ok("stopped when asked"));
      signal.addEventListener("abort", stop, { once: true });
    })),
  tool("Group", (_input, { processGroup, emit }) => {
    processGroup(4_000_000, "started");
    processGroup(4_000_001, "started");
    processGroup(4_000_001, "ended");
    emit({ text: "started" });
    return new Promise(() => {});
  }),
];
