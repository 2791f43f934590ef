/**
 * The completion scripts in the shells themselves: what a user types with Tab
 * in it, and the words that the program is then called with.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { completionScript } from "../../lib/app/completion_command.ts";
import { completionTable } from "../../lib/app/completion_table.ts";
import { shells } from "../../lib/app/shells.ts";
import { subcommands } from "../../lib/app/subcommands.ts";
import { exitCodes, UserError } from "../../lib/core/error.ts";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";

/** What is typed after the program's name, and the words that come of it. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ["--permission-m\t acc\t", ["--permission-mode", "acceptEdits"]],
  ["--sandbox=st\t", ["--sandbox=strict"]],
  ["--cwd=inner\t", ["--cwd=inner folder"]],
  ["--cwd inner\t", ["--cwd", "inner folder"]],
  ["--image pict\t", ["--image", "picture.png"]],
  ["doc\t", ["doctor"]],
  ["doctor --js\t", ["doctor", "--json"]],
  ["-m gpt conf\t li\t --sh\t", [
    "-m",
    "gpt",
    "config",
    "list",
    "--show-origin",
  ]],
  ["sessions export abc --format ht\t", [
    "sessions",
    "export",
    "abc",
    "--format",
    "html",
  ]],
  ["usage --by sess\t", ["usage", "--by", "session"]],
  ["completion power\t", ["completion", "powershell"]],
];

/** How a shell is started without anybody's settings, and given a script. */
const interactive = {
  bash: {
    start: "bash --noprofile --norc -i",
    load: (script: string) =>
      `PS1='> '; source ${script}; openclaude() { printf '%s\\n' "$@" END >>out; }`,
  },
  zsh: {
    start: "zsh -f -i",
    load: (script: string) =>
      `autoload -Uz compinit; compinit -u -D; source ${script}; ` +
      `openclaude() { printf '%s\\n' "$@" END >>out }`,
  },
} as const;

/** Types the lines into a shell on a terminal; the words of each call. */
async function type(
  shell: keyof typeof interactive,
  lines: readonly string[],
): Promise<string[][]> {
  await using folder = await tempFolder({
    "script": completionScript(shell, subcommands),
    "picture.png": "",
    "inner folder/file": "",
  });
  const { start, load } = interactive[shell];
  const child = new Deno.Command("script", {
    args: ["-qec", start, "/dev/null"],
    cwd: folder.path,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder.path,
      TERM: "xterm",
      LC_ALL: "C",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  const say = (text: string) => writer.write(new TextEncoder().encode(text));
  await say(`${load("./script")}\n`);
  for (const line of lines) await say(`openclaude ${line}\n`);
  await say("exit\n");
  const { stdout } = await output;
  await writer.close().catch(() => {});
  const out = await folder.read("out").catch(() => {
    throw new Error(new TextDecoder().decode(stdout));
  });
  return out.split("END\n").slice(0, -1)
    .map((words) => words.split("\n").slice(0, -1));
}

for (const shell of ["bash", "zsh"] as const) {
  Deno.test({
    name: `completionScript() completes what is typed in ${shell}`,
    ignore: !needs(shell, "script"),
    async fn() {
      const called = await type(shell, typed.map(([line]) => line));
      // zsh takes the slash of a folder back when the line ends.
      assertEquals(
        called.map((words) => words.map((word) => word.replace(/\/$/, ""))),
        typed.map(([, words]) => words),
      );
    },
  });
}

/** What fish offers for lines without their last Tab. */
async function offeredByFish(lines: readonly string[]): Promise<string[][]> {
  await using folder = await tempFolder({
    "script": completionScript("fish", subcommands),
    "picture.png": "",
    "inner folder/file": "",
  });
  const asked = lines.map((line) =>
    `complete -C "openclaude ${line}" | string replace -r '\\t.*' ''; echo END`
  );
  const { stdout, stderr } = await new Deno.Command("fish", {
    args: ["--no-config", "-c", ["source ./script", ...asked].join("\n")],
    cwd: folder.path,
    env: { HOME: folder.path },
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("END\n").slice(0, -1)
    .map((text) => text.split("\n").slice(0, -1));
}

Deno.test({
  name: "completionScript() offers what fits in fish",
  ignore: !needs("fish"),
  async fn() {
    const firsts = [
      ...new Set(
        completionTable(subcommands).commands
          .map(({ first }) => first),
      ),
    ];
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["", firsts.toSorted()],
      ["--permission-mode acc", ["acceptEdits"]],
      ["--sandbox=st", ["--sandbox=strict"]],
      ["--cwd inn", ["inner folder/"]],
      ["--image pict", ["picture.png"]],
      ["-m gpt config li", ["list"]],
      ["config list --show", ["--show-origin"]],
      ["--show", []],
      ["completion power", ["powershell"]],
      ["sessions show ", []],
    ];
    assertEquals(
      await offeredByFish(cases.map(([line]) => line)),
      cases.map(([, offers]) => [...offers]),
    );
  },
});

for (const shell of shells) {
  Deno.test(`completionScript() names every option and subcommand for ${shell}`, () => {
    const script = completionScript(shell, subcommands);
    const { general, commands } = completionTable(subcommands);
    const all = [...general, ...commands.flatMap(({ own }) => own)];
    for (const { flags: [long = ""], value } of all) {
      const name = shell === "fish" ? `-l ${long.slice(2)} ` : long;
      assert(script.includes(name), `${long} is missing`);
      for (const word of Array.isArray(value?.offer) ? value.offer : []) {
        assert(script.includes(word), `${word} is missing`);
      }
    }
    for (const word of subcommands.flatMap(({ name }) => name.split(" "))) {
      assert(script.includes(word), `${word} is missing`);
    }
  });
}

Deno.test("completionScript() refuses a shell it doesn't know, and names the nearest", () => {
  const error = assertThrows(
    () => completionScript("bsh", subcommands),
    UserError,
  );
  assertEquals(error.exitCode, exitCodes.usage);
  assert(error.message.endsWith("Did you mean bash?"), error.message);
});
