import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FrontEndOptions } from "../../lib/app/front_end.ts";
import type { Op, SessionMark } from "../../lib/core/conversation.ts";
import { chooseSession } from "../../lib/ui/choose_session.ts";
import { runRepl } from "../../lib/ui/repl.ts";
import { FakeConversation, say, type Script } from "../support/conversation.ts";
import {
  FakeIo,
  type FakeIoOptions,
  frontEndOptions,
} from "../support/front_end_io.ts";

const terminal = { stdin: true, stdout: true, stderr: true };
const dumb = { ...terminal, environment: { TERM: "dumb" } };

interface Talk {
  readonly io: FakeIo;
  readonly conversation: FakeConversation;
  type(keys: string): void;
}

/** Runs a REPL, lets a test use it, leaves it; what is left of it. */
async function talk(
  script: Script,
  use: (talk: Talk) => Promise<void>,
  options: FakeIoOptions & Partial<FrontEndOptions> = {},
  prepare: (conversation: FakeConversation) => void = () => {},
): Promise<{ ops: Op[]; io: FakeIo }> {
  const io = new FakeIo({ ...terminal, ...options });
  await using conversation = new FakeConversation(script);
  conversation.marks = [
    { id: "p1", text: "Write a parser", files: 2 },
    { id: "p2", text: "Now the tests", files: 0 },
  ];
  conversation.others = [session("s1", "citrus"), session("s2", null)];
  prepare(conversation);
  const run = runRepl(conversation, { ...frontEndOptions, ...options, io });
  const hello = () => `${io.screen.text()}${io.stderr.text}`;
  await io.until(() => hello().includes("/help"));
  await use({ io, conversation, type: (keys) => io.input.type(keys) });
  io.input.type(options.environment?.TERM === "dumb" ? "/exit\n" : "\x03\x04");
  assertEquals(await run, 0);
  return { ops: conversation.ops, io };
}

function session(id: string, name: string | null): SessionMark {
  return {
    id,
    name,
    text: `prompt of ${id}`,
    changed: 0,
    messages: 2,
    model: "alpha",
    isOneshot: false,
  };
}

/** Answers ops about files and sessions as a conversation does. */
const obliging: Script = (op, self) => {
  const files = {
    type: "files",
    restored: ["/project/a.txt"],
    removed: [],
    failed: [],
    foreign: [],
    notes: [],
  } as const;
  const session = { type: "session", id: "c1", name: null } as const;
  if (op.type === "undo" || op.type === "redo") {
    self.emit({ ...files, action: op.type });
  }
  if (op.type === "rewind") {
    if (op.what !== "conversation") self.emit({ ...files, action: "rewind" });
    if (op.what === "files") return;
    self.emit({ ...session, action: "rewound", prompt: "Write a parser\nnow" });
  }
  if (op.type === "resume") {
    const last = { request: "Which fruit?", answer: "A lemon." };
    self.emit({ ...session, action: "resumed", id: op.session, last });
  }
  if (op.type === "rename") {
    self.emit({ ...session, action: "renamed", name: op.name });
  }
};

Deno.test("/undo and /redo say what they did", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("/undo\r");
    await io.shows("Undo: restored a.txt");
    type("/undo 3\r");
    await io.shows("> /undo 3");
    type("/redo\r");
    await io.shows("Redo: restored a.txt");
    type("/undo x\r");
    await io.shows('Cannot undo "x"');
    type("/undo 0\r");
    await io.shows('Cannot undo "0"');
  });
  assertEquals(ops, [
    { type: "undo" },
    { type: "undo", count: 3 },
    { type: "redo" },
  ]);
});

Deno.test("/undo waits with a spinner until something is heard of it", async () => {
  await talk(() => {}, async ({ io, type, conversation }) => {
    type("/undo\r");
    await io.shows("Undoing");
    const text = "There is nothing to undo";
    conversation.emit({ type: "notice", level: "info", text });
    await io.shows(text);
    await io.until(() => !io.screen.text().includes("Undoing"));
  });
});

Deno.test("/rewind takes back what is chosen, and the prompt is in the input", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("/rewind\r");
    await io.shows("❯ 2 Now the tests");
    assertStringIncludes(
      io.screen.text(),
      "  1 Write a parser  changed 2 files",
    );
    type("\x1b[A\r");
    await io.shows("What is to go back?");
    type("1");
    await io.shows("> Write a parser\n  now");
  });
  assertEquals(ops, [{ type: "rewind", prompt: "p1", what: "both" }]);
});

Deno.test("/rewind does not ask about files where none was changed", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("\x1b");
    await io.shows("Esc again goes back");
    type("\x1b");
    await io.shows("❯ 2");
    type("\r");
    await io.shows("Went back to before");
  });
  assertEquals(ops, [{ type: "rewind", prompt: "p2", what: "conversation" }]);
});

Deno.test("/rewind of files alone leaves the input as it is", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("/rewind\r");
    await io.shows("❯ 2");
    type("1");
    await io.shows("What is to go back?");
    type("\x1b[B\x1b[B\r");
    await io.shows("Rewind: restored a.txt");
    type("x");
    await io.shows("\n> x\n");
  });
  assertEquals(ops, [{ type: "rewind", prompt: "p1", what: "files" }]);
});

Deno.test("/rewind does nothing after Escape, at either question", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("/rewind\r");
    await io.shows("❯ 2");
    type("\x1b");
    await io.until(() => !io.screen.text().includes("❯"));
    type("/rewind\r");
    await io.shows("❯ 2");
    type("1");
    await io.shows("What is to go back?");
    type("\x1b");
    await io.until(() => !io.screen.text().includes("❯"));
  });
  assertEquals(ops, []);
});

Deno.test("a prompt that comes back stands before what was typed meanwhile", async () => {
  await talk(() => {}, async ({ io, type, conversation }) => {
    type("draft");
    await io.shows("> draft");
    conversation.emit({
      ...{ type: "session", action: "rewound", id: "c1", name: null },
      prompt: "Write a parser",
    });
    await io.shows("> Write a parser\n  draft");
  });
});

Deno.test("commands that change the history wait for no run: they say so", async () => {
  const { ops } = await talk((op, self) => {
    if (op.type === "prompt") self.emit(say.runStart, say.turn(1));
    if (op.type === "interrupt") self.emit(say.end("aborted"));
  }, async ({ io, type, conversation }) => {
    type("go\r");
    await conversation.next("prompt");
    for (const name of ["undo", "redo", "rewind", "clear", "resume", "fork"]) {
      type(`/${name}\r`);
      await io.shows(`Cannot run /${name} while a run is under way`);
    }
    type("\x1b");
    await io.shows("Interrupted");
  });
  assertEquals(ops.map(({ type }) => type), ["prompt", "interrupt"]);
});

Deno.test("/resume goes on with what is chosen, and shows where it stood", async () => {
  const { ops } = await talk(obliging, async ({ io, type }) => {
    type("/resume\r");
    await io.shows("❯ citrus  just now · 2 messages · alpha · s1");
    type("s2");
    await io.shows("❯ prompt of s2");
    type("\r");
    await io.shows("Resumed session s2\n> Which fruit?\nA lemon.");
    type("/resume citrus\r");
    await io.shows("Resumed session citrus");
  });
  assertEquals(ops, [
    { type: "resume", session: "s2" },
    { type: "resume", session: "citrus" },
  ]);
});

Deno.test("/rename, /fork, /export and /compact undo do what they say", async () => {
  const { ops } = await talk(obliging, async ({ io, type, conversation }) => {
    type("/rename  citrus   fruit \r");
    await io.shows('The session\'s name is now "citrus fruit"');
    type("/export\r");
    await io.shows("Exported to name.md");
    type("/export there.md\r");
    await io.shows('Cannot export to "there.md": it is there');
    type("/fork\r");
    await conversation.next("fork");
    conversation.emit({
      ...{ type: "session", action: "forked", id: "new", name: null },
    });
    await io.shows("Forked: work goes on in session new");
    type("/compact undo\r");
    await conversation.next("uncompact");
    conversation.emit({ type: "notice", level: "info", text: "taken back" });
    await io.shows("taken back");
  });
  assertEquals(ops, [
    { type: "rename", name: "citrus fruit" },
    { type: "fork" },
    { type: "uncompact" },
  ]);
});

Deno.test("the status line does not say how full a history was that is another now", async () => {
  const unknowing = ["/compact undo", "/clear", "/resume s1", "/rewind"];
  for (const command of unknowing) {
    await talk(obliging, async ({ io, type, conversation }) => {
      conversation.emit(say.usage);
      await io.shows("context 1.5k/32k");
      type(`${command}\r`);
      if (command === "/rewind") {
        await io.shows("❯ 2");
        type("\r");
      }
      await io.until(() => !io.screen.text().includes("context 1.5k"));
      const notice = { type: "notice", level: "info", text: "Over" } as const;
      conversation.emit(notice);
      await io.shows("Over");
    });
  }
});

Deno.test("/context says what takes the room, once that is known", async () => {
  await talk(() => {}, async ({ io, type, conversation }) => {
    type("/context\r");
    await io.shows("not known before the first prompt");
    conversation.report = {
      ...{ window: 1000, compactAt: 800, used: 100, free: 700 },
      parts: [{ kind: "tools", tokens: 100, count: 6 }],
    };
    type("/context\r");
    await io.shows("~100 of 1.0k tokens used (10%), shortened at 800");
    await io.shows("███ 6×");
  });
});

Deno.test("a session that is gone on with begins with its last exchange", async () => {
  const last = { request: "Which fruit?", answer: "A lemon." };
  const { io } = await talk(
    () => {},
    async ({ io }) => {
      await io.shows("/help for help\n\n> Which fruit?\nA lemon.");
    },
    { last },
    (conversation) => {
      conversation.sessionFile = "/state/c1.jsonl";
      conversation.exchange = last;
    },
  );
  assert(io.stderr.text.endsWith("Resume: openclaude -r c1\n"), io.stderr.text);
});

Deno.test("the end of a session in which nothing was said names no session", async () => {
  const { io } = await talk(() => {}, () => Promise.resolve(), {}, (it) => {
    it.sessionFile = "/state/c1.jsonl";
  });
  assert(!io.stderr.text.includes("Resume:"), io.stderr.text);
});

Deno.test("/rewind and /undo work by lines on a dumb terminal, in order", async () => {
  const { ops, io } = await talk(obliging, async ({ io, type }) => {
    const says = (text: string) =>
      io.until(() => io.stderr.text.includes(text));
    type("/undo\n");
    await says("Undoing\nUndo: restored a.txt\n> ");
    type("/rewind\n");
    await says("  1  Write a parser changed 2 files\n  2  Now the tests\n");
    type("parser\n");
    await says("3  Files the conversation stays");
    type("nothing like it\n");
    await says("None fits");
    type("1\n");
    await says("It was:\nWrite a parser\nnow\n> ");
    type("/resume\n");
    await says("citrus just now");
    type("\n");
  }, dumb);
  assertEquals(ops.map(({ type }) => type), ["undo", "rewind"]);
  assert(!io.stderr.text.includes("\x1b"), io.stderr.text);
});

Deno.test("Ctrl+C on a dumb terminal ends a wait, and leaves at the next", async () => {
  const io = new FakeIo(dumb);
  await using conversation = new FakeConversation(() => {});
  const run = runRepl(conversation, { ...frontEndOptions, io });
  io.input.type("/undo\n");
  await conversation.next("undo");
  await io.until(() => io.stderr.text.includes("Undoing\n"));
  io.signal("SIGINT");
  await io.until(() => io.stderr.text.endsWith("Undoing\n> "));
  io.signal("SIGINT");
  assertEquals(await run, 0);
  assertEquals(conversation.ops.map(({ type }) => type), ["undo", "interrupt"]);
});

/** Chooses with keys; how it ended, with the terminal as it was. */
async function choose(
  keys: (io: FakeIo) => Promise<void>,
): Promise<string | undefined> {
  const io = new FakeIo({ stdin: true, stderr: true });
  const sessions = [session("s1", "citrus"), session("s2", null)];
  const choosing = chooseSession(sessions, io).finally(() => {
    assertEquals(io.input.isRaw, false, "the terminal is still raw");
    assert(io.screen.cursorVisible, "the cursor is hidden");
    assertEquals(io.listenerCount(), 0, "signals are still listened to");
    assertEquals(io.screen.text().trim(), "", "the list is left behind");
    assertEquals(io.stdout.text, "");
  });
  await io.shows("❯ citrus");
  const [, chosen] = await Promise.all([keys(io), choosing]);
  return chosen;
}

Deno.test("chooseSession() gives the id of what is chosen", async () => {
  const chosen = await choose(async (io) => {
    io.input.type("s2");
    await io.shows("❯ prompt of s2");
    io.input.type("\r");
  });
  assertEquals(chosen, "s2");
});

Deno.test("chooseSession() gives nothing at Escape and at the end of the input", async () => {
  const escape = (io: FakeIo) => Promise.resolve(io.input.type("\x1b"));
  assertEquals(await choose(escape), undefined);
  const end = (io: FakeIo) => Promise.resolve(io.input.end());
  assertEquals(await choose(end), undefined);
});

Deno.test("chooseSession() ends with 143 at SIGTERM", async () => {
  const error = await choose((io) => Promise.resolve(io.signal("SIGTERM")))
    .catch((error) => error);
  assertEquals(error?.exitCode, 143);
});
