import { z } from "zod";
import { permissionModes } from "../core/permission.ts";

// Loose everywhere: what a later version adds to an entry must not make this
// one lose it.

const count = z.number().min(0);

const partSchema = z.union([
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({
    type: z.literal("image"),
    mediaType: z.string(),
    data: z.string(),
  }),
]);

const callSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
});

const messageSchema = z.discriminatedUnion("role", [
  z.looseObject({
    role: z.literal("user"),
    content: z.array(partSchema),
    preamble: z.int().min(0).optional(),
  }),
  z.looseObject({
    role: z.literal("assistant"),
    text: z.string(),
    calls: z.array(callSchema),
    thinking: z.looseObject({ text: z.string(), field: z.string() }).optional(),
  }),
  z.looseObject({
    role: z.literal("tool"),
    callId: z.string(),
    tool: z.string(),
    content: z.array(partSchema),
    isError: z.boolean(),
  }),
]);

const versionSchema = z.looseObject({
  mtime: z.number(),
  size: z.number(),
  hash: z.string(),
});

/** A file that a call touched (core/tool.ts, Touched). */
export const touchedSchema = z.looseObject({
  kind: z.enum(["read", "write"]),
  path: z.string(),
  version: versionSchema.nullable(),
});

const usageSchema = z.looseObject({
  input: count,
  output: count,
  cached: count,
  reasoning: count,
});

/** The first line of a file, of any version. */
export const headerSchema = z.looseObject({
  type: z.literal("session"),
  version: z.int().min(1),
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  timestamp: z.string(),
  cwd: z.string(),
  model: z.string(),
  parentSession: z.string().optional(),
  oneshot: z.literal(true).optional(),
});

/** What an entry of each type must hold. */
export const bodySchemas = {
  message: z.looseObject({ message: messageSchema }),
  call: z.looseObject({
    callId: z.string(),
    tool: z.string(),
    ok: z.boolean(),
    ms: z.number(),
    touched: z.array(touchedSchema),
    cwd: z.string().optional(),
  }),
  compaction: z.looseObject({
    trigger: z.string(),
    by: z.string(),
    before: z.number(),
    after: z.number(),
    history: z.array(z.union([
      z.looseObject({ from: z.string(), to: z.string() }),
      z.looseObject({ message: messageSchema }),
    ])),
  }),
  model_change: z.looseObject({ model: z.string() }),
  mode_change: z.looseObject({ mode: z.enum(permissionModes) }),
  session_info: z.looseObject({
    name: z.string().nullable().optional(),
    oneshot: z.boolean().optional(),
  }),
  label: z.looseObject({ target: z.string(), label: z.string().nullable() }),
  usage: z.looseObject({
    usage: usageSchema,
    model: z.string(),
    agent: z.string(),
    costUsd: count.optional(),
  }),
  checkpoint: z.looseObject({ checkpoint: z.string() }),
  leaf: z.looseObject({ because: z.string().optional() }),
  run_end: z.looseObject({
    reason: z.string(),
    turns: z.number(),
    ms: z.number(),
    summary: z.looseObject({
      messages: count,
      model: z.string(),
      name: z.string().nullable(),
      oneshot: z.boolean(),
    }).optional(),
  }),
};
