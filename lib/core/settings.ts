import { z } from "zod";
import { permissionModes } from "./permission.ts";
import { sandboxModes } from "./sandbox.ts";

const tokens = z.int().min(1_024);

/** What a model costs. */
export const pricesSchema = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cached: z.number().min(0).optional()
    .describe("Tokens that the server had in its cache; as input when absent"),
}).describe("US dollars for a million tokens");

/** What a model of an endpoint can't tell of itself. */
const modelSchema = z.strictObject({
  contextWindow: tokens.optional(),
  prices: pricesSchema.optional(),
});

/** A server that `--model NAME/MODEL` names. At most one key source. */
export const endpointSchema = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ })
    .describe("Address up to and without /chat/completions"),
  apiKey: z.string().min(1).optional(),
  apiKeyEnv: z.string().min(1).optional()
    .describe("Name of the environment variable that holds the key"),
  apiKeyFile: z.string().min(1).optional()
    .describe("File whose first line is the key"),
  apiKeyCommand: z.string().min(1).optional()
    .describe("Command whose output is the key"),
  headers: z.record(z.string(), z.string()).optional()
    .describe("Sent with every request"),
  contextWindow: tokens.optional()
    .describe("Tokens, for all models of the server"),
  transport: z.enum(["auto", "native", "openai"]).optional()
    .describe("Which door of an Ollama server is used"),
  models: z.record(z.string(), modelSchema).optional()
    .describe("What a model can't tell of itself, by its name"),
  profile: z.record(z.string(), z.unknown()).optional()
    .describe("Corrections to what is known of the server"),
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
  allow: ruleList.describe("Calls that pass without a question"),
  ask: ruleList.describe("Calls that are always asked about"),
  deny: ruleList.describe("Calls that are refused; wins over all else"),
  defaultMode: z.enum(permissionModes).optional()
    .describe("Mode at the start"),
  additionalDirectories: z.array(z.string().min(1)).optional()
    .describe("More folders of the work; relative to the workspace"),
});

/** What commands may reach (spec/features.md 1C.3). */
export const sandboxSchema = z.strictObject({
  mode: z.enum(sandboxModes).optional().describe(
    "strict refuses to start without one; off asks for each command",
  ),
  denyRead: z.array(z.string().min(1)).optional()
    .describe("Paths that commands can't read"),
  denyWrite: z.array(z.string().min(1)).optional()
    .describe("Paths that commands can't write"),
  allowWrite: z.array(z.string().min(1)).optional()
    .describe("Paths outside the workspace that commands may write"),
});

/** A settings file. An unknown field is an error. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  model: z.string().min(1).optional()
    .describe("Model when no flag and no variable names one"),
  endpoints: z.record(
    z.string().regex(/^[A-Za-z0-9_-]+$/, "a name has letters, digits, _ and -"),
    endpointSchema,
  ).optional().describe("Servers, by the name that --model NAME/MODEL uses"),
  permissions: permissionsSchema.optional()
    .describe("Rules and mode of permissions"),
  sandbox: sandboxSchema.optional().describe("What commands may reach"),
  cleanupPeriodDays: z.int().min(1).optional().describe(
    "Days after which a session without a name is removed; 30 when absent",
  ),
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

/**
 * Who said what a token costs: the user, the server's list of models, or our
 * own table, whose prices may be out of date.
 */
export type PriceSource = "settings" | "server" | "table";
