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

Deno.test("runOneshot() exits with 3 when calls were denied and lists them, also when quiet", async () => {
  const denials = Array.from({ length: 12 }, (_, index) => ({
    callId: `c${index}`,
    tool: "Bash",
    input: { command: `rm ${index}\x1b[2J\nmore` },
    because: 'rule "deny Bash(rm *)" of you\x1b[2J\nand more',
  }));
  const { exitCode, stderr, stdout } = await shoot(
    [say.runStart, say.reply("ok"), say.end("done", { denials })],
    {},
    { quiet: true },
  );
  assertEquals([exitCode, stdout], [3, "ok\n"]);
  const listed = denials.slice(0, 10).map((_, index) =>
    `  Bash rm ${index} …: rule "deny Bash(rm *)" of you\\x1b[2J`
  );
  assertEquals(stderr.split("\n"), [
    "12 calls were refused:",
    ...listed,
    "  and 2 more",
    "See --allowedTools and --permission-mode in openclaude --help",
    "",
  ]);
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
  access: [
    { kind: "run", line: "rm -rf build\necho done", readOnly: false },
  ],
  because: "default mode",
  offer: ["Bash(rm -rf build)"],
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
  assertEquals(shown.split("\n").slice(-9), [
    "? Bash",
    "    rm -rf build",
    "    echo done",
    "Allow this?",
    "default mode",
    "❯ 1 Yes",
    "  2 Yes, and don't ask again for: Bash(rm -rf build)",
    "  3 No, and say why",
    "↑ ↓ Enter, or y a n · Esc stops the run",
  ]);
  assert(wasRaw);
  assert(!io.input.isRaw);
  assertEquals(ops, [
    { type: "reply", requestId: "r1", answer: { kind: "allow" } },
  ]);
});

Deno.test("runOneshot() sends the rules of a yes from now on", async () => {
  const { ops } = await answer(["\x1b[B", "\r"]);
  const remember = ["Bash(rm -rf build)"];
  assertEquals(ops, [{
    type: "reply",
    requestId: "r1",
    answer: { kind: "allow", remember },
  }]);
});

Deno.test("runOneshot() shows where a command would run once others have moved there", async () => {
  const io = new FakeIo({ stdin: true, stdout: true, stderr: true });
  await using conversation = new FakeConversation((op, self) => {
    const outcome = ok("", { cwd: "/project/sub" });
    const moved = { ...readEnd, callId: "Bash-9", tool: "Bash", outcome };
    if (op.type === "prompt") self.emit(say.runStart, moved, asked);
    if (op.type === "reply") self.emit(say.end("done"));
  });
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await io.shows("    echo done\n  in sub\nAllow this?");
  io.input.type("\x03");
  await run;
});

Deno.test("runOneshot() asks one question after another", async () => {
  const io = new FakeIo({ stdin: true, stdout: true, stderr: true });
  await using conversation = new FakeConversation((op, self) => {
    const second = { ...asked, requestId: "r2", callId: "Bash-1" };
    if (op.type === "prompt") self.emit(say.runStart, asked, second);
    if (op.type === "reply" && op.requestId === "r2") {
      self.emit(say.end("done"));
    }
  });
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await io.shows("Allow this? (1 of 2)");
  io.clock += 1000;
  io.input.type("y");
  await io.until(() => io.screen.text().match(/\? Bash/g)?.length === 2);
  await io.until(() => !io.screen.text().includes("(1 of 2)"));
  // Too early for the second question, which has just been shown.
  io.input.type("n");
  // It is read before the timer's turn comes.
  await new Promise((resolve) => setTimeout(resolve));
  io.clock += 1000;
  io.input.type("y");
  await run;
  assertEquals(conversation.ops.slice(1), [
    { type: "reply", requestId: "r1", answer: { kind: "allow" } },
    { type: "reply", requestId: "r2", answer: { kind: "allow" } },
  ]);
});

for (const TERM of ["xterm", "dumb"]) {
  Deno.test(`runOneshot() takes a question back when its call goes on (${TERM})`, async () => {
    const io = new FakeIo({
      stdin: true,
      stdout: true,
      stderr: true,
      environment: { TERM },
    });
    await using conversation = new FakeConversation((op, self) => {
      if (op.type === "prompt") self.emit(say.runStart, asked);
    });
    const run = runOneshot(conversation, { ...frontEndOptions, io });
    await io.until(() => io.stderr.text.includes("Allow this?"));
    conversation.emit({ ...readCall, callId: asked.callId, tool: "Bash" });
    await io.until(() =>
      TERM === "dumb"
        ? io.stderr.text.includes("No answer is needed any more\n")
        : !io.screen.text().includes("Allow this?")
    );
    assertEquals(io.input.isRaw, false);
    io.input.type("y\n");
    conversation.emit(say.end("done"));
    assertEquals(await run, 0);
    assertEquals(conversation.ops.map(({ type }) => type), ["prompt"]);
  });
}

const plainAnswers: readonly (readonly [string, unknown])[] = [
  ["y\n", { kind: "allow" }],
  ["Always\n", { kind: "allow", remember: ["Bash(rm -rf build)"] }],
  ["no\n", { kind: "deny" }],
  ["\n", { kind: "deny" }],
  ["use trash\n", { kind: "deny", reason: "use trash" }],
];

/** Types a line at the question of a dumb terminal. */
async function answerPlainly(request: AgentEventBody, line: string) {
  const io = new FakeIo({
    stdin: true,
    stdout: true,
    stderr: true,
    environment: { TERM: "dumb" },
  });
  await using conversation = new FakeConversation((op, self) => {
    if (op.type === "prompt") self.emit(say.runStart, request);
    if (op.type === "reply") self.emit(say.end("done"));
  });
  const run = runOneshot(conversation, { ...frontEndOptions, io });
  await io.until(() => io.stderr.text.includes("for no] "));
  io.input.type(line);
  await run;
  const [, reply] = conversation.ops;
  return { reply, stderr: io.stderr.text };
}

for (const [line, expected] of plainAnswers) {
  Deno.test(`runOneshot() takes ${JSON.stringify(line)} on a dumb terminal`, async () => {
    const { reply, stderr } = await answerPlainly(asked, line);
    assertEquals(reply?.type === "reply" && reply.answer, expected);
    const expectedText = [
      "? Bash",
      "    rm -rf build",
      "    echo done",
      "Allow this? default mode",
      "  y  Yes",
      "  a  Yes, and don't ask again for: Bash(rm -rf build)",
      "  n  No, and say why",
      "[y, a, n, or a reason for no] ",
    ].join("\n");
    assertStringIncludes(stderr, expectedText);
  });
}

Deno.test("runOneshot() asks again on a dumb terminal when there is no rule to remember", async () => {
  const { offer: _, ...request } = asked;
  const { reply, stderr } = await answerPlainly(request, "a\ny\n");
  assertStringIncludes(stderr, "There is no rule to remember: y, n, or");
  const answer = { kind: "allow" } as const;
  assertEquals(reply, { type: "reply", requestId: "r1", answer });
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

Deno.test("runOneshot() names the session's file with --debug alone", async () => {
  for (const debug of [true, false]) {
    const io = new FakeIo();
    await using conversation = new FakeConversation((op, self) => {
      if (op.type === "prompt") self.emit(...reading);
    });
    conversation.sessionFile = "/state/c1.jsonl";
    const options = { ...frontEndOptions, content: [text("hi")], debug, io };
    assertEquals(await runOneshot(conversation, options), 0);
    assertEquals(io.stderr.text.includes("Session /state/c1.jsonl"), debug);
    assertEquals(io.stdout.text, "It is **fine**.\n");
  }
});
