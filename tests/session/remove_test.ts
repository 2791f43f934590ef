import { assertEquals, assertRejects } from "@std/assert";
import { createSession, SessionBusyError } from "../../lib/session/open.ts";
import { pruneSessions, removeSession } from "../../lib/session/remove.ts";
import { copiesFolderOf } from "../../lib/session/places.ts";
import { SessionError } from "../../lib/session/scan.ts";
import { lockFile } from "../../lib/platform/lock.ts";
import { sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const now = { now: Date.now };

Deno.test("removeSession() and pruneSessions() keep what is open, named, new or not ours", async () => {
  await using folder = await tempFolder({ "other.jsonl": "mine" });
  const root = folder.at("sessions");
  const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1_000);
  let time = old.getTime();
  const began = { now: () => time++ };
  const files: string[] = [];
  for (const name of ["named", null, null]) {
    await using session = await createSession(root, sessionOptions(began));
    session.append({ type: "message", message: userSays("hello") });
    if (name !== null) session.append({ type: "session_info", name });
    files.push(session.file ?? "");
  }
  await using open = await createSession(root, sessionOptions(began));
  open.append({ type: "message", message: userSays("hello") });
  const busy = open.file ?? "";
  await assertRejects(() => removeSession(root, busy, now), SessionBusyError);
  const foreign = folder.at("other.jsonl");
  await assertRejects(() => removeSession(root, foreign, now), SessionError);
  for (const file of [files[0], files[1], busy]) {
    await Deno.utime(file ?? "", old, old);
  }
  const copies = (files[1] ?? "").replace(/\.jsonl$/, ".files/ab/cd");
  await Deno.mkdir(copies, { recursive: true });
  const none = await pruneSessions(root, { days: 30, most: 0, ...now });
  assertEquals(none, []);
  const removed = await pruneSessions(root, { days: 30, ...now });
  await assertRejects(() => Deno.stat(copies), Deno.errors.NotFound);
  assertEquals(removed.map(({ file }) => file), [files[1] ?? ""]);
  for (const file of [files[0], files[2], busy, foreign]) {
    await Deno.stat(file ?? "");
  }
});

Deno.test("pruneSessions() sweeps what killed processes left beside sessions", async () => {
  const stem = "-srv-project/2026-11-24T08-00-00-000Z_abcdefg";
  await using folder = await tempFolder({
    [`${stem}1.jsonl.tmp`]: "half a fork",
    [`${stem}2.jsonl.lock`]: "{}",
    [`${stem}3.jsonl.tmp.lock`]: "{}",
    [`${stem}4.jsonl.lock`]: "{}",
    "-srv-project/notes.lock": "mine",
    "-srv-project/notes.tmp": "mine",
    [`${stem}5.jsonl.tmp`]: "being made",
    [`${stem}7.files/ab/cd`]: "a copy",
    [`${stem}8.files/ab/cd`]: "a copy of a session that is there",
    [`${stem}8.jsonl`]: "damaged, and so kept",
    [`${stem}6.jsonl.lock`]: "being taken",
  });
  const held = await lockFile(folder.at(`${stem}4.jsonl.lock`), now);
  assertEquals(held.ok, true);
  const old = new Date(Date.now() - 25 * 60 * 60 * 1_000);
  const place = folder.at("-srv-project");
  for await (const { name } of Deno.readDir(place)) {
    if (!/[56]\.jsonl/.test(name)) {
      await Deno.utime(`${place}/${name}`, old, old);
    }
  }
  await pruneSessions(folder.path, { days: 30, ...now });
  const left = (await Array.fromAsync(Deno.readDir(place)))
    .map(({ name }) => name.replace(/^2026.*abcdefg/, "")).sort();
  assertEquals(left, [
    "4.jsonl.lock",
    "5.jsonl.tmp",
    "6.jsonl.lock",
    "8.files",
    "8.jsonl",
    "notes.lock",
    "notes.tmp",
  ]);
  if (held.ok) await held.lock[Symbol.asyncDispose]();
});

Deno.test("removeSession() takes the copies of files along", async () => {
  await using folder = await tempFolder();
  const session = await createSession(folder.path, sessionOptions());
  session.append({ type: "message", message: userSays("hello") });
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const copies = copiesFolderOf(file);
  await Deno.mkdir(`${copies}/ab`, { recursive: true });
  await Deno.writeTextFile(`${copies}/ab/cd`, "a copy");
  await removeSession(folder.path, file, now);
  const place = file.slice(0, file.lastIndexOf("/"));
  assertEquals(await Array.fromAsync(Deno.readDir(place)), []);
});
