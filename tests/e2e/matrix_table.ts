import type { Action, FlagSet } from "./matrix_run.ts";

const toolNames = ["Bash", "Edit", "Glob", "Grep", "Read", "Write"] as const;
type ToolName = typeof toolNames[number];

/** What must come of a flag set. */
export interface Expected {
  /** Tools that are not offered. */
  readonly without?: readonly ToolName[];
  /** What is not done, and who refused it. */
  readonly refused: Partial<Record<Action, string>>;
  readonly code?: number;
  /** Whether the key of the environment is used; absent: it is. */
  readonly key?: false;
}

/** A flag set and what must come of it. */
export interface MatrixRow extends FlagSet {
  readonly run: Expected;
  /** Absent: the same as under `deno run`. */
  readonly executable?: Expected;
}

/** Paths outside of the folders to work in are refused whatever is granted. */
const outside: Expected["refused"] = {
  "Read outside": "workspace",
  "Write outside": "workspace",
};

const actionsOf: Readonly<Record<ToolName, readonly Action[]>> = {
  Bash: ["Bash"],
  Edit: ["Edit inside"],
  Glob: [],
  Grep: ["Grep"],
  Read: ["Read inside", "Read secret/", "Read outside"],
  Write: ["Write src/", "Write outside"],
};

/** These tools are not offered, and who calls them is told why. */
function lacking(...without: readonly ToolName[]): Expected {
  const refused = { ...outside };
  for (const action of without.flatMap((name) => actionsOf[name])) {
    refused[action] = "no such tool";
  }
  return { without, refused };
}

/** All tools are offered, and these actions are refused. */
function refusing(refused: Expected["refused"], code = 0): Expected {
  return { refused: { ...outside, ...refused }, code };
}

const all = refusing({});
const plan = refusing({
  "Edit inside": "mode plan",
  "Write src/": "mode plan",
  "Write outside": "mode plan",
  "Bash": "mode plan",
}, 3);
const nobodyToAsk = "--permission-mode";
const asks = refusing({
  "Edit inside": nobodyToAsk,
  "Write src/": nobodyToAsk,
  "Write outside": nobodyToAsk,
  "Bash": nobodyToAsk,
}, 3);

const bypass = ["--permission-mode=bypassPermissions"];
const environment = "--allow-env=OPENAI_API_KEY,PATH,HOME";
const read = "--allow-read=.,$PROGRAM";

/**
 * The matrix. Where nothing else is said nobody has to be asked, so that what
 * is refused is refused by what was granted.
 */
export const matrix: readonly MatrixRow[] = [
  {
    name: "nothing but the model's host",
    flags: [],
    words: bypass,
    run: {
      ...lacking(...toolNames),
      key: false,
    },
    // Without words it has its defaults.
    executable: all,
  },
  {
    name: "read",
    flags: [read, environment],
    words: bypass,
    run: lacking("Bash", "Edit", "Write"),
    // What no word names keeps its default.
    executable: all,
  },
  {
    name: "read, and nothing else",
    flags: [read, environment, "--deny-write", "--deny-run"],
    words: bypass,
    run: lacking("Bash", "Edit", "Write"),
  },
  {
    name: "read and write, no variable",
    flags: [read, "--allow-write=.", "--deny-run", "--deny-env"],
    words: bypass,
    run: { ...lacking("Bash"), key: false },
  },
  {
    name: "read, write in one folder",
    flags: [read, "--allow-write=src", "--deny-run", environment],
    words: bypass,
    // Deno can't be asked whether something below a folder was granted; the
    // executable has read the words itself.
    run: lacking("Bash", "Edit", "Write"),
    executable: {
      ...lacking("Bash"),
      refused: { ...lacking("Bash").refused, "Edit inside": "--allow-write" },
    },
  },
  {
    name: "read and write everywhere",
    flags: ["--allow-read", "--allow-write", "--deny-run", environment],
    words: bypass,
    run: lacking("Bash"),
  },
  {
    name: "run: bash",
    flags: [read, "--allow-write=.", "--allow-run=bash", environment],
    words: bypass,
    run: all,
  },
  {
    name: "run: bwrap, in which commands are kept",
    flags: [read, "--allow-write=.", "--allow-run=bwrap", environment],
    words: bypass,
    run: all,
  },
  {
    name: "run: all",
    flags: [read, "--allow-write=.", "--allow-run", environment],
    words: bypass,
    run: all,
  },
  {
    name: "a folder that may not be read",
    flags: [
      "--allow-read",
      "--allow-write",
      "--deny-read=secret",
      "--deny-run",
      environment,
    ],
    words: bypass,
    run: {
      ...lacking("Bash"),
      refused: { ...lacking("Bash").refused, "Read secret/": "--deny-read" },
    },
  },
  {
    name: "a folder that may not be written",
    flags: [
      "--allow-read",
      "--allow-write",
      "--deny-write=src",
      "--deny-run",
      environment,
    ],
    words: bypass,
    run: {
      ...lacking("Bash"),
      refused: { ...lacking("Bash").refused, "Write src/": "--deny-write" },
    },
  },
  { name: "everything", flags: ["-A"], words: bypass, run: all },
  {
    name: "everything, asking (nobody is there)",
    flags: ["-A"],
    words: ["--permission-mode=default"],
    run: asks,
  },
  {
    name: "everything, acceptEdits",
    flags: ["-A"],
    words: ["--permission-mode=acceptEdits"],
    run: refusing({ "Bash": nobodyToAsk }, 3),
  },
  {
    name: "everything, dontAsk",
    flags: ["-A"],
    words: ["--permission-mode=dontAsk"],
    run: asks,
  },
  {
    name: "everything, plan",
    flags: ["-A"],
    words: ["--permission-mode=plan"],
    run: plan,
  },
  {
    name: "everything, --no-exec",
    flags: ["-A"],
    words: ["--no-exec", ...bypass],
    run: lacking("Bash"),
  },
  {
    name: "everything, --sandbox=deno-only",
    flags: ["-A"],
    words: ["--sandbox=deno-only", ...bypass],
    run: lacking("Bash"),
  },
];

/** What must come of a row, whole. */
export function expectedOf({ run, executable }: MatrixRow, way: string) {
  const { without = [], refused, code = 0, key = true } = way === "executable"
    ? executable ?? run
    : run;
  return {
    tools: toolNames.filter((name) => !without.includes(name)),
    refused,
    code,
    key,
  };
}
