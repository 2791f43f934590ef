import { mendJson } from "./mend_json.ts";

/** How a text of arguments may be read. */
export interface ArgumentOptions {
  /** Named in the error text. */
  readonly tool: string;
  /** False for tools that change things: they are mended more strictly. */
  readonly readOnly: boolean;
  /** True when the output limit cut the text: it is never mended then. */
  readonly cut?: boolean;
  /** Highest level of the repair ladder. Default 3. */
  readonly maxLevel?: 2 | 3;
}

/** What a text of arguments says, or an error text for the model. */
export type ParsedArguments =
  | {
    readonly ok: true;
    /** Mostly an object; what it is is not checked here. */
    readonly value: unknown;
    /** Further whole objects that followed the first without a separator. */
    readonly more: readonly unknown[];
    readonly repairs: readonly string[];
  }
  | { readonly ok: false; readonly message: string };

/** A stretch of a text, by UTF-16 offsets. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the arguments of a call by the repair ladder of spec/providers.md
 * 4.1. What JSON.parse reads as an object comes back unchanged. A string is
 * never closed, a value never guessed, and a text that the output limit cut
 * is read as it is or not at all.
 */
export function parseArguments(
  text: string,
  options: ArgumentOptions,
): ParsedArguments {
  const plain = parseJson(text);
  if (plain !== undefined) return fromJson(plain.value, options);
  if (options.cut) return { ok: false, message: errorText("cut", options) };
  const span = unwrap(text);
  const inner = text.slice(span.start, span.end);
  if (inner === "") return success({}, "read as no arguments");
  const unwrapped = parseJson(inner);
  if (unwrapped !== undefined) {
    const parsed = fromJson(unwrapped.value, options);
    return withRepair(parsed, "removed a wrapper around the JSON");
  }
  const mended = mendJson(inner, {
    level: options.maxLevel ?? 3,
    keepStrings: !options.readOnly,
  });
  if (!mended.ok) {
    const at = mended.at + span.start;
    const near = excerpt(text, at);
    const reason = `${mended.reason} at char ${at} near "${near}"`;
    return { ok: false, message: errorText(reason, options) };
  }
  const [value, ...more] = mended.texts.map((json) => JSON.parse(json));
  return { ok: true, value, more, repairs: mended.repairs };
}

function fromJson(value: unknown, options: ArgumentOptions): ParsedArguments {
  if (value === null || value === "") {
    return success({}, "read as no arguments");
  }
  const isEncoded = typeof value === "string" && /^\s*[{[]/.test(value);
  if (!isEncoded) return success(value);
  const inner = parseJson(value);
  // A string that holds a string that holds an object is not worth following.
  if (inner !== undefined) return success(inner.value, "decoded twice");
  const mended = mendJson(value.trim(), {
    level: 2,
    keepStrings: !options.readOnly,
  });
  if (!mended.ok || mended.texts.length !== 1) return success(value);
  const repaired = JSON.parse(mended.texts[0] ?? "null");
  return {
    ok: true,
    value: repaired,
    more: [],
    repairs: ["decoded twice", ...mended.repairs],
  };
}

function success(value: unknown, repair?: string): ParsedArguments {
  const repairs = repair === undefined ? [] : [repair];
  return { ok: true, value, more: [], repairs };
}

function withRepair(parsed: ParsedArguments, repair: string): ParsedArguments {
  if (!parsed.ok) return parsed;
  return { ...parsed, repairs: [repair, ...parsed.repairs] };
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Finds the JSON within space, a byte order mark, tokens and a code fence. */
function unwrap(text: string): Span {
  let span = trim(text, { start: 0, end: text.length });
  span = trim(text, withoutToken(text, span));
  const fence = /^```[\w-]*[ \t]*\r?\n/.exec(
    text.slice(span.start, Math.min(span.end, span.start + 40)),
  );
  if (fence !== null && text.slice(span.end - 3, span.end) === "```") {
    const start = span.start + fence[0].length;
    span = trim(text, { start, end: Math.max(start, span.end - 3) });
  }
  return span;
}

function trim(text: string, span: Span): Span {
  let { start, end } = span;
  // The byte order mark counts as white space here.
  while (start < end && /\s/.test(text[start] ?? "")) start++;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end--;
  return { start, end };
}

const longestToken = 40;
const leadingToken = /^(?:<\/?[\w:|｜▁]+>|<[|｜][^<>{}"]*[|｜]>|\[[A-Z_]+\])/;
const trailingToken = /(?:<\/?[\w:|｜▁]+>|<[|｜][^<>{}"]*[|｜]>)$/;

/** Leaves out one special token at either end, such as `</tool_call>`. */
function withoutToken(text: string, { start, end }: Span): Span {
  const head = text.slice(start, Math.min(end, start + longestToken));
  start += leadingToken.exec(head)?.[0].length ?? 0;
  const tail = text.slice(Math.max(start, end - longestToken), end);
  end -= trailingToken.exec(tail)?.[0].length ?? 0;
  return { start, end };
}

/** About thirty characters around a place, on one line. */
function excerpt(text: string, at: number): string {
  const from = Math.max(0, at - 15);
  const near = text.slice(from, at + 15).toWellFormed()
    .replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  const before = from > 0 ? "…" : "";
  return `${before}${near}${at + 15 < text.length ? "…" : ""}`;
}

/** The text that teaches; the broken arguments are never repeated whole. */
function errorText(reason: string, options: ArgumentOptions): string {
  return `Invalid JSON in arguments for ${options.tool}: ${reason}. ` +
    "Send the call again with valid JSON; escape newlines as \\n and quotes " +
    'as \\". Nothing was executed.';
}
