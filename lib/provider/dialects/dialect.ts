import type { ToolSpec } from "../../core/model.ts";

/** A call as a dialect's text says it. */
export interface FoundCall {
  readonly name: string;
  /** JSON text, perhaps damaged. */
  readonly arguments: string;
  readonly id?: string;
  /** True when reading it took what only read-only tools may be trusted with. */
  readonly isDoubtful?: boolean;
}

/** Calls read at one place of a text. */
export interface Found {
  readonly calls: readonly FoundCall[];
  /** Where the reading stopped. */
  readonly end: number;
  /** What the dialect marks as reasoning or as text for the user. */
  readonly thinking?: string;
  readonly visible?: string;
}

/** Finds an offered tool by the strict rule for text (names.ts). */
export type FindTool = (name: string) => ToolSpec | undefined;

/** Reads calls that begin exactly at an offset; null when there are none. */
export type ReadCalls = (
  text: string,
  at: number,
  findTool: FindTool,
) => Found | null;

/** One way to write tool calls as text: a row of the table. */
export interface Dialect {
  readonly name: string;
  /** One of these begins a call or a section of calls. */
  readonly starts: readonly string[];
  /** Tokens that stand around calls and say nothing themselves. */
  readonly skip: readonly string[];
  /** Rewrites the text from the start on, before it is read. */
  readonly normalise?: (text: string) => string;
  readonly read: ReadCalls;
}

/** Matches a sticky pattern at an offset. */
export function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The first offset from `at` on that is not white space. */
export function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at] ?? "")) at++;
  return at;
}

/** The first of some tokens that stands at an offset. */
export function tokenAt(
  tokens: readonly string[],
  text: string,
  at: number,
): string | undefined {
  return tokens.find((token) => text.startsWith(token, at));
}
