import {
  type JsonMember,
  type JsonNode,
  parseJsonc,
  skipBlank,
  valueOf,
} from "./jsonc.ts";

/** Where a value stands: the keys from the outside in. */
export type KeyPath = readonly [string, ...string[]];

/**
 * Sets one value of a JSON text with comments. All that is not concerned
 * stays as it is: comments, order, indentation, line ends.
 *
 * @throws SyntaxError for a text that can't be read; TypeError when what
 * should hold the value is no object.
 */
export function setValue(
  text: string,
  keys: KeyPath,
  value: unknown,
): string {
  const style = styleOf(text);
  const { holder, rest } = descend(parseJsonc(text), keys);
  const [first, ...inner] = rest;
  if (first === undefined) {
    return replace(
      text,
      holder,
      render(value, style, indentAt(text, holder.start)),
    );
  }
  if (holder.kind !== "object") throw noHolder("an object", keys);
  const nested = inner.reduceRight<unknown>(
    (content, key) => ({ [key]: content }),
    value,
  );
  const key = `${JSON.stringify(first)}: `;
  return insert(text, holder, { before: key, value: nested, style });
}

/**
 * Adds a text to a list of a JSON text with comments, as its last entry, and
 * makes the list where there is none. A text that is there already changes
 * nothing.
 *
 * @throws as {@link setValue}, also when there is no list in its place.
 */
export function addToList(
  text: string,
  keys: KeyPath,
  entry: string,
): string {
  const { holder, rest } = descend(parseJsonc(text), keys);
  if (rest.length > 0) return setValue(text, keys, [entry]);
  if (holder.kind !== "array") throw noHolder("a list", keys);
  const isThere = holder.items.some((item) =>
    item.kind === "scalar" && item.value === entry
  );
  return isThere ? text : insert(text, holder, {
    before: "",
    value: entry,
    style: styleOf(text),
  });
}

/** The deepest node on the way that is there, and the keys that are left. */
function descend(
  root: JsonNode,
  keys: readonly string[],
): { holder: JsonNode; rest: readonly string[] } {
  let holder = root;
  for (const [index, key] of keys.entries()) {
    const member = holder.kind === "object"
      ? holder.members.find((candidate) => candidate.key === key)
      : undefined;
    if (member === undefined) return { holder, rest: keys.slice(index) };
    holder = member.node;
  }
  return { holder, rest: [] };
}

function noHolder(what: string, keys: KeyPath): TypeError {
  return new TypeError(`Cannot set "${keys.join(".")}": there is not ${what}`);
}

interface Style {
  readonly unit: string;
  readonly lineEnd: string;
}

function styleOf(text: string): Style {
  const [, unit = "  "] = /\n([ \t]+)\S/.exec(text) ?? [];
  return { unit, lineEnd: text.includes("\r\n") ? "\r\n" : "\n" };
}

function render(
  value: unknown,
  { unit, lineEnd }: Style,
  indent: string,
): string {
  return JSON.stringify(value, null, unit)
    .replaceAll("\n", `${lineEnd}${indent}`);
}

function replace(
  text: string,
  { start, end }: JsonNode,
  value: string,
): string {
  return text.slice(0, start) + value + text.slice(end);
}

/** The white space that the line of a place begins with. */
function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

interface Insertion {
  /** What stands before the value: a key, or nothing. */
  readonly before: string;
  readonly value: unknown;
  readonly style: Style;
}

function insert(
  text: string,
  holder: JsonNode,
  insertion: Insertion,
): string {
  const last = lastOf(holder);
  return last === undefined
    ? insertFirst(text, holder, insertion)
    : insertAfter(text, last, insertion);
}

/** Begin and end of the last member or item. */
function lastOf(
  holder: JsonNode,
): { readonly start: number; readonly end: number } | undefined {
  if (holder.kind === "array") return holder.items.at(-1);
  if (holder.kind !== "object") return undefined;
  const last: JsonMember | undefined = holder.members.at(-1);
  return last && { start: last.start, end: last.node.end };
}

/** Comments between the brackets stay before what is put there. */
function insertFirst(
  text: string,
  { start, end }: JsonNode,
  { before, value, style }: Insertion,
): string {
  const indent = indentAt(text, start);
  const inside = indent + style.unit;
  const content = text.slice(start + 1, end - 1).trimEnd();
  return text.slice(0, start + 1) + content + style.lineEnd + inside + before +
    render(value, style, inside) + style.lineEnd + indent +
    text.slice(end - 1);
}

function insertAfter(
  text: string,
  last: { readonly start: number; readonly end: number },
  { before, value, style }: Insertion,
): string {
  const next = skipBlank(text, last.end);
  const hasComma = text[next] === ",";
  const after = hasComma ? next + 1 : last.end;
  const comma = hasComma ? "" : ",";
  const trailing = hasComma ? "," : "";
  const lineStart = text.lastIndexOf("\n", last.start - 1) + 1;
  const indent = text.slice(lineStart, last.start);
  if (lineStart === 0 || indent.trim() !== "") {
    const entry = ` ${before}${
      render(value, style, indentAt(text, last.start))
    }`;
    return text.slice(0, last.end) + comma + text.slice(last.end, after) +
      entry + trailing + text.slice(after);
  }
  const entry = style.lineEnd + indent + before + render(value, style, indent);
  const at = endOfRemark(text, after);
  return text.slice(0, last.end) + comma + text.slice(last.end, at) + entry +
    trailing + text.slice(at);
}

/** The end of the line when only a comment is left of it, else `at`. */
function endOfRemark(text: string, at: number): number {
  const remark =
    /[ \t]*(?:\/\*(?:(?!\*\/)[^\n])*\*\/[ \t]*)*(?:\/\/[^\n]*)?(?=\r?\n)/y;
  remark.lastIndex = at;
  const [found] = remark.exec(text) ?? [];
  return at + (found?.replace(/\r$/, "").length ?? 0);
}

/** The value of a text; what the editing functions are checked against. */
export function readValue(text: string): unknown {
  return valueOf(parseJsonc(text));
}
