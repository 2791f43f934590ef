import { assertEquals, assertRejects } from "@std/assert";
import { createSession, SessionBusyError } from "../../lib/session/open.ts";
import { pruneSessions, removeSession } from "../../lib/session/remove.ts";
import { SessionError } from "../../lib/session/scan.ts";
import { sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const now = { now: Date.now };

Deno.test("removeSession() and pruneSessions() keep what is open, named, new or not ours", async () => {
  await using folder = await tempFolder({ "other.jsonl": "mine" });
  const root = folder.at("sessions");
  const files: string[] = [];
  for (const name of ["named", null, null]) {
    await using session = await createSession(root, sessionOptions());
    session.append({ type: "message", message: userSays("hello") });
    if (name !== null) session.append({ type: "session_info", name });
    files.push(session.file ?? "");
  }
  await using open = await createSession(root, sessionOptions());
  open.append({ type: "message", message: userSays("hello") });
  const busy = open.file ?? "";
  await assertRejects(() => removeSession(root, busy, now), SessionBusyError);
  const foreign = folder.at("other.jsonl");
  await assertRejects(() => removeSession(root, foreign, now), SessionError);
  const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1_000);
  for (const file of [files[0], files[1], busy]) {
    await Deno.utime(file ?? "", old, old);
  }
  const removed = await pruneSessions(root, { days: 30, ...now });
  assertEquals(removed.map(({ file }) => file), [files[1] ?? ""]);
  for (const file of [files[0], files[2], busy, foreign]) {
    await Deno.stat(file ?? "");
  }
});
