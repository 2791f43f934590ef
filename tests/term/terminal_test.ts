import { assert, assertEquals } from "@std/assert";
import { createSink } from "../../lib/term/sink.ts";
import { createStyles, wantsColour } from "../../lib/term/style.ts";
import { Terminal } from "../../lib/term/terminal.ts";
import { FakeIo } from "../support/front_end_io.ts";

function open(environment: Readonly<Record<string, string>> = {}) {
  const io = new FakeIo({ stdin: true, stdout: true, environment });
  return { io, terminal: new Terminal(io.stdout, io) };
}

Deno.test("Terminal gives the terminal back as it was", () => {
  const { io, terminal } = open();
  terminal.enterRaw();
  assert(io.input.isRaw);
  assert(io.screen.pasteMode);
  terminal.leaveRaw();
  assert(!io.input.isRaw);
  assert(!io.screen.pasteMode);
  assertEquals(io.listenerCount(), 0);
});

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  Deno.test(`Terminal gives the terminal back at ${signal}`, () => {
    const { io, terminal } = open();
    terminal.enterRaw();
    io.signal(signal);
    assert(!io.input.isRaw);
    assert(!io.screen.pasteMode);
  });
}

for (const name of ["unload", "error", "unhandledrejection"]) {
  Deno.test(`Terminal gives the terminal back at ${name}`, () => {
    const { io, terminal } = open();
    terminal.enterRaw();
    globalThis.dispatchEvent(new Event(name));
    assert(!io.input.isRaw);
    assert(!io.screen.pasteMode);
  });
}

Deno.test("Terminal asks for distinct keys only where that is understood", () => {
  const plain = open({ TERM: "linux" });
  plain.terminal.enterRaw();
  assert(!plain.io.stdout.text.includes("u"), plain.io.stdout.text);
  const kitty = open({ TERM: "xterm-kitty" });
  kitty.terminal.enterRaw();
  assert(kitty.io.stdout.text.endsWith("\x1b[>1u"));
  kitty.terminal.leaveRaw();
  assert(kitty.io.stdout.text.includes("\x1b[<u"));
});

Deno.test("Terminal.readKeys() loses no key when a wait is given up", async () => {
  const { io, terminal } = open();
  const giveUp = new AbortController();
  const waiting = terminal.readKeys(giveUp.signal);
  giveUp.abort();
  assertEquals(await waiting, null);
  io.input.type("x");
  const keys = await terminal.readKeys();
  assertEquals(keys?.map(({ text }) => text), ["x"]);
});

Deno.test("Terminal.readKeys() takes a lone escape byte for the key after a while", async () => {
  const { io, terminal } = open();
  io.input.type("\x1b");
  const keys = await terminal.readKeys();
  assertEquals(keys?.map(({ name }) => name), ["escape"]);
});

Deno.test("Terminal.readKeys() joins a sequence that arrives in two reads", async () => {
  const { io, terminal } = open();
  io.input.type("\x1b");
  io.input.type("[A");
  const keys = await terminal.readKeys();
  assertEquals(keys?.map(({ name }) => name), ["up"]);
});

Deno.test("Terminal.readKeys() gives null at the end of the input", async () => {
  const { io, terminal } = open();
  io.input.end();
  assertEquals(await terminal.readKeys(), null);
});

/** A stream that takes a few bytes at a time, and refuses some writes. */
function stream(plan: readonly (number | Error)[]) {
  const taken: number[] = [];
  let call = 0;
  const take = (bytes: Uint8Array, size: number) => {
    taken.push(...bytes.subarray(0, size));
    return Math.min(size, bytes.length);
  };
  return {
    text: () => new TextDecoder().decode(Uint8Array.from(taken)),
    writeSync(bytes: Uint8Array): number {
      const next = plan[call++] ?? bytes.length;
      if (next instanceof Error) throw next;
      return take(bytes, next);
    },
    write(bytes: Uint8Array): Promise<number> {
      return Promise.resolve(take(bytes, 2));
    },
  };
}

Deno.test("createSink() writes on after a short write", () => {
  const target = stream([3, 1]);
  createSink(target).write("short writes");
  assertEquals(target.text(), "short writes");
});

Deno.test("createSink() keeps the order when a full pipe makes it wait", async () => {
  const target = stream([2, new Deno.errors.WouldBlock("full")]);
  const sink = createSink(target);
  sink.write("one ");
  sink.write("two ");
  sink.write("three");
  await sink.flush();
  assertEquals(target.text(), "one two three");
});

Deno.test("createSink() falls silent when its reader is gone", async () => {
  const target = stream([2, new Deno.errors.BrokenPipe("gone")]);
  const sink = createSink(target);
  sink.write("one");
  sink.write("two");
  await sink.flush();
  assertEquals(target.text(), "on");
});

const colours: readonly (readonly [
  string,
  boolean,
  Record<string, string>,
  boolean,
])[] = [
  ["a terminal", true, { TERM: "xterm" }, true],
  ["a pipe", false, { TERM: "xterm" }, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
  ["NO_COLOR", true, { NO_COLOR: "1" }, false],
  ["FORCE_COLOR and a pipe", false, { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
  [
    "NO_COLOR and FORCE_COLOR",
    true,
    { NO_COLOR: "1", FORCE_COLOR: "1" },
    false,
  ],
  ["CLICOLOR=0", true, { CLICOLOR: "0" }, false],
];

for (const [name, isTerminal, environment, expected] of colours) {
  Deno.test(`wantsColour() says ${expected ? "yes" : "no"} to ${name}`, () => {
    assertEquals(
      wantsColour(isTerminal, (variable) => environment[variable]),
      expected,
    );
  });
}

Deno.test("createStyles() wraps a text in its codes, and an empty one in none", () => {
  const { red, bold } = createStyles(true);
  assertEquals(bold(red("x")), "\x1b[1m\x1b[31mx\x1b[39m\x1b[22m");
  assertEquals(red(""), "");
  assertEquals(createStyles(false).red("x"), "x");
});
