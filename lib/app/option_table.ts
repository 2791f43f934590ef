/** One option of the command line, as parsed and as `--help` shows it. */
export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  /** Name of its value in the help; absent for a switch. */
  readonly value?: string;
  /** One line, or two. */
  readonly help: string;
  /** The subcommand that alone knows it; the help shows it there. */
  readonly of?: string;
  /** Shown by `--help --all` alone. */
  readonly rare?: true;
  /** Each time that it is given counts, not the last alone. */
  readonly repeats?: true;
  /** True where "" is a value. */
  readonly mayBeEmpty?: true;
}

/** All options. Parsing, help and the nearest-name advice read this table. */
export const options: readonly OptionRow[] = [
  {
    name: "model",
    short: "m",
    value: "NAME",
    help: "model, or scripted:FILE\n[$MODEL, else qwen2.5:latest]",
  },
  {
    name: "base-url",
    value: "URL",
    help:
      "server [$OPENAI_BASE_URL, else Ollama here:\nhttp://localhost:11434/v1]",
  },
  {
    name: "api-key",
    value: "KEY",
    help: "key [$OPENAI_API_KEY, else ollama]",
  },
  {
    name: "context-window",
    short: "c",
    value: "TOKENS",
    help: "context window\n[$CONTEXT_WINDOW, else asked of the server]",
  },
  {
    name: "max-turns",
    short: "t",
    value: "N",
    help: "requests to the model at the most; code 53 [30]",
  },
  {
    name: "max-budget-usd",
    value: "USD",
    help: "what it may cost at the most; code 55",
  },
  {
    name: "permission-mode",
    value: "MODE",
    help:
      "default (asks), acceptEdits, plan (only reads),\ndontAsk (refuses instead), bypassPermissions",
  },
  {
    name: "dangerously-skip-permissions",
    help: "start in bypassPermissions",
  },
  {
    name: "allow-dangerously-skip-permissions",
    rare: true,
    help: "let the REPL change to it",
  },
  {
    name: "allowedTools",
    value: "RULES",
    repeats: true,
    help: 'calls without a question: "Bash(git log *)"',
  },
  {
    name: "disallowedTools",
    value: "RULES",
    repeats: true,
    help: "calls that are refused; a bare name: no such tool",
  },
  {
    name: "tools",
    value: "NAMES",
    mayBeEmpty: true,
    help: 'the tools there are: default, "", or "Read,Edit"',
  },
  {
    name: "fail-on-denied",
    help: "end at the first refused call, with code 3",
  },
  {
    name: "add-dir",
    value: "FOLDER",
    repeats: true,
    help: "one more folder to work in",
  },
  {
    name: "sandbox",
    value: "MODE",
    help: "commands: auto, strict (else code 44),\n" +
      "deno-only (none run), off (each is asked about)",
  },
  { name: "no-exec", help: "start no process at all" },
  { name: "local-only", help: "reach nothing but the model's host" },
  {
    name: "network",
    of: "sandbox run",
    help: "the command has the network",
  },
  {
    name: "cwd",
    value: "FOLDER",
    help: "folder to work in [where it was started]",
  },
  {
    name: "interactive",
    short: "i",
    value: "PROMPT",
    help: "open the REPL and begin with this prompt",
  },
  { name: "print", short: "p", help: "answer once and exit, as a prompt does" },
  {
    name: "continue",
    help: "go on with the last conversation here; also -c\nwithout a number",
  },
  {
    name: "resume",
    short: "r",
    value: "SESSION",
    help:
      "go on with one: id, name, or part of a prompt;\nwithout a value: choose",
    mayBeEmpty: true,
  },
  { name: "fork-session", help: "with these: in a copy of it" },
  { name: "session-id", value: "UUID", help: "id of the new session" },
  { name: "name", short: "n", value: "NAME", help: "name of the session" },
  { name: "no-session", help: "write no session" },
  {
    name: "quiet",
    short: "q",
    help: "print nothing but the answer and errors",
  },
  {
    name: "output-format",
    value: "FORMAT",
    help: "text, json (one result), stream-json (lines)",
  },
  {
    name: "input-format",
    value: "FORMAT",
    help: "text, or stream-json: messages and requests",
  },
  {
    name: "output-last-message",
    value: "FILE",
    help: "-o: write the model's last text to a file",
  },
  {
    name: "timeout",
    value: "TIME",
    help: "end after so long: 90, 5m, 1h; code 124",
  },
  {
    name: "verify",
    value: "COMMAND",
    repeats: true,
    help: "done when this passes: the model sees failures;\nelse code 6",
  },
  {
    name: "verify-attempts",
    value: "N",
    rare: true,
    help: "how often it may fail [3]",
  },
  {
    name: "json-schema",
    value: "SCHEMA",
    help: "the answer is JSON of this shape; else code 5",
  },
  { name: "require-change", help: "code 6 where no file was changed" },
  {
    name: "image",
    value: "FILE",
    repeats: true,
    help: "show an image to a model that sees",
  },
  {
    name: "system-prompt",
    value: "TEXT",
    mayBeEmpty: true,
    help: "in the place of the program's own",
  },
  {
    name: "system-prompt-file",
    value: "FILE",
    rare: true,
    help: "the same, from a file",
  },
  {
    name: "append-system-prompt",
    value: "TEXT",
    help: "at the end of the system prompt",
  },
  {
    name: "append-system-prompt-file",
    value: "FILE",
    rare: true,
    help: "the same, from a file",
  },
  {
    name: "bare",
    help: "no memory files, no settings of the workspace",
  },
  {
    name: "include-partial-messages",
    rare: true,
    help: "with stream-json: replies while they come",
  },
  {
    name: "replay-user-messages",
    rare: true,
    help: "with stream-json: tell the input's messages",
  },
  {
    name: "permission-prompt-tool",
    rare: true,
    value: "stdio",
    help: "ask the program that writes the input",
  },
  {
    name: "verbose",
    rare: true,
    help: "changes nothing; for programs that say it",
  },
  {
    name: "record",
    value: "FILE",
    help: "write the model's replies as a script",
  },
  {
    name: "replay",
    value: "FILE",
    rare: true,
    help: "play such a script: --model scripted:FILE",
  },
  { name: "json", help: "with a subcommand: print JSON" },
  { name: "show-origin", of: "config list", help: "tell which file says it" },
  { name: "user", of: "config set", help: "in the user's file" },
  { name: "project", of: "config set", help: "in the project's file" },
  { name: "local", of: "config set", help: "in your own file of the project" },
  { name: "all", of: "sessions list", help: "of all folders" },
  {
    name: "since",
    value: "TIME",
    of: "usage",
    help: "7d, 12h, 2w, or a day: 2026-11-01",
  },
  { name: "by", value: "KEY", of: "usage", help: "day, model, agent, session" },
  {
    name: "format",
    value: "NAME",
    of: "sessions export",
    help: "md, json or html [by -o, else md]",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    of: "sessions export",
    help: "write to this file",
  },
  {
    name: "jobs",
    value: "N",
    of: "batch",
    rare: true,
    help: "tasks at once [1]",
  },
  {
    name: "results",
    value: "FILE",
    of: "batch",
    rare: true,
    help: "where results are kept [beside FILE]",
  },
  {
    name: "retry-failed",
    of: "batch",
    rare: true,
    help: "run failed tasks again",
  },
  {
    name: "settings",
    value: "FILE",
    help: "more settings: a file, or JSON",
  },
  {
    name: "setting-sources",
    value: "LIST",
    mayBeEmpty: true,
    help: "which settings files are read\n[user,project,local]",
  },
  { name: "trust", help: "use the settings that this workspace brings" },
  {
    name: "worker-permissions",
    rare: true,
    help: "tools' permissions by mode when run from a URL\n" +
      "(with Deno's --unstable-worker-options)",
  },
  { name: "debug", help: "tell on stderr what was repaired and learned" },
  {
    name: "debug-file",
    value: "FILE",
    rare: true,
    help: "that and more to a file; also --debug=FILE",
  },
  { name: "help", short: "h", help: "show this text; with --all, all options" },
  { name: "version", short: "V", help: "show the version" },
];
