import { z } from "zod";
import { nearest } from "../core/nearest.ts";
import { settingsSchema } from "../core/settings.ts";
import { profileOverrideSchema } from "../provider/profile_override.ts";
import { type Key, keyText } from "../settings/key.ts";

/** The parts of JSON Schema that settings need. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of a settings file, which editors understand. */
export function settingsJsonSchema(): JsonSchema {
  const target = { target: "draft-7", io: "input" } as const;
  const { $schema: draft, ...profile } = z.toJSONSchema(
    profileOverrideSchema,
    target,
  );
  const schema = z.toJSONSchema(settingsSchema, {
    ...target,
    override({ path, jsonSchema }) {
      // An integer's own bounds say nothing to anybody.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      if (path.at(-1) !== "profile") return;
      delete jsonSchema.propertyNames;
      Object.assign(jsonSchema, profile);
    },
  });
  const { $schema: _, ...rest } = schema;
  return {
    $schema: draft,
    title: "Settings of openclaude",
    ...rest,
  } as JsonSchema;
}

/** What may stand at a key, or the key that was perhaps meant. */
export type FoundKey =
  | { readonly ok: true; readonly schema: JsonSchema }
  | { readonly ok: false; readonly near: string | undefined };

/** Looks a key up; names that the user chooses (an endpoint's) are any. */
export function findKey(
  path: readonly Key[],
  root: JsonSchema = settingsJsonSchema(),
): FoundKey {
  let at = root;
  for (const [index, key] of path.entries()) {
    const next = stepInto(at, key);
    if (next === undefined) {
      const near = nearest(String(key), Object.keys(at.properties ?? {}));
      if (near === undefined) {
        return { ok: false, near: byLastName(String(path.at(-1)), root) };
      }
      const start = [...path.slice(0, index), near];
      const whole = [...start, ...path.slice(index + 1)];
      return {
        ok: false,
        near: keyText(findKey(whole, root).ok ? whole : start),
      };
    }
    at = next;
  }
  return { ok: true, schema: at };
}

function stepInto(schema: JsonSchema, key: Key): JsonSchema | undefined {
  if (schema.type === undefined) return {};
  if (typeof key === "number") return schema.items;
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object"
    ? additionalProperties
    : undefined;
}

/** Shorter names are near to too many. */
const shortestGuess = 4;

/** The key of another place whose last name is nearest. */
function byLastName(name: string, root: JsonSchema): string | undefined {
  if (name.length < shortestGuess) return undefined;
  const paths = [...pathsOf(root, [])];
  const near = nearest(name, paths.map((path) => String(path.at(-1))));
  const found = paths.find((path) => path.at(-1) === near);
  return found === undefined ? undefined : keyText(found);
}

function* pathsOf(
  { properties = {}, additionalProperties }: JsonSchema,
  path: readonly string[],
): Generator<readonly string[]> {
  for (const [name, inner] of Object.entries(properties)) {
    yield [...path, name];
    yield* pathsOf(inner, [...path, name]);
  }
  if (typeof additionalProperties === "object") {
    yield* pathsOf(additionalProperties, [...path, "NAME"]);
  }
}
