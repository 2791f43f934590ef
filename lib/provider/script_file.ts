import { z } from "zod";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { ModelFailureCode } from "../core/model.ts";
import { describeFileError } from "../platform/file_error.ts";

const stops = ["end", "tool_use", "length", "refused", "empty"] as const;
const failureCodes = [
  "aborted",
  "auth",
  "quota",
  "rate_limit",
  "overloaded",
  "loading",
  "context_overflow",
  "model_not_found",
  "no_tool_support",
  "bad_request",
  "refused",
  "network",
  "timeout",
  "protocol",
] as const satisfies readonly ModelFailureCode[];

const scriptedCall = z.strictObject({
  name: z.string(),
  id: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  /** Raw JSON text, where a script must show a damaged call. */
  arguments: z.string().optional(),
}).refine(
  (call) => call.input === undefined || call.arguments === undefined,
  { error: `has both "input" and "arguments"` },
);

const scriptedReply = z.strictObject({
  for: z.literal("summary").optional(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  calls: z.array(scriptedCall).optional(),
  /** Waits before the first delta. */
  delayMs: z.number().nonnegative().optional(),
  chunkChars: z.int().positive().optional(),
  /** Waits before each delta. */
  chunkMs: z.number().nonnegative().optional(),
  stop: z.enum(stops).optional(),
  usage: z.strictObject({
    input: z.int().nonnegative(),
    output: z.int().nonnegative(),
    cached: z.int().nonnegative().default(0),
    reasoning: z.int().nonnegative().default(0),
    estimated: z.literal(true).optional(),
  }).optional(),
  failure: z.strictObject({
    code: z.enum(failureCodes),
    message: z.string(),
    transient: z.boolean().default(false),
    status: z.int().optional(),
    window: z.int().positive().optional(),
  }).optional(),
  retry: z.strictObject({
    attempt: z.int().positive().default(1),
    of: z.int().positive().default(5),
    waitMs: z.number().nonnegative().default(0),
    because: z.string(),
  }).optional(),
});

const scriptedInfo = z.strictObject({
  info: z.strictObject({
    window: z.int().positive().optional(),
    maxOutput: z.int().positive().optional(),
    vision: z.boolean().optional(),
    thinking: z.boolean().optional(),
  }),
});

/** One reply of a script. */
export type ScriptedReply = z.output<typeof scriptedReply>;
/** What a script says of its model. */
export type ScriptedInfo = z.output<typeof scriptedInfo>["info"];

/**
 * Reads and checks a script: one JSON value a line, where blank lines and
 * lines that begin with `//` are skipped. The first may be
 * `{"info": {"window", "maxOutput", "vision", "thinking"}}`; each other is a
 * reply with any of these:
 *
 * - `text`, `thinking`: streamed in pieces of `chunkChars` characters, after
 *   `delayMs` and with `chunkMs` before each piece;
 * - `calls`: a list of `{name, input, id}`, or `{name, arguments, id}` with
 *   raw JSON text where the script is to show a damaged call;
 * - `stop`, `usage`: worked out when they are left out. With `"length"` the
 *   last call counts as cut;
 * - `failure`: `{code, message, transient, status, window}`, after the text;
 * - `retry`: `{attempt, of, waitMs, because}`, before the text;
 * - `"for": "summary"`: the reply answers a request for a summary.
 *
 * Throws a UserError (exit code 2) that names the line and the field.
 */
export async function readScript(
  file: string,
  readText: (file: string) => Promise<string>,
): Promise<{ info: ScriptedInfo; replies: ScriptedReply[] }> {
  let source: string;
  try {
    source = await readText(file);
  } catch (error) {
    throw new UserError(
      `Cannot read script "${file}": ${describeFileError(error)}`,
      exitCodes.usage,
      { cause: error },
    );
  }
  let info: ScriptedInfo = {};
  const replies: ScriptedReply[] = [];
  let isFirst = true;
  for (const [index, line] of source.split("\n").entries()) {
    const trimmed = line.replace(/^\uFEFF/, "").trim();
    if (trimmed === "" || trimmed.startsWith("//")) continue;
    const where = `"${file}": line ${index + 1}`;
    const value = parseLine(trimmed, where);
    if (isFirst && isInfo(value)) info = check(scriptedInfo, value, where).info;
    else replies.push(check(scriptedReply, value, where));
    isFirst = false;
  }
  return { info, replies };
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UserError(
      `Cannot read script ${where}: ${describeError(error)}`,
      exitCodes.usage,
    );
  }
}

function isInfo(value: unknown): boolean {
  return typeof value === "object" && value !== null && "info" in value;
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue === undefined ? "" : z.core.toDotPath(issue.path);
  const at = path === "" ? "" : `${path}: `;
  throw new UserError(
    `Cannot read script ${where}: ${at}${issue?.message ?? "invalid reply"}`,
    exitCodes.usage,
  );
}
