import type { FindTool, Found, FoundCall } from "./dialect.ts";
import { skipSpace } from "./dialect.ts";
import { envelopesOf, jsonEnd } from "./json.ts";
import { readPython } from "./python.ts";

/**
 * A dialect without a mark in the text around it: it counts only when it is
 * the whole message (spec/providers.md 3.1, rule 5).
 */
export interface WholeDialect {
  readonly name: string;
  /** How the message begins. */
  readonly begins: RegExp;
  /** Reads the whole, trimmed message. */
  read(text: string, findTool: FindTool): readonly FoundCall[] | null;
}

/** Rows are tried in order. */
export const wholeDialects: readonly WholeDialect[] = [
  { name: "bare_json", begins: /^[{[]/, read: readJson },
  {
    name: "fenced_json",
    begins: /^```(?:json|tool|tool_call|tool_calls)?[ \t]*\r?\n\s*[{[]/,
    read: (text) => {
      const body = fenceBody(text);
      return body === null ? null : readJson(body);
    },
  },
  {
    // Llama 3.2 and 4, ToolACE.
    name: "bare_python",
    begins: /^\[\s*[A-Za-z_][\w.]*\(/,
    read: readCalls,
  },
  {
    // Gemma 3.
    name: "tool_code",
    begins: /^```tool_code[ \t]*\r?\n/,
    read: (text, findTool) => {
      const body = fenceBody(text);
      return body === null ? null : readCalls(body, findTool);
    },
  },
];

const unmarked = new Set(["bare_json", "fenced_json", "bare_python"]);

/**
 * Tells whether a dialect has no mark of its own, so that a call recovered
 * from it may be an example. A tool that changes things is run from it only
 * after asking, whatever the mode (spec/providers.md 3.1).
 */
export function isUnmarkedDialect(name: string): boolean {
  return unmarked.has(name);
}

/** Reads JSON values with nothing but ";" or space between them. */
function readJson(text: string): FoundCall[] | null {
  const calls: FoundCall[] = [];
  let at = 0;
  while (at < text.length) {
    // Without its last bracket the rest is one value.
    let end = jsonEnd(text, at) ?? text.length;
    if (text.slice(end).trim() === "}") end = text.length;
    const found = envelopesOf(text.slice(at, end), true);
    if (found === null) return null;
    calls.push(...found);
    at = skipSpace(text, end);
    if (text[at] === ";") at = skipSpace(text, at + 1);
  }
  return calls;
}

function readCalls(text: string, findTool: FindTool): Found["calls"] | null {
  const found = readPython(text, 0, findTool);
  if (found === null || text.slice(found.end).trim() !== "") return null;
  return found.calls;
}

/** The body of a message that is one code fence and nothing else. */
function fenceBody(text: string): string | null {
  const start = text.indexOf("\n") + 1;
  const close = text.indexOf("\n```", start - 1);
  // A fence that never closes is common at the end of a message.
  if (close === -1) return text.slice(start).trim();
  const hasMore = text.slice(close + 4).trim() !== "";
  return hasMore ? null : text.slice(start, close).trim();
}
