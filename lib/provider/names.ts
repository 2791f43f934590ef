/** What a server or template may put around a name (spec/providers.md 4.2). */
const prefixes = /^(?:functions?|default_api|default|tools?|api)[.:]/i;
const serverPrefix = /^mcp__[\w-]+?__/;
/** Special tokens that leaked into the name, and what follows them. */
const leakedTokens = /\s*[<\u2581\uff5c|].*$/s;
const callNumber = /:\d+$/;

/** Other names that models know a tool by (4.2 and features.md 4.7). */
interface AliasRow {
  readonly names: readonly string[];
  /** The tools meant, the likeliest first. */
  readonly tools: readonly string[];
  /** For tools of many commands: which command means which tool. */
  readonly byCommand?: Readonly<Record<string, string>>;
}

const aliasRows: readonly AliasRow[] = [
  {
    names: ["read_file", "view", "view_file", "cat", "open_file", "get_file"],
    tools: ["Read"],
  },
  {
    names: [
      "write_file",
      "write_to_file",
      "create_file",
      "save_file",
      "create",
    ],
    tools: ["Write"],
  },
  {
    names: [
      "str_replace",
      "edit_file",
      "replace",
      "replace_in_file",
      "search_replace",
      "string_replace",
    ],
    tools: ["Edit"],
  },
  {
    names: ["str_replace_editor", "str_replace_based_edit_tool"],
    tools: [],
    byCommand: { view: "Read", create: "Write", str_replace: "Edit" },
  },
  {
    names: [
      "shell",
      "run",
      "execute",
      "execute_command",
      "execute_bash",
      "exec",
      "exec_command",
      "run_command",
      "run_shell_command",
      "run_terminal_cmd",
      "run_in_terminal",
      "local_shell",
      "terminal",
      "sh",
    ],
    tools: ["Bash"],
  },
  {
    names: ["list_dir", "list_files", "list_directory", "ls"],
    tools: ["LS", "Glob"],
  },
  {
    names: [
      "search",
      "ripgrep",
      "rg",
      "grep_search",
      "search_files",
      "search_file_content",
    ],
    tools: ["Grep"],
  },
  {
    names: ["find_files", "file_search", "glob_search", "find"],
    tools: ["Glob"],
  },
  { names: ["task", "sub_agent"], tools: ["Agent", "Task"] },
];

/**
 * Finds the offered tool that a name means: itself, without regard to case,
 * without what a template put around it, or spelled in another style. Never
 * by likeness. Undefined when there is none or more than one.
 */
export function resolveName(
  name: string,
  offered: readonly string[],
): string | undefined {
  if (offered.includes(name)) return name;
  const bare = bareName(name);
  const candidates = [name, bare, bare.replace(serverPrefix, "")];
  for (const normalise of [lowerCase, plainSpelling]) {
    for (const candidate of candidates) {
      const found = unique(candidate, offered, normalise);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Resolves a name as strictly as calls found in text demand: itself or,
 * failing that, without regard to case (spec/providers.md 3.1, rule 4).
 */
export function resolveExactName(
  name: string,
  offered: readonly string[],
): string | undefined {
  const bare = bareName(name);
  if (offered.includes(bare)) return bare;
  return unique(bare, offered, lowerCase);
}

/**
 * The offered tools that a name may stand for by another program's habit.
 * One is meant only when the call's arguments fit it.
 */
export function aliasTargets(
  name: string,
  offered: readonly string[],
  input: Readonly<Record<string, unknown>>,
): readonly string[] {
  const plain = plainSpelling(bareName(name));
  const row = aliasRows.find((row) =>
    row.names.some((alias) => plainSpelling(alias) === plain)
  );
  if (row === undefined) return [];
  const command = typeof input.command === "string" ? input.command : "";
  const byCommand = row.byCommand ?? {};
  const tools = Object.hasOwn(byCommand, command)
    ? [byCommand[command] ?? ""]
    : row.tools;
  return tools.filter((tool) => offered.includes(tool));
}

/** The error text for a name that no offered tool has. */
export function unknownNameText(
  name: string,
  offered: readonly string[],
): string {
  const listed = offered.slice(0, 20).join(", ");
  const more = offered.length > 20 ? `, and ${offered.length - 20} more` : "";
  const closest = closestName(name, offered);
  const hint = closest === undefined ? "" : ` The closest is ${closest}.`;
  const shown = name.length <= 60 ? name : `${name.slice(0, 59)}…`;
  return `There is no tool "${shown}". The tools are: ${listed}${more}.` +
    `${hint} Nothing was executed.`;
}

/** A name that every server takes back: letters, digits, "_" and "-". */
export function safeName(name: string): string {
  const safe = name.replace(/[^\w-]+/g, "_").slice(0, 64);
  return /[A-Za-z]/.test(safe) ? safe : "unknown_tool";
}

/** The offered name of least edit distance, for a hint and nothing else. */
export function closestName(
  name: string,
  offered: readonly string[],
): string | undefined {
  const wanted = plainSpelling(name).slice(0, 64);
  let closest: string | undefined;
  let least = Infinity;
  for (const candidate of offered) {
    const distance = editDistance(wanted, plainSpelling(candidate));
    if (distance < least) [closest, least] = [candidate, distance];
  }
  return least <= Math.max(wanted.length, 1) / 2 ? closest : undefined;
}

function bareName(name: string): string {
  let bare = name.trim().replace(leakedTokens, "").replace(callNumber, "");
  while (prefixes.test(bare)) bare = bare.replace(prefixes, "");
  return bare;
}

function unique(
  name: string,
  offered: readonly string[],
  normalise: (name: string) => string,
): string | undefined {
  const wanted = normalise(name);
  if (wanted === "") return undefined;
  const found = offered.filter((candidate) => normalise(candidate) === wanted);
  return found.length === 1 ? found[0] : undefined;
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}

function plainSpelling(name: string): string {
  return name.replace(/[-_.\s]/g, "").toLowerCase();
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const cost = a[i] === b[j] ? 0 : 1;
      next.push(
        Math.min(
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
          (row[j] ?? 0) + cost,
        ),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
