import type { ToolSpec } from "../../lib/core/model.ts";

type Schema = Record<string, unknown>;

const string = { type: "string" };
const boolean = { type: "boolean" };
const count = { type: "integer", minimum: 1 };

function tool(
  name: string,
  readOnly: boolean,
  properties: Record<string, Schema>,
  required: string[],
): ToolSpec {
  return {
    name,
    description: `${name}.`,
    parameters: { type: "object", properties, required },
    readOnly,
  };
}

/** The six tools as a model is told of them, without their code. */
export const offeredTools: readonly ToolSpec[] = [
  tool("Bash", false, { command: string, timeout: count }, ["command"]),
  tool(
    "Edit",
    false,
    {
      file_path: string,
      old_string: string,
      new_string: string,
      replace_all: boolean,
    },
    ["file_path", "old_string", "new_string"],
  ),
  tool("Glob", true, { pattern: string, path: string }, ["pattern"]),
  tool(
    "Grep",
    true,
    {
      pattern: string,
      path: string,
      glob: string,
      output_mode: {
        type: "string",
        enum: ["content", "files_with_matches", "count"],
      },
      "-i": boolean,
      "-C": count,
      head_limit: count,
      multiline: boolean,
    },
    ["pattern"],
  ),
  tool(
    "Read",
    true,
    { file_path: string, offset: count, limit: count },
    ["file_path"],
  ),
  tool("Write", false, { file_path: string, content: string }, [
    "file_path",
    "content",
  ]),
];

/** Tools with the shapes that the six do not have. */
export const otherTools: readonly ToolSpec[] = [
  tool("Status", true, {}, []),
  tool(
    "Plan",
    true,
    {
      items: { type: "array", items: string },
      steps: {
        type: "array",
        items: {
          type: "object",
          properties: { title: string, done: boolean },
          required: ["title"],
        },
      },
      options: { type: "object", properties: { depth: count } },
      ratio: { type: "number" },
      either: { anyOf: [{ type: "string" }, { type: "integer" }] },
      maybe: { anyOf: [{ type: "string" }, { type: "null" }] },
    },
    [],
  ),
];
