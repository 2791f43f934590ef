import type { ToolSpec } from "../core/model.ts";
import {
  isObject,
  matches,
  propertiesOf,
  propertyOf,
  requiredOf,
  type Schema,
  type SchemaType,
  typeOf,
  typesOf,
} from "./schema_check.ts";

/** What is wrong with one parameter. */
export function wrongType(key: string, value: unknown, schema: Schema): string {
  const choices = Array.isArray(schema.enum)
    ? `one of ${
      schema.enum.slice(0, 8).map((it) => JSON.stringify(it)).join(", ")
    }`
    : typesOf(schema).join(" or ");
  return `"${key}" must be ${choices || "valid"}, not ${describe(value)}`;
}

/** That a required parameter is not there, and its type. */
export function missing(key: string, tool: ToolSpec): string {
  const schema = propertyOf(tool.parameters, key) ?? {};
  const types = typesOf(schema).join(" or ");
  return `"${key}"${types === "" ? "" : ` (${types})`} is missing`;
}

/** A value as an error text shows it: short ones whole, others by type. */
export function describe(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length <= 40 ? json : typeOf(value);
}

/** The text that teaches: what was wrong, and one valid example. */
export function inputError(tool: ToolSpec, problems: string): string {
  const what = problems.length <= 240 ? problems : `${problems.slice(0, 239)}…`;
  return `Invalid input for ${tool.name}: ${what}. Example: ${
    exampleOf(tool)
  }. Nothing was executed.`;
}

/** Values that read well in an example; other parameters get any valid one. */
const exampleValues: Readonly<Record<string, unknown>> = {
  file_path: "src/main.ts",
  path: "src",
  pattern: "TODO",
  command: "ls",
  content: "hello\n",
  old_string: "let a = 1",
  new_string: "const a = 1",
};

/** Writes one valid input: the required parameters alone. */
export function exampleOf(tool: ToolSpec): string {
  const properties = propertiesOf(tool.parameters);
  const example: Record<string, unknown> = {};
  for (const key of requiredOf(tool.parameters)) {
    const schema = properties[key] ?? {};
    const known = exampleValues[key];
    const isKnown = known !== undefined && matches(known, schema);
    example[key] = isKnown ? known : exampleValue(schema);
  }
  return JSON.stringify(example);
}

const exampleOfType: Readonly<Record<SchemaType, unknown>> = {
  null: null,
  boolean: true,
  integer: 1,
  number: 1,
  array: [],
  object: {},
  string: "text",
};

function exampleValue(schema: Schema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type = typesOf(schema)[0] ?? "string";
  if (type === "array" && isObject(schema.items)) {
    return [exampleValue(schema.items)];
  }
  if (type !== "object") return exampleOfType[type];
  const entries = requiredOf(schema).map((key) => [
    key,
    exampleValue(propertyOf(schema, key) ?? {}),
  ]);
  return Object.fromEntries(entries);
}
