import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseInvocation } from "../../lib/app/args.ts";
import {
  type Subcommand,
  subcommandOf,
  subcommandUsage,
} from "../../lib/app/subcommands.ts";
import { exitCodes, UserError } from "../../lib/core/error.ts";

function row(name: string, more: Partial<Subcommand> = {}): Subcommand {
  return { name, help: "", run: () => Promise.resolve(0), ...more };
}

const rows = [
  row("doctor", { printsJson: true }),
  row("sandbox status"),
  row("sandbox run", {
    takes: { label: "-- COMMAND", least: 1, most: Infinity },
  }),
  row("sessions"),
  row("sessions show", { takes: { label: "ID", least: 1, most: 1 } }),
];

function found(args: readonly string[]): string | undefined {
  const named = subcommandOf(parseInvocation(args), rows);
  return named && [named.subcommand.name, ...named.words].join("|");
}

function refusal(args: readonly string[]): string {
  const error = assertThrows(() => found(args), UserError);
  assertEquals(error.exitCode, exitCodes.usage);
  return error.message;
}

const named: readonly (readonly [string[], string])[] = [
  [["doctor"], "doctor"],
  [["--debug", "doctor", "--json"], "doctor"],
  [["sandbox", "status"], "sandbox status"],
  [["sandbox", "run", "--", "ls", "-la"], "sandbox run|ls|-la"],
  [["sandbox", "run", "ls -la"], "sandbox run|ls -la"],
  [["sessions"], "sessions"],
  [["sessions", "show", "abc"], "sessions show|abc"],
  [["sessions", "show", "--", "-x"], "sessions show|-x"],
];

for (const [args, expected] of named) {
  Deno.test(`subcommandOf() finds it in: ${args.join(" ")}`, () => {
    assertEquals(found(args), expected);
  });
}

const prompts: readonly string[][] = [
  ["doctor", "my", "code"],
  ["--", "doctor"],
  ["doctor", "--", "x"],
  ["-p", "sandbox", "status"],
  ["-i", "doctor"],
  ["sandbox status of this machine"],
  ["sandbox", "what is it"],
  ["say", "sandbox", "status"],
  ["constructor"],
];

for (const args of prompts) {
  Deno.test(`subcommandOf() leaves as a prompt: ${args.join(" ")}`, () => {
    assertEquals(found(args), undefined);
  });
}

Deno.test("subcommandOf() names the nearest second word", () => {
  const message = refusal(["sandbox", "stauts"]);
  assert(message.includes("Did you mean sandbox status?"), message);
});

Deno.test("subcommandOf() lists the second words where none is near", () => {
  const message = refusal(["sessions", "everywhere"]);
  assert(message.includes("there is sessions show"), message);
  assert(!message.includes("Did you mean"), message);
});

Deno.test("subcommandOf() asks for the second word that is missing", () => {
  const message = refusal(["sandbox"]);
  assert(message.includes("sandbox status, sandbox run"), message);
});

Deno.test("subcommandOf() counts the words", () => {
  const few = refusal(["sandbox", "run"]);
  assert(few.includes("openclaude sandbox run -- COMMAND"), few);
  const many = refusal(["sessions", "show", "a", "b"]);
  assert(many.includes("with 2 words: too many"), many);
  const none = refusal(["sandbox", "status", "now"]);
  assert(none.includes("takes no more words"), none);
});

Deno.test("subcommandOf() refuses --json where nothing prints it", () => {
  assert(refusal(["--json", "hello"]).includes("only subcommands"));
  const message = refusal(["--json", "sandbox", "status"]);
  assert(message.includes("openclaude sandbox status prints none"), message);
});

Deno.test("subcommandUsage() shows the words that it takes", () => {
  assertEquals(rows.map(subcommandUsage), [
    "doctor",
    "sandbox status",
    "sandbox run -- COMMAND",
    "sessions",
    "sessions show ID",
  ]);
});

Deno.test("subcommandOf() refuses a switch of another subcommand", () => {
  const known = [row("config set", { switches: ["user"] }), ...rows];
  const of = (...args: string[]) => subcommandOf(parseInvocation(args), known);
  assertEquals(of("config", "set", "--user")?.subcommand.name, "config set");
  for (const args of [["doctor", "--user"], ["hi", "--user"], ["--user"]]) {
    const error = assertThrows(() => of(...args), UserError);
    assertEquals(error.exitCode, exitCodes.usage);
    assert(error.message.includes("openclaude config set alone"));
  }
});

Deno.test("subcommandOf() refuses a subcommand with one wrong letter, not a prompt", () => {
  for (const words of [["doctr"], ["doctors"], ["session", "show", "abc"]]) {
    const message = refusal(words);
    assert(message.includes(`Did you mean`), message);
    assert(message.includes(`openclaude -p "${words.join(" ")}"`), message);
  }
  for (const line of ["doctr my code", "-p doctr", "doc", "-- doctr"]) {
    assertEquals(found(line.split(" ")), undefined);
  }
});
