/**
 * What a program that embeds the agent may import.
 *
 * @module
 */
export { query, type QueryOptions } from "./app/query.ts";
export type { AgentEvent, Denial, RunEndReason } from "./core/event.ts";
export type { Message, Part } from "./core/message.ts";
export type {
  ModelClient,
  ModelEvent,
  ModelInfo,
  ModelRequest,
} from "./core/model.ts";
export type { Access, Answer, PermissionMode } from "./core/permission.ts";
export {
  type AnyTool,
  defineTool,
  fail,
  ok,
  type Tool,
  type ToolContext,
  type ToolOutcome,
} from "./core/tool.ts";
export { builtinTools } from "../tools/mod.ts";
export { UserError } from "./core/error.ts";
export {
  type InputLine,
  inputLineSchemas,
  permissionAnswerSchema,
} from "./ui/json/input_lines.ts";
export { linesJsonSchema } from "./ui/json/lines_schema.ts";
export {
  type OutputLine,
  outputLineKind,
  outputLineSchema,
  outputLineSchemas,
} from "./ui/json/output_lines.ts";
