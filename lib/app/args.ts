import { parseArgs } from "@std/cli/parse-args";
import { exitCodes, UserError } from "../core/error.ts";
import { type PermissionMode, permissionModes } from "../core/permission.ts";
import { type SandboxMode, sandboxModes } from "../core/sandbox.ts";
import { nearest } from "../core/nearest.ts";
import { type SourceName, sourceNames } from "../settings/layer.ts";
import { type CheckWishes, checkWishes, modelOrReplay } from "./check_flags.ts";
import { options } from "./option_table.ts";
import { timeoutOf } from "./time_limit.ts";
import {
  inFullSessionWords,
  type SessionWish,
  sessionWish,
} from "./session_flags.ts";
import { splitRules } from "../permission/rule.ts";

/** What the command line asks for. Undefined means: not given. */
export interface Invocation {
  readonly prompt: string | undefined;
  /** The words that are no option: a prompt's, or a subcommand's. */
  readonly words: readonly string[];
  /** The words after `--`; undefined without one. */
  readonly wordsAfterDashes: readonly string[] | undefined;
  /** Open the REPL although a prompt was given. */
  readonly isInteractive: boolean;
  readonly isOneshot: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** What stdout and stdin hold; see `jsonFormatOf()`. */
  readonly outputFormat: string | undefined;
  readonly inputFormat: string | undefined;
  readonly partialMessages: boolean;
  readonly replayUserMessages: boolean;
  readonly permissionPromptTool: string | undefined;
  /** File for the model's last text. */
  readonly lastMessageFile: string | undefined;
  /** How long it may take at the most. */
  readonly timeout: ReturnType<typeof timeoutOf>;
  readonly systemPrompt: string | undefined;
  readonly systemPromptFile: string | undefined;
  readonly appendSystemPrompt: string | undefined;
  readonly appendSystemPromptFile: string | undefined;
  /** Image files that belong to the prompt. */
  readonly images: readonly string[];
  /** Without memory files and the workspace's settings. */
  readonly bare: boolean;
  readonly debugFile: string | undefined;
  /** Print JSON; for subcommands alone. */
  readonly json: boolean;
  /** Names of the options given that one subcommand alone knows. */
  readonly ownSwitches: readonly string[];
  /** From when on, and by what; for `usage`. Not yet checked. */
  readonly since: string | undefined;
  readonly by: string | undefined;
  /** What to write, and where to; for `sessions export`. */
  readonly format: string | undefined;
  readonly output: string | undefined;
  /** How many at once, and where to; for `batch`. */
  readonly jobs: number | undefined;
  readonly results: string | undefined;
  readonly model: string | undefined;
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly contextWindow: number | undefined;
  readonly maxTurns: number | undefined;
  /** US dollars. */
  readonly maxBudgetUsd: number | undefined;
  readonly cwd: string | undefined;
  /** The mode of the flags; the settings decide where none is given. */
  readonly mode: PermissionMode | undefined;
  /** Whether the mode may become bypassPermissions by a flag's word. */
  readonly allowsBypass: boolean;
  /** Rules as they were written, one an entry. */
  readonly allowedTools: readonly string[];
  readonly disallowedTools: readonly string[];
  /** Names of the tools that there are; undefined means all. */
  readonly toolNames: readonly string[] | undefined;
  readonly failOnDenied: boolean;
  /** More folders to work in, as they were written. */
  readonly folders: readonly string[];
  /** What has to be seen of the work. */
  readonly checks: CheckWishes;
  readonly record: string | undefined;
  readonly workerPermissions: boolean;
  /** More settings: a file, or JSON. */
  readonly settings: string | undefined;
  readonly settingSources: readonly SourceName[] | undefined;
  /** Use the settings that the workspace brings. */
  readonly trust: boolean;
  /** How ring 2 is wanted; the settings decide where it is not given. */
  readonly sandbox: SandboxMode | undefined;
  /** No process is started, by nobody. */
  readonly noExec: boolean;
  /** Nothing but the model's host is reached, by nobody. */
  readonly localOnly: boolean;
  /** A command has the network; for `sandbox run` alone. */
  readonly network: boolean;
  /** Which session is gone on with. */
  readonly session: SessionWish;
}

/**
 * Reads the command line.
 *
 * @throws {UserError} with exit code 2 that names the option, its value and
 * what would be right.
 */
export function parseInvocation(args: readonly string[]): Invocation {
  const unknown: string[] = [];
  const flags = options.filter(({ value }) => value === undefined);
  const valued = options.filter(({ value }) => value !== undefined);
  const parsed = parseArgs(inTableSpelling(inFullSessionWords(args)), {
    boolean: flags.map(({ name }) => name),
    // "_": a word such as 007 stays as it was written.
    string: ["_", ...valued.map(({ name }) => name)],
    alias: Object.fromEntries(
      options.filter(({ short }) => short !== undefined)
        .map(({ name, short }) => [name, short as string]),
    ),
    collect: options.filter(({ repeats }) => repeats === true)
      .map(({ name }) => name),
    "--": true,
    unknown: (text, key) => {
      if (key === undefined) return true;
      unknown.push(text);
      return false;
    },
  });
  const [first] = unknown;
  if (first !== undefined) throw usage(unknownOption(first));
  const given = (name: string) => stringOf(parsed[name], name);
  const all = (name: string) =>
    [parsed[name] ?? []].flat().map((each) => stringOf(each, name) ?? "");
  const before = parsed._.map(String);
  const after = args.includes("--") ? parsed["--"] ?? [] : undefined;
  const words = [...before, ...after ?? []];
  const seed = given("interactive");
  if (seed !== undefined && words.length > 0) {
    throw usage(
      `Cannot take two prompts: "${seed}" by --interactive and ` +
        `"${words.join(" ")}". Quote a prompt of several words`,
    );
  }
  const prompt = seed ?? (words.length > 0 ? words.join(" ") : undefined);
  return {
    prompt: prompt?.trim() === "" ? undefined : prompt,
    words: before,
    wordsAfterDashes: after,
    isInteractive: seed !== undefined,
    isOneshot: parsed.print === true,
    quiet: parsed.quiet === true,
    debug: parsed.debug === true,
    outputFormat: given("output-format"),
    inputFormat: given("input-format"),
    partialMessages: parsed["include-partial-messages"] === true,
    replayUserMessages: parsed["replay-user-messages"] === true,
    permissionPromptTool: given("permission-prompt-tool"),
    lastMessageFile: given("output-last-message") ?? given("output"),
    timeout: timeoutOf(given("timeout")),
    systemPrompt: given("system-prompt"),
    systemPromptFile: given("system-prompt-file"),
    appendSystemPrompt: given("append-system-prompt"),
    appendSystemPromptFile: given("append-system-prompt-file"),
    images: all("image"),
    bare: parsed.bare === true,
    debugFile: given("debug-file"),
    json: parsed.json === true,
    ownSwitches: options.filter(({ of, name }) =>
      of !== undefined && parsed[name] !== undefined && parsed[name] !== false
    ).map(({ name }) => name),
    format: given("format"),
    since: given("since"),
    by: given("by"),
    output: given("output"),
    jobs: positive(given("jobs"), "--jobs"),
    results: given("results"),
    model: modelOrReplay(given("model"), given("replay")),
    baseUrl: urlOf(given("base-url")),
    apiKey: given("api-key"),
    contextWindow: contextWindowOf(given("context-window")),
    maxTurns: positive(given("max-turns"), "--max-turns"),
    maxBudgetUsd: dollarsOf(given("max-budget-usd")),
    cwd: given("cwd"),
    mode: modeOf(given("permission-mode")) ??
      (parsed["dangerously-skip-permissions"] === true
        ? "bypassPermissions"
        : undefined),
    allowsBypass: parsed["allow-dangerously-skip-permissions"] === true,
    allowedTools: all("allowedTools").flatMap(splitRules),
    disallowedTools: all("disallowedTools").flatMap(splitRules),
    toolNames: toolNamesOf(given("tools")),
    failOnDenied: parsed["fail-on-denied"] === true,
    folders: all("add-dir"),
    checks: checkWishes({
      commands: all("verify"),
      attempts: positive(given("verify-attempts"), "--verify-attempts"),
      requiresChange: parsed["require-change"] === true,
      jsonSchema: given("json-schema"),
    }),
    record: given("record"),
    workerPermissions: parsed["worker-permissions"] === true,
    settings: given("settings"),
    settingSources: parsed.bare === true
      ? (sourcesOf(given("setting-sources")) ?? ["user" as const])
        .filter((source) => source === "user")
      : sourcesOf(given("setting-sources")),
    trust: parsed.trust === true,
    sandbox: sandboxOf(given("sandbox")),
    noExec: parsed["no-exec"] === true,
    localOnly: parsed["local-only"] === true,
    network: parsed.network === true,
    session: sessionWish({
      continues: parsed.continue === true,
      resume: given("resume"),
      forks: parsed["fork-session"] === true,
      id: given("session-id"),
      name: given("name"),
      isEphemeral: parsed["no-session"] === true,
    }),
  };
}

/** camelCase and kebab-case name the same option (spec/features.md 4.2). */
function inTableSpelling(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.flatMap((word, index) => {
    const [, written = "", rest = ""] = /^--(\w[\w-]*)(=.*)?$/s.exec(word) ??
      [];
    const isOption = written !== "" && (end === -1 || index < end);
    const row = isOption &&
      options.find(({ name }) => kebabCase(name) === kebabCase(written));
    if (!row) return word;
    // The parser takes no "--name=" for an empty value.
    if (rest === "=" && row.value !== undefined) return [`--${row.name}`, ""];
    // A switch for stderr, with a value the file in its place.
    return row.name === "debug" && rest !== ""
      ? `--debug-file${rest}`
      : `--${row.name}${rest}`;
  });
}

function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function usage(message: string): UserError {
  const end = message.endsWith("?") ? "" : ".";
  return new UserError(
    `${message}${end} See openclaude --help`,
    exitCodes.usage,
  );
}

function stringOf(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  const last = Array.isArray(value) ? value.at(-1) : value;
  if (last === "" && name === "context-window") throw missingWindow();
  const row = options.find((row) => row.name === name);
  if (last === "" && !row?.mayBeEmpty) {
    throw usage(`Cannot use --${name}: it needs a value`);
  }
  return String(last);
}

function missingWindow(): UserError {
  return usage(
    "Cannot use -c: it sets the context window and needs a number of " +
      "tokens, for example -c 32768",
  );
}

function contextWindowOf(value: string | undefined): number | undefined {
  if (value !== undefined && !/^\d/.test(value)) throw missingWindow();
  const window = positive(value, "--context-window");
  if (window !== undefined && window < 1_024) {
    throw usage(
      `Cannot use --context-window "${value}": it counts tokens and must be ` +
        "at least 1024",
    );
  }
  return window;
}

function positive(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const thousands = /^(\d+)[kK]$/.exec(value);
  const number = thousands ? Number(thousands[1]) * 1024 : Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw usage(`Cannot use ${flag} "${value}": it must be a number from 1 up`);
  }
  return number;
}

function dollarsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const dollars = Number(value);
  if (/^\d*\.?\d+$/.test(value) && dollars > 0) return dollars;
  throw usage(
    `Cannot use --max-budget-usd "${value}": it must be a number of US ` +
      "dollars above 0, such as 0.50",
  );
}

function urlOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url?.protocol === "http:" || url?.protocol === "https:") return value;
  throw usage(
    `Cannot use --base-url "${value}": it must be a URL such as ` +
      "http://localhost:11434/v1",
  );
}

function modeOf(value: string | undefined): PermissionMode | undefined {
  if (value === undefined) return undefined;
  if (value === "manual") return "default";
  const mode = permissionModes.find((name) => name === value);
  if (mode !== undefined) return mode;
  throw usage(
    `Cannot use --permission-mode "${value}": it must be one of ` +
      permissionModes.join(", "),
  );
}

/** The names of `--tools`; "default" is all that there are. */
function toolNamesOf(value: string | undefined): string[] | undefined {
  if (value === undefined || value.trim() === "default") return undefined;
  return value.split(/[\s,]+/).filter((name) => name !== "");
}

function sandboxOf(value: string | undefined): SandboxMode | undefined {
  if (value === undefined) return undefined;
  const mode = sandboxModes.find((name) => name === value);
  if (mode !== undefined) return mode;
  throw usage(
    `Cannot use --sandbox "${value}": it must be one of ` +
      sandboxModes.join(", "),
  );
}

function sourcesOf(
  value: string | undefined,
): readonly SourceName[] | undefined {
  // "" is none of them, as in --setting-sources "".
  return value?.split(",").filter((word) => word !== "").map((word) => {
    const source = sourceNames.find((name) => name === word.trim());
    if (source !== undefined) return source;
    throw usage(
      `Cannot use --setting-sources "${value}": it takes names of ` +
        `${sourceNames.join(", ")} with commas between`,
    );
  });
}

function unknownOption(text: string): string {
  const name = text.replace(/^-+/, "").split("=")[0] ?? "";
  const near = nearestOption(name);
  const advice = near === undefined ? "" : `. Did you mean ${near}?`;
  return `Cannot understand option "${text}"${advice}`;
}

/** A letter's other case, an option that begins so, or the nearest. */
function nearestOption(name: string): string | undefined {
  if (name.length === 1) {
    const row = options.find(({ short }) =>
      short?.toLowerCase() === name.toLowerCase()
    );
    return row && `-${row.short}`;
  }
  const names = options.map((row) => row.name);
  const begun = names.filter((each) => each.startsWith(name));
  const most = name.length < 4 ? { most: 1 } : {};
  const near = begun.length === 1 || name.length > 3 && begun.length > 0
    ? begun[0]
    : nearest(name, names, most);
  return near && `--${near}`;
}
