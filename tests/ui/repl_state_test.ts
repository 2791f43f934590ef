import { assertEquals } from "@std/assert";
import type { AgentEventBody } from "../../lib/core/event.ts";
import { text } from "../../lib/core/message.ts";
import type { PermissionMode } from "../../lib/core/permission.ts";
import { KeyParser } from "../../lib/term/keys.ts";
import type { WaitEnd } from "../../lib/ui/command.ts";
import { completeCommand, parseCommand } from "../../lib/ui/commands.ts";
import { loadHistory, recordHistory } from "../../lib/ui/history_file.ts";
import type { Effect } from "../../lib/ui/repl_effect.ts";
import {
  createRepl,
  replEvent,
  replKey,
  type ReplState,
} from "../../lib/ui/repl_state.ts";
import { say } from "../support/conversation.ts";

/** Plays keys and events, one a second; collects the effects. */
function play(
  steps: readonly (string | AgentEventBody)[],
  history: readonly string[] = [],
): { state: ReplState; effects: Effect[] } {
  let state = createRepl(history);
  const effects: Effect[] = [];
  let now = 0;
  for (const step of steps) {
    now += 1000;
    if (typeof step === "string") {
      const parser = new KeyParser();
      const bytes = new TextEncoder().encode(step);
      for (const key of [...parser.feed(bytes), ...parser.flush()]) {
        const next = replKey(state, key, now);
        state = next.state;
        effects.push(...next.effects);
      }
    } else {
      const event = { seq: 0, at: now, agent: "main", ...step };
      const next = replEvent(state, event, now);
      state = next.state;
      effects.push(...next.effects);
    }
  }
  return { state, effects };
}

const interrupt = { type: "send", op: { type: "interrupt" } } as const;

function ask(requestId: string): AgentEventBody {
  return {
    type: "permission_request",
    requestId,
    callId: `call-${requestId}`,
    tool: "Bash",
    input: { command: "ls" },
    access: [],
    because: "mode",
  };
}

/** The call of a question goes on. */
function goOn(requestId: string): AgentEventBody {
  return {
    type: "tool_start",
    callId: `call-${requestId}`,
    tool: "Bash",
    input: {},
    access: [],
  };
}

function mode(mode: PermissionMode): AgentEventBody {
  return { type: "mode", mode };
}

function types(effects: readonly Effect[]): string[] {
  return effects.map((effect) =>
    effect.type === "send" ? effect.op.type : effect.type
  );
}

const sequences: readonly (readonly [
  string,
  readonly (string | AgentEventBody)[],
  string[],
])[] = [
  ["an empty line sends nothing", ["\r", "  \r"], []],
  ["a prompt is kept, shown and sent", ["hi\r"], ["record", "echo", "prompt"]],
  ["what is typed while busy joins the run", ["hi\r", "more\r"], [
    "record",
    "echo",
    "prompt",
    "record",
    "steer",
  ]],
  ["after the end of a run a prompt is a prompt", [
    "a\r",
    say.end("done"),
    "b\r",
  ], ["record", "echo", "prompt", "record", "echo", "prompt"]],
  ["a command is no prompt", ["/help\r"], ["record", "echo", "command"]],
  ["a path is a prompt", ["/usr/bin is full\r"], ["record", "echo", "prompt"]],
  ["Ctrl+C clears the draft first", ["draft", "\x03", "\x03", "\x03"], [
    "leave",
  ]],
  [
    "two Ctrl+C far apart do not leave",
    ["\x03", say.usage, say.usage, "\x03"],
    [],
  ],
  ["another key between two Ctrl+C keeps one here", [
    "\x03",
    "x",
    "\x7f",
    "\x03",
  ], []],
  ["Ctrl+D leaves on an empty line", ["\x04"], ["leave"]],
  ["Ctrl+D deletes in a draft", ["ab\x01\x04"], []],
  ["Ctrl+D does not leave while a run goes on", [say.runStart, "\x04"], []],
  ["Ctrl+C while busy interrupts", [say.runStart, "\x03"], ["interrupt"]],
  ["Escape while busy interrupts", [say.runStart, "\x1b"], ["interrupt"]],
  ["a draft survives an interrupt", [say.runStart, "draft", "\x03"], [
    "interrupt",
  ]],
  ["Ctrl+C three times leaves a run that does not end", [
    say.runStart,
    "\x03",
    "\x03",
    "\x03",
  ], ["interrupt", "interrupt", "leave"]],
  ["y allows", [say.runStart, ask("r"), "y"], ["preview", "reply"]],
  ["other letters do nothing at a question", [say.runStart, ask("r"), "x"], [
    "preview",
  ]],
  ["a second question waits for the first", [
    say.runStart,
    ask("r"),
    ask("s"),
    "y",
    "y",
  ], ["preview", "reply", "preview", "reply"]],
  ["a question is gone when its call goes on", [
    say.runStart,
    ask("r"),
    goOn("r"),
    "y\r",
  ], ["preview", "record", "steer"]],
  ["the next question is shown when the first is gone", [
    say.runStart,
    ask("r"),
    ask("s"),
    goOn("r"),
    "y",
  ], ["preview", "preview", "reply"]],
  ["a question that waits may be gone before it is shown", [
    say.runStart,
    ask("r"),
    ask("s"),
    goOn("s"),
    "y",
    "x",
  ], ["preview", "reply"]],
  ["Shift+Tab changes the mode, also at a question", [
    "\x1b[Z",
    say.runStart,
    ask("r"),
    "\x1b[Z",
  ], ["set_mode", "preview", "set_mode"]],
  ["Escape at a question stops the run", [say.runStart, ask("r"), "\x1b"], [
    "preview",
    "reply",
    "interrupt",
  ]],
  ["the end of a run takes its questions away", [
    say.runStart,
    ask("r"),
    say.end("aborted"),
    "y\r",
  ], ["preview", "record", "echo", "prompt"]],
  ["Escape twice at an empty input rewinds", ["\x1b", "\x1b"], ["command"]],
  ["Escape twice empties a draft first", ["draft", "\x1b", "\x1b", "\x1b"], []],
  ["two Escapes far apart do nothing", [
    "\x1b",
    say.usage,
    say.usage,
    "\x1b",
  ], []],
  ["the Escape that interrupts is not the first of two", [
    say.runStart,
    "\x1b",
    say.end("aborted"),
    "\x1b",
  ], ["interrupt"]],
  ["Ctrl+L draws anew", ["\x0c"], ["redraw"]],
];

for (const [name, steps, expected] of sequences) {
  Deno.test(`replKey(): ${name}`, () => {
    assertEquals(types(play(steps).effects), expected);
  });
}

Deno.test("replKey() sends the reason of a no", () => {
  const { effects } = play([say.runStart, ask("r"), "n", "use ls\r"]);
  assertEquals(effects.at(-1), {
    type: "send",
    op: {
      type: "reply",
      requestId: "r",
      answer: { kind: "deny", reason: "use ls" },
    },
  });
});

Deno.test("replKey() keeps what is typed just before a question for the draft", () => {
  let state = replEvent(
    createRepl([]),
    { seq: 0, at: 0, agent: "main", ...ask("r") },
    0,
  ).state;
  const plain = { ctrl: false, alt: false, shift: false };
  for (const [now, text] of [[100, "y"], [400, "e"], [700, "s"]] as const) {
    const key = { ...plain, name: "text", text };
    const step = replKey(state, key, now);
    assertEquals(step.effects, []);
    state = step.state;
  }
  const enter = replKey(state, { ...plain, name: "enter", text: "" }, 800);
  assertEquals(enter.effects, []);
  assertEquals(enter.state.editor.text, "yes");
  assertEquals(enter.state.questions.length, 1);
});

/** The modes that are asked for by Shift+Tab, and what is heard between. */
function wanted(
  steps: readonly (string | AgentEventBody)[],
  canBypass = false,
): string[] {
  let state = createRepl([], { canBypass });
  const modes: string[] = [];
  for (const one of steps) {
    const next = typeof one === "string"
      ? replKey(state, shiftTab, 0)
      : replEvent(state, { seq: 0, at: 0, agent: "main", ...one }, 0);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.type === "send" && effect.op.type === "set_mode") {
        modes.push(effect.op.mode);
      }
    }
  }
  return [...modes, `shown: ${state.mode}`];
}

const shiftTab = {
  name: "tab",
  text: "",
  ctrl: false,
  alt: false,
  shift: true,
};

Deno.test("replKey() goes through the modes at Shift+Tab, faster than they are heard of", () => {
  assertEquals(wanted(["tab", "tab", "tab", mode("acceptEdits")]), [
    "acceptEdits",
    "plan",
    "default",
    "shown: acceptEdits",
  ]);
});

Deno.test("replKey() offers bypassPermissions where it is permitted alone", () => {
  assertEquals(wanted([mode("plan"), "tab"], true)[0], "bypassPermissions");
  assertEquals(wanted([mode("plan"), "tab"])[0], "default");
  assertEquals(wanted([mode("dontAsk"), "tab"])[0], "default");
});

Deno.test("replEvent() begins anew from the mode in force after a refusal", () => {
  const refusal = { type: "notice", level: "warn", text: "no" } as const;
  assertEquals(wanted(["tab", refusal, "tab"]), [
    "acceptEdits",
    "acceptEdits",
    "shown: default",
  ]);
});

Deno.test("replKey() lists the commands that a Tab could mean", () => {
  const { state } = play(["/c\t"]);
  assertEquals(state.editor.text, "/c");
  assertEquals(state.hint, "/clear  /compact  /context  /cost");
});

Deno.test("replEvent() shows a queued message once it is part of the conversation", () => {
  const message = { role: "user", content: [text("more")] } as const;
  const { state, effects } = play([
    "hi\r",
    "more\r",
    { type: "message", message },
  ]);
  assertEquals(state.queued, []);
  assertEquals(effects.at(-1), { type: "echo", text: "more" });
});

Deno.test("replKey() interrupts a compaction and takes prompts again", () => {
  let state = { ...createRepl([]), waitsFor: "compaction" as WaitEnd | null };
  const key = { name: "c", text: "", ctrl: true, alt: false, shift: false };
  const step = replKey(state, key, 0);
  state = step.state;
  assertEquals(step.effects, [interrupt]);
  assertEquals(state.waitsFor, null);
});

const commandLines: readonly (readonly [string, unknown])[] = [
  ["/help", { name: "help", argument: "" }],
  ["/model  a b ", { name: "model", argument: "a b" }],
  ["/compact two\nlines", { name: "compact", argument: "two\nlines" }],
  ["/usr/bin", null],
  ["/ x", null],
  ["x /help", null],
];

for (const [line, expected] of commandLines) {
  Deno.test(`parseCommand() takes ${JSON.stringify(line)} apart`, () => {
    assertEquals(
      parseCommand(line),
      expected as ReturnType<typeof parseCommand>,
    );
  });
}

Deno.test("completeCommand() completes what is unique", () => {
  assertEquals(completeCommand("/model")?.text, "/model ");
  assertEquals(completeCommand("/mo")?.text, "/mode");
  assertEquals(completeCommand("/com")?.text, "/compact ");
  assertEquals(completeCommand("/zz")?.text, "/zz");
  assertEquals(completeCommand("mo"), null);
  assertEquals(completeCommand("/model x"), null);
});

Deno.test("loadHistory() leaves damaged lines out and cuts a long file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/history`;
  const lines = Array.from(
    { length: 2500 },
    (_, row) => JSON.stringify(`${row}`),
  );
  await Deno.writeTextFile(
    file,
    [...lines, "{torn", "5", '"last"', ""].join("\n"),
  );
  const entries = await loadHistory(file);
  assertEquals(entries.length, 1000);
  assertEquals(entries.at(-1), "last");
  assertEquals((await Deno.readTextFile(file)).split("\n").length, 1001);
  assertEquals(await loadHistory(`${folder}/none`), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("recordHistory() says when it cannot write", async () => {
  const file = await Deno.makeTempFile();
  assertEquals(await recordHistory(`${file}/history`, "x"), false);
  await Deno.remove(file);
});
