import { type Message, textOf } from "../core/message.ts";
import { isObject } from "./schema_check.ts";

const placeholder = /^(?:\.{3,}|…|<\.{3}>)$/;
const angled = /^<[A-Za-z][\w .-]*>$/;
const samplePath = /(?:^|[\s"'/])path\/to\//;
const sampleName = /^(?:your|the|my|some)[-_ ]\w+/i;
const pathParameter = /(?:^|_)(?:path|file|filename|directory)$/;

/** Ends of the line before a call that announce a quotation. */
const leadsIntoQuote = [
  /\b(?:for example|e\.g\.|for instance|an? example|like this|looks? like|such as|as follows|following format|syntax|template)(?![\w-])[^.!?\n]*:\**$/i,
  /\b(?:examples?|samples?)\**:\**$/i,
  /^#{1,6} .*\b(?:examples?|samples?|formats?|syntax|usage)\b/i,
  /\b(?:file|it|which|that|line|fixture|test|page|document\w*|output|text|readme) (?:contains|reads|says|has|shows|is)\s*:\**$/i,
];

const asksForExample =
  /\b(?:show|give|write|print|output|what|how|explain|describe|document)\b[^.!?\n]{0,80}\b(?:examples?|samples?|formats?|syntax|looks? like|markup|mean|tags?)\b/i;
const namesToolCalls = /\b(?:tool|function)[\s_-]*calls?\b/i;

/** What decides whether a call in text is one or a quotation of one. */
export interface QuoteContext {
  /** What stands before the call in the reply. */
  readonly before: string;
  /** The call's own text. */
  readonly span: string;
  /** How the dialect begins, for instance "<tool_call>"; "" when by no mark. */
  readonly start?: string;
  /** The request's messages. */
  readonly messages: readonly Message[];
}

/**
 * Tells whether the text of a call is more likely quoted than meant: the
 * words before it announce an example, the user asked for one, or the same
 * markup stands in something that was read (spec/providers.md 3.1).
 */
export function isQuotation(context: QuoteContext): boolean {
  const lead = context.before.trimEnd();
  const lastLine = lead.slice(lead.lastIndexOf("\n") + 1).slice(-300);
  if (leadsIntoQuote.some((pattern) => pattern.test(lastLine))) return true;
  return isAskedFor(context) || wasRead(context);
}

/** Tells whether an input has values that stand for something to fill in. */
export function hasPlaceholder(
  input: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(input).some(([key, value]) => {
    if (isObject(value)) return hasPlaceholder(value);
    return typeof value === "string" && isPlaceholder(key, value.trim());
  });
}

function isPlaceholder(key: string, value: string): boolean {
  if (placeholder.test(value)) return true;
  if (pathParameter.test(key)) {
    return angled.test(value) || samplePath.test(value) ||
      sampleName.test(value) && !value.includes(".");
  }
  return key === "command" && (angled.test(value) || samplePath.test(value));
}

function isAskedFor({ messages, start = "" }: QuoteContext): boolean {
  const asked = messages.findLast((message) =>
    message.role === "user" && message.origin === undefined
  );
  if (asked === undefined || asked.role === "assistant") return false;
  const question = textOf(asked.content);
  if (start.length > 3 && question.includes(start)) return true;
  return asksForExample.test(question) && namesToolCalls.test(question);
}

function wasRead({ messages, span }: QuoteContext): boolean {
  const wanted = bareText(span);
  return messages.some((message) =>
    message.role !== "assistant" &&
    bareText(textOf(message.content)).includes(wanted)
  );
}

/**
 * A text without what quoting it changes: line numbers of the read tool,
 * white space, and the escapes of a string literal around it.
 */
function bareText(value: string): string {
  return value
    .replace(/^[ \t]*\d+(?:\t|→|[|:] ?)/gm, "")
    .replace(/\\[nrt]|[\s\\]+/g, "");
}
