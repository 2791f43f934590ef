import { assertEquals } from "@std/assert";
import {
  findSession,
  listSessions,
  newestSession,
} from "../../lib/session/list.ts";
import { createSession } from "../../lib/session/open.ts";
import { modelSays, sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("listSessions() and findSession() know sessions by id, name and prompt, short and long", async () => {
  await using folder = await tempFolder();
  for (const [at, long] of [[0, false], [1, true]] as const) {
    await using session = await createSession(
      folder.path,
      sessionOptions({
        id: `aaaa000${at}`,
        ...at === 1 ? { oneshot: true } : {},
      }),
    );
    session.append({ type: "message", message: userSays(`fix parser ${at}`) });
    session.append({ type: "session_info", name: `name-${at}` });
    for (let n = 0; n < 9; n++) {
      const words = "x".repeat(long ? 30_000 : 1);
      session.append({ type: "message", message: modelSays(words) });
    }
    session.append({ type: "run_end", reason: "done", turns: 1, ms: 1 });
    session.append({ type: "message", message: userSays("later") });
  }
  const all = await listSessions(folder.path, { cwd: "/srv/project" });
  assertEquals(
    all.map(({ name, messages, firstPrompt }) => [name, messages, firstPrompt])
      .sort(),
    [["name-0", 11, "fix parser 0"], ["name-1", 11, "fix parser 1"]],
  );
  for (const query of ["aaaa0001", "name-1", "AME-1", "parser 1"]) {
    const found = await findSession(folder.path, query);
    assertEquals(found.kind === "found" && found.session.name, "name-1");
  }
  assertEquals((await findSession(folder.path, "aaaa")).kind, "ambiguous");
  assertEquals((await findSession(folder.path, "nothing")).kind, "none");
  const options = { cwd: "/srv/project" };
  assertEquals((await newestSession(folder.path, options))?.name, "name-0");
  assertEquals(await listSessions(folder.path, { cwd: "/srv/other" }), []);
});

Deno.test("listSessions() finds all of many sessions, newest first, whatever lies between them", async () => {
  await using folder = await tempFolder({
    "-srv-project/2026-11-24T08-00-00-000Z_damaged1.jsonl": "\0\0\0",
    "-srv-project/2026-11-24T08-00-00-000Z_afolder1.jsonl/x": "",
    "-srv-project/notes.txt": "",
  });
  for (let n = 0; n < 40; n++) {
    await using session = await createSession(folder.path, sessionOptions());
    session.append({ type: "message", message: userSays(`prompt ${n}`) });
    const time = new Date(1e12 + n * 1_000);
    await Deno.utime(session.file ?? "", time, time);
  }
  const all = await listSessions(folder.path);
  assertEquals(
    all.map(({ firstPrompt }) => firstPrompt),
    Array.from({ length: 40 }, (_, n) => `prompt ${39 - n}`),
  );
});
