import { assert, assertEquals } from "@std/assert";
import { openRealm, workerRealms } from "../../lib/app/realm_start.ts";
import { failureText } from "../../lib/core/tool.ts";
import { builtinTools } from "../../tools/mod.ts";
import {
  agentOptions,
  collect,
  fakeModel,
  ofType,
  reply,
} from "../support/agent.ts";
import { tempFolder } from "../support/temp.ts";

const calls = [
  { name: "Write", input: { file_path: "new.txt", content: "written\n" } },
  {
    name: "Edit",
    input: { file_path: "a.txt", old_string: "one", new_string: "two" },
  },
  { name: "Bash", input: { command: "echo two > a.txt" } },
];

/** Plays the calls under a policy that allows all of them. */
async function playIn(mode: "plan" | "default") {
  await using folder = await tempFolder({ "a.txt": "one\n" });
  const main = new URL("../../main.ts", import.meta.url).href;
  using realm = openRealm(
    builtinTools,
    workerRealms(main, { workerPermissions: false }),
  );
  realm.setMode(mode);
  const state = {
    cwd: folder.path,
    seen: new Map(),
    callIds: new Set<string>(),
    tokenFactor: 1,
  };
  const events = await collect(agentOptions({
    model: fakeModel([
      reply("", [{ name: "Read", input: { file_path: "a.txt" } }]),
      reply("", calls),
      reply("Done."),
    ]),
    mode,
    state,
    limits: {
      maxTurns: 5,
      parallelCalls: 1,
      // `deno test` checks the types of what a worker loads, once.
      tool: { resultChars: 2_000, readLines: 100, callMs: 120_000 },
      replyChars: 6_000,
    },
    tools: builtinTools,
    run: realm.run,
    decide: () => Promise.resolve({ kind: "allow", because: "patched" }),
    callContext: () =>
      Promise.resolve({
        roots: [folder.path],
        spillFolder: null,
        environment: { PATH: Deno.env.get("PATH") ?? "" },
        vision: false,
      }),
  }));
  const names = await Array.fromAsync(Deno.readDir(folder.path));
  return {
    outcomes: ofType(events, "tool_end").map(({ outcome }) => outcome),
    files: names.map(({ name }) => name).sort(),
    text: await folder.read("a.txt"),
  };
}

Deno.test("plan mode writes nothing and runs nothing under a policy that allows everything", async () => {
  const { outcomes, files, text } = await playIn("plan");
  assertEquals([files, text], [["a.txt"], "one\n"]);
  const said = outcomes.map((outcome) =>
    outcome.ok ? "ok" : `${outcome.code}: ${failureText(outcome)}`
  );
  assertEquals(
    outcomes.map((outcome) => outcome.ok ? "ok" : outcome.code),
    ["ok", "not_permitted", "not_permitted", "not_permitted"],
    said.join("\n"),
  );
});

Deno.test("default mode does all of it under that policy, so that the calls are real", async () => {
  const { outcomes, files, text } = await playIn("default");
  assert(outcomes.every(({ ok }) => ok));
  assertEquals([files, text], [["a.txt", "new.txt"], "two\n"]);
});
