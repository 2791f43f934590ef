import { z } from "zod";
import { inputLineSchemas } from "./input_lines.ts";
import { outputLineSchemas } from "./output_lines.ts";

/**
 * The JSON Schema of all lines: `$defs` has "output.KIND" and "input.KIND",
 * with "." for the "/" of a kind, and "output" and "input" for any of them.
 * It lets unknown fields pass, as readers should.
 */
export function linesJsonSchema(): Record<string, unknown> {
  const output = definitions("output", outputLineSchemas);
  const input = definitions("input", inputLineSchemas);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Lines of openclaude's stream-json",
    anyOf: [{ $ref: "#/$defs/output" }, { $ref: "#/$defs/input" }],
    $defs: {
      output: { anyOf: refsTo(output) },
      input: { anyOf: refsTo(input) },
      ...output,
      ...input,
    },
  };
}

function definitions(
  io: "input" | "output",
  schemas: Readonly<Record<string, z.ZodType>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([kind, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, {
        io,
        override({ jsonSchema }) {
          if (jsonSchema.additionalProperties === false) {
            delete jsonSchema.additionalProperties;
          }
          // An integer's own bounds say nothing to anybody.
          if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
            delete jsonSchema.maximum;
          }
          if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
            delete jsonSchema.minimum;
          }
        },
      });
      return [`${io}.${kind.replaceAll("/", ".")}`, rest];
    }),
  );
}

function refsTo(definitions: Readonly<Record<string, unknown>>): object[] {
  return Object.keys(definitions).map((name) => ({ $ref: `#/$defs/${name}` }));
}
