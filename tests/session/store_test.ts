import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AgentEvent } from "../../lib/core/event.ts";
import {
  createMemorySession,
  createSession,
  forkSession,
  openSession,
  SessionBusyError,
} from "../../lib/session/open.ts";
import { copiesFolderOf } from "../../lib/session/places.ts";
import { removeSession } from "../../lib/session/remove.ts";
import { SessionError } from "../../lib/session/scan.ts";
import type { Session } from "../../lib/session/session.ts";
import {
  modelSays,
  sessionOptions,
  toolSays,
  userSays,
} from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const history = [
  userSays("first"),
  modelSays("looking", "a"),
  toolSays("a", "found"),
  modelSays("done"),
];

function say(session: Session, messages = history): void {
  for (const message of messages) session.append({ type: "message", message });
}

Deno.test("createSession() makes no file before the first entry, then one for the user alone", async () => {
  await using folder = await tempFolder();
  await using session = await createSession(folder.path, sessionOptions());
  const file = session.file ?? "";
  await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
  say(session);
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  const parent = file.slice(0, file.lastIndexOf("/"));
  assertEquals(((await Deno.stat(parent)).mode ?? 0) & 0o777, 0o700);
  assert(parent.endsWith("/-srv-project"));
});

Deno.test("openSession() gives back the history and goes on behind it", async () => {
  await using folder = await tempFolder();
  let file = "";
  {
    await using session = await createSession(folder.path, sessionOptions());
    say(session);
    file = session.file ?? "";
  }
  {
    const { session, resumed, notices } = await openSession(
      file,
      sessionOptions(),
    );
    await using _ = session;
    assertEquals(resumed.messages, history);
    assertEquals([...resumed.callIds], ["a"]);
    assertEquals(notices, []);
    say(session, [userSays("more")]);
  }
  const again = await openSession(file, sessionOptions());
  await using _ = again.session;
  assertEquals(again.resumed.messages, [...history, userSays("more")]);
});

Deno.test("openSession() tells who has the session open, and a copy can be gone on with", async () => {
  await using folder = await tempFolder();
  await using session = await createSession(folder.path, sessionOptions());
  say(session);
  const file = session.file ?? "";
  const error = await assertRejects(
    () => openSession(file, sessionOptions()),
    SessionBusyError,
    `process ${Deno.pid}`,
  );
  assertEquals(error.holder?.pid, Deno.pid);
  const fork = await forkSession(file, folder.path, sessionOptions());
  await using _ = fork.session;
  assertEquals(fork.resumed.messages, history);
  assertEquals(fork.session.header.parentSession, session.header.id);
  assert(fork.session.file !== file);
});

Deno.test("moveTo() rewinds, and what was after it can be gone back to", async () => {
  for (const inMemory of [true, false]) {
    await using folder = await tempFolder();
    await using session = inMemory
      ? createMemorySession(sessionOptions())
      : await createSession(folder.path, sessionOptions());
    const first = session.append({ type: "message", message: userSays("a") });
    const last = session.append({ type: "message", message: modelSays("b") });
    const back = await session.moveTo(first.id);
    assertEquals(back.messages, [userSays("a")]);
    say(session, [modelSays("c")]);
    assertEquals((await session.resume()).messages, [
      userSays("a"),
      modelSays("c"),
    ]);
    assertEquals((await session.moveTo(last.id)).messages, [
      userSays("a"),
      modelSays("b"),
    ]);
    assertEquals((await session.moveTo(null)).messages, []);
    await assertRejects(() => session.moveTo("00000000"), RangeError);
  }
});

Deno.test("record() keeps a compaction by reference, and it can be taken back", async () => {
  await using folder = await tempFolder();
  await using session = await createSession(folder.path, sessionOptions());
  say(session);
  const before = session.leaf;
  const summary = userSays("a summary");
  const compacted = [summary, ...history.slice(2)];
  session.record(
    {
      seq: 0,
      at: 0,
      agent: "main",
      type: "compaction",
      trigger: "auto",
      by: "model",
      before: 100,
      after: 10,
      history: compacted,
    } satisfies AgentEvent,
  );
  const [entry] = await Array.fromAsync(session.read(session.path().slice(-1)));
  assert(entry?.type === "compaction");
  assertEquals(entry.history.map((piece) => Object.keys(piece)), [
    ["message"],
    ["from", "to"],
  ]);
  // The kept result lost its call with the summary, and so does not count.
  assertEquals((await session.resume()).messages, [summary, modelSays("done")]);
  assertEquals((await session.moveTo(before)).messages, history);
});

Deno.test("resume() answers calls that the program's end left open", async () => {
  await using session = createMemorySession(sessionOptions());
  say(session, [userSays("go"), modelSays("", "a", "b", "c")]);
  session.append({
    type: "call",
    callId: "a",
    tool: "Read",
    ok: true,
    ms: 1,
    touched: [],
  });
  say(session, [toolSays("b", "kept"), userSays("and then?")]);
  const { messages, lost } = await session.resume();
  assertEquals(lost, 2);
  assertEquals(
    messages.map((message) => message.role === "tool" ? message.callId : ""),
    ["", "", "a", "b", "c", ""],
  );
  assertEquals(messages, (await session.resume()).messages);
});

Deno.test("append() keeps known keys out of the file", async () => {
  await using folder = await tempFolder();
  const key = 'q7-"odd\\key"-0123456789';
  await using session = await createSession(
    folder.path,
    sessionOptions({ secrets: [key, "ollama"] }),
  );
  say(session, [userSays(`my key is ${key}, and I use ollama`)]);
  const { messages } = await session.resume();
  assertEquals(messages, [
    userSays("my key is [key removed], and I use ollama"),
  ]);
});

Deno.test("openSession() refuses what is no session, and leaves it as it is", async () => {
  const name = "2026-11-24T08-00-00-000Z_abcdefgh.jsonl";
  await using folder = await tempFolder({
    [name]: new Uint8Array([0, 1, 2, 255, 10, 13, 200]),
    "later.jsonl": JSON.stringify({
      type: "session",
      version: 9,
      id: "abc",
      timestamp: "",
      cwd: "/",
      model: "",
    }) + "\n",
  });
  await new Deno.Command("mkfifo", { args: [folder.at("pipe.jsonl")] })
    .output();
  for (const file of [name, "later.jsonl", "pipe.jsonl", ".", "none.jsonl"]) {
    await assertRejects(
      () => openSession(folder.at(file), sessionOptions()),
      SessionError,
    );
  }
  assertEquals((await Deno.readFile(folder.at(name))).length, 7);
});

Deno.test("forkSession() gives the copy what its undo needs, also when the first is removed", async () => {
  await using folder = await tempFolder();
  const session = await createSession(folder.path, sessionOptions());
  say(session);
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const blob = (of: string) => `${copiesFolderOf(of)}/ab/cdef`;
  await Deno.mkdir(`${copiesFolderOf(file)}/ab`, { recursive: true });
  await Deno.writeTextFile(blob(file), "before");
  const fork = await forkSession(file, folder.path, sessionOptions());
  await using _ = fork.session;
  await removeSession(folder.path, file, { now: Date.now });
  assertEquals(
    await Deno.readTextFile(blob(fork.session.file ?? "")),
    "before",
  );
});
