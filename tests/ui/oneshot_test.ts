import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AgentEventBody } from "../../lib/core/event.ts";
import { text } from "../../lib/core/message.ts";
import { ok } from "../../lib/core/tool.ts";
import { runOneshot } from "../../lib/ui/oneshot.ts";
import { FakeConversation, say } from "../support/conversation.ts";
import {
  FakeIo,
  type FakeIoOptions,
  frontEndOptions,
} from "../support/front_end_io.ts";

const readCall = {
  type: "tool_start",
  callId: "Read-0",
  tool: "Read",
  input: { file_path: "/project/lib/a.ts" },
  access: [],
} as const;

const readEnd = {
  type: "tool_end",
  callId: "Read-0",
  tool: "Read",
  outcome: ok("1\tx", { details: { type: "text", numLines: 120 } }),
  ms: 4,
} as const;

const editEnd = {
  type: "tool_end",
  callId: "Edit-0",
  tool: "Edit",
  outcome: ok("done", {
    details: {
      structuredPatch: [
        { oldStart: 3, newStart: 3, lines: [" a", "-b", "+c", "+d"] },
      ],
    },
  }),
  ms: 4,
} as const;

/** A run that reads a file, says so before, and answers. */
const reading: readonly AgentEventBody[] = [
  say.runStart,
  say.turn(1),
  say.text("I look "),
  say.text("at it."),
  say.reply("I look at it.", ["Read"]),
  say.usage,
  readCall,
  readEnd,
  say.turn(2),
  say.text("It is **fine**.\n"),
  say.reply("It is **fine**.\n"),
  say.usage,
  say.end("done"),
];

async function shoot(
  events: readonly AgentEventBody[],
  ioOptions: FakeIoOptions = {},
  { quiet = false } = {},
) {
  const io = new FakeIo(ioOptions);
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "prompt") self.emit(...events);
  });
  const options = { ...frontEndOptions, content: [text("hi")], quiet, io };
  const exitCode = await runOneshot(conversation, options);
  assertEquals(io.listenerCount(), 0, "signals are still listened to");
  assertEquals(io.input.isRaw, false, "the terminal is still raw");
  return {
    exitCode,
    io,
    stdout: io.stdout.text,
    stderr: io.stderr.text,
    screen: io.screen.text(),
  };
}

Deno.test("runOneshot() prints the last reply alone on a stdout that is no terminal", async () => {
  const { exitCode, stdout, stderr } = await shoot(reading);
  assertEquals(exitCode, 0);
  assertEquals(stdout, "It is **fine**.\n");
  assertEquals(
    stderr,
    [
      "I look at it.",
      "● Read lib/a.ts (120 lines)",
      "alpha · context 1.5k/32k (5%) · 2.4k in, 60 out · 2 turns · 2.0 s",
      "",
    ].join("\n"),
  );
});

Deno.test("runOneshot() prints nothing but the answer when quiet", async () => {
  const { stdout, stderr } = await shoot(reading, {}, { quiet: true });
  assertEquals(stdout, "It is **fine**.\n");
  assertEquals(stderr, "");
});

Deno.test("runOneshot() draws Markdown and calls on a terminal in order", async () => {
  const { screen, stdout } = await shoot(reading, {
    stdout: true,
    stderr: true,
  });
  assertEquals(
    screen,
    [
      "I look at it.",
      "",
      "● Read lib/a.ts (120 lines)",
      "",
      "It is fine.",
      "alpha · context 1.5k/32k (5%) · 2.4k in, 60 out · 2 turns · 2.0 s",
    ].join("\n"),
  );
  assert(!stdout.includes("●"), "stdout carries only what the model says");
});

Deno.test("runOneshot() keeps stdout free of all but the answer when stderr is no terminal", async () => {
  const { screen, stdout, stderr } = await shoot(reading, { stdout: true });
  assertEquals(screen, "I look at it.\n\nIt is fine.");
  assert(!stdout.includes("Waiting"), "no spinner on stdout");
  assertStringIncludes(stderr, "● Read lib/a.ts (120 lines)\n");
  assert(!stderr.includes("\x1b"), "no control sequence in a file");
});

Deno.test("runOneshot() shows progress on stderr while stdout is a pipe", async () => {
  const { screen, stdout } = await shoot(reading, { stderr: true });
  assertEquals(stdout, "It is **fine**.\n");
  assertStringIncludes(screen, "I look at it.");
  assertStringIncludes(screen, "● Read lib/a.ts (120 lines)");
});

Deno.test("runOneshot() writes no control sequence to a dumb terminal", async () => {
  const hostile = [
    say.runStart,
    say.reply("a\x1b[31mb\x1b]0;x\x07c"),
    say.end("done"),
  ];
  const { stdout, stderr } = await shoot(hostile, {
    stdin: true,
    stdout: true,
    stderr: true,
    environment: { TERM: "dumb" },
  });
  assertEquals(stdout, "abc\n");
  assert(!stderr.includes("\x1b"), stderr);
});

Deno.test("runOneshot() shows an edit as a coloured diff", async () => {
  const { stderr } = await shoot(
    [
      say.runStart,
      { ...readCall, callId: "Edit-0", tool: "Edit" },
      editEnd,
      say.end("done"),
    ],
    { environment: { NO_COLOR: "", FORCE_COLOR: "1" } },
  );
  assertEquals(stderr.split("\n").slice(0, 5), [
    "\x1b[32m●\x1b[39m Edit lib/a.ts \x1b[2m(+2 -1)\x1b[22m",
    "\x1b[2m   3\x1b[22m \x1b[2m  a\x1b[22m",
    "\x1b[2m   4\x1b[22m \x1b[31m- b\x1b[39m",
    "\x1b[2m   4\x1b[22m \x1b[32m+ c\x1b[39m",
    "\x1b[2m   5\x1b[22m \x1b[32m+ d\x1b[39m",
  ]);
});

const failure = { message: "No server", transient: false } as const;
const endings: readonly (readonly [
  string,
  AgentEventBody & { type: "run_end" },
  number,
  string,
])[] = [
  ["a turn limit", say.end("max_turns", { turns: 30 }), 53, "30 turns"],
  ["an interrupt", say.end("aborted"), 130, "Interrupted"],
  ["a loop", say.end("loop"), 1, "repeating"],
  [
    "a refused key",
    say.end("error", { failure: { ...failure, code: "auth" } }),
    41,
    "No server",
  ],
  [
    "a passing failure",
    say.end("error", {
      failure: { ...failure, code: "network", transient: true },
    }),
    75,
    "No server",
  ],
  [
    "any other failure",
    say.end("error", { failure: { ...failure, code: "bad_request" } }),
    1,
    "No server",
  ],
];

for (const [name, end, expected, message] of endings) {
  Deno.test(`runOneshot() exits with ${expected} after ${name} and says why, also when quiet`, async () => {
    const { exitCode, stdout, stderr } = await shoot(
      [say.runStart, say.turn(1), end],
      {},
      { quiet: true },
    );
    assertEquals(exitCode, expected);
    assertEquals(stdout, "");
    assertStringIncludes(stderr, message);
    assertEquals(stderr.split("\n").length, 2, "one line");
  });
}

Deno.test("runOneshot() exits with 3 when calls were denied", async () => {
  const denials = [{ callId: "x", tool: "Bash", input: {}, because: "mode" }];
  const { exitCode } = await shoot([
    say.runStart,
    say.reply("ok"),
    say.end("done", { denials }),
  ]);
  assertEquals(exitCode, 3);
});

Deno.test("runOneshot() marks the text that a retry discards", async () => {
  const { screen } = await shoot([
    say.runStart,
    say.turn(1),
    say.text("Half a\n\nreply"),
    {
      type: "retry",
      attempt: 1,
      of: 10,
      waitMs: 2000,
      because: "the connection broke",
    },
    say.text("Whole"),
    say.reply("Whole"),
    say.end("done"),
  ], { stdout: true, stderr: true });
  assertEquals(screen.split("\n").slice(0, 6), [
    "Half a",
    "",
    "The reply above broke off and does not count",
    "Trying again in 2.0 s (1 of 10): the connection broke",
    "",
    "Whole",
  ]);
});

const asked = {
  type: "permission_request",
  requestId: "r1",
  callId: "Bash-0",
  tool: "Bash",
  input: { command: "rm -rf build\necho done" },
  access: [],
  because: "default mode",
} as const;

/** Types an answer to a question on a terminal. */
async function answer(keys: readonly string[]) {
  const io = new FakeIo({ stdin: true, stdout: true, stderr: true });
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "prompt") self.emit(say.runStart, asked);
    if (op.type === "reply") self.emit(say.reply("ok"), say.end("done"));
  });
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await io.shows("Allow this?");
  const shown = io.screen.text();
  const wasRaw = io.input.isRaw;
  io.clock += 1000;
  for (const key of keys) io.input.type(key);
  await run;
  const ops = conversation.ops.slice(1);
  return { ops, shown, wasRaw, io };
}

Deno.test("runOneshot() shows the whole command before it asks, and takes y", async () => {
  const { ops, shown, wasRaw, io } = await answer(["y"]);
  assertStringIncludes(
    shown,
    "? Bash (default mode)\n    rm -rf build\n    echo done",
  );
  assert(wasRaw);
  assert(!io.input.isRaw);
  assertEquals(ops, [
    { type: "reply", requestId: "r1", answer: { kind: "allow" } },
  ]);
});

Deno.test("runOneshot() takes n with a reason", async () => {
  const { ops } = await answer(["n", "use trash", "\r"]);
  assertEquals(ops, [{
    type: "reply",
    requestId: "r1",
    answer: { kind: "deny", reason: "use trash" },
  }]);
});

Deno.test("runOneshot() takes Ctrl+C at a question as no and an interrupt", async () => {
  const { ops } = await answer(["\x03"]);
  assertEquals(ops, [
    { type: "reply", requestId: "r1", answer: { kind: "deny" } },
    { type: "interrupt" },
  ]);
});

Deno.test("runOneshot() refuses at once when nobody can answer", async () => {
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "prompt") self.emit(say.runStart, asked);
    if (op.type === "reply") self.emit(say.end("done"));
  });
  await runOneshot(conversation, { ...frontEndOptions, io: new FakeIo() });
  assertEquals(conversation.ops[1], {
    type: "reply",
    requestId: "r1",
    answer: { kind: "deny", reason: "there is no terminal to ask at" },
  });
});

Deno.test("runOneshot() interrupts at SIGINT and leaves at the second", async () => {
  const io = new FakeIo();
  await using conversation = new FakeConversation(() => {});
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await conversation.next("prompt");
  io.signal("SIGINT");
  assertEquals(conversation.ops.at(-1), { type: "interrupt" });
  io.signal("SIGINT");
  assertEquals(await run, 130);
});

Deno.test("runOneshot() exits with 143 when SIGTERM ended the run", async () => {
  const io = new FakeIo();
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "interrupt") self.emit(say.end("aborted"));
  });
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await conversation.next("prompt");
  io.signal("SIGTERM");
  assertEquals(await run, 143);
});
