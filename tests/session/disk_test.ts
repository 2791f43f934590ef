import { assert, assertEquals, assertThrows } from "@std/assert";
import type { SessionHeader } from "../../lib/session/entry.ts";
import { openLog } from "../../lib/session/log.ts";
import { createSession, openSession } from "../../lib/session/open.ts";
import { SessionError } from "../../lib/session/scan.ts";
import { modelSays, sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

/** A session whose file can't be made, until `unblock()`. */
async function blockedSession(root: string) {
  const problems: string[] = [];
  const onProblem = (problem: string) => void problems.push(problem);
  const session = await createSession(root, sessionOptions({ onProblem }));
  const file = session.file ?? "";
  await Deno.mkdir(file);
  return { session, file, problems, unblock: () => Deno.remove(file) };
}

Deno.test("append() tells once of a disk that takes nothing, and goes on in memory until it does", async () => {
  await using folder = await tempFolder();
  const { session, file, problems, unblock } = await blockedSession(
    folder.path,
  );
  const say = (words: string) =>
    session.append({ type: "message", message: userSays(words) });
  const first = say("one");
  const second = say("two");
  say("three");
  assertEquals(problems.length, 1);
  assert(problems[0]?.startsWith(`Cannot save to session "${file}"`));
  // What waits is a part of the conversation like all else.
  assertEquals(
    (await session.resume()).messages,
    ["one", "two", "three"].map(userSays),
  );
  assertEquals((await session.moveTo(second.id)).messages.length, 2);
  await unblock();
  say("four");
  assertEquals(problems.length, 1);
  const expected = ["one", "two", "four"].map(userSays);
  assertEquals((await session.resume()).messages, expected);
  assertEquals((await session.moveTo(first.id)).messages, [userSays("one")]);
  say("five");
  await session[Symbol.asyncDispose]();
  const again = await openSession(file, sessionOptions());
  await using _ = again.session;
  assertEquals(again.notices, []);
  assertEquals(again.resumed.messages, ["one", "five"].map(userSays));
  assertEquals(again.session.facts.messages, 5);
});

Deno.test("read() gives what was written while somebody read", async () => {
  await using folder = await tempFolder();
  const { session, unblock } = await blockedSession(folder.path);
  await using _ = session;
  for (let n = 0; n < 5; n++) {
    session.append({ type: "message", message: userSays(`${n}`) });
  }
  const words: unknown[] = [];
  const path = session.path();
  for await (const entry of session.read(path)) {
    words.push(entry.type === "message" && entry.message);
    if (words.length === 2) {
      await unblock();
      session.append({ type: "message", message: modelSays("later") });
    }
  }
  assertEquals(words, ["0", "1", "2", "3", "4"].map(userSays));
  const all = await Array.fromAsync(session.read(path));
  assertEquals(all.length, 5);
});

Deno.test("append() keeps no more than 32 MB in memory, and counts what it lost", async () => {
  await using folder = await tempFolder();
  const { session, file, problems, unblock } = await blockedSession(
    folder.path,
  );
  const big = "x".repeat(1024 * 1024);
  for (let n = 0; n < 40; n++) {
    session.append({ type: "message", message: userSays(big) });
  }
  assertEquals(problems.length, 2);
  assert(problems[1]?.startsWith("Cannot keep more of the session in memory"));
  const kept = (await session.resume()).messages.length;
  assert(kept >= 30 && kept < 33, `${kept}`);
  await unblock();
  session.append({ type: "message", message: userSays("saved") });
  assertEquals(problems.slice(2), [
    `The session can be saved again; ${40 - kept} entries of it were lost ` +
    "meanwhile",
  ]);
  await session[Symbol.asyncDispose]();
  const again = await openSession(file, sessionOptions());
  await using _ = again.session;
  assertEquals(again.resumed.messages.length, kept + 1);
  assertEquals(again.notices, []);
});

Deno.test("append() leaves out an entry that no session can hold, and saves the next", async () => {
  await using folder = await tempFolder();
  const problems: string[] = [];
  const onProblem = (problem: string) => void problems.push(problem);
  const session = await createSession(
    folder.path,
    sessionOptions({ onProblem }),
  );
  const huge = "x".repeat(65 * 1024 * 1024);
  session.append({ type: "message", message: userSays("before") });
  session.append({ type: "message", message: userSays(huge) });
  session.append({ type: "message", message: userSays("after") });
  assertEquals(problems.length, 1);
  assert(problems[0]?.startsWith("Cannot save an entry of 681"), problems[0]);
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const again = await openSession(file, sessionOptions());
  await using _ = again.session;
  assertEquals(again.notices, []);
  assertEquals(again.resumed.messages, ["before", "after"].map(userSays));
});

Deno.test({
  name: "openLog() says that the disk is full",
  ignore: Deno.build.os !== "linux",
  fn() {
    const header: SessionHeader = {
      type: "session",
      version: 1,
      id: "abcdefgh",
      timestamp: "",
      cwd: "/",
      model: "",
    };
    const state = { end: 0, isEnded: true, hasHeader: true };
    const log = openLog("/dev/full", header, state);
    for (let n = 0; n < 2; n++) {
      assertThrows(() => log.append("{}"), SessionError, "the disk is full");
    }
    log.close();
  },
});
