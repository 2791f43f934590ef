import { assertEquals } from "@std/assert";
import type { Message } from "../../lib/core/message.ts";
import { text } from "../../lib/core/message.ts";
import { readVersion } from "../../lib/platform/file_version.ts";
import { createMemorySession, createSession } from "../../lib/session/open.ts";
import {
  freshSeen,
  lastExchanges,
  promptsOf,
} from "../../lib/session/resume.ts";
import type { Session } from "../../lib/session/session.ts";
import { viewSession } from "../../lib/session/view.ts";
import {
  modelSays,
  sessionOptions,
  toolSays,
  userSays,
} from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

function say(session: Session, ...messages: Message[]): void {
  for (const message of messages) session.append({ type: "message", message });
}

const first: Message = {
  role: "user",
  content: [text("<env>surroundings</env>"), text("fix it\nplease")],
  preamble: 1,
};

Deno.test("freshSeen() drops files that changed, are gone, or are none any more", async () => {
  const names = [
    "same",
    "touched",
    "grown",
    "changed",
    "gone",
    "folder",
    "pipe",
  ];
  await using folder = await tempFolder(
    Object.fromEntries(names.map((name) => [name, "content"])),
  );
  const seen = new Map<string, Awaited<ReturnType<typeof readVersion>>>();
  for (const name of names) {
    seen.set(folder.at(name), await readVersion(folder.at(name)));
  }
  await Deno.utime(folder.at("touched"), 1, 1);
  await folder.write("grown", "content and more");
  await folder.write("changed", "CONTENT");
  for (const name of ["gone", "folder", "pipe"]) {
    await Deno.remove(folder.at(name));
  }
  await Deno.mkdir(folder.at("folder"));
  await new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).output();
  const fresh = await freshSeen(seen);
  assertEquals([...fresh.seen.keys()], ["same", "touched"].map(folder.at));
  assertEquals(
    fresh.stale,
    ["changed", "folder", "gone", "grown", "pipe"].map(folder.at),
  );
});

Deno.test("promptsOf() lists what the user asked for on this branch, and where to go back to", async () => {
  await using folder = await tempFolder();
  await using session = await createSession(folder.path, sessionOptions());
  say(session, first, modelSays("ok", "a"), toolSays("a", "x"));
  const before = session.leaf;
  say(session, userSays("forgotten"), modelSays("yes"));
  await session.moveTo(before);
  const leaf = session.leaf;
  say(
    session,
    { role: "user", content: [text("a nudge")], origin: "harness" },
    userSays("second"),
  );
  const file = session.file ?? "";
  for (const view of [session, await viewSession(file)]) {
    const prompts = await Array.fromAsync(promptsOf(view));
    assertEquals(prompts.map(({ line }) => line), ["fix it", "second"]);
    assertEquals(prompts[0]?.parentId, null);
    assertEquals(prompts[0]?.content, [text("fix it\nplease")]);
  }
  const [, second] = await Array.fromAsync(promptsOf(session));
  const { messages } = await session.moveTo(second?.parentId ?? null);
  assertEquals(messages.length, 4);
  assertEquals(leaf !== second?.parentId, true);
});

Deno.test("lastExchanges() gives the last requests with the model's last words on each", async () => {
  const session = createMemorySession(sessionOptions());
  assertEquals(await lastExchanges(session), []);
  say(
    session,
    first,
    modelSays("I look", "a"),
    toolSays("a", "x"),
    modelSays("fixed " + "very ".repeat(200)),
    { role: "user", content: [text("a nudge")], origin: "harness" },
    modelSays("", "b"),
    toolSays("b", "y"),
    userSays("and now?"),
  );
  const shown = (await lastExchanges(session, { most: 5, chars: 20 }))
    .map(({ request, answer }) => [request, answer]);
  assertEquals(shown, [
    ["fix it\nplease", "fixed very very ver…"],
    ["and now?", ""],
  ]);
  const [last] = await lastExchanges(session);
  assertEquals(last?.request, "and now?");
});
