import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment, denoRun } from "./program.ts";

const script = [
  { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
  {
    calls: [{
      name: "Edit",
      input: { file_path: "a.txt", old_string: "one", new_string: "two" },
    }],
  },
  { text: "**Done**: `a.txt` says two." },
].map((reply) => JSON.stringify(reply)).join("\n");

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function tmux(socket: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("tmux", {
    args: ["-L", socket, "-f", "/dev/null", ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** Runs the program on a terminal; what the screen then shows, with colours. */
async function runOnTerminal(
  env: Readonly<Record<string, string>>,
): Promise<string> {
  await using folder = await tempFolder({
    "work/a.txt": "one\n",
    "script.jsonl": script,
  });
  const socket = `openclaude-${crypto.randomUUID()}`;
  const variables = { ...await baseEnvironment(folder.path), ...env };
  const words = [
    ...denoRun(),
    `--model=scripted:${folder.at("script.jsonl")}`,
    "--permission-mode=bypassPermissions",
    `--cwd=${folder.at("work")}`,
    "Hi",
  ];
  const assignments = Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(value)}`);
  const line = ['env -i "TERM=$TERM"', ...assignments, ...words.map(quote)]
    .join(" ");
  const signal = `tmux -L ${socket} wait-for -S ended`;
  try {
    await tmux(
      socket,
      ...["new-session", "-d", "-x", "100", "-y", "50"],
      `${line}; echo "code $?"; ${signal}; exec sleep 600`,
    );
    await tmux(socket, "wait-for", "ended");
    return await tmux(socket, "capture-pane", "-e", "-p");
  } finally {
    await tmux(socket, "kill-server");
  }
}

/** Codes of colours on a screen. Bold and dim are none (no-color.org). */
function coloursIn(screen: string): number[] {
  return screen.split("\x1b[")
    .flatMap((part) => /^([\d;]*)m/.exec(part)?.[1]?.split(";") ?? [])
    .map(Number)
    .filter((code) => code >= 30 && code !== 39 && code !== 49);
}

Deno.test({
  name: "a terminal gets a coloured diff and the answer",
  ignore: !needs("tmux"),
  async fn() {
    const screen = await runOnTerminal({ TERM: "xterm-256color" });
    assertStringIncludes(screen, "code 0");
    assertStringIncludes(screen, "Edit");
    assert(coloursIn(screen).length > 0, screen);
  },
});

Deno.test({
  name: "NO_COLOR leaves no colour on a terminal",
  ignore: !needs("tmux"),
  async fn() {
    const screen = await runOnTerminal({
      TERM: "xterm-256color",
      NO_COLOR: "1",
    });
    assertStringIncludes(screen, "code 0");
    assertEquals(coloursIn(screen), [], screen);
  },
});
