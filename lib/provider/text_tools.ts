import type { Message } from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import { parseArguments } from "./arguments.ts";
import { coerceInput } from "./coerce.ts";
import {
  type Dialect,
  type FindTool,
  type Found,
  type FoundCall,
  skipSpace,
  tokenAt,
} from "./dialects/dialect.ts";
import {
  endTokens,
  inventedResults,
  markedDialects,
} from "./dialects/table.ts";
import { wholeDialects } from "./dialects/unmarked.ts";
import { resolveExactName } from "./names.ts";
import { hasPlaceholder, isQuotation } from "./quoted_calls.ts";
import type { RawCall } from "./raw.ts";
import { TextRegions } from "./text_regions.ts";

export { isUnmarkedDialect } from "./dialects/unmarked.ts";

/** What recovering calls needs to know. */
export interface RecoverOptions {
  /** The tools that the request offered; with none nothing is recovered. */
  readonly tools: readonly ToolSpec[];
  /** The request's messages: what was read or asked for is only quoted. */
  readonly messages?: readonly Message[];
  /**
   * True for models known to write calls as text: a short sentence may then
   * stand before a call that has no mark of its own.
   */
  readonly leadIn?: boolean;
}

/** Calls found in a reply's text. */
export interface Recovered {
  /** For settleCalls, with `recovered: dialect`. */
  readonly calls: readonly RawCall[];
  /** The text without the calls: what the user sees and the history keeps. */
  readonly text: string;
  readonly dialect: string;
  /** Reasoning that the dialect had marked as such; "" when there is none. */
  readonly thinking: string;
}

/** A place where a dialect was read to the end of the message. */
interface Candidate {
  readonly dialect: string;
  readonly start: string;
  readonly before: string;
  readonly span: string;
  readonly calls: readonly FoundCall[];
  readonly thinking: string;
  readonly visible: string;
}

const longestLeadIn = 200;
const marks = [...new Set(markedDialects.flatMap((row) => row.starts))];

/**
 * Finds tool calls that a model wrote as text, under the gate of
 * spec/providers.md 3.1; null when the text is just text. The caller keeps
 * the first rules: the reply has no structured call, it is complete, and
 * `text` holds no reasoning. All calls of a text are recovered or none.
 */
export function recoverCalls(
  text: string,
  options: RecoverOptions,
): Recovered | null {
  const { tools, messages = [] } = options;
  if (tools.length === 0) return null;
  const offered = tools.map((tool) => tool.name);
  const findTool: FindTool = (name) => {
    const found = resolveExactName(name, offered);
    return tools.find((tool) => tool.name === found);
  };
  const at = afterThinking(text);
  if (at === undefined) return null;
  const candidate = markedCandidate(text, at, findTool) ??
    wholeCandidate(text, at, { findTool, leadIn: options.leadIn ?? false });
  if (candidate === null) return null;
  if (!candidate.calls.every((call) => isRunnable(call, findTool))) return null;
  if (isQuotation({ ...candidate, messages })) return null;
  const parts = [candidate.before.trimEnd(), candidate.visible];
  return {
    calls: candidate.calls.map((call) => ({
      id: call.id ?? "",
      name: call.name,
      arguments: call.arguments,
      cut: false,
    })),
    text: parts.filter((part) => part !== "").join("\n\n"),
    dialect: candidate.dialect,
    thinking: candidate.thinking,
  };
}

/** Rules 4 and 6 of the gate: an offered name and arguments that fit it. */
function isRunnable(call: FoundCall, findTool: FindTool): boolean {
  const tool = findTool(call.name);
  if (tool === undefined) return false;
  if (call.isDoubtful && !tool.readOnly) return false;
  const parsed = parseArguments(call.arguments, {
    tool: tool.name,
    readOnly: tool.readOnly,
    maxLevel: 2,
  });
  if (!parsed.ok || parsed.more.length > 0) return false;
  const fitted = coerceInput(parsed.value, tool);
  return fitted.ok && !hasPlaceholder(fitted.input);
}

/** The offset after reasoning that the server left in the text. */
function afterThinking(text: string): number | undefined {
  const start = skipSpace(text, 0);
  if (!text.startsWith("<think>", start)) return start;
  const end = text.indexOf("</think>", start);
  return end === -1 ? undefined : end + "</think>".length;
}

/**
 * The first place where a mark stands decides: a text that goes on after the
 * calls, or that has a mark which is none, speaks about calls.
 */
function markedCandidate(
  text: string,
  from: number,
  findTool: FindTool,
): Candidate | null {
  // Nearly all replies have no mark at all.
  if (!marks.some((mark) => text.includes(mark, from))) return null;
  const regions = new TextRegions();
  const triggers = /[<[\]f]/g;
  let done = from;
  triggers.lastIndex = from;
  for (let hit = triggers.exec(text); hit; hit = triggers.exec(text)) {
    regions.advance(text.slice(done, hit.index));
    done = hit.index;
    if (!regions.mayBegin) continue;
    const rows = markedDialects.filter((row) =>
      tokenAt(row.starts, text, hit.index) !== undefined
    );
    if (rows.length === 0) continue;
    for (const row of rows) {
      const candidate = readToEnd(row, text, { at: hit.index, findTool });
      if (candidate !== null) return candidate;
    }
    return null;
  }
  return null;
}

function readToEnd(
  row: Dialect,
  text: string,
  { at, findTool }: { readonly at: number; readonly findTool: FindTool },
): Candidate | null {
  const span = text.slice(at).trimEnd();
  const body = row.normalise?.(span) ?? span;
  const founds: Found[] = [];
  let position = skipTokens(row, body, 0).at;
  while (position < body.length) {
    if (tokenAt(inventedResults, body, position) !== undefined) break;
    const found = row.read(body, position, findTool);
    if (found === null || found.end <= position) return null;
    founds.push(found);
    const next = skipTokens(row, body, found.end);
    const isOver = next.at >= body.length;
    const goesOn = next.skipped > 0 ||
      tokenAt(row.starts, body, next.at) !== undefined ||
      body.slice(found.end, next.at).includes("\n") ||
      tokenAt(inventedResults, body, next.at) !== undefined;
    if (!isOver && !goesOn) return null;
    position = next.at;
  }
  const calls = founds.flatMap((found) => found.calls);
  if (calls.length === 0) return null;
  const joined = (key: "thinking" | "visible") =>
    founds.flatMap((found) => found[key] || []).join("\n\n");
  return {
    dialect: row.name,
    start: tokenAt(row.starts, text, at) ?? "",
    before: text.slice(0, at),
    span,
    calls,
    thinking: joined("thinking"),
    visible: joined("visible"),
  };
}

/** Passes white space, separators and tokens that say nothing themselves. */
function skipTokens(
  row: Dialect,
  text: string,
  from: number,
): { at: number; skipped: number } {
  let at = from;
  let skipped = 0;
  while (true) {
    at = skipSpace(text, at);
    const token = tokenAt(row.skip, text, at) ??
      tokenAt(endTokens, text, at) ?? tokenAt([";", ","], text, at);
    if (token === undefined) return { at, skipped };
    at += token.length;
    skipped++;
  }
}

function wholeCandidate(
  text: string,
  from: number,
  options: { readonly findTool: FindTool; readonly leadIn: boolean },
): Candidate | null {
  const at = wholeStart(text, from, options.leadIn);
  if (at === undefined) return null;
  const span = withoutEndTokens(text.slice(at));
  for (const row of wholeDialects) {
    if (!row.begins.test(span)) continue;
    const calls = row.read(span, options.findTool);
    if (calls === null || calls.length === 0) continue;
    return {
      dialect: row.name,
      start: "",
      before: text.slice(0, at),
      span,
      calls,
      thinking: "",
      visible: "",
    };
  }
  return null;
}

/** Where a whole message begins, perhaps after one short sentence. */
function wholeStart(
  text: string,
  from: number,
  leadIn: boolean,
): number | undefined {
  const start = skipSpace(text, from);
  if (/[{[`]/.test(text[start] ?? "")) return start;
  if (!leadIn) return undefined;
  const head = text.slice(start, start + longestLeadIn + 4);
  const end = /\n\s*(?=[{[]|```)/.exec(head);
  if (end === null || head.slice(0, end.index).includes("```")) {
    return undefined;
  }
  return start + end.index + end[0].length;
}

function withoutEndTokens(text: string): string {
  let rest = text.trim();
  while (true) {
    const token = endTokens.find((candidate) => rest.endsWith(candidate));
    if (token === undefined) return rest;
    rest = rest.slice(0, -token.length).trimEnd();
  }
}
