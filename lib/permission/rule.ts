/** What a rule does with the calls that it matches. */
export type RuleEffect = "allow" | "ask" | "deny";

/** Where a rule was written. */
export interface RuleSource {
  readonly layer:
    | "flag"
    | "session"
    | "local"
    | "project"
    | "user"
    | "managed";
  /** The settings file, absolute. */
  readonly file?: string;
  /** What patterns that begin with "/" are relative to; by default the
   * folder that the file is for. */
  readonly folder?: string;
}

/** One permission rule (spec/features.md 1C.2). */
export interface Rule {
  readonly effect: RuleEffect;
  /** A tool's name; those of MCP tools may end in `*`. */
  readonly tool: string;
  /** What is in the brackets; absent when every call is meant. */
  readonly pattern?: string;
  /** As it was written. */
  readonly text: string;
  readonly source: RuleSource;
}

/** A rule, or what is wrong with its text and what would be right. */
export type ParsedRule =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly problem: string };

/** Tools whose patterns have a syntax of their own. */
export const patternTools = {
  Bash: "command",
  Read: "path",
  Edit: "path",
  Write: "path",
  NotebookEdit: "path",
  Glob: "path",
  Grep: "path",
  WebFetch: "domain",
  Agent: "name",
  Skill: "name",
} as const satisfies Record<string, "command" | "path" | "domain" | "name">;

/** The kind of a tool's pattern; undefined for `param:value`. */
export function patternKind(
  tool: string,
): "command" | "path" | "domain" | "name" | undefined {
  return Object.hasOwn(patternTools, tool)
    ? patternTools[tool as keyof typeof patternTools]
    : undefined;
}

/**
 * Reads one rule. A fault is a value, so that one bad rule of a file costs no
 * other; whoever loads a file must not go on quietly without a `deny`.
 */
export function parseRule(
  text: string,
  effect: RuleEffect,
  source: RuleSource,
): ParsedRule {
  const fault = (state: string): ParsedRule => ({
    ok: false,
    problem: `Cannot use the ${effect} rule ${JSON.stringify(text)}: ${state}`,
  });
  const trimmed = text.trim();
  const [, tool, brackets] = /^([^()\s]+)(?:\((.*)\))?$/s.exec(trimmed) ?? [];
  if (tool === undefined) {
    return fault(
      "write a tool's name, then a pattern in brackets, as in " +
        '"Bash(npm test *)"',
    );
  }
  const nameFault = faultOfName(tool);
  if (nameFault !== null) return fault(nameFault);
  const pattern = brackets?.trim();
  if (pattern === undefined || pattern === "*") {
    return { ok: true, rule: { effect, tool, text: trimmed, source } };
  }
  if (pattern === "") {
    return fault(`the brackets are empty; for every call write "${tool}"`);
  }
  const patternFault = faultOfPattern(tool, pattern, effect);
  if (patternFault !== null) return fault(patternFault);
  return { ok: true, rule: { effect, tool, pattern, text: trimmed, source } };
}

/** Writes a rule so that parsing it gives the same rule again. */
export function printRule({ tool, pattern }: Rule): string {
  return pattern === undefined ? tool : `${tool}(${pattern})`;
}

function faultOfName(tool: string): string | null {
  const known = Object.keys(patternTools).find((name) =>
    name !== tool && name.toLowerCase() === tool.toLowerCase()
  );
  if (known !== undefined) return `the tool is called "${known}"`;
  if (!/^[A-Za-z][\w.-]*\*?$/.test(tool)) {
    return `"${tool}" is no tool's name`;
  }
  return tool.endsWith("*") && !tool.startsWith("mcp__")
    ? 'only the names of MCP tools may end in "*", as in "mcp__server__*"'
    : null;
}

function faultOfPattern(
  tool: string,
  pattern: string,
  effect: RuleEffect,
): string | null {
  switch (patternKind(tool)) {
    case "command":
      return pattern === ":*" ? `for every command write "${tool}"` : null;
    case "name":
      return null;
    case "path":
      return pattern.startsWith("!")
        ? 'a path can\'t be excluded by "!"; write a rule of another kind'
        : null;
    case "domain":
      return faultOfDomain(tool, pattern);
    default:
      break;
  }
  if (effect === "allow") {
    return `an allow rule of ${tool} takes no pattern; write "${tool}"`;
  }
  return /^\w[\w.-]*:./s.test(pattern)
    ? null
    : `name a parameter and its value, as in "${tool}(name:value)"`;
}

function faultOfDomain(tool: string, pattern: string): string | null {
  const [, host] = /^domain:(.*)$/s.exec(pattern) ?? [];
  const guess = host ?? pattern;
  const bare = guess.replace(/^[a-z]+:\/\//i, "").replace(/[:/].*$/s, "");
  if (host === undefined || bare !== host) {
    return `name a domain, as in "${tool}(domain:${bare || "example.com"})"`;
  }
  return /^(\*|(\*\.)?[^*\s]+)$/.test(host)
    ? null
    : '"*" may only stand alone or as the first part, as in ' +
      `"${tool}(domain:*.example.com)"`;
}

/** Splits the value of a flag: rules with commas or spaces between them. */
export function splitRules(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let current = "";
  const end = () => {
    if (current !== "") found.push(current);
    current = "";
  };
  for (const letter of text) {
    if (letter === "(") depth++;
    if (letter === ")") depth = Math.max(0, depth - 1);
    if (depth === 0 && /[\s,]/.test(letter)) end();
    else current += letter;
  }
  end();
  return found;
}

/**
 * Reads rules from a list: those that are right, and what is wrong with the
 * others. Entries that are no text are named, too.
 */
export function parseRules(
  texts: readonly unknown[],
  effect: RuleEffect,
  source: RuleSource,
): { readonly rules: readonly Rule[]; readonly problems: readonly string[] } {
  const rules: Rule[] = [];
  const problems: string[] = [];
  for (const text of texts) {
    if (typeof text !== "string") {
      problems.push(
        `Cannot use the ${effect} rule ${JSON.stringify(text)}: ` +
          "a rule is a text in quotes",
      );
      continue;
    }
    const parsed = parseRule(text, effect, source);
    if (parsed.ok) rules.push(parsed.rule);
    else problems.push(parsed.problem);
  }
  return { rules, problems };
}

/** Names a rule and where it stands: `deny rule "Bash(rm *)" in ~/x.json`. */
export function describeRule(rule: Rule, home = ""): string {
  return `${rule.effect} rule "${rule.text}" ${placeOf(rule, home)}`;
}

function placeOf({ source, effect }: Rule, home: string): string {
  const { layer, file } = source;
  if (file !== undefined) {
    const isInHome = home !== "" && file.startsWith(`${home}/`);
    return `in ${isInHome ? `~${file.slice(home.length)}` : file}`;
  }
  switch (layer) {
    case "session":
      return "of this session";
    case "flag":
      return `of --${effect === "deny" ? "disallowedTools" : "allowedTools"}`;
    default:
      return `of the ${layer} settings`;
  }
}
