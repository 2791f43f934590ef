import { assertEquals, assertStringIncludes } from "@std/assert";
import { createSession } from "../../lib/session/open.ts";
import { readSince } from "../../lib/app/usage_command.ts";
import { sessionOptions, userSays } from "../support/session.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const hour = 3_600_000;

interface Request {
  readonly input: number;
  readonly model: string;
  readonly costUsd?: number;
  readonly agent?: string;
  /** Hours before now. */
  readonly ago?: number;
}

async function record(
  home: TempFolder,
  session: { readonly id: string; readonly cwd: string; prompt: string },
  requests: readonly Request[],
): Promise<void> {
  let ago = 0;
  await using open = await createSession(
    home.at("state/openclaude/sessions"),
    sessionOptions({ ...session, now: () => Date.now() - ago * hour }),
  );
  open.append({ type: "message", message: userSays(session.prompt) });
  for (const { input, model, costUsd, agent = "main", ...rest } of requests) {
    ago = rest.ago ?? 0;
    open.append({
      type: "usage",
      usage: { input, output: 2, cached: 1, reasoning: 1 },
      model,
      agent,
      ms: 1_000,
      firstDeltaMs: 10,
      context: 0,
      window: 0,
      ...(costUsd === undefined ? {} : { costUsd, priceSource: "table" }),
    });
  }
}

Deno.test("openclaude usage sums up the sessions of this folder, or of all, by what is asked", async () => {
  await using home = await tempFolder();
  await using work = await tempFolder();
  await record(home, { id: "aaaa0000", cwd: work.path, prompt: "mend it" }, [
    { input: 5_000, model: "old", costUsd: 1, ago: 24 * 9 },
    { input: 1_200, model: "new", costUsd: 0.25 },
    { input: 30, model: "home", agent: "explore-1" },
  ]);
  await record(home, { id: "bbbb0000", cwd: "/srv/else", prompt: "other" }, [
    { input: 7, model: "new", costUsd: 0.5 },
  ]);
  const usage = async (...args: string[]) => {
    const run = await runProgram(["usage", ...args], {
      cwd: work.path,
      env: { XDG_STATE_HOME: home.at("state") },
    });
    assertEquals(run.code, 0, run.stderr);
    return run.stdout;
  };
  const table = await usage("--since", "7d");
  assertEquals(
    table.split("\n").map((line) => line.trim().split(/ {2,}/)),
    [
      ["requests", "in", "cached", "out", "reasoning", "time", "cost", "model"],
      ["1", "1,200", "1", "2", "1", "1 s", "~$0.2500", "new"],
      ["1", "30", "1", "2", "1", "1 s", "unknown", "home"],
      ["2", "1,230", "2", "4", "2", "2 s", "~$0.2500+", "in all"],
      ["~ by an estimate, or by a table of prices that may be out of date"],
      ["+ 1 request of unknown price"],
      [""],
    ],
  );
  const { total, rows, since, folder } = JSON.parse(
    await usage("--json", "--by=agent"),
  );
  assertEquals([since, folder], [null, work.path]);
  assertEquals(total, {
    requests: 3,
    input: 6_230,
    cached: 3,
    output: 6,
    reasoning: 3,
    ms: 3_000,
    unpriced: 1,
    estimated: false,
    costUsd: 1.25,
    approximate: true,
  });
  assertEquals(
    rows.map(({ key, costUsd }: Record<string, unknown>) => [key, costUsd]),
    [["main", 1.25], ["explore-1", null]],
  );
  const all = JSON.parse(await usage("--all", "--by", "session", "--json"));
  assertEquals(
    all.rows.map(({ key, label }: Record<string, unknown>) => [key, label]),
    [["aaaa0000", "mend it"], ["bbbb0000", "other"]],
  );
  const days = JSON.parse(await usage("--by", "day", "--json"));
  assertEquals(days.rows.length, 2);
});

Deno.test("openclaude usage says so when nothing was used, and refuses what it does not know", async () => {
  await using work = await tempFolder();
  const run = (...args: string[]) => runProgram(args, { cwd: work.path });
  const none = await run("usage");
  assertEquals([none.code, none.stdout], [0, ""]);
  assertStringIncludes(none.stderr, "--all looks in all folders");
  const wrong: [string[], string][] = [
    [["usage", "--since", "yesterday"], "a span such as 12h, 7d or 2w"],
    [["usage", "--by", "modle"], "Did you mean model?"],
    [["--since", "7d", "a prompt"], "--since"],
  ];
  for (const [args, said] of wrong) {
    const { code, stderr } = await run(...args);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, said);
  }
});

Deno.test("readSince() reads spans and days, and refuses days that are none", () => {
  const now = new Date(2026, 10, 24, 12).getTime();
  assertEquals(readSince("12h", now), new Date(2026, 10, 24).getTime());
  assertEquals(readSince("1w", now) - readSince("8d", now), 24 * hour);
  assertEquals(
    readSince("2026-11-01", now),
    new Date(2026, 10, 1).getTime(),
  );
  for (const value of ["2026-02-30", "2026-13-01", "7", "7m", "d", ""]) {
    let thrown = "";
    try {
      readSince(value, now);
    } catch (error) {
      thrown = String(error);
    }
    assertStringIncludes(thrown, `Cannot use --since "${value}"`);
  }
});
