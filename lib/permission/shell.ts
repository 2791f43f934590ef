import type { Redirection, SyntaxNode, Word, WordPart } from "unbash";
import { isHarmlessVariable } from "./variables.ts";

/** A piece of a word, as the shell will treat it. */
export interface ShellPart {
  /**
   * "plain" may hold a leading tilde; "quoted" is taken as it stands;
   * "other" is an expansion whose value only running would tell.
   */
  readonly kind: "plain" | "quoted" | "glob" | "brace" | "variable" | "other";
  /** The text; of a variable its name. */
  readonly value: string;
}

/** A word with its quotes resolved. */
export interface ShellWord {
  /** As written. */
  readonly text: string;
  /** Without quotes and backslashes; expansions stay as written. */
  readonly value: string;
  readonly parts: readonly ShellPart[];
}

/** A redirection of a command. */
export interface ShellRedirection {
  readonly operator: string;
  readonly target: ShellWord | null;
  /** Text that is fed to the command, of a here document or here string. */
  readonly body: string | null;
}

/** A simple command, wherever in the line it stands. */
export interface ShellCommand {
  /** Null for assignments or redirections alone. */
  readonly name: ShellWord | null;
  readonly words: readonly ShellWord[];
  readonly assignments: readonly {
    readonly name: string;
    readonly value: ShellWord | null;
  }[];
  readonly redirections: readonly ShellRedirection[];
  /** Ids of the subshells around it, outermost first. */
  readonly scope: readonly number[];
  /** Commands of one pipeline share this id. */
  readonly pipeline: number;
  readonly background: boolean;
  /** The function in whose body it stands. */
  readonly inFunction: string | null;
}

/** A line of shell taken apart. */
export interface ParsedShell {
  /** False when some of it was not understood: judge it as unknown. */
  readonly ok: boolean;
  /** Every command that the line may run, in source order. */
  readonly commands: readonly ShellCommand[];
  /** The command whose exit code is most likely the line's. */
  readonly last: ShellCommand | null;
  readonly errors: readonly string[];
  /**
   * Constructs whose effect no text tells: bash evaluates a variable's value
   * in arithmetic and in some expansions, and runs substitutions found there.
   */
  readonly opaque: readonly string[];
}

/** Nodes below this depth are left out; the stack would not hold them. */
const deepest = 400;

interface Place {
  readonly depth: number;
  readonly scope: readonly number[];
  readonly pipeline: number;
  readonly background: boolean;
  readonly inFunction: string | null;
}

const outermost: Place = {
  depth: 0,
  scope: [],
  pipeline: 0,
  background: false,
  inFunction: null,
};

/**
 * Parses a line or script of bash and finds each command in it, also in
 * substitutions, subshells, functions and here documents. Never throws for
 * any input. The one place that knows the parser (spec/libraries.md i).
 */
export async function parseShell(line: string): Promise<ParsedShell> {
  const { parse, forEachChild } = await import("unbash");
  const byNode = new Map<SyntaxNode, ShellCommand>();
  const errors: string[] = [];
  const opaque: string[] = [];
  let ids = 0;
  const nextId = () => ++ids;

  const visit = (node: SyntaxNode, place: Place): void => {
    if (place.depth > deepest) {
      if (place.depth === deepest + 1) errors.push("nested too deeply");
      return;
    }
    if (node.type === "Script") {
      for (const { message } of node.errors ?? []) errors.push(message);
    }
    const hidden = hiddenEffect(node);
    if (hidden !== null) opaque.push(hidden);
    const command = commandOf(node, place);
    if (command !== null) byNode.set(node, command);
    const inside = placeInside(node, place, nextId);
    forEachChild(node, (child) => visit(child, inside()));
  };

  const script = parse(line);
  visit(script, outermost);
  const statement = script.commands.at(-1);
  const last = statement && lastCommand(statement.command, byNode);
  return {
    ok: errors.length === 0,
    commands: [...byNode.values()],
    last: last ?? null,
    errors,
    opaque,
  };
}

/** Gives the place of each child of a node in turn. */
function placeInside(
  node: SyntaxNode,
  place: Place,
  nextId: () => number,
): () => Place {
  const inner = { ...place, depth: place.depth + 1 };
  const inSubshell = () => ({ ...inner, scope: [...place.scope, nextId()] });
  switch (node.type) {
    case "Statement": {
      const background = node.background ?? false;
      const start = background ? inSubshell() : inner;
      const statement = { ...start, background, pipeline: nextId() };
      return () => statement;
    }
    case "AndOr":
      return () => ({ ...inner, pipeline: nextId() });
    case "Pipeline":
      return inSubshell;
    case "Subshell":
    case "Coproc":
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion": {
      const subshell = inSubshell();
      return () => subshell;
    }
    case "Function": {
      const body = { ...inner, inFunction: node.name.value };
      return () => body;
    }
    default:
      return () => inner;
  }
}

const comparesNumbers = /^-(eq|ne|lt|le|gt|ge)$/;

/** What of a node can do more than its text says; null for most. */
function hiddenEffect(node: SyntaxNode): string | null {
  switch (node.type) {
    case "ArithmeticExpansion":
      return /[A-Za-z_`]/.test(node.text) ? node.text : null;
    case "ArithmeticCommand":
      return /[A-Za-z_`]/.test(node.body) ? `((${node.body}))` : null;
    case "ArithmeticFor":
      return "for ((...))";
    case "ParameterExpansion":
      return isPlainExpansion(node) ? null : node.text;
    case "TestBinary":
      return comparesNumbers.test(node.operator) &&
          !/^\d+ \d+$/.test(`${node.left.value} ${node.right.value}`)
        ? `[[ ${node.operator} ]]`
        : null;
    case "TestUnary":
      return node.operator === "-v" ? "[[ -v ]]" : null;
    case "For":
    case "Select":
      return isHarmlessVariable(node.name.value)
        ? null
        : `a loop over ${node.name.value}`;
    case "Coproc":
      return "coproc";
    case "Assignment":
      return node.index === undefined ? null : node.text;
    case "Redirect":
      return node.descriptor?.type === "FileDescriptorVariable"
        ? `{${node.descriptor.name}}${node.operator}`
        : null;
    default:
      return null;
  }
}

/** Kinds of `${name...}` that only read the variable. */
function isPlainExpansion(
  node: SyntaxNode & { type: "ParameterExpansion" },
): boolean {
  const { operation, prefix, index, parameter } = node;
  if (prefix !== undefined && prefix !== "#") return false;
  if (index !== undefined && !/^(\d+|[@*])$/.test(index.value)) return false;
  switch (operation?.type) {
    case undefined:
    case "Remove":
    case "Replace":
    case "CaseModification":
      return true;
    case "Default":
      return !operation.operator.includes("=") ||
        isHarmlessVariable(parameter);
    default:
      return false;
  }
}

/** Commands that succeed whatever came before: they hide no other's code. */
const harmless = new Set(["echo", "printf", "true", ":"]);

function lastCommand(
  node: SyntaxNode,
  byNode: ReadonlyMap<SyntaxNode, ShellCommand>,
): ShellCommand | null {
  if (node.type === "Command") return byNode.get(node) ?? null;
  if (node.type === "Pipeline") {
    if (node.prefixes.some((prefix) => prefix.type === "Negation")) return null;
    const end = node.commands.at(-1);
    return end === undefined ? null : lastCommand(end, byNode);
  }
  if (node.type !== "AndOr") return null;
  let found: ShellCommand | null = null;
  for (const part of node.commands.toReversed()) {
    found = lastCommand(part, byNode);
    if (!harmless.has(found?.name?.value ?? "")) break;
  }
  return found;
}

/** A command's place without what only the walk needs. */
function standing({ scope, pipeline, background, inFunction }: Place) {
  return { scope, pipeline, background, inFunction };
}

/** The command that a node is: a simple one, or redirections of others. */
function commandOf(node: SyntaxNode, place: Place): ShellCommand | null {
  if (node.type === "Command") return describeCommand(node, place);
  if (node.type !== "Redirected") return null;
  return {
    ...standing(place),
    name: null,
    words: [],
    assignments: [],
    redirections: node.redirects.map(describeRedirection),
  };
}

function describeCommand(
  node: SyntaxNode & { type: "Command" },
  place: Place,
): ShellCommand {
  const words: ShellWord[] = [];
  const assignments: { name: string; value: ShellWord | null }[] = [];
  for (const item of node.prefix) {
    if (item.type !== "Assignment") continue;
    const value = item.value.type === "Word" ? describeWord(item.value) : null;
    assignments.push({ name: item.name, value });
  }
  for (const item of node.args) {
    if (item.type === "Word") words.push(describeWord(item));
    else words.push(plainWord(item.text));
  }
  return {
    ...standing(place),
    name: node.name === undefined ? null : describeWord(node.name),
    words,
    assignments,
    redirections: node.redirects.map(describeRedirection),
  };
}

function describeRedirection(node: Redirection): ShellRedirection {
  const { operator } = node;
  if (node.type === "HereDoc") {
    return { operator, target: null, body: node.body.text };
  }
  const target = node.target === undefined ? null : describeWord(node.target);
  if (node.type === "HereString") {
    return { operator, target: null, body: target?.value ?? null };
  }
  return { operator, target, body: null };
}

/** Makes a word of text that needs no quotes. */
export function plainWord(value: string): ShellWord {
  return { text: value, value, parts: [{ kind: "plain", value }] };
}

function describeWord({ text, value, parts }: Word): ShellWord {
  const isQuoted = parts === undefined && text !== value;
  const described: ShellPart[] = parts === undefined
    ? [{ kind: isQuoted ? "quoted" : "plain", value }]
    : parts.flatMap(describePart);
  return { text, value, parts: described };
}

function describePart(part: WordPart): ShellPart[] {
  switch (part.type) {
    case "Literal": {
      const kind = part.text === part.value ? "plain" : "quoted";
      return [{ kind, value: part.value }];
    }
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [{ kind: "quoted", value: part.value }];
    case "DoubleQuoted":
    case "LocaleString":
      return part.parts.flatMap(describePart).map((inner) =>
        inner.kind === "plain" ? { ...inner, kind: "quoted" } : inner
      );
    case "Glob":
      return [{ kind: "glob", value: part.text }];
    case "BraceExpansion":
      return [{ kind: "brace", value: part.text }];
    case "SimpleExpansion":
      return [{ kind: "variable", value: part.text.slice(1) }];
    case "ParameterExpansion": {
      const isPlain = part.prefix === undefined && part.index === undefined &&
        part.operation === undefined;
      return isPlain
        ? [{ kind: "variable", value: part.parameter }]
        : [{ kind: "other", value: part.text }];
    }
    default:
      return [{ kind: "other", value: part.text }];
  }
}
