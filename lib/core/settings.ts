import { z } from "zod";
import { permissionModes } from "./permission.ts";
import { sandboxModes } from "./sandbox.ts";

const tokens = z.int().min(1_024);

/** US dollars for a million tokens. */
export const pricesSchema = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  /** Tokens that the server had in its cache; as `input` when absent. */
  cached: z.number().min(0).optional(),
});

/** What a model of an endpoint can't tell of itself. */
const modelSchema = z.strictObject({
  contextWindow: tokens.optional(),
  prices: pricesSchema.optional(),
});

/** A server that `--model NAME/MODEL` names. At most one key source. */
export const endpointSchema = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }),
  apiKey: z.string().min(1).optional(),
  /** Name of the environment variable that holds the key. */
  apiKeyEnv: z.string().min(1).optional(),
  /** File whose first line is the key. */
  apiKeyFile: z.string().min(1).optional(),
  /** Command whose output is the key. */
  apiKeyCommand: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  contextWindow: tokens.optional(),
  /** Which door of an Ollama server is used. */
  transport: z.enum(["auto", "native", "openai"]).optional(),
  models: z.record(z.string(), modelSchema).optional(),
  /** Corrections to what is known of the server; see reference/settings.md. */
  profile: z.record(z.string(), z.unknown()).optional(),
}).refine(
  (endpoint) =>
    [
      endpoint.apiKey,
      endpoint.apiKeyEnv,
      endpoint.apiKeyFile,
      endpoint.apiKeyCommand,
    ].filter((source) => source !== undefined).length <= 1,
  {
    message:
      "give the key in one way: apiKey, apiKeyEnv, apiKeyFile or apiKeyCommand",
  },
);

const ruleList = z.array(z.string().min(1)).optional();

/** Rules and mode of permissions (spec/features.md 1C.2). */
export const permissionsSchema = z.strictObject({
  allow: ruleList,
  ask: ruleList,
  deny: ruleList,
  defaultMode: z.enum(permissionModes).optional(),
  /** More folders of the work; relative ones count from the workspace. */
  additionalDirectories: z.array(z.string().min(1)).optional(),
});

/** What commands may reach (spec/features.md 1C.3). */
export const sandboxSchema = z.strictObject({
  /** "strict" refuses to start without one; "off" asks for each command. */
  mode: z.enum(sandboxModes).optional(),
  denyRead: z.array(z.string().min(1)).optional(),
  denyWrite: z.array(z.string().min(1)).optional(),
  allowWrite: z.array(z.string().min(1)).optional(),
});

/** A settings file. An unknown field is an error. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Model when no flag and no variable names one. */
  model: z.string().min(1).optional(),
  endpoints: z.record(
    z.string().regex(/^[A-Za-z0-9_-]+$/, "a name has letters, digits, _ and -"),
    endpointSchema,
  ).optional(),
  permissions: permissionsSchema.optional(),
  sandbox: sandboxSchema.optional(),
});

export type PermissionSettings = z.output<typeof permissionsSchema>;
export type SandboxSettings = z.output<typeof sandboxSchema>;
export type Settings = z.output<typeof settingsSchema>;
export type EndpointSettings = z.output<typeof endpointSchema>;

/** Prices of a model; see {@link pricesSchema}. */
export interface Prices {
  readonly input: number;
  readonly output: number;
  readonly cached?: number | undefined;
}
