import { z } from "zod";
import type { ToolSpec } from "./model.ts";
import type { AnyTool } from "./tool.ts";

type Json = Record<string, unknown>;

/**
 * Describes a tool for a model: JSON Schema draft 7 without what servers
 * reject or waste tokens on (spec/libraries.md, JSON Schema). Hidden
 * parameters are left out; they are still accepted.
 */
export function toolSpec(tool: AnyTool): ToolSpec {
  const schema = z.toJSONSchema(tool.input, {
    io: "input",
    target: "draft-7",
  }) as Json;
  const properties = { ...(schema.properties as Json | undefined) };
  for (const name of tool.hidden ?? []) delete properties[name];
  const required = schema.required as string[] | undefined;
  const parameters: Json = { type: "object", properties: clean(properties) };
  if (required !== undefined && required.length > 0) {
    parameters.required = required;
  }
  return {
    name: tool.name,
    description: tool.description,
    parameters,
    readOnly: tool.readOnly,
  };
}

/** Describes tools in the one order that never changes: by name. */
export function toolSpecs(tools: readonly AnyTool[]): ToolSpec[] {
  return [...tools]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(toolSpec);
}

/** A tool's input, checked, or what is wrong with it. */
export type ParsedInput =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly message: string };

/** Checks the input of a call; the complaint is text for the model. */
export function parseInput(tool: AnyTool, input: unknown): ParsedInput {
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const complaint = z.prettifyError(parsed.error);
  const required = (tool.input.shape ? Object.keys(tool.input.shape) : [])
    .filter((name) => !tool.input.shape[name].isOptional());
  return {
    ok: false,
    message: `Invalid input for ${tool.name}:\n${complaint}\n` +
      `It needs: ${required.join(", ")}. Nothing was run; send it corrected.`,
  };
}

/** zod writes these bounds for every integer; they say nothing. */
const safeIntegers = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== "object") return value;
  const cleaned: Json = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === "$schema" || key === "additionalProperties") continue;
    const isBound = key === "maximum" || key === "minimum";
    if (isBound && safeIntegers.includes(inner as number)) continue;
    cleaned[key] = clean(inner);
  }
  return cleaned;
}
