import type { Conversation } from "../core/conversation.ts";
import { exitCodes, UserError } from "../core/error.ts";
import { type ImagePart, type Part, text } from "../core/message.ts";
import { stateFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { type Invocation, parseInvocation } from "./args.ts";
import { askTrust } from "./ask_trust.ts";
import { boot } from "./boot.ts";
import { openSpending } from "./budget.ts";
import { keepNoExec, sandboxFor } from "./confine.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { FrontEnds } from "./front_end.ts";
import { openDebugLog } from "./debug_log.ts";
import { openLastMessage } from "./last_message.ts";
import { readImages } from "./prompt_images.ts";
import { systemPromptChange } from "./system_prompt.ts";
import { startTimeLimit, type TimeLimit } from "./time_limit.ts";
import { findFolders, withFolders } from "./more_folders.ts";
import { jsonFormatOf } from "./output_format.ts";
import { permissionSetup } from "./permission_setup.ts";
import { readPipedInput } from "./piped_input.ts";
import type { RealmStarter } from "./realm_start.ts";
import { ruleStoreOf } from "./rule_store.ts";
import type { Sandbox } from "./sandbox.ts";
import { modelAbove, openSettings, underOwner } from "./settings.ts";
import { subcommandOf } from "./subcommands.ts";
import { version } from "./version.ts";
import { workingFolder } from "./working_folder.ts";

/**
 * Runs the program for a command line: chooses between one-shot and REPL,
 * boots, and hands the conversation to the front end.
 *
 * @returns the exit code.
 * @throws {UserError} for what the user can mend.
 */
export async function runSession(
  args: readonly string[],
  { realms, frontEnds }: {
    /** How the tool realm is started, once the flags are known. */
    realms(flags: { readonly workerPermissions: boolean }): RealmStarter;
    readonly frontEnds: FrontEnds;
  },
): Promise<number> {
  const invocation = parseInvocation(args);
  keepNoExec(invocation);
  const named = subcommandOf(invocation);
  if (named !== undefined) {
    const { subcommand, words } = named;
    const options = { invocation, words, realms: realms(invocation) };
    return await subcommand.run(options);
  }
  const time = startTimeLimit(invocation.timeout);
  const last = openLastMessage(invocation.lastMessageFile);
  using log = openDebugLog(invocation.debugFile);
  const run = converse(invocation, {
    realms: realms(invocation),
    frontEnds,
    limit: time.limit,
    follow(conversation) {
      last.follow(conversation);
      log.follow(conversation);
    },
  });
  const exitCode = await time.bound(run);
  await last.save();
  return exitCode;
}

/** Boots, and hands the conversation to the front end that is asked for. */
async function converse(
  invocation: Invocation,
  { realms, frontEnds, limit, follow }: {
    readonly realms: RealmStarter;
    readonly frontEnds: FrontEnds;
    readonly limit: TimeLimit | undefined;
    follow(conversation: Conversation): void;
  },
): Promise<number> {
  const json = jsonFormatOf(invocation);
  const isDriven = json?.input === "stream-json";
  const isTerminal = Deno.stdin.isTerminal();
  const piped = isTerminal || isDriven ? "" : await readPipedInput();
  const images = await readImages(invocation.images);
  const content = promptParts(invocation.prompt, piped, images);
  const wantsRepl = invocation.isInteractive ||
    (content === undefined && !invocation.isOneshot && isTerminal &&
      json === undefined);
  if (wantsRepl && !isTerminal) {
    throw new UserError(
      "Cannot open the REPL: stdin is not a terminal. Give the prompt as an " +
        "argument",
      exitCodes.usage,
    );
  }
  if (wantsRepl && limit !== undefined) {
    throw new UserError(
      "Cannot use --timeout with the REPL: it ends when you leave it",
      exitCodes.usage,
    );
  }
  if (content === undefined && (images.length > 0 || !wantsRepl && !isDriven)) {
    throw new UserError(
      "Cannot start: there is no prompt. Give one as an argument or on " +
        "stdin, or run openclaude in a terminal for the REPL",
      exitCodes.usage,
    );
  }
  const canAsk = json === undefined
    ? isTerminal && Deno.stderr.isTerminal()
    : isDriven;
  const settings = await openSettings(invocation, {
    ask: wantsRepl && canAsk ? askTrust : undefined,
  });
  const flags = underOwner(invocation, settings);
  keepNoExec(flags, settings.merged);
  const resolve = (model: string | undefined) =>
    resolveEndpoint({ ...invocation, model }, settings.merged);
  const endpoint = await resolve(modelAbove(invocation.model, settings));
  const spending = await openSpending(invocation.maxBudgetUsd, endpoint);
  const workspace = await workingFolder(invocation.cwd);
  const setup = permissionSetup(invocation, settings.layers);
  const more = await findFolders(setup.folders, workspace);
  const sandbox = await sandboxFor(flags, {
    settings: withFolders(settings.merged, more.paths),
    endpoint,
    workspace,
  });
  await using conversation = await boot({
    ...invocation,
    sandbox,
    endpoint,
    spending,
    resolve,
    settings,
    realms,
    canAsk,
    mode: setup.mode,
    permissions: { ...setup, warnings: [...setup.warnings, ...more.warnings] },
    folders: more.paths,
    ruleStore: await ruleStoreOf(workspace),
    prompting: await systemPromptChange(invocation),
    needsVision: images.length > 0,
    isOneshot: !wantsRepl,
    isModeGiven: invocation.mode !== undefined,
    chooseSession: canAsk && json === undefined
      ? frontEnds.chooseSession
      : undefined,
  });
  follow(conversation);
  const frontEnd = wantsRepl
    ? frontEnds.repl
    : json === undefined
    ? frontEnds.oneshot
    : frontEnds.json;
  const state = stateFolder();
  const exitCode = await frontEnd(conversation, {
    content,
    quiet: invocation.quiet,
    debug: invocation.debug,
    version,
    mode: conversation.mode,
    last: await conversation.last(),
    canBypass: setup.canBypass,
    model: endpoint.model,
    ...limit && { timeLimit: limit },
    ...json && { json: { ...json, hasKey: endpoint.apiKey !== "ollama" } },
    // A prompt is not kept waiting for what only a status line shows.
    ...wantsRepl ? { sandbox: await sandboxWord(sandbox) } : {},
    historyFile: state === undefined
      ? undefined
      : path.join(state, "history", `${folderKey(conversation.cwd)}.jsonl`),
  });
  if (conversation.sessionFile !== null) {
    const { cleanUpSessions } = await import("./cleanup.ts");
    const days = settings.merged.cleanupPeriodDays;
    await cleanUpSessions({ days, now: Date.now });
  }
  return exitCode;
}

async function sandboxWord(sandbox: Sandbox): Promise<string> {
  if (sandbox.refusedBy !== undefined) return "no commands";
  const { plan } = await sandbox.settle();
  return plan.kind === "none" ? "no sandbox" : plan.kind;
}

/** The prompt with its images and what was piped in, as one message. */
function promptParts(
  prompt: string | undefined,
  piped: string,
  images: readonly ImagePart[],
): Part[] | undefined {
  const block = piped.trim() === "" ? "" : piped.trimEnd();
  const words = prompt ?? block;
  if (words === "") return undefined;
  const before = prompt === undefined || block === ""
    ? []
    : [text(`<stdin>\n${block}\n</stdin>`)];
  return [...before, ...images, text(words)];
}

/** A folder's name for a file: its path with all but letters replaced. */
function folderKey(folder: string): string {
  return folder.replace(/[^A-Za-z0-9]/g, "-").slice(-200);
}
