import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Usage } from "../../lib/core/model.ts";
import type { EntryBody } from "../../lib/session/entry.ts";
import { createSession, forkSession } from "../../lib/session/open.ts";
import { readUsage, type UsageOptions } from "../../lib/session/usage.ts";
import { sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

function used(input: number, rest: Partial<Usage> = {}): EntryBody {
  return {
    type: "usage",
    usage: { input, output: 1, cached: 0, reasoning: 0, ...rest },
    model: "m",
    agent: "main",
    ms: 5,
    firstDeltaMs: 2,
    context: 0,
    window: 0,
  };
}

async function read(root: string, options: Partial<UsageOptions> = {}) {
  const skipped: string[] = [];
  const usages = await Array.fromAsync(
    readUsage(root, { onSkipped: (text) => skipped.push(text), ...options }),
  );
  const inputs = usages.map(({ entry }) => entry.usage.input);
  return { inputs, skipped, labels: usages.map(({ label }) => label) };
}

Deno.test("readUsage() counts each request of a forked session once", async () => {
  await using folder = await tempFolder();
  const parent = await createSession(folder.path, sessionOptions());
  parent.append({ type: "message", message: userSays("count it") });
  parent.append(used(100));
  parent.append(used(20));
  const file = parent.file ?? "";
  await parent[Symbol.asyncDispose]();
  const later = Date.UTC(2026, 10, 25);
  let now = later;
  const { session } = await forkSession(
    file,
    folder.path,
    sessionOptions({ now: () => now++ }),
  );
  session.append(used(3));
  const fork = session.file ?? "";
  await session[Symbol.asyncDispose]();
  // Files are as old as their last write, whatever clock the session had.
  await Deno.utime(file, new Date(later - 1), new Date(later - 1));
  await Deno.utime(fork, new Date(later + 9), new Date(later + 9));
  assertEquals((await read(folder.path)).inputs, [100, 20, 3]);
  const since = await read(folder.path, { since: later });
  assertEquals([since.inputs, since.labels], [[3], ["count it"]]);
});

Deno.test("readUsage() keeps to a folder's own sessions, though another's name is the same", async () => {
  await using folder = await tempFolder();
  for (const [at, cwd] of ["/srv/a-b", "/srv/a/b"].entries()) {
    await using session = await createSession(
      folder.path,
      sessionOptions({ cwd, id: `aaaa000${at}` }),
    );
    session.append(used(at + 1));
  }
  assertEquals((await read(folder.path, { cwd: "/srv/a/b" })).inputs, [2]);
  assertEquals((await read(folder.path, { cwd: "/srv/none" })).inputs, []);
  assertEquals((await read(folder.at("nowhere"))).inputs, []);
});

Deno.test("readUsage() passes over damage and tells of a later version's file", async () => {
  await using folder = await tempFolder();
  const session = await createSession(folder.path, sessionOptions());
  session.append(used(7));
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const whole = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, `broken\n${whole}{"type":"usage","id":`);
  const name = "2026-11-24T08-00-00-000Z_bbbb0000.jsonl";
  const header = { type: "session", version: 99, id: "bbbb0000", cwd: "/" };
  const other = `${folder.path}/x/${name}`;
  await folder.write(
    `x/${name}`,
    JSON.stringify({ ...header, timestamp: "", model: "" }) + "\n",
  );
  const { inputs, skipped } = await read(folder.path);
  assertEquals([inputs, skipped.length], [[7], 1]);
  assertStringIncludes(skipped[0] ?? "", `"${other}": it is of version 99`);
});
