import { type ModelServer, modelServer } from "../support/model_server.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { denoRun, entry, runProgram } from "./program.ts";

/** How the program is started. */
export type Way = "deno run" | "executable";

/** Words of a command line. */
export interface FlagSet {
  readonly name: string;
  /**
   * Permission words: for `deno run` they stand before the program's name,
   * for the executable among its words. `$PROGRAM` is the program's folder,
   * which only `deno run` has to read.
   */
  readonly flags: readonly string[];
  /** The program's own words. */
  readonly words: readonly string[];
}

/** What the model tries, in this order; each is a reply of its own. */
export const actions = [
  "Read inside",
  "Read secret/",
  "Read outside",
  "Edit inside",
  "Write src/",
  "Write outside",
  "Bash",
  "Grep",
] as const;

/** One of the {@link actions}. */
export type Action = typeof actions[number];

/** What came of a flag set. */
export interface Observed {
  /** The tools that the first request offers. */
  readonly tools: readonly string[];
  /** "done", judged by what is on the disk or in the result; else who refused. */
  readonly outcomes: Readonly<Record<Action, string>>;
  readonly code: number;
  /** Whether the key of the environment reached the model's server. */
  readonly key: boolean;
  /** What each call was answered, for a failing test to show. */
  readonly results: Readonly<Record<Action, string>>;
  readonly stderr: string;
}

const keyText = "key-of-the-environment";
const inside = "text of the file inside\n";
const secret = "text of the secret\n";
const beyond = "text of the file outside\n";

interface Place {
  readonly project: TempFolder;
  readonly outside: TempFolder;
}

interface Attempt {
  readonly tool: string;
  readonly input: (place: Place) => Record<string, unknown>;
  /** Whether it was really done. */
  readonly done: (place: Place, result: string) => boolean | Promise<boolean>;
}

const attempts: Readonly<Record<Action, Attempt>> = {
  "Read inside": {
    tool: "Read",
    input: () => ({ file_path: "a.txt" }),
    done: (_, result) => result.includes(inside.trim()),
  },
  "Read secret/": {
    tool: "Read",
    input: () => ({ file_path: "secret/b.txt" }),
    done: (_, result) => result.includes(secret.trim()),
  },
  "Read outside": {
    tool: "Read",
    input: ({ outside }) => ({ file_path: outside.at("c.txt") }),
    done: (_, result) => result.includes(beyond.trim()),
  },
  "Edit inside": {
    tool: "Edit",
    input: () => ({
      file_path: "a.txt",
      old_string: "file inside",
      new_string: "edited file",
    }),
    done: async ({ project }) => await project.read("a.txt") !== inside,
  },
  "Write src/": {
    tool: "Write",
    input: () => ({ file_path: "src/new.txt", content: "new\n" }),
    done: ({ project }) => isThere(project.at("src/new.txt")),
  },
  "Write outside": {
    tool: "Write",
    input: ({ outside }) => ({
      file_path: outside.at("new.txt"),
      content: "new\n",
    }),
    done: ({ outside }) => isThere(outside.at("new.txt")),
  },
  "Bash": {
    tool: "Bash",
    input: () => ({ command: "echo made > made.txt" }),
    done: ({ project }) => isThere(project.at("made.txt")),
  },
  "Grep": {
    tool: "Grep",
    input: () => ({ pattern: "text of", output_mode: "content" }),
    done: (_, result) => result.includes("a.txt"),
  },
};

async function isThere(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs the program under a flag set while the model tries each action. */
export async function observe(
  set: FlagSet,
  way: Way,
  executable: string,
): Promise<Observed> {
  // The temporary folder may be written to, so these are elsewhere.
  await using project = await tempFolder({
    "a.txt": inside,
    "secret/b.txt": secret,
    "src/old.txt": "old\n",
  }, { dir: "/var/tmp" });
  await using outside = await tempFolder({ "c.txt": beyond }, {
    dir: "/var/tmp",
  });
  const place: Place = { project, outside };
  await using server = await modelServer((_, index) => {
    const action = actions[index];
    if (action === undefined) return { text: "Done." };
    const { tool, input } = attempts[action];
    return { calls: [{ name: tool, input: input(place) }] };
  });
  const command = commandOf(set, way, { executable, server });
  const { code, stderr } = await runProgram(
    [...set.words, `--base-url=${server.url}`, "--model=abc", "Hi"],
    { cwd: project.path, command, env: { OPENAI_API_KEY: keyText } },
  );
  return { code, stderr, ...await judge(place, server) };
}

function commandOf(
  { flags }: FlagSet,
  way: Way,
  { executable, server }: {
    readonly executable: string;
    readonly server: ModelServer;
  },
): string[] {
  const net = flags.includes("-A") ? [] : [`-N=${new URL(server.url).host}`];
  const words = [...flags, ...net];
  if (way === "executable") {
    const settled = words.map((word) => word.replace(",$PROGRAM", ""));
    return [executable, ...settled];
  }
  const own = entry.slice(0, entry.lastIndexOf("/"));
  return denoRun(words.map((word) => word.replace("$PROGRAM", own)));
}

async function judge(place: Place, server: ModelServer) {
  const outcomes: Partial<Record<Action, string>> = {};
  const results: Partial<Record<Action, string>> = {};
  for (const [index, action] of actions.entries()) {
    const messages: { role: string; content: unknown }[] =
      server.requests[index + 1]?.body.messages ?? [];
    const last = messages.findLast(({ role }) => role === "tool");
    const result = String(last?.content ?? "");
    const isDone = await attempts[action].done(place, result);
    results[action] = result;
    outcomes[action] = isDone
      ? "done"
      : server.requests.length === 0
      ? "not started"
      : refuser(result);
  }
  const [first] = server.requests;
  const tools: { function: { name: string } }[] = first?.body.tools ?? [];
  return {
    tools: tools.map((tool) => tool.function.name),
    key: first?.headers.authorization?.includes(keyText) ?? false,
    outcomes: outcomes as Record<Action, string>,
    results: results as Record<Action, string>,
  };
}

/**
 * Who refused, by what the model is told: the flag that would help or that
 * forbids it, the mode, the workspace.
 */
function refuser(result: string): string {
  const [flag] = result.match(/--[a-z]+(?:-[a-z]+)*(?:Tools)?/) ?? [];
  if (flag !== undefined) return flag;
  const [, mode] = result.match(/\bmode (\w+)/) ?? [];
  if (mode !== undefined) return `mode ${mode}`;
  const [, phrase] =
    result.match(/(outside the workspace|There is no tool|sandbox)/) ?? [];
  return phrases[phrase ?? ""] ?? result;
}

const phrases: Readonly<Record<string, string>> = {
  "outside the workspace": "workspace",
  "There is no tool": "no such tool",
};
