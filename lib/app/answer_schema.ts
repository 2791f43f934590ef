import { Validator } from "@cfworker/json-schema";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import { count } from "../core/text.ts";
import type { Review, Verdict } from "../agent/review.ts";
import { describeFileError } from "../platform/file_error.ts";

/** The shape that an answer must have. */
export interface AnswerSchema {
  readonly schema: Readonly<Record<string, unknown>>;
  /** What the model is told of it, at the end of the system prompt. */
  readonly instruction: string;
  /** Judges the last reply of one run; what does not fit is asked for again. */
  review(): Review;
}

/** A schema, and what is wrong with a value by it: a sentence each. */
interface Checker {
  readonly schema: AnswerSchema["schema"];
  faultsOf(value: unknown): readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Bytes of a schema: it stands in every request. */
const mostBytes = 64 * 1024;
/** Replies that are asked for after one that does not fit. */
const repairs = 3;
/** Faults that the model is told at once. */
const toldFaults = 8;

/**
 * Reads what `--json-schema` names: a schema where it begins with "{", else a
 * file of one. Needs `--allow-read` for that file.
 *
 * @throws {UserError} with exit code 2 for what is no JSON Schema.
 */
export async function readAnswerSchema(given: string): Promise<AnswerSchema> {
  const isInline = given.trimStart().startsWith("{");
  const name = isInline ? "--json-schema" : `--json-schema "${given}"`;
  const refuse = (why: string) =>
    new UserError(`Cannot use ${name}: ${why}`, exitCodes.usage);
  try {
    const text = isInline ? given : await Deno.readTextFile(given);
    if (text.length > mostBytes) throw new Error("it is larger than 64 KiB");
    const schema: unknown = JSON.parse(text);
    const fault = schemaFault(schema, { root: schema, at: "#", depth: 0 });
    if (fault !== null) throw new Error(fault);
    return answerSchema(schema as Json);
  } catch (error) {
    throw refuse(describeFileError(error));
  }
}

function answerSchema(schema: Json): AnswerSchema {
  const checker = { schema, faultsOf: faultFinder(schema) };
  return {
    schema,
    instruction: "When the task is done, your last message is read by a " +
      "program: one JSON value that fits this JSON Schema, without a word " +
      `or a fence around it.\n${JSON.stringify(schema)}`,
    review: () => answerReview(checker),
  };
}

function faultFinder(schema: Json): Checker["faultsOf"] {
  // The validator marks what it reads, and must not stop at the first fault.
  const marked = structuredClone(schema);
  const validator = new Validator(marked, draftOf(schema), false);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    if (valid) return [];
    const places = errors.map(({ instanceLocation }) => instanceLocation);
    // What holds a fault is said to be wrong as well: that tells nothing.
    const told = errors.filter(({ instanceLocation: at, keyword }) =>
      keyword === "required" || keyword === "additionalProperties" ||
      !places.some((place) => place.startsWith(`${at}/`))
    );
    const faults = told.map((each) =>
      `${each.instanceLocation}: ${each.error}`
    );
    return [...new Set(faults)];
  };
}

function draftOf({ $schema }: Json): "4" | "7" | "2019-09" | "2020-12" {
  const written = typeof $schema === "string" ? $schema : "";
  if (written.includes("draft-04")) return "4";
  if (/draft-0[67]/.test(written)) return "7";
  return written.includes("2019-09") ? "2019-09" : "2020-12";
}

function answerReview(answer: Checker): Review {
  let failures = 0;
  return ({ reply, note }) => {
    const read = readAnswer(reply.text);
    const faults = "fault" in read ? [read.fault] : answer.faultsOf(read.value);
    if ("value" in read && faults.length === 0) {
      return Promise.resolve({ kind: "pass", structured: read.value });
    }
    failures++;
    note(`The answer does not fit the JSON Schema: ${faults[0]}`);
    return Promise.resolve(
      failures > repairs ? hopeless(faults) : again(faults, answer),
    );
  };
}

function again(faults: readonly string[], { schema }: Checker): Verdict {
  const more = faults.length - toldFaults;
  const lines = [
    "Your last message does not fit the JSON Schema:",
    ...faults.slice(0, toldFaults).map((fault) => `- ${fault}`),
    ...more > 0 ? [`- and ${more} more`] : [],
    "Answer again: the whole JSON value, and nothing else.",
  ];
  return { kind: "again", text: lines.join("\n"), answerSchema: schema };
}

function hopeless(faults: readonly string[]): Verdict {
  const because = `the answer does not fit, also not after ` +
    `${count(repairs, "repair")}: ${faults[0]}`;
  return { kind: "fail", reason: "schema", because };
}

/** Reads a reply as JSON; a fence around it is no fault of the value. */
function readAnswer(
  reply: string,
): { readonly value: unknown } | { readonly fault: string } {
  const text = reply.trim();
  const [, fenced] = /^```(?:json)?\s*\n([\s\S]*)\n```$/.exec(text) ?? [];
  try {
    return { value: JSON.parse(fenced ?? text) };
  } catch (error) {
    return { fault: `It is no JSON: ${describeError(error)}` };
  }
}

const typeNames = new Set([
  "null",
  "boolean",
  "integer",
  "number",
  "string",
  "array",
  "object",
]);
const schemaMaps = [
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
];
const schemaLists = ["anyOf", "allOf", "oneOf", "prefixItems"];
const schemaFields = [
  "items",
  "additionalProperties",
  "propertyNames",
  "contains",
  "not",
  "if",
  "then",
  "else",
];
const deepest = 64;

interface Place {
  readonly root: unknown;
  readonly at: string;
  readonly depth: number;
}

/** What makes a value no JSON Schema that can be kept; null when nothing. */
function schemaFault(schema: unknown, place: Place): string | null {
  const { at, depth } = place;
  if (typeof schema === "boolean" && depth > 0) return null;
  if (!isRecord(schema)) return `${at} is no object`;
  if (depth > deepest) return `${at} is nested too deeply`;
  return ownFault(schema, place) ?? partsOf(schema, at).reduce(
    (fault: string | null, [name, part]) =>
      fault ??
        schemaFault(part, { ...place, at: name, depth: depth + 1 }),
    null,
  );
}

function ownFault(schema: Json, { root, at }: Place): string | null {
  const { type, required, pattern, $ref, enum: values } = schema;
  for (const name of type === undefined ? [] : [type].flat()) {
    if (!typeNames.has(String(name))) {
      return `${at}/type is ${JSON.stringify(name)}, which is no type`;
    }
  }
  for (const field of schemaMaps) {
    if (field in schema && !isRecord(schema[field])) {
      return `${at}/${field} is no object`;
    }
  }
  for (const field of schemaLists) {
    if (field in schema && !Array.isArray(schema[field])) {
      return `${at}/${field} is no list`;
    }
  }
  const isNames = Array.isArray(required) &&
    required.every((name) => typeof name === "string");
  if (required !== undefined && !isNames) {
    return `${at}/required is no list of names`;
  }
  if (values !== undefined && !Array.isArray(values)) {
    return `${at}/enum is no list`;
  }
  return patternFault(pattern, at) ?? referenceFault($ref, { root, at });
}

function patternFault(pattern: unknown, at: string): string | null {
  if (pattern === undefined) return null;
  try {
    new RegExp(String(pattern), "u");
    return null;
  } catch (error) {
    return `${at}/pattern: ${describeError(error)}`;
  }
}

/** Nothing is fetched: what a schema refers to has to be in it. */
function referenceFault(
  reference: unknown,
  { root, at }: Pick<Place, "root" | "at">,
): string | null {
  if (reference === undefined || reference === "#") return null;
  const said = `${at}/$ref is ${JSON.stringify(reference)}`;
  if (typeof reference !== "string" || !reference.startsWith("#/")) {
    return `${said}: it must begin with #/`;
  }
  let target: unknown = root;
  for (const word of reference.slice(2).split("/")) {
    const key = decodeURIComponent(word)
      .replaceAll("~1", "/").replaceAll("~0", "~");
    target = isRecord(target) || Array.isArray(target)
      ? (target as Json)[key]
      : undefined;
  }
  return target === undefined ? `${said}, which is not there` : null;
}

/** The schemas in a schema, each with its place. */
function partsOf(schema: Json, at: string): [string, unknown][] {
  const listed = (field: string): [string, unknown][] => {
    const value = schema[field];
    return value === undefined ? [] : Object.entries(value as object)
      .map(([key, part]) => [`${at}/${field}/${key}`, part]);
  };
  const single = schemaFields.filter((field) => field in schema)
    .map((field): [string, unknown] => [`${at}/${field}`, schema[field]]);
  // A list of items is what drafts before 2020-12 call prefixItems.
  const isList = Array.isArray(schema.items);
  return [
    ...[...schemaMaps, ...schemaLists, ...isList ? ["items"] : []]
      .flatMap(listed),
    ...single.filter(([name]) => !isList || !name.endsWith("/items")),
  ];
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
