/** A JSON Schema as tools carry it (core/schema.ts). */
export type Schema = Readonly<Record<string, unknown>>;

/** The shapes that a schema can ask for. */
export type SchemaType =
  | "null"
  | "boolean"
  | "integer"
  | "number"
  | "array"
  | "object"
  | "string";

/** Order in which text is tried against a union (spec/providers.md 4.3). */
export const typePrecedence: readonly SchemaType[] = [
  "null",
  "boolean",
  "integer",
  "number",
  "array",
  "object",
  "string",
];

const maxDepth = 32;

/** Tells whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The named parameters of a tool's schema. */
export function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return isObject(schema.properties)
    ? schema.properties as Record<string, Schema>
    : {};
}

/** The parameters that a call must give. */
export function requiredOf(schema: Schema): readonly string[] {
  return Array.isArray(schema.required) ? schema.required as string[] : [];
}

/** The schema of one parameter, also for names such as "constructor". */
export function propertyOf(schema: Schema, key: string): Schema | undefined {
  const properties = propertiesOf(schema);
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** All types that a schema admits; empty when it does not say. */
export function typesOf(schema: Schema): readonly SchemaType[] {
  const { type } = schema;
  if (typeof type === "string") return [type as SchemaType];
  if (Array.isArray(type)) return type as SchemaType[];
  const choices = alternatives(schema);
  if (choices !== undefined) return choices.flatMap(typesOf);
  const values = Array.isArray(schema.enum) ? schema.enum : [];
  if ("const" in schema) return [typeOf(schema.const)];
  return [...new Set(values.map(typeOf))];
}

/**
 * Checks a value against the part of JSON Schema that tool inputs use. What
 * it does not know it lets pass: the tool's own check has the last word.
 * Unknown keys pass too.
 */
export function matches(value: unknown, schema: Schema, depth = 0): boolean {
  if (depth > maxDepth) return true;
  const choices = alternatives(schema);
  if (choices !== undefined) {
    return choices.some((choice) => matches(value, choice, depth + 1));
  }
  if ("const" in schema && value !== schema.const) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isType(value, type))) {
    return false;
  }
  return isInBounds(value, schema) && membersMatch(value, schema, depth);
}

/** The one type name of a JSON value. */
export function typeOf(value: unknown): SchemaType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") {
    return Number.isInteger(value) ? "integer" : "number";
  }
  return typeof value as SchemaType;
}

function alternatives(schema: Schema): readonly Schema[] | undefined {
  const choices = schema.anyOf ?? schema.oneOf;
  return Array.isArray(choices) ? choices as Schema[] : undefined;
}

function isType(value: unknown, type: SchemaType): boolean {
  const actual = typeOf(value);
  return actual === type || type === "number" && actual === "integer";
}

function isInBounds(value: unknown, schema: Schema): boolean {
  if (typeof value === "number") {
    return value >= bound(schema.minimum, -Infinity) &&
      value <= bound(schema.maximum, Infinity) &&
      value > bound(schema.exclusiveMinimum, -Infinity) &&
      value < bound(schema.exclusiveMaximum, Infinity);
  }
  if (typeof value === "string") {
    return value.length >= bound(schema.minLength, 0) &&
      value.length <= bound(schema.maxLength, Infinity);
  }
  if (!Array.isArray(value)) return true;
  return value.length >= bound(schema.minItems, 0) &&
    value.length <= bound(schema.maxItems, Infinity);
}

function bound(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function membersMatch(value: unknown, schema: Schema, depth: number): boolean {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isObject(items)) return true;
    return value.every((item) => matches(item, items, depth + 1));
  }
  if (!isObject(value)) return true;
  const hasRequired = requiredOf(schema).every((key) =>
    Object.hasOwn(value, key)
  );
  return hasRequired &&
    Object.entries(value).every(([key, inner]) => {
      const property = propertyOf(schema, key);
      return property === undefined || matches(inner, property, depth + 1);
    });
}
