import { parseArguments } from "../arguments.ts";
import { isObject } from "../schema_check.ts";
import {
  type Found,
  type FoundCall,
  matchAt,
  type ReadCalls,
  skipSpace,
} from "./dialect.ts";

/** Where a call's name and arguments stand in an envelope object. */
const envelopeKeys: readonly (readonly [string, readonly string[]])[] = [
  ["name", ["arguments", "parameters", "args", "input"]],
  ["tool_name", ["tool_input", "parameters", "arguments", "args", "input"]],
  ["tool", ["args", "arguments", "parameters", "input"]],
  ["function", ["parameters", "arguments", "args"]],
  ["action", ["action_input"]],
];

const companions = new Set(["id", "type", "tool_call_id", "call_id", "index"]);
const maxNesting = 4;

/** Reads one JSON object or array of call envelopes. */
export const readEnvelopes: ReadCalls = (text, at) => {
  const start = text[at];
  if (start !== "{" && start !== "[") return null;
  const balanced = jsonEnd(text, at);
  // Without its last bracket the JSON is read up to the closing tags.
  let end = balanced ?? endBeforeTags(text);
  if (end <= at) return null;
  const body = text.slice(at, end);
  // One bracket too many is as common as one too few.
  if (text[end] === "}") end++;
  const found = envelopesOf(body);
  return found === null ? null : { calls: found, end };
};

/** Reads a bare JSON object of arguments for a call of a known name. */
export function readBody(
  text: string,
  at: number,
  call: { readonly name: string; readonly id?: string },
): Found | null {
  const start = skipSpace(text, at);
  if (text[start] !== "{") return null;
  const end = jsonEnd(text, start);
  if (end === undefined) return null;
  return { calls: [{ ...call, arguments: text.slice(start, end) }], end };
}

/**
 * The calls that a JSON text holds when it holds nothing else; null
 * otherwise. `mustHaveArguments` refuses an envelope that is a name alone.
 */
export function envelopesOf(
  json: string,
  mustHaveArguments = false,
): FoundCall[] | null {
  const options = { tool: "", maxLevel: 2 } as const;
  const strict = parseArguments(json, { ...options, readOnly: false });
  const parsed = strict.ok
    ? strict
    : parseArguments(json, { ...options, readOnly: true });
  if (!parsed.ok || parsed.more.length > 0) return null;
  const calls = collect(parsed.value, mustHaveArguments, 0);
  if (calls === null || calls.length === 0) return null;
  return strict.ok
    ? calls
    : calls.map((call) => ({ ...call, isDoubtful: true }));
}

/** Where the JSON value that begins at `at` ends; undefined when it doesn't. */
export function jsonEnd(text: string, at: number): number | undefined {
  const pattern = /["{}[\]]/g;
  pattern.lastIndex = at;
  let depth = 0;
  for (let hit = pattern.exec(text); hit; hit = pattern.exec(text)) {
    if (hit[0] === '"') {
      const end = stringEnd(text, pattern.lastIndex);
      if (end === undefined) return undefined;
      pattern.lastIndex = end;
    } else if (hit[0] === "{" || hit[0] === "[") depth++;
    else if (--depth === 0) return pattern.lastIndex;
  }
  return undefined;
}

function stringEnd(text: string, at: number): number | undefined {
  const pattern = /["\\]/g;
  pattern.lastIndex = at;
  for (let hit = pattern.exec(text); hit; hit = pattern.exec(text)) {
    if (hit[0] === '"') return pattern.lastIndex;
    pattern.lastIndex++;
  }
  return undefined;
}

const lastTag = /\s*(?:<\/?[\w:|｜▁]+>|<\|[\w|]+>)\s*$/;

function endBeforeTags(text: string): number {
  const from = Math.max(0, text.length - 80);
  let tail = text.slice(from);
  while (lastTag.test(tail)) tail = tail.replace(lastTag, "");
  return from + tail.trimEnd().length;
}

function collect(
  value: unknown,
  mustHaveArguments: boolean,
  nesting: number,
): FoundCall[] | null {
  if (nesting > maxNesting) return null;
  const inner = (next: unknown) =>
    collect(next, mustHaveArguments, nesting + 1);
  if (Array.isArray(value)) {
    const calls: FoundCall[] = [];
    for (const item of value) {
      const found = inner(item);
      if (found === null) return null;
      calls.push(...found);
    }
    return calls;
  }
  if (!isObject(value)) return null;
  const keys = Object.keys(value).filter((key) => !companions.has(key));
  if (keys.length === 1 && isObject(value.function)) {
    return inner(value.function);
  }
  if (keys.length === 1 && "tool_call" in value) return inner(value.tool_call);
  if (keys.length === 1 && "tool_calls" in value) {
    return inner(value.tool_calls);
  }
  const call = envelope(value, keys, mustHaveArguments);
  return call === null ? null : [call];
}

function envelope(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  mustHaveArguments: boolean,
): FoundCall | null {
  for (const [nameKey, argumentKeys] of envelopeKeys) {
    const name = value[nameKey];
    if (typeof name !== "string") continue;
    const others = keys.filter((key) => key !== nameKey);
    const [key, ...rest] = others;
    if (rest.length > 0) return null;
    if (key === undefined) {
      return mustHaveArguments ? null : { name, arguments: "" };
    }
    if (!argumentKeys.includes(key)) return null;
    const given = value[key];
    const json = typeof given === "string" ? given : JSON.stringify(given);
    const id = idOf(value);
    const call = { name, arguments: json ?? "" };
    return id === undefined ? call : { ...call, id };
  }
  return null;
}

function idOf(value: Readonly<Record<string, unknown>>): string | undefined {
  // Cohere counts its calls "0", "1": no id worth keeping.
  const id = value.id ?? value.tool_call_id ?? value.call_id;
  return typeof id === "string" && id.length > 4 ? id : undefined;
}

const mistralName =
  /\s*([\w.-]+)\s*(?:\[CALL_ID\]\s*([\w-]+)\s*)?(?:\[ARGS\]\s*)?(?=\{)/y;

/** Mistral v11: `read[ARGS]{...}`, with `[CALL_ID]x` perhaps between. */
export const readMistral: ReadCalls = (text, at, findTool) => {
  const head = matchAt(mistralName, text, at);
  if (head === null) return readEnvelopes(text, at, findTool);
  const [whole, name = "", id] = head;
  const call = id === undefined ? { name } : { name, id };
  return readBody(text, at + whole.length, call);
};

const kimiName =
  /\s*((?:functions\.)?[\w.-]+(?::\d+)?)\s*<\|tool_call_argument_begin\|>/y;

/** Kimi K2: the id is `functions.<name>:<n>` and holds the name. */
export const readKimi: ReadCalls = (text, at) => {
  const head = matchAt(kimiName, text, at);
  if (head === null) return null;
  const [whole, id = ""] = head;
  const name = id.replace(/^functions\./, "").replace(/:\d+$/, "");
  const call = id.includes(":") ? { name, id } : { name };
  return readBody(text, at + whole.length, call);
};

const deepseekName =
  /\s*(?:function\s*<[|｜]tool[▁_]sep[|｜]>)?\s*([\w.-]+)\s*(?:<[|｜]tool[▁_]sep[|｜]>\s*|\n\s*)(```(?:json)?\s*)?(?=\{)/y;

/** DeepSeek V3 with a type and a fence, V3.1 without either. */
export const readDeepseek: ReadCalls = (text, at) => {
  const head = matchAt(deepseekName, text, at);
  if (head === null) return null;
  const [whole, name = "", fence] = head;
  const found = readBody(text, at + whole.length, { name });
  if (found === null || fence === undefined) return found;
  const closing = matchAt(/\s*```/y, text, found.end);
  return { ...found, end: found.end + (closing?.[0].length ?? 0) };
};

const llamaName = /<function=([\w.-]+)\s*>?\s*(?=\{)/y;

/** Llama 3.1's own format, and the leak of it without the ">". */
export const readLlamaFunction: ReadCalls = (text, at) => {
  const head = matchAt(llamaName, text, at);
  if (head === null) return null;
  const [whole, name = ""] = head;
  const found = readBody(text, at + whole.length, { name });
  if (found === null) return null;
  const closing = matchAt(/\s*<\/function>/y, text, found.end);
  return { ...found, end: found.end + (closing?.[0].length ?? 0) };
};
