import type { ToolSpec } from "../core/model.ts";
import { describe, inputError, missing, wrongType } from "./input_errors.ts";
import { renameAliases, unwrapRoot } from "./parameters.ts";
import {
  isObject,
  matches,
  propertyOf,
  requiredOf,
  type Schema,
  type SchemaType,
  typeOf,
  typePrecedence,
  typesOf,
} from "./schema_check.ts";

/** An input that fits its tool's schema, or an error text for the model. */
export type CoercedInput =
  | {
    readonly ok: true;
    readonly input: Record<string, unknown>;
    readonly repairs: readonly string[];
  }
  | {
    readonly ok: false;
    readonly message: string;
    /** The input as far as it is an object, for the history. */
    readonly input: Record<string, unknown>;
  };

/** Parameters whose value is the text of a file (4.3, "text content"). */
const contentParameters = new Set([
  "content",
  "new_string",
  "old_string",
  "new_source",
]);
const pathParameter = /(?:^|_)(?:path|file|filename|directory)$/;
const absentTexts = new Set(["", "null", "undefined", "None"]);

/** One value on its way to its schema. */
interface Place {
  readonly key: string;
  readonly schema: Schema;
  /** The whole input, where a value's meaning depends on its siblings. */
  readonly siblings: Readonly<Record<string, unknown>>;
}

/** The answer of a coercion that does not apply. */
const no = Symbol("no");

/**
 * Fits an input to a tool's schema by the safe coercions of spec/providers.md
 * 4.3. What is valid stays as it is; only what fails is coerced. Unknown keys
 * stay, because a tool may accept what it does not advertise.
 */
export function coerceInput(value: unknown, tool: ToolSpec): CoercedInput {
  const repairs: string[] = [];
  const root = unwrapRoot(value, tool, repairs);
  if (!isObject(root)) {
    const message = inputError(
      tool,
      `the arguments must be an object, not ${describe(value)}`,
    );
    return { ok: false, message, input: {} };
  }
  const input = renameAliases(root, tool, repairs);
  const problems: string[] = [];
  const required = requiredOf(tool.parameters);
  for (const [key, given] of Object.entries(input)) {
    const schema = propertyOf(tool.parameters, key) ?? {};
    if (isAbsent(given, schema) && !required.includes(key)) {
      delete input[key];
      repairs.push(`left out "${key}": ${JSON.stringify(given)}`);
      continue;
    }
    const fitted = fit(given, { key, schema, siblings: input });
    if (fitted === no) problems.push(wrongType(key, given, schema));
    else if (fitted !== given) {
      input[key] = fitted;
      repairs.push(`read "${key}" as ${typeOf(fitted)}`);
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(input, key)) problems.unshift(missing(key, tool));
  }
  return problems.length === 0
    ? { ok: true, input, repairs }
    : { ok: false, message: inputError(tool, problems.join("; ")), input };
}

/**
 * Reads raw text as the type that a schema asks for. Dialects with tags carry
 * values without types (spec/providers.md 4.3, union types).
 */
export function valueFromText(
  text: string,
  schema: Schema | undefined,
): unknown {
  const types = schema === undefined ? [] : typesOf(schema);
  if (types.length === 0 || types.every((type) => type === "string")) {
    return text;
  }
  for (const type of typePrecedence) {
    const isAsked = types.includes(type);
    if (!isAsked || type === "string") continue;
    const value = readText[type](text.trim());
    if (value !== no) return value;
  }
  return text;
}

type TextReader = (text: string) => unknown;

/** How text becomes a value of each type. */
const readText: Readonly<Record<Exclude<SchemaType, "string">, TextReader>> = {
  null: (text) => /^(?:null|None)$/.test(text) ? null : no,
  boolean: (text) => {
    if (/^true$/i.test(text)) return true;
    return /^false$/i.test(text) ? false : no;
  },
  integer: (text) => {
    if (!/^[+-]?\d{1,15}(?:\.0+)?$/.test(text)) return no;
    return Number(text);
  },
  number: (text) => {
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return no;
    const value = Number(text);
    return Number.isFinite(value) ? value : no;
  },
  array: (text) => jsonOf(text, Array.isArray),
  object: (text) => jsonOf(text, isObject),
};

function jsonOf(text: string, accepts: (value: unknown) => boolean): unknown {
  try {
    const value = JSON.parse(text);
    return accepts(value) ? value : no;
  } catch {
    return no;
  }
}

function fit(value: unknown, place: Place): unknown {
  const { schema } = place;
  if (matches(value, schema)) return tidyPath(value, place);
  const named = fitChoice(value, schema);
  if (named !== no) return named;
  const types = typesOf(schema).filter((type) => type !== "null");
  // A union with a string takes what it was sent or nothing.
  if (types.length > 1 && types.includes("string")) return no;
  for (const type of types) {
    const fitted = toType[type](value, place);
    if (fitted !== no && matches(fitted, schema)) {
      return tidyPath(fitted, place);
    }
  }
  return no;
}

type Coercion = (value: unknown, place: Place) => unknown;

/** How a JSON value of another type becomes one of each type. */
const toType: Readonly<Record<SchemaType, Coercion>> = {
  null: () => no,
  boolean: (value) => {
    if (value === 1 || value === "1") return true;
    if (value === 0 || value === "0") return false;
    return typeof value === "string" ? readText.boolean(value.trim()) : no;
  },
  integer: (value) =>
    typeof value === "string" ? readText.integer(value.trim()) : no,
  number: (value) =>
    typeof value === "string" ? readText.number(value.trim()) : no,
  string: toText,
  array: toArray,
  object: (value, place) => {
    const object = typeof value === "string" ? readText.object(value) : value;
    return isObject(object) ? fitMembers(object, place) : no;
  },
};

function toText(value: unknown, { key, siblings }: Place): unknown {
  if (typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (!contentParameters.has(key)) return no;
  if (isObject(value)) return JSON.stringify(value, null, 2);
  if (!Array.isArray(value)) return no;
  const isLines = value.every((line) => typeof line === "string");
  const isJsonFile = /\.json\w?$/i.test(String(siblings.file_path ?? ""));
  // Strings in a JSON file may be the array that the file is to hold.
  if (isLines) return isJsonFile ? no : value.join("\n");
  return JSON.stringify(value, null, 2);
}

function toArray(value: unknown, place: Place): unknown {
  const items = isObject(place.schema.items) ? place.schema.items : undefined;
  const parsed = typeof value === "string" ? readText.array(value) : no;
  const array = Array.isArray(value) ? value : parsed;
  if (Array.isArray(array)) {
    if (items === undefined) return array;
    const fitted = array.map((item) => fit(item, { ...place, schema: items }));
    return fitted.includes(no) ? no : fitted;
  }
  if (items === undefined) return no;
  const isScalar = typeof value === "string" || typeof value === "number" ||
    typeof value === "boolean";
  // "a, b" may be one item or two.
  const isList = typeof value === "string" && /[,[\n]/.test(value);
  return isScalar && !isList && matches(value, items) ? [value] : no;
}

function fitMembers(object: Record<string, unknown>, place: Place): unknown {
  const fitted: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(object)) {
    const schema = propertyOf(place.schema, key);
    if (schema === undefined) continue;
    const isOptional = !requiredOf(place.schema).includes(key);
    if (isAbsent(value, schema) && isOptional) {
      delete fitted[key];
      continue;
    }
    const member = fit(value, { key, schema, siblings: object });
    if (member === no) return no;
    fitted[key] = member;
  }
  return fitted;
}

/** Finds the one choice that differs by case, spaces or quotes alone. */
function fitChoice(value: unknown, schema: Schema): unknown {
  if (typeof value !== "string" || !Array.isArray(schema.enum)) return no;
  const plain = (text: string) =>
    text.trim().replace(/^(["'`])(.*)\1$/s, "$2").trim().toLowerCase();
  const wanted = plain(value);
  const found = schema.enum.filter((choice) =>
    typeof choice === "string" && plain(choice) === wanted
  );
  return found.length === 1 ? found[0] : no;
}

/** Strict-mode models send null for what they would leave out. */
function isAbsent(value: unknown, schema: Schema): boolean {
  // A parameter that is not advertised has no schema and takes no null.
  if (value === null) return isUnknown(schema) || !matches(null, schema);
  const isText = typesOf(schema).includes("string") && !("enum" in schema);
  return typeof value === "string" && absentTexts.has(value.trim()) &&
    !isText && !matches(value, schema);
}

function isUnknown(schema: Schema): boolean {
  return Object.keys(schema).length === 0;
}

/** Takes quotes, a line end and a file URL off a path. */
function tidyPath(value: unknown, { key }: Place): unknown {
  if (typeof value !== "string" || !pathParameter.test(key)) return value;
  const line = value.replace(/[\r\n]+$/, "");
  const unquoted = /^(["'`])([^"'`]+)\1$/.exec(line)?.[2] ?? line;
  if (!unquoted.startsWith("file://")) return unquoted;
  try {
    const path = decodeURIComponent(new URL(unquoted).pathname);
    return path.replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return unquoted;
  }
}
