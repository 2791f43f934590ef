import { z } from "zod";
import type { ProfileOverride } from "./profile.ts";

const { boolean, enum: oneOf, exactOptional, literal, number, record } = z;
const milliseconds = number().int().min(0);
const sampling = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "repetition_penalty",
] as const;

const reasoning = z.strictObject({
  readFields: exactOptional(z.array(z.string().min(1))),
  inlineTags: exactOptional(boolean()),
  replay: exactOptional(
    oneOf(["never", "loop", "always", "always-or-empty", "inline"]),
  ),
  replayField: exactOptional(z.string().min(1)),
  details: exactOptional(boolean()),
  control: exactOptional(
    oneOf([
      "none",
      "reasoning_effort",
      "reasoning.effort",
      "thinking.type",
      "enable_thinking",
      "chat_template_kwargs",
    ]),
  ),
  effort: exactOptional(z.string().min(1)),
});

/**
 * A user's corrections to a profile, as a settings file holds them for an
 * endpoint. Each field wins over the table and over what probes found; a
 * misspelt one is an error.
 */
export const profileOverrideSchema = z.strictObject({
  id: exactOptional(z.string().min(1)),
  title: exactOptional(z.string().min(1)),
  window: exactOptional(
    oneOf(["show+ps", "props", "lmstudio", "info", "models", "table"]),
  ),
  nativeTransport: exactOptional(literal("ollama")),
  maxTokensField: exactOptional(
    oneOf(["max_tokens", "max_completion_tokens"]),
  ),
  usageInStream: exactOptional(boolean()),
  systemRole: exactOptional(oneOf(["system", "developer"])),
  sampling: exactOptional(z.strictObject({
    send: exactOptional(z.array(oneOf(sampling))),
    values: exactOptional(z.partialRecord(oneOf(sampling), number())),
  })),
  contentWithCalls: exactOptional(z.union([literal(""), z.null()])),
  toolIds: exactOptional(z.strictObject({
    alphabet: exactOptional(oneOf(["alphanumeric", "word"])),
    maxLength: exactOptional(number().int().min(4).max(64)),
    exact: exactOptional(boolean()),
  })),
  toolResultName: exactOptional(boolean()),
  bridgeAfterTool: exactOptional(boolean()),
  mergeUsers: exactOptional(boolean()),
  toolChoice: exactOptional(oneOf(["omit", "auto-none", "full"])),
  parallelFlag: exactOptional(oneOf(["omit", "send-true"])),
  strict: exactOptional(oneOf(["omit", "false", "true"])),
  answerFormat: exactOptional(oneOf(["none", "json_schema"])),
  reasoning: exactOptional(reasoning),
  extraBody: exactOptional(record(z.string(), z.unknown())),
  images: exactOptional(oneOf(["none", "base64", "base64+url"])),
  imageTypes: exactOptional(z.array(z.string())),
  textTools: exactOptional(z.union([
    oneOf(["off", "recover"]),
    z.templateLiteral(["mode:", z.string()]),
  ])),
  timeouts: exactOptional(z.strictObject({
    connectMs: exactOptional(milliseconds),
    firstByteMs: exactOptional(milliseconds),
    idleMs: exactOptional(milliseconds),
    progressMs: exactOptional(milliseconds.nullable()),
  })),
  serialOnly: exactOptional(boolean()),
});

/**
 * Checks a user's corrections.
 *
 * @throws {z.ZodError} naming the field that is wrong.
 */
export function parseProfileOverride(value: unknown): ProfileOverride {
  return profileOverrideSchema.parse(value);
}
