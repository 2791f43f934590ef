import { assertEquals, assertThrows } from "@std/assert";
import { chooseStart, type Surroundings } from "../../lib/app/start_choice.ts";
import { UserError } from "../../lib/core/error.ts";
import { text } from "../../lib/core/message.ts";

const terminal: Surroundings = {
  stdinIsTerminal: true,
  stderrIsTerminal: true,
  piped: "",
  images: [],
};
const pipe = { ...terminal, stdinIsTerminal: false };
const asked = {
  prompt: undefined,
  isInteractive: false,
  isOneshot: false,
  timeout: undefined,
  checks: {
    commands: [],
    attempts: 3,
    requiresChange: false,
    jsonSchema: undefined,
  },
};
const json = {
  format: "stream-json",
  input: "text",
  partial: false,
  replay: false,
  asksDriver: false,
} as const;
const driven = { ...json, input: "stream-json" } as const;
const image = { type: "image", mediaType: "image/png", data: "" } as const;

Deno.test("chooseStart() opens the REPL where there is a terminal and no prompt", () => {
  const { frontEnd, canAsk } = chooseStart(asked, undefined, terminal);
  assertEquals([frontEnd, canAsk], ["repl", true]);
  const go = { ...asked, prompt: "Go" };
  assertEquals(chooseStart(go, undefined, terminal).frontEnd, "oneshot");
  const open = { ...go, isInteractive: true };
  assertEquals(chooseStart(open, undefined, terminal).frontEnd, "repl");
});

Deno.test("chooseStart() asks a person at a terminal, or a driver, and nobody else", () => {
  const go = { ...asked, prompt: "Go" };
  const who = (...args: Parameters<typeof chooseStart>) => {
    const { canAsk, canAskPerson } = chooseStart(...args);
    return [canAsk, canAskPerson];
  };
  assertEquals(who(go, undefined, terminal), [true, true]);
  assertEquals(who(go, undefined, pipe), [false, false]);
  assertEquals(who(go, json, terminal), [false, false]);
  assertEquals(who(go, driven, terminal), [true, false]);
});

Deno.test("chooseStart() puts what is piped in and images before the prompt", () => {
  const go = { ...asked, prompt: "Go" };
  assertEquals(
    chooseStart(go, undefined, { ...pipe, piped: "log\n", images: [image] })
      .content,
    [text("<stdin>\nlog\n</stdin>"), image, text("Go")],
  );
  assertEquals(
    chooseStart(asked, json, { ...pipe, piped: "log\n" }).content,
    [text("log")],
  );
});

Deno.test("chooseStart() waits for a prompt only where one can come", () => {
  assertEquals(chooseStart(asked, driven, pipe).content, undefined);
  const wrong: readonly (() => unknown)[] = [
    () => chooseStart(asked, undefined, pipe),
    () => chooseStart(asked, json, terminal),
    () => chooseStart(asked, driven, { ...pipe, images: [image] }),
    () => chooseStart({ ...asked, isOneshot: true }, undefined, terminal),
    () => chooseStart({ ...asked, isInteractive: true }, undefined, pipe),
    () =>
      chooseStart(
        { ...asked, timeout: { ms: 1, written: "1ms" } },
        undefined,
        terminal,
      ),
  ];
  for (const choose of wrong) {
    assertEquals(assertThrows(choose, UserError).exitCode, 2);
  }
});
