import type { Conversation } from "../core/conversation.ts";
import type { ModelClient } from "../core/model.ts";
import type { PermissionMode } from "../core/permission.ts";
import { toolSpecs } from "../core/schema.ts";
import type { AnyTool } from "../core/tool.ts";
import type { Spending } from "../agent/options.ts";
import { systemPrompt } from "../agent/prompt.ts";
import { childEnvironment } from "../platform/child_environment.ts";
import { systemClock } from "../platform/clock.ts";
import { readWholeEnvironment } from "../platform/environment.ts";
import { homeFolder } from "../platform/folders.ts";
import type { LoadedSettings } from "../settings/layer.ts";
import { builtinTools } from "../../tools/mod.ts";
import { bypassWarnings } from "./bypass_warning.ts";
import { prepareChecks } from "./check.ts";
import type { CheckWishes } from "./check_flags.ts";
import { type ConversationOptions, openConversation } from "./conversation.ts";
import type { Endpoint } from "./endpoint.ts";
import { openModel } from "./model.ts";
import { type PermissionSetup, plainSetup } from "./permission_setup.ts";
import {
  openPermissions,
  type Permissions,
  type RuleStore,
} from "./permissions.ts";
import { policyPlace } from "./policy_place.ts";
import { buildPreamble } from "./preamble.ts";
import { openRealm, type RealmStarter, type ToolRealm } from "./realm_start.ts";
import { runOptionsFor } from "./run_options.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { openSpill } from "./spill.ts";
import type { SessionWish } from "./session_flags.ts";
import { resumableMode } from "../session/session.ts";
import {
  type ChooseSession,
  openWork,
  type Work,
  type WorkSource,
} from "./work.ts";
import { workSource } from "./work_source.ts";
import {
  changedSystemPrompt,
  type SystemPromptChange,
} from "./system_prompt.ts";
import { chooseTools } from "./tool_choice.ts";
import { childVariables } from "./variables.ts";
import { workingFolder } from "./working_folder.ts";

/** What a conversation is opened with. Undefined means: the default. */
export interface BootOptions {
  readonly endpoint: Endpoint;
  /** A model client of the caller's own; absent: one for the endpoint. */
  readonly client?: ModelClient;
  /** The endpoint of another model, for `/model`; absent: the same server. */
  resolve?(model: string): Promise<Endpoint>;
  /** All layers of settings; absent: none. */
  readonly settings?: LoadedSettings;
  readonly mode: PermissionMode;
  /** What flags and settings say of permissions; absent: nothing. */
  readonly permissions?: PermissionSetup;
  /** Folders beside the workspace that may be worked in, real paths. */
  readonly folders?: readonly string[];
  /** Where the rules of answers are kept; absent: in this session alone. */
  readonly ruleStore?: RuleStore | undefined;
  readonly cwd?: string | undefined;
  readonly maxTurns?: number | undefined;
  /** What all runs may cost; absent: as much as it takes. */
  readonly spending?: Spending | undefined;
  /** What has to be seen of the work; absent: nothing. */
  readonly checks?: CheckWishes;
  /** File to which the model's replies are recorded as a script. */
  readonly record?: string | undefined;
  /** The tools, where not the built-in ones. */
  readonly tools?: readonly AnyTool[];
  /** How the tool realm is started; absent: tools run in this thread. */
  readonly realms?: RealmStarter;
  /** Whether somebody answers `permission_request` events. */
  readonly canAsk: boolean;
  /** The mode was asked for; else a session that is resumed has its own. */
  readonly isModeGiven?: boolean;
  /** Which session is gone on with; absent: a new one in memory. */
  readonly session?: SessionWish | undefined;
  /** Lets the user choose a session; absent where nobody can. */
  readonly chooseSession?: ChooseSession | undefined;
  /** A run without a conversation: `--continue` passes over its session. */
  readonly isOneshot?: boolean;
  /** What the user says of the system prompt. */
  readonly prompting?: SystemPromptChange;
  /** Whether memory files are left out. */
  readonly bare?: boolean;
  /** Whether the prompt is nothing without its images. */
  readonly needsVision?: boolean;
  /** What keeps commands; absent: what there is. Ends with the conversation. */
  readonly sandbox?: Sandbox;
}

/**
 * Wires everything: the only place that knows all rooms. Nothing is asked of
 * a server and no worker starts before the first prompt.
 *
 * @throws {UserError} for a folder or a script that can't be used.
 */
export async function boot(options: BootOptions): Promise<Conversation> {
  const cwd = await workingFolder(options.cwd);
  const sandbox = options.sandbox ?? openSandbox({ workspace: cwd });
  try {
    return await wire(options, cwd, sandbox);
  } catch (error) {
    // Its folder would stay behind: nobody else will end it.
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

async function wire(
  options: BootOptions,
  cwd: string,
  sandbox: Sandbox,
): Promise<Conversation> {
  const { endpoint, canAsk, permissions: setup = plainSetup } = options;
  const environment = childEnvironment(readWholeEnvironment(childVariables), [
    endpoint.apiKey,
  ]);
  const { folders = [] } = options;
  const home = homeFolder() ?? "";
  const all = options.tools ?? builtinTools;
  const choice = await chooseTools(all, {
    names: setup.toolNames,
    rules: setup.rules,
    cwd,
    home,
    sandbox,
  });
  const { offered } = choice;
  const warnings: string[] = [];
  const openNamed = await modelOpener(options);
  const { source, work } = await openSession(options, {
    cwd,
    environment,
    sandbox,
    model: (await openNamed(undefined)).name,
    onProblem: (text) => warnings.push(`The session is not saved: ${text}`),
  });
  warnings.push(...work.notices);
  const permissions = openPermissions({
    ...setup,
    mode: modeFor(work, options),
    canAsk,
    home,
    place: async () => policyPlace(await sandbox.settle(), folders),
    store: options.ruleStore,
  });
  const { mode } = permissions;
  const checks = await prepareChecks(options.checks, { all, sandbox, mode });
  const realm = openRealm(
    [...new Set([...offered, ...checks.tools])],
    options.realms ?? {},
  );
  const spill = openSpill(sandbox.session);
  warnings.unshift(...options.settings?.warnings ?? [], ...setup.warnings);
  if (realm.warning !== undefined) warnings.push(realm.warning);
  const names = offered.map(({ name }) => name);
  const fixed = {
    tools: offered,
    specs: toolSpecs(offered),
    system: changedSystemPrompt(
      systemPrompt(names, choice.unavailable),
      options.prompting ?? {},
      checks.answer?.instruction,
    ),
    needsVision: options.needsVision ?? false,
    sandbox,
    folders,
    environment,
    realm,
    spill,
    permissions,
    withheld: choice.withheld,
    failOnDenied: setup.failOnDenied,
    maxTurns: options.maxTurns,
    spending: options.spending,
    checks,
    cwd,
  };
  return openConversation({
    cwd,
    work,
    source,
    permissions: withRealm(permissions, realm),
    now: systemClock.now,
    openModel: openNamed,
    preamble: preambleSource({
      cwd,
      environment,
      sandbox,
      permissions,
      hasBash: offered.some(({ needs }) => needs.includes("run")),
      bare: options.bare ?? false,
      warn: (...texts) => warnings.push(...texts),
    }),
    runOptions: (inputs, ports, preamble) =>
      Promise.resolve(runOptionsFor({ ...inputs, fixed, preamble }, ports)),
    takeWarnings: () => warnings.splice(0),
    dispose: async () => {
      realm[Symbol.dispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  });
}

/** Describes the surroundings when it is asked, and says what it found. */
function preambleSource({ sandbox, permissions, hasBash, warn, ...place }: {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  readonly permissions: Permissions;
  /** Whether a command can be run at all. */
  readonly hasBash: boolean;
  readonly bare: boolean;
  warn(...texts: readonly string[]): void;
}): ConversationOptions["preamble"] {
  return async () => {
    const [found, preamble] = await Promise.all([
      // Nobody waits for a probe where no command could be run.
      hasBash ? sandbox.settle() : undefined,
      buildPreamble({
        ...place,
        now: systemClock.now(),
        sandbox: async () => (await sandbox.settle()).plan,
      }),
    ]);
    if (found?.warning !== undefined) warn(found.warning);
    warn(
      ...bypassWarnings(permissions.mode, found?.sandboxed ?? true),
      ...preamble.warnings,
    );
    return preamble.parts;
  };
}

/** Opens the session that is wished for, and the way to others. */
async function openSession(
  { endpoint, session: wish = memoryOnly, isOneshot, chooseSession, folders }:
    BootOptions,
  { cwd, environment, sandbox, model, onProblem }: {
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly sandbox: Sandbox;
    /** As its client calls it. */
    readonly model: string;
    onProblem(text: string): void;
  },
): Promise<{ readonly source: WorkSource; readonly work: Work }> {
  const source = workSource({
    cwd,
    folders: folders ?? [],
    model,
    wish,
    isOneshot: isOneshot ?? false,
    now: systemClock.now,
    secrets: [endpoint.apiKey].filter(isSecret),
    onProblem,
    environment,
    plan: async () => (await sandbox.settle()).plan,
  });
  const work = await openWork(source, wish, { model, choose: chooseSession });
  return { source, work };
}

/** Opens the endpoint's own model at once, and others by their names. */
async function modelOpener(
  { endpoint, record, resolve, client }: BootOptions,
): Promise<ConversationOptions["openModel"]> {
  const first = client ?? await openModel(endpoint, { record });
  return async (model) => {
    if (model === undefined) return first;
    const other = await resolve?.(model) ?? { ...endpoint, model };
    return await openModel(other, { record });
  };
}

/** A session's mode is gone on with, but for those that are asked for anew. */
function modeFor(
  { session, resumed }: Work,
  { mode, isModeGiven }: BootOptions,
): PermissionMode {
  if (resumed === null || isModeGiven) return mode;
  return resumableMode(session.facts) ?? mode;
}

/** Placeholders such as "ollama" stand in many texts and are no secret. */
function isSecret(key: string): boolean {
  return key.length >= 12;
}

const memoryOnly: SessionWish = {
  from: { kind: "new" },
  fork: false,
  isEphemeral: true,
};

/** Another mode is another realm, also in the middle of a run. */
function withRealm(
  permissions: Permissions,
  realm: ToolRealm,
): ConversationOptions["permissions"] {
  return {
    get mode() {
      return permissions.mode;
    },
    enter(mode) {
      const refusal = permissions.enter(mode);
      realm.setMode(permissions.mode);
      return refusal;
    },
  };
}
