import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseInvocation } from "../../lib/app/args.ts";
import { helpText } from "../../lib/app/help.ts";
import { byTopic } from "../../lib/app/help_topics.ts";
import { options } from "../../lib/app/option_table.ts";
import { optionsOf } from "../../lib/app/subcommand_options.ts";
import { subcommands } from "../../lib/app/subcommands.ts";
import { UserError } from "../../lib/core/error.ts";

/** What was asked for; its words are looked at in a test of their own. */
function withoutWords(args: readonly string[]) {
  const { words: _, wordsAfterDashes: __, ...rest } = parseInvocation(args);
  return rest;
}

const nothing = withoutWords([]);

Deno.test("parseInvocation() reads every option", () => {
  const cases: [string[], Partial<typeof nothing>][] = [
    [["fix it"], { prompt: "fix it" }],
    [["fix", "it"], { prompt: "fix it" }],
    [["--", "-x is broken"], { prompt: "-x is broken" }],
    [["-m", "qwen3", "hi"], { model: "qwen3", prompt: "hi" }],
    [["--model=a/b:c"], { model: "a/b:c" }],
    [["--base-url", "http://h:1/v1"], { baseUrl: "http://h:1/v1" }],
    [["--api-key", "k"], { apiKey: "k" }],
    [["-c", "32768"], { contextWindow: 32_768 }],
    [["-c"], { session: { ...nothing.session, from: { kind: "last" } } }],
    [["-c", "go on"], {
      session: { ...nothing.session, from: { kind: "last" } },
      prompt: "go on",
    }],
    [["--resume", "ab", "--fork-session"], {
      session: {
        ...nothing.session,
        from: { kind: "query", query: "ab" },
        fork: true,
      },
    }],
    [["--resume"], {
      session: { ...nothing.session, from: { kind: "choose" } },
    }],
    [["-n", "x", "--no-session"], {
      session: { ...nothing.session, name: "x", isEphemeral: true },
    }],
    [["--context-window=32k"], { contextWindow: 32_768 }],
    [["-t", "5"], { maxTurns: 5 }],
    [["-q"], { quiet: true }],
    [["-p", "hi"], { isOneshot: true, prompt: "hi" }],
    [["-i", "hi"], { isInteractive: true, prompt: "hi" }],
    [["--cwd", "/tmp"], { cwd: "/tmp" }],
    [["--permission-mode", "acceptEdits"], { mode: "acceptEdits" }],
    [["--sandbox", "strict"], { sandbox: "strict" }],
    [["--no-exec", "hi"], { noExec: true, prompt: "hi" }],
    [["--local-only", "hi"], { localOnly: true, prompt: "hi" }],
    [["--record", "x.jsonl"], { record: "x.jsonl" }],
    [["--replay", "x.jsonl"], { model: "scripted:x.jsonl" }],
    [["--verify", "a", "--verify=b", "--verify-attempts=5"], {
      checks: { ...nothing.checks, commands: ["a", "b"], attempts: 5 },
    }],
    [["--json-schema", "{}"], {
      checks: { ...nothing.checks, jsonSchema: "{}" },
    }],
    [["--require-change"], {
      checks: { ...nothing.checks, requiresChange: true },
    }],
    [["--debug"], { debug: true }],
    [["--show-origin"], { ownSwitches: ["show-origin"] }],
    [["007"], { prompt: "007" }],
    [["-q", "hi", "there"], { quiet: true, prompt: "hi there" }],
    [["  "], { prompt: undefined }],
  ];
  for (const [args, expected] of cases) {
    assertEquals(withoutWords(args), { ...nothing, ...expected });
  }
});

Deno.test("parseInvocation() keeps the words, and those after --", () => {
  const wordsOf = (args: readonly string[]) => {
    const { words, wordsAfterDashes } = parseInvocation(args);
    return [words, wordsAfterDashes];
  };
  assertEquals(wordsOf(["a", "-q", "b c"]), [["a", "b c"], undefined]);
  assertEquals(wordsOf(["a", "--", "-q", "--"]), [["a"], ["-q", "--"]]);
  assertEquals(wordsOf(["--"]), [[], []]);
});

Deno.test("parseInvocation() says what is wrong and what would be right", () => {
  const cases: [string[], string][] = [
    [
      ["--sandbox", "tight"],
      'Cannot use --sandbox "tight": it must be one of auto, strict, ' +
      "deno-only, off",
    ],
    [
      ["--modle", "x"],
      'Cannot understand option "--modle". Did you mean --model?',
    ],
    [["-c", "12"], "must be at least 1024"],
    [["-t", "0"], 'Cannot use --max-turns "0"'],
    [["-t", "many"], 'Cannot use --max-turns "many"'],
    [["--base-url", "localhost"], 'Cannot use --base-url "localhost"'],
    [["--permission-mode", "yolo"], "must be one of default, acceptEdits"],
    [["--model"], "Cannot use --model: it needs a value"],
    [["-i", "a", "b"], "Cannot take two prompts"],
  ];
  for (const [args, message] of cases) {
    const error = assertThrows(() => parseInvocation(args), UserError, message);
    assertEquals(error.exitCode, 2);
  }
});

const misspelt: readonly (readonly [string, string])[] = [
  ["--modle", '"--modle". Did you mean --model? See'],
  ["--permission", '"--permission". Did you mean --permission-'],
  ["--dangerously", "Did you mean --dangerously-skip-permissions?"],
  ["-M", "Did you mean -m?"],
  ["-z", '"-z". See'],
  ["--xy", "Did you mean --by?"],
  ["--nonsense-of-mine", '"--nonsense-of-mine". See'],
];

for (const [word, advice] of misspelt) {
  Deno.test(`parseInvocation() refuses ${word} with what is near`, () => {
    const error = assertThrows(() => parseInvocation([word]), UserError);
    assertEquals(error.exitCode, 2);
    assert(error.message.includes(advice), error.message);
  });
}

Deno.test("byTopic() has each option of a prompt once, and none left over", () => {
  const general = options.filter(({ of }) => of === undefined);
  const topics = byTopic(general);
  assertEquals(topics.map(({ title }) => title).includes("Others"), false);
  assertEquals(
    topics.flatMap(({ rows }) => rows.map(({ name }) => name)).toSorted(),
    general.map(({ name }) => name).toSorted(),
  );
});

Deno.test("helpText() has each subcommand's own options with `all`", () => {
  const help = helpText({ all: true });
  for (const row of subcommands) {
    const [, own = ""] = help.split(`\nopenclaude ${row.name}:\n`);
    const [lines = ""] = own.split(/\n(?=\S|$)/);
    for (const { name } of optionsOf(row)) {
      assert(lines.includes(`--${name}`), `${row.name}: --${name}`);
    }
  }
});

Deno.test("helpText() names every option with `all`, and is short without", () => {
  const help = helpText({ all: true });
  for (const { name } of options) {
    if (!help.includes(`--${name}`)) throw new Error(`--${name} is missing`);
  }
  const lines = helpText().split("\n");
  if (lines.length >= 100) throw new Error(`${lines.length} lines`);
  assertEquals(help.split("\n").filter((line) => line.length > 80), []);
});
