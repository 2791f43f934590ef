import {
  type AssistantMessage,
  type Message,
  ownParts,
  textOf,
} from "../core/message.ts";
import { firstLine } from "../core/text.ts";
import { estimateTokens } from "../core/tokens.ts";

/** What must not get lost when a history becomes a summary. */
export interface Fact {
  readonly kind: FactKind;
  readonly text: string;
}

/** Kinds of facts, the most precious first. */
const kinds = [
  "Request",
  "Rule",
  "Changed file",
  "Open todo",
  "Last error",
  "Read file",
] as const;

type FactKind = typeof kinds[number];

const heading = "[Kept by the program, word for word]";
const longestRequest = 600;
/** Facts of a kind, at most; the newest count, and the first request. */
const most: Readonly<Record<FactKind, number>> = {
  Request: 20,
  Rule: 30,
  "Changed file": 60,
  "Open todo": 30,
  "Last error": 1,
  "Read file": 20,
};

/**
 * Collects the facts of a history: what the user asked and laid down, the
 * files that were changed and read, open todos, the last error. Those that an
 * earlier compaction kept are taken over.
 */
export function factsOf(history: readonly Message[]): Fact[] {
  const found: Fact[] = [];
  const add = (kind: FactKind, value: string) => {
    const text = value.replace(/\s+/g, " ").trim();
    if (text !== "") found.push({ kind, text });
  };
  const failed = new Set(
    history.flatMap((message) =>
      message.role === "tool" && message.isError ? [message.callId] : []
    ),
  );
  for (const message of history) {
    if (message.role === "user") {
      const said = textOf(message.content);
      for (const fact of parseFacts(said)) found.push(fact);
      if (message.origin !== undefined) continue;
      // What was piped in stands before the words of a request.
      const request = textOf(ownParts(message).slice(-1));
      add("Request", cut(request.replace(/\s+/g, " ")));
      for (const rule of rulesIn(request)) add("Rule", rule);
    } else if (message.role === "assistant") {
      for (const [kind, file] of filesOf(message, failed)) add(kind, file);
    } else if (message.isError) {
      add("Last error", firstLine(textOf(message.content), 400));
    }
  }
  for (const todo of openTodos(history)) add("Open todo", todo);
  return kinds.flatMap((kind) =>
    newest(found.filter((fact) => fact.kind === kind), kind)
  );
}

/** Each once, at its last place; the first request is the task's own. */
function newest(facts: readonly Fact[], kind: FactKind): Fact[] {
  const texts = [...new Set(facts.map(({ text }) => text).reverse())].reverse();
  const kept = texts.slice(-most[kind]);
  const [first] = texts;
  if (kind === "Request" && first !== undefined && !kept.includes(first)) {
    kept.splice(0, 1, first);
  }
  return kept.map((text) => ({ kind, text }));
}

function cut(request: string): string {
  return request.length <= longestRequest
    ? request
    : `${request.slice(0, longestRequest)} …`;
}

const ruleWords =
  /\b(must|never|always|do not|don't|only|should not|shouldn't|important|remember|make sure|at least|at most)\b/i;

/** Sentences of a request that lay something down for later. */
function rulesIn(request: string): string[] {
  if (request.length <= longestRequest) return [];
  return request.split(/(?<=[.!?])\s+|\n+/)
    .filter((sentence) => ruleWords.test(sentence) && sentence.length <= 300)
    .slice(0, most.Rule);
}

function filesOf(
  { calls }: AssistantMessage,
  failed: ReadonlySet<string>,
): [FactKind, string][] {
  return calls.flatMap(({ id, name, input }): [FactKind, string][] => {
    const file = input.file_path ?? input.notebook_path;
    if (typeof file !== "string" || failed.has(id)) return [];
    return [[name === "Read" ? "Read file" : "Changed file", file]];
  });
}

/** Unticked boxes of the newest list that has any. */
function openTodos(history: readonly Message[]): string[] {
  const written = history.findLast((message) =>
    /^\s*[-*] \[[ x]\] /m.test(todoText(message))
  );
  return written === undefined
    ? []
    : [...todoText(written).matchAll(/^\s*[-*] \[ \] (.{1,300})/gm)]
      .map(([, todo]) => todo ?? "");
}

function todoText(message: Message): string {
  return message.role === "assistant" ? message.text : textOf(message.content);
}

/**
 * Writes those facts that a text does not hold already, within `tokens`.
 * Null when there is none: nothing was forgotten.
 */
export function factsText(
  facts: readonly Fact[],
  { summary, tokens }: { readonly summary: string; readonly tokens: number },
): string | null {
  const lines: string[] = [];
  let room = tokens - estimateTokens(heading);
  const read = new Set<string>();
  for (const { kind, text } of facts) {
    if (summary.includes(text) || read.has(text)) continue;
    const line = `${kind}: ${text}`;
    room -= estimateTokens(line) + 1;
    if (room < 0) break;
    // A file that was changed was read as well.
    if (kind === "Changed file") read.add(text);
    lines.push(line);
  }
  return lines.length === 0 ? null : [heading, ...lines].join("\n");
}

/** The facts that `factsText()` wrote into an earlier summary. */
function parseFacts(said: string): Fact[] {
  const start = said.indexOf(heading);
  if (start === -1) return [];
  const facts: Fact[] = [];
  for (const line of said.slice(start + heading.length + 1).split("\n")) {
    const kind = kinds.find((name) => line.startsWith(`${name}: `));
    if (kind === undefined) break;
    facts.push({ kind, text: line.slice(kind.length + 2) });
  }
  return facts;
}
