import type { ToolSpec } from "../../core/model.ts";
import { valueFromText } from "../coerce.ts";
import { propertyOf } from "../schema_check.ts";
import { type Found, matchAt, type ReadCalls, skipSpace } from "./dialect.ts";

/** How a dialect writes a call and its parameters as tags. */
interface TagGrammar {
  /** Sticky; groups `name` and perhaps `prefix`. */
  readonly call: RegExp;
  /** Sticky; groups `key` and perhaps `string` (true or false). */
  readonly parameter: RegExp;
  closeParameter(prefix: string, key: string): string;
  closeCall(prefix: string): string;
  /**
   * Which line ends around a value belong to the format: "each" one on either
   * side, "pair" one on both sides or none, "none" all are the value's.
   */
  readonly trim: "each" | "pair" | "none";
  /** True when a parameter's tag is its name. */
  readonly tagsAreNames?: true;
}

/**
 * Reads a call of tags whose values are raw text, not XML: a value ends at
 * the closing tag that something of the format follows, so it may hold tags,
 * ampersands and blank lines (spec/providers.md 3.2, Qwen3-Coder). A value
 * that could end in two places is refused.
 */
function tagReader(grammar: TagGrammar): ReadCalls {
  return (text, at, findTool): Found | null => {
    const head = matchAt(grammar.call, text, at);
    if (head === null) return null;
    const { name = "", prefix = "" } = head.groups ?? {};
    const tool = findTool(name);
    if (tool === undefined) return null;
    const closeCall = grammar.closeCall(prefix);
    const values: [string, unknown][] = [];
    let position = skipSpace(text, at + head[0].length);
    while (true) {
      const opening = matchAt(grammar.parameter, text, position);
      if (opening === null) break;
      const { key = "", string } = opening.groups ?? {};
      const start = position + opening[0].length;
      const close = grammar.closeParameter(prefix, key);
      const end = valueEnd(text, start, { grammar, close, closeCall });
      if (end === undefined) return null;
      const raw = text.slice(start, end.value);
      if (holdsParameter(raw, grammar, tool)) return null;
      const schema = propertyOf(tool.parameters, key);
      const value = trimValue(raw, grammar.trim);
      values.push([
        key,
        string === undefined
          ? valueFromText(value, schema)
          : typedValue(value, string),
      ]);
      position = skipSpace(text, end.next);
    }
    if (new Set(values.map(([key]) => key)).size < values.length) return null;
    if (text.startsWith(closeCall, position)) position += closeCall.length;
    else if (!isCallEnd(text, position, { grammar, tool })) return null;
    const json = JSON.stringify(Object.fromEntries(values));
    return { calls: [{ name, arguments: json }], end: position };
  };
}

interface ValueBounds {
  readonly grammar: TagGrammar;
  readonly close: string;
  readonly closeCall: string;
}

function valueEnd(
  text: string,
  start: number,
  { grammar, close, closeCall }: ValueBounds,
): { value: number; next: number } | undefined {
  let found = text.indexOf(close, start);
  while (found !== -1) {
    const next = skipSpace(text, found + close.length);
    const isEnd = next === text.length ||
      text.startsWith(closeCall, next) ||
      text.startsWith("</", next) && /^<\/[\w:]*tool_call/.test(
          text.slice(next, next + 40),
        ) ||
      matchAt(grammar.parameter, text, next) !== null;
    if (isEnd) return { value: found, next };
    found = text.indexOf(close, found + close.length);
  }
  // The closing tag of the last value is sometimes missing.
  const last = text.indexOf(`\n${closeCall}`, start);
  return last === -1 ? undefined : { value: last, next: last + 1 };
}

/**
 * A call without its closing tag ends at another tag. At the end of the text
 * a parameter may be missing, which matters for tools that change things.
 */
function isCallEnd(
  text: string,
  at: number,
  { grammar, tool }: { readonly grammar: TagGrammar; readonly tool: ToolSpec },
): boolean {
  if (at >= text.length) return tool.readOnly;
  return text.startsWith("</", at) || matchAt(grammar.call, text, at) !== null;
}

/** A parameter within a value: a missing end or quoted markup. */
function holdsParameter(
  value: string,
  grammar: TagGrammar,
  tool: ToolSpec,
): boolean {
  const lines = /\n[ \t]*(?=<)/g;
  for (let hit = lines.exec(value); hit; hit = lines.exec(value)) {
    const found = matchAt(grammar.parameter, value, lines.lastIndex);
    if (found === null) continue;
    const key = found.groups?.key ?? "";
    // Any tag looks like a parameter where parameters are tags themselves.
    const isAnyTag = grammar.tagsAreNames === true &&
      propertyOf(tool.parameters, key) === undefined;
    if (!isAnyTag) return true;
  }
  return false;
}

function trimValue(value: string, trim: TagGrammar["trim"]): string {
  if (trim === "none") return value;
  const leading = /^\r?\n/.exec(value)?.[0].length ?? 0;
  const trailing = /\r?\n$/.exec(value.slice(leading))?.[0].length ?? 0;
  if (trim === "pair" && (leading === 0 || trailing === 0)) return value;
  return value.slice(leading, value.length - trailing);
}

function typedValue(value: string, isString: string): unknown {
  if (isString === "true") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Qwen3-Coder and its kin: `<function=read><parameter=path>`. */
export const readQwenCoder: ReadCalls = tagReader({
  call: /<function=(?<name>[\w.-]+)>(?!\s*\{)/y,
  parameter: /<parameter=(?<key>[\w.-]+)>/y,
  closeParameter: () => "</parameter>",
  closeCall: () => "</function>",
  trim: "each",
});

/** `<invoke name="read"><parameter name="path">`, perhaps with a prefix. */
export const readInvoke: ReadCalls = tagReader({
  call: /<(?<prefix>(?:[\w-]+:)?)invoke\s+name="?(?<name>[\w.-]+)"?\s*>/y,
  parameter: /<(?:[\w-]+:)?parameter\s+name="?(?<key>[\w.-]+)"?\s*>/y,
  closeParameter: (prefix) => `</${prefix}parameter>`,
  closeCall: (prefix) => `</${prefix}invoke>`,
  trim: "pair",
});

/** DeepSeek V3.2 and V4: typed parameters with a prefix of their own. */
export const readDsml: ReadCalls = tagReader({
  call: /<(?<prefix>[|｜]DSML[|｜])invoke\s+name="(?<name>[\w.-]+)"\s*>/y,
  parameter:
    /<[|｜]DSML[|｜]parameter\s+name="(?<key>[\w.-]+)"(?:\s+string="(?<string>true|false)")?\s*>/y,
  closeParameter: (prefix) => `</${prefix}parameter>`,
  closeCall: (prefix) => `</${prefix}invoke>`,
  trim: "none",
});

/** MiniMax M3: the parameters are tags of their own names. */
export const readNamedTags: ReadCalls = tagReader({
  call: /<invoke\s+name="?(?<name>[\w.-]+)"?\s*>/y,
  parameter: /<(?<key>[A-Za-z_][\w-]*)>/y,
  closeParameter: (_prefix, key) => `</${key}>`,
  closeCall: () => "</invoke>",
  trim: "pair",
  tagsAreNames: true,
});

/** GLM: a name, then pairs of `<arg_key>` and `<arg_value>`. */
export const readGlm: ReadCalls = tagReader({
  call: /(?<name>[\w.-]+)\s*(?=<arg_key>|<\/tool_call>|$)/y,
  parameter: /<arg_key>\s*(?<key>[\w.-]+)\s*<\/arg_key>\s*<arg_value>/y,
  closeParameter: () => "</arg_value>",
  closeCall: () => "</tool_call>",
  trim: "none",
});
