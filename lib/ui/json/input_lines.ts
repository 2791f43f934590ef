import { z } from "zod";
import { type Part, text } from "../../core/message.ts";
import { imageBlock, textBlock } from "./blocks.ts";

const content = z.union([
  z.string(),
  z.array(z.discriminatedUnion("type", [textBlock, imageBlock])),
]);

function controlRequest<
  Name extends string,
  Shape extends z.core.$ZodLooseShape,
>(subtype: Name, shape: Shape) {
  return z.object({
    type: z.literal("control_request"),
    request_id: z.string(),
    request: z.object({ subtype: z.literal(subtype), ...shape }),
  });
}

const something = z.unknown().optional();

/** The schema of each line that `--input-format stream-json` takes. */
export const inputLineSchemas = {
  /** Begins a run, or waits for the end of the one under way. */
  user: z.object({
    type: z.literal("user"),
    message: z.object({ role: z.literal("user"), content }),
  }),
  "control_request/initialize": controlRequest("initialize", {
    /** Whether `can_use_tool` requests will be answered. */
    can_use_tool: z.boolean().nullish(),
    hooks: something,
    sdkMcpServers: something,
    agents: something,
    jsonSchema: something,
    systemPrompt: something,
    appendSystemPrompt: something,
  }),
  "control_request/interrupt": controlRequest("interrupt", {}),
  "control_request/set_permission_mode": controlRequest("set_permission_mode", {
    mode: z.string(),
  }),
  "control_request/set_model": controlRequest("set_model", {
    /** Absent: the one of the start. */
    model: z.string().nullish(),
  }),
  /** The answer to a `can_use_tool` request. */
  control_response: z.object({
    type: z.literal("control_response"),
    response: z.object({
      subtype: z.enum(["success", "error"]),
      request_id: z.string(),
      response: z.unknown().optional(),
      error: z.string().optional(),
    }),
  }),
  /** Nothing: it keeps a connection open. */
  keep_alive: z.object({ type: z.literal("keep_alive") }),
} as const;

/** The `response` of a successful answer to `can_use_tool`. */
export const permissionAnswerSchema = z.discriminatedUnion("behavior", [
  z.object({
    behavior: z.literal("allow"),
    /** Must be the input as it was asked about. */
    updatedInput: z.record(z.string(), z.unknown()).nullish(),
    /** Those of the suggestions that are taken. */
    updatedPermissions: z.array(z.unknown()).nullish(),
  }),
  z.object({
    behavior: z.literal("deny"),
    /** The reason, for the model. */
    message: z.string().nullish(),
    /** Whether the run ends at that. */
    interrupt: z.boolean().nullish(),
  }),
]);

/** Names a line: its type, and for a request its subtype. */
export type InputLineKind = keyof typeof inputLineSchemas;

/** One line that is read. */
export type InputLine = z.output<typeof inputLineSchemas[InputLineKind]>;
export type ControlRequest = InputLine & { type: "control_request" };
export type ControlAnswer = (InputLine & { type: "control_response" })[
  "response"
];

/** A line, or what is wrong with it. */
export type ReadLine =
  | { readonly ok: true; readonly line: InputLine }
  | {
    readonly ok: false;
    readonly problem: string;
    /** The request whose sender waits for an answer. */
    readonly requestId?: string;
  };

/** Reads one line's value. */
export function readInputLine(value: unknown): ReadLine {
  const fields = asFields(value);
  const { type, request_id: id } = fields;
  const subtype = asFields(fields.request).subtype;
  const isRequest = type === "control_request";
  const kind = isRequest ? `${type}/${subtype}` : String(type);
  const requestId = isRequest && typeof id === "string"
    ? { requestId: id }
    : {};
  if (!isInputLineKind(kind)) {
    const problem = isRequest
      ? `Cannot answer a control request of subtype ${JSON.stringify(subtype)}`
      : `Cannot understand a line of type ${JSON.stringify(type)}`;
    const kinds = Object.keys(inputLineSchemas).join(", ");
    return {
      ok: false,
      problem: `${problem}: there are ${kinds}`,
      ...requestId,
    };
  }
  const parsed = inputLineSchemas[kind].safeParse(value);
  if (parsed.success) return { ok: true, line: parsed.data };
  const complaint = z.prettifyError(parsed.error).replaceAll("\n", " ");
  const problem = `Cannot use a line of type ${kind}: ${complaint}`;
  return { ok: false, problem, ...requestId };
}

/** The content of a `user` line as parts of a message. */
export function partsOf(
  { message }: InputLine & { type: "user" },
): readonly Part[] {
  const { content } = message;
  if (typeof content === "string") return [text(content)];
  return content.map((block) =>
    block.type === "text" ? text(block.text) : {
      type: "image",
      mediaType: block.source.media_type,
      data: block.source.data,
    }
  );
}

function isInputLineKind(kind: string): kind is InputLineKind {
  return Object.hasOwn(inputLineSchemas, kind);
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
