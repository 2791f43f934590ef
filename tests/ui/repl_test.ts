import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FrontEndOptions } from "../../lib/app/front_end.ts";
import { text } from "../../lib/core/message.ts";
import { runRepl } from "../../lib/ui/repl.ts";
import { FakeConversation, say, type Script } from "../support/conversation.ts";
import {
  FakeIo,
  type FakeIoOptions,
  frontEndOptions,
} from "../support/front_end_io.ts";

const terminal = { stdin: true, stdout: true, stderr: true };

interface Session {
  readonly io: FakeIo;
  readonly conversation: FakeConversation;
  type(keys: string): void;
  /** Resolves when the spinner is gone. */
  idle(): Promise<void>;
}

/** Runs a REPL, lets `talk` use it, leaves it, and returns its end. */
async function session(
  script: Script,
  talk: (session: Session) => Promise<void>,
  ioOptions: FakeIoOptions & Partial<FrontEndOptions> = {},
) {
  const io = new FakeIo({ ...terminal, ...ioOptions });
  await using conversation = new FakeConversation(script);
  const options = { ...frontEndOptions, ...ioOptions };
  const run = runRepl(conversation, { ...options, io });
  await io.shows("/help");
  const idle = () => io.until(() => !/[⠀-⣿]/.test(io.screen.text()));
  await talk({ io, conversation, type: (keys) => io.input.type(keys), idle });
  await idle();
  io.input.type("\x04");
  const exitCode = await run;
  assertEquals(io.input.isRaw, false, "the terminal is still raw");
  assert(io.screen.cursorVisible, "the cursor is hidden");
  assert(!io.screen.pasteMode, "pastes are still marked");
  assertEquals(io.listenerCount(), 0, "signals are still listened to");
  return { exitCode, io, conversation, screen: io.screen.text() };
}

/** Answers each prompt with its own text, after the user's message. */
const echoing: Script = (op, self) => {
  if (op.type !== "prompt") return;
  const [part] = op.content;
  const said = part?.type === "text" ? part.text : "";
  self.emit(
    say.runStart,
    { type: "message", message: { role: "user", content: op.content } },
    say.turn(1),
    say.text(`**You** said ${said}`),
    say.reply(`**You** said ${said}`),
    say.usage,
    say.end("done"),
  );
};

Deno.test("runRepl() keeps the conversation between prompts", async () => {
  const { exitCode, screen } = await session(echoing, async (repl) => {
    repl.type("one\r");
    await repl.io.shows("You said one");
    await repl.idle();
    repl.type("two\r");
    await repl.io.shows("You said two");
  });
  assertEquals(exitCode, 0);
  assertEquals(
    screen,
    [
      "openclaude 1.2.3 · alpha · /project · /help for help",
      "",
      "> one",
      "",
      "You said one",
      "",
      "> two",
      "",
      "You said two",
    ].join("\n"),
  );
});

Deno.test("runRepl() shows prompt and status line below the conversation", async () => {
  await session(echoing, async (repl) => {
    repl.type("one\r");
    await repl.io.shows("1 turn ·");
    repl.type("next");
    await repl.io.shows("> next");
    const lines = repl.io.screen.lines();
    assertEquals(lines.slice(-3), [
      "",
      "> next",
      "alpha · context 1.5k/32k (5%) · 1.2k in, 30 out · 1 turn · 2.0 s",
    ]);
    assertEquals(repl.io.screen.cursor(), { row: lines.length - 2, column: 6 });
    repl.type("\x15");
    await repl.io.until(() => !repl.io.screen.text().includes("> next"));
  });
});

Deno.test("runRepl() interrupts a run at Ctrl+C and takes the next prompt", async () => {
  let interruptedAfter = Infinity;
  const { conversation } = await session((op, self) => {
    if (op.type === "prompt" && self.ops.length === 1) {
      self.emit(say.runStart, say.turn(1), say.text("Half a sen"));
    } else if (op.type === "interrupt") self.emit(say.end("aborted"));
    else echoing(op, self);
  }, async (repl) => {
    repl.type("one\r");
    await repl.io.shows("Half a sen");
    const started = performance.now();
    repl.type("\x03");
    await repl.conversation.next("interrupt");
    interruptedAfter = performance.now() - started;
    await repl.io.shows("Interrupted");
    await repl.idle();
    repl.type("two\r");
    await repl.io.shows("You said two");
  });
  assertEquals(conversation.ops.map(({ type }) => type), [
    "prompt",
    "interrupt",
    "prompt",
  ]);
  assert(interruptedAfter < 200, `${interruptedAfter} ms`);
});

Deno.test("runRepl() shows what is typed while busy as queued, and sends it on", async () => {
  const { conversation } = await session((op, self) => {
    if (op.type === "prompt") self.emit(say.runStart, say.turn(1));
    if (op.type === "interrupt") self.emit(say.end("aborted"));
  }, async (repl) => {
    repl.type("one\r");
    await repl.conversation.next("prompt");
    repl.type("also this\r");
    await repl.io.shows("queued: also this");
    const content = [text("also this")];
    repl.conversation.emit({
      type: "message",
      message: { role: "user", content },
    });
    await repl.io.shows("> also this");
    await repl.io.until(() => !repl.io.screen.text().includes("queued:"));
    repl.type("\x1b");
    await repl.io.shows("Interrupted");
  });
  assertEquals(conversation.ops[1], {
    type: "steer",
    content: [text("also this")],
  });
});

Deno.test("runRepl() leaves at the second Ctrl+C and not at the first", async () => {
  const io = new FakeIo(terminal);
  await using conversation = new FakeConversation(() => {});
  const run = runRepl(conversation, { ...frontEndOptions, io });
  await io.shows("/help");
  io.input.type("draft\x03");
  await io.until(() => !io.screen.text().includes("draft"));
  io.input.type("\x03");
  await io.shows("Ctrl+C again leaves");
  io.input.type("\x03");
  assertEquals(await run, 0);
});

Deno.test("runRepl() leaves with 143 at SIGTERM and restores the terminal", async () => {
  const io = new FakeIo(terminal);
  await using conversation = new FakeConversation(() => {});
  const run = runRepl(conversation, { ...frontEndOptions, io });
  await io.shows("/help");
  io.signal("SIGTERM");
  assertEquals(await run, 143);
  assertEquals(io.input.isRaw, false);
});

Deno.test("runRepl() asks about a call and sends the answer", async () => {
  const { conversation } = await session((op, self) => {
    if (op.type === "prompt") {
      self.emit(say.runStart, {
        type: "permission_request",
        requestId: "r1",
        callId: "Write-0",
        tool: "Write",
        input: { file_path: "/project/a.txt", content: "one\ntwo" },
        access: [],
        because: "",
      });
    }
    if (op.type === "reply") self.emit(say.reply("ok"), say.end("done"));
  }, async (repl) => {
    repl.type("go\r");
    await repl.io.shows("Allow this?");
    const question = repl.io.screen.text();
    assertStringIncludes(question, "? Write a.txt\n     + one\n     + two\n");
    // Typed too early to be an answer: it stays in the draft.
    repl.type("y");
    repl.io.clock += 1000;
    repl.io.input.type("y");
    await repl.io.shows("ok");
    assertStringIncludes(repl.io.screen.text(), "> y");
    repl.type("\x15");
    await repl.io.until(() => !repl.io.screen.text().includes("> y"));
  });
  assertEquals(conversation.ops[1], {
    type: "reply",
    requestId: "r1",
    answer: { kind: "allow" },
  });
});

Deno.test("runRepl() runs slash commands and suggests the nearest", async () => {
  const { conversation, screen } = await session(() => {}, async (repl) => {
    repl.type("/halp\r");
    await repl.io.shows("Did you mean /help?");
    repl.type("/model\r");
    await repl.io.shows("beta:7b");
    repl.type("/model beta:7b\r");
    await repl.io.shows("The model is now beta:7b");
    repl.type("/cost\r");
    await repl.io.shows("Nothing was asked of a model yet");
    repl.conversation.emit({ ...say.usage, costUsd: 0.25 });
    // The status line shows what the report will.
    await repl.io.shows("$0.2500");
    repl.type("/cost\r");
    await repl.io.shows("tokens  1.2k in, 30 out");
    repl.type("/com\t\r");
    await repl.conversation.next("compact");
    await repl.io.shows("Compacting");
    repl.conversation.emit({
      type: "compaction",
      trigger: "manual",
      by: "model",
      before: 20000,
      after: 1500,
      history: [],
    });
    await repl.io.shows("Context shortened from 20k to 1.5k tokens");
  });
  assertStringIncludes(screen, "* alpha\n  beta:7b");
  assertEquals(conversation.ops, [
    { type: "set_model", model: "beta:7b" },
    { type: "compact" },
  ]);
});

Deno.test("runRepl() shows the mode that was changed to, and the sandbox", async () => {
  await session((op, self) => {
    if (op.type === "set_mode") self.emit({ type: "mode", mode: op.mode });
  }, async (repl) => {
    const status = () => repl.io.screen.lines().at(-1);
    assertEquals(status(), "alpha · bwrap");
    repl.type("\x1b[Z");
    await repl.io.shows("acceptEdits · acceptEdits: edits the workspace");
    repl.type("\x1b[Z");
    await repl.io.shows("plan · plan: only reads");
    repl.type("x\x7f");
    await repl.io.until(() => status() === "plan · alpha · bwrap");
    repl.type("/mode\r");
    await repl.io.shows("* plan ");
    repl.type("/mode bypassPermissions\r");
    await repl.io.shows("Cannot change to bypassPermissions");
    repl.type("/mode plam\r");
    await repl.io.shows("Did you mean plan?");
    repl.type("/mode DEFAULT\r");
    await repl.io.shows("default: asks before");
    repl.type("x\x7f");
    await repl.io.until(() => status() === "alpha · bwrap");
  }, { sandbox: "bwrap" });
});

Deno.test("runRepl() begins in the mode that it is told", async () => {
  const options = { mode: "bypassPermissions", canBypass: true } as const;
  const { conversation } = await session(() => {}, async (repl) => {
    await repl.io.shows("bypassPermissions · alpha");
    repl.type("\x1b[Z");
    await repl.conversation.next("set_mode");
  }, options);
  assertEquals(conversation.ops, [{ type: "set_mode", mode: "default" }]);
});

Deno.test("runRepl() keeps inputs of earlier sessions in a file of the user's own", async () => {
  const folder = await Deno.makeTempDir();
  const historyFile = `${folder}/state/history`;
  await session(echoing, async (repl) => {
    repl.type("first\r");
    await repl.io.shows("You said first");
    await repl.idle();
    repl.type("second\r");
    await repl.io.shows("You said second");
  }, { historyFile });
  assertEquals(await Deno.readTextFile(historyFile), '"first"\n"second"\n');
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(historyFile)).mode ?? 0) & 0o777, 0o600);
  }
  await session(echoing, async (repl) => {
    repl.type("\x1b[A\x1b[A\r");
    await repl.io.shows("You said first");
  }, { historyFile });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runRepl() reads and writes lines on a dumb terminal", async () => {
  const io = new FakeIo({ ...terminal, environment: { TERM: "dumb" } });
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "set_mode") self.emit({ type: "mode", mode: op.mode });
    else echoing(op, self);
  });
  const run = runRepl(conversation, { ...frontEndOptions, io });
  io.input.type("one\\\ntwo\n");
  await io.until(() => io.stdout.text.includes("two"));
  io.input.type("/mode plan\n");
  await io.until(() => io.stderr.text.includes("Mode plan"));
  io.input.type("\n");
  await io.until(() => io.stderr.text.includes("plan > "));
  io.input.type("/exit\n");
  assertEquals(await run, 0);
  assertEquals(io.stdout.text, "**You** said one\ntwo\n");
  assertStringIncludes(io.stderr.text, "Mode plan: only reads");
  assertStringIncludes(io.stderr.text, "plan > ");
  assert(!io.stderr.text.includes("\x1b"), io.stderr.text);
  assertEquals(io.input.isRaw, false);
  assertEquals(io.listenerCount(), 0);
});
