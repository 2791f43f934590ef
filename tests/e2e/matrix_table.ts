import type { Action, FlagSet } from "./matrix_run.ts";

const toolNames = ["Bash", "Edit", "Glob", "Grep", "Read", "Write"] as const;
type ToolName = typeof toolNames[number];

/** What must come of a flag set. */
export interface Expected {
  /** Tools that are not offered. */
  readonly without?: readonly ToolName[];
  /** What is not done, and who refused it. */
  readonly refused: Partial<Record<Action, string>>;
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

/** The flag that would have a tool offered. */
const flagFor: Readonly<Record<ToolName, string>> = {
  Bash: "--allow-run",
  Edit: "--allow-write",
  Glob: "--allow-read",
  Grep: "--allow-read",
  Read: "--allow-read",
  Write: "--allow-write",
};

/** These tools are not offered, and who calls them is told why. */
function lacking(...without: readonly ToolName[]): Expected {
  const refused = { ...outside };
  for (const name of without) {
    for (const action of actionsOf[name]) refused[action] = flagFor[name];
  }
  return { without, refused };
}

/** All tools are offered, and these actions are refused. */
function refusing(refused: Expected["refused"]): Expected {
  return { refused: { ...outside, ...refused } };
}

const all = refusing({});
const plan = refusing({
  "Edit inside": "mode plan",
  "Write src/": "mode plan",
  "Write outside": "mode plan",
  "Bash": "mode plan",
});
const nobodyToAsk = "--allowedTools";
const asks = refusing({
  "Edit inside": nobodyToAsk,
  "Write src/": nobodyToAsk,
  "Write outside": nobodyToAsk,
  "Bash": nobodyToAsk,
});

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
      without: toolNames,
      // The first flag that is missing is named: writing needs reading, too.
      refused: {
        ...lacking(...toolNames).refused,
        "Edit inside": "--allow-read",
        "Write src/": "--allow-read",
        "Write outside": "--allow-read",
      },
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
    run: refusing({ "Write outside": nobodyToAsk }),
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
    run: { ...refusing({ "Bash": "--no-exec" }), without: ["Bash"] },
  },
  {
    name: "everything, --sandbox=deno-only",
    flags: ["-A"],
    words: ["--sandbox=deno-only", ...bypass],
    run: { ...refusing({ "Bash": "--sandbox" }), without: ["Bash"] },
  },
];

/** What must come of a row, whole. */
export function expectedOf({ run, executable }: MatrixRow, way: string) {
  const { without = [], refused, key = true } = way === "executable"
    ? executable ?? run
    : run;
  return {
    tools: toolNames.filter((name) => !without.includes(name)),
    refused,
    // Each set has refused calls: no flag lets a tool leave the workspace.
    code: 3,
    key,
  };
}
