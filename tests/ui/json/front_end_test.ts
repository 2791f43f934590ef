import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../lib/core/error.ts";
import { text } from "../../../lib/core/message.ts";
import { type JsonOptions, runJson } from "../../../lib/ui/json/front_end.ts";
import {
  FakeConversation,
  say,
  type Script,
} from "../../support/conversation.ts";
import { FakeIo, frontEndOptions } from "../../support/front_end_io.ts";
import { checkedLines, resultOf } from "../../support/json_lines.ts";

const json = {
  format: "stream-json",
  input: "text",
  partial: false,
  replay: false,
  asksDriver: false,
  hasKey: false,
} as const;

/** Begins a run of the front end; `script` plays the conversation. */
function begin(script: Script, options: Partial<JsonOptions> = {}) {
  const io = new FakeIo();
  const conversation = new FakeConversation(script);
  const exitCode = runJson(conversation, {
    ...frontEndOptions,
    content: [text("Go")],
    json,
    ...options,
    io,
  });
  return { io, conversation, exitCode };
}

/** Begins a run and never ends it, whatever is sent. */
const endless: Script = ({ type }, conversation) => {
  if (type === "prompt") {
    conversation.emit(say.runStart, say.turn(1), say.reply("So far."));
  }
};

Deno.test("runJson() gives a result of a run that does not stop", async () => {
  const { io, exitCode } = begin(endless);
  await io.until(() => io.stdout.text.includes("So far."));
  io.signal("SIGINT");
  io.signal("SIGINT");
  assertEquals(await exitCode, 130);
  const result = resultOf(checkedLines(io.stdout.text));
  assertEquals(result.terminal_reason, "aborted_streaming");
  assertEquals(result.result, "So far.");
  assertEquals(io.listenerCount(), 0);
});

Deno.test("runJson() interrupts a run that a signal came before", async () => {
  const { io, conversation, exitCode } = begin(({ type }, conversation) => {
    if (type !== "interrupt") return;
    const isFirst = conversation.ops.length === 2;
    conversation.emit(isFirst ? say.runStart : say.end("aborted"));
  });
  io.signal("SIGTERM");
  assertEquals(await exitCode, 143);
  assertEquals(
    conversation.ops.map(({ type }) => type),
    ["prompt", "interrupt", "interrupt"],
  );
});

Deno.test("runJson() runs what is in the input, one after another, to its end", async () => {
  const { io, conversation, exitCode } = begin(({ type }, conversation) => {
    if (type !== "prompt") return;
    conversation.emit(say.runStart, say.turn(1), say.reply("Hi."));
    conversation.emit(
      say.end(conversation.ops.length > 1 ? "max_turns" : "done"),
    );
  }, { content: undefined, json: { ...json, input: "stream-json" } });
  const line = JSON.stringify({
    type: "user",
    message: { role: "user", content: "One" },
  });
  io.input.type(`${line}\n${line}\n`);
  io.input.end();
  assertEquals(await exitCode, 53);
  const results = checkedLines(io.stdout.text)
    .filter(({ type }) => type === "result");
  assertEquals([results.length, conversation.ops.length], [2, 2]);
});

Deno.test("runJson() refuses an input that asked for nothing", async () => {
  const { io, exitCode } = begin(() => {}, {
    content: undefined,
    json: { ...json, input: "stream-json" },
  });
  io.input.type("\n");
  io.input.end();
  const error = await assertRejects(() => exitCode, UserError);
  assertEquals(error.exitCode, 2);
});

Deno.test("runJson() asks nobody who did not say that he answers", async () => {
  const { io, conversation, exitCode } = begin((op, conversation) => {
    if (op.type === "prompt") {
      conversation.emit(say.runStart, say.turn(1), {
        type: "permission_request",
        requestId: "q1",
        callId: "Write-0",
        tool: "Write",
        input: {},
        access: [],
        because: "mode default asks",
      });
    } else conversation.emit(say.end("done"));
  });
  assertEquals(await exitCode, 0);
  const reply = conversation.ops.at(-1);
  assert(reply?.type === "reply" && reply.answer.kind === "deny");
  assertEquals(io.stdout.text.includes("control_request"), false);
});

Deno.test("runJson() tells of a time limit that was over before the run", async () => {
  const message = "Stopped at the time limit of 1s (--timeout)";
  const timeLimit = { signal: AbortSignal.abort(), message };
  const { io, conversation, exitCode } = begin(() => {}, { timeLimit });
  assertEquals(await exitCode, 124);
  const result = resultOf(checkedLines(io.stdout.text));
  assertEquals([result.terminal_reason, result.errors], ["timeout", [message]]);
  assertEquals(io.stderr.text, `openclaude: ${message}\n`);
  assertEquals(conversation.ops, []);
});

Deno.test("runJson() tells of a time limit that is over during a run", async () => {
  const controller = new AbortController();
  const timeLimit = { signal: controller.signal, message: "Too late" };
  const { io, exitCode } = begin((op, conversation) => {
    endless(op, conversation);
    if (op.type === "interrupt") conversation.emit(say.end("aborted"));
  }, { timeLimit });
  await io.until(() => io.stdout.text.includes("So far."));
  controller.abort();
  assertEquals(await exitCode, 124);
  const result = resultOf(checkedLines(io.stdout.text));
  assertEquals(
    [result.terminal_reason, result.result],
    ["timeout", "So far."],
  );
});
