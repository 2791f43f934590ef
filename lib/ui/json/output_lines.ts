import { z } from "zod";
import { permissionModes } from "../../core/permission.ts";
import {
  imageBlock,
  replyMessage,
  stopReason,
  streamEvent,
  textBlock,
  toolResultBlock,
  usageCounts,
} from "./blocks.ts";
import { permissionUpdate } from "./permission_update.ts";

/** What tells a line's session, and one line from all others. */
const stamp = { session_id: z.string(), uuid: z.string() };
/** Sub-agents will name the call that started them. */
const ofAgent = { parent_tool_use_id: z.string().nullable(), ...stamp };

function system<Name extends string, Shape extends z.core.$ZodLooseShape>(
  subtype: Name,
  shape: Shape,
) {
  return z.strictObject({
    type: z.literal("system"),
    subtype: z.literal(subtype),
    ...shape,
    ...stamp,
  });
}

const init = system("init", {
  cwd: z.string(),
  model: z.string(),
  tools: z.array(z.string()),
  mcp_servers: z.array(
    z.strictObject({ name: z.string(), status: z.string() }),
  ),
  permissionMode: z.enum(permissionModes),
  slash_commands: z.array(z.string()),
  agents: z.array(z.string()),
  skills: z.array(z.string()),
  plugins: z.array(z.string()),
  /** "none" where the server is given no key of the user's. */
  apiKeySource: z.enum(["user", "none"]),
  output_style: z.string(),
  /** The version of openclaude, for programs that want the field. */
  claude_code_version: z.string(),
  openclaude_version: z.string(),
});

const user = z.strictObject({
  type: z.literal("user"),
  message: z.strictObject({
    role: z.literal("user"),
    content: z.array(z.union([textBlock, imageBlock, toolResultBlock])),
  }),
  /** What a tool tells programs of its result; see the tools' reference. */
  tool_use_result: z.unknown().optional(),
  /** The user's own words again (`--replay-user-messages`). */
  isReplay: z.literal(true).optional(),
  /** What the program said in the user's place. */
  isSynthetic: z.literal(true).optional(),
  ...ofAgent,
});

const modelUsage = z.strictObject({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cacheReadInputTokens: z.int().min(0),
  cacheCreationInputTokens: z.int().min(0),
  webSearchRequests: z.int().min(0),
  /** Absent where nobody said what a token costs. */
  costUSD: z.number().min(0).optional(),
  contextWindow: z.int().min(0),
});

/** What the last line of a run can be. */
export const resultSubtypes = [
  "success",
  "error_during_execution",
  "error_max_turns",
  "error_max_budget_usd",
  "error_max_structured_output_retries",
] as const;

/** Why a run ended, more exactly than the subtype says it. */
export const terminalReasons = [
  "completed",
  "max_turns",
  "max_budget_usd",
  "aborted_streaming",
  "aborted_tools",
  "timeout",
  "loop",
  "denied",
  "unverified",
  "schema",
  "error",
] as const;

const result = z.strictObject({
  type: z.literal("result"),
  subtype: z.enum(resultSubtypes),
  is_error: z.boolean(),
  duration_ms: z.number().min(0),
  /** Milliseconds of waiting for the model. */
  duration_api_ms: z.number().min(0),
  /** Milliseconds until the first piece of the first reply. */
  ttft_ms: z.number().min(0).optional(),
  num_turns: z.int().min(0),
  /** The last text of the model, also of a run that failed. */
  result: z.string(),
  /** The answer as a value, by `--json-schema`. */
  structured_output: z.unknown().optional(),
  stop_reason: stopReason,
  /** US dollars of the process so far; absent where a price is unknown. */
  total_cost_usd: z.number().min(0).optional(),
  usage: usageCounts,
  /** Tokens of the process so far, by model. */
  modelUsage: z.record(z.string(), modelUsage),
  permission_denials: z.array(z.strictObject({
    tool_name: z.string(),
    tool_use_id: z.string(),
    tool_input: z.unknown(),
  })),
  terminal_reason: z.enum(terminalReasons),
  /** What went wrong, for people; absent where nothing did. */
  errors: z.array(z.string()).optional(),
  ...stamp,
});

const canUseTool = z.strictObject({
  type: z.literal("control_request"),
  request_id: z.string(),
  request: z.strictObject({
    subtype: z.literal("can_use_tool"),
    tool_name: z.string(),
    input: z.unknown(),
    tool_use_id: z.string(),
    /** Why it is asked. */
    decision_reason: z.string(),
    /** What would stop the like of it from being asked. */
    permission_suggestions: z.array(permissionUpdate),
  }),
});

const controlResponse = z.strictObject({
  type: z.literal("control_response"),
  response: z.union([
    z.strictObject({
      subtype: z.literal("success"),
      request_id: z.string(),
      response: z.record(z.string(), z.unknown()),
    }),
    z.strictObject({
      subtype: z.literal("error"),
      request_id: z.string(),
      error: z.string(),
    }),
  ]),
});

/**
 * The schema of each line that `--output-format stream-json` writes, by its
 * type and subtype. Fields may be added to any line; none changes its meaning.
 */
export const outputLineSchemas = {
  "system/init": init,
  assistant: z.strictObject({
    type: z.literal("assistant"),
    message: replyMessage,
    ...ofAgent,
  }),
  user,
  stream_event: z.strictObject({
    type: z.literal("stream_event"),
    event: streamEvent,
    ...ofAgent,
  }),
  "system/status": system("status", {
    status: z.null(),
    permissionMode: z.enum(permissionModes),
  }),
  "system/api_retry": system("api_retry", {
    attempt: z.int().min(0),
    max_retries: z.int().min(0),
    retry_delay_ms: z.number().min(0),
    error_status: z.int().nullable(),
    error: z.string(),
  }),
  "system/compact_boundary": system("compact_boundary", {
    compact_metadata: z.strictObject({
      trigger: z.enum(["auto", "manual"]),
      pre_tokens: z.int().min(0),
      post_tokens: z.int().min(0),
    }),
  }),
  "system/permission_denied": system("permission_denied", {
    tool_name: z.string(),
    tool_use_id: z.string(),
    decision_reason_type: z.enum(["permissionPromptTool", "other"]),
    /** Who refused: a rule and its file, the mode, the sandbox, the driver. */
    decision_reason: z.string(),
    message: z.string(),
  }),
  "system/informational": system("informational", {
    content: z.string(),
    level: z.enum(["debug", "info", "warning", "error"]),
  }),
  "control_request/can_use_tool": canUseTool,
  control_cancel_request: z.strictObject({
    type: z.literal("control_cancel_request"),
    request_id: z.string(),
  }),
  control_response: controlResponse,
  result,
} as const;

/** Names a line: its type, and its subtype where it has one of its own. */
export type OutputLineKind = keyof typeof outputLineSchemas;

/** One line that is written. */
export type OutputLine = z.output<typeof outputLineSchemas[OutputLineKind]>;
export type ResultLine = z.output<typeof result>;
export type ControlResponse = z.output<typeof controlResponse>;

/** Any line that is written. */
export const outputLineSchema = z.union(Object.values(outputLineSchemas));

/** The kind of a line, by which its schema is found. */
export function outputLineKind(line: OutputLine): OutputLineKind {
  if (line.type === "system") return `system/${line.subtype}`;
  if (line.type === "control_request") return "control_request/can_use_tool";
  return line.type;
}
