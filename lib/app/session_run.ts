import type { Conversation } from "../core/conversation.ts";
import { stateFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { type Invocation, parseInvocation } from "./args.ts";
import { boot } from "./boot.ts";
import { keepNoExec } from "./confine.ts";
import type { FrontEnds } from "./front_end.ts";
import { openDebugLog } from "./debug_log.ts";
import { openLastMessage } from "./last_message.ts";
import { startTimeLimit, type TimeLimit } from "./time_limit.ts";
import type { RealmStarter } from "./realm_start.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSetup } from "./run_setup.ts";
import { readStart } from "./start_choice.ts";
import { subcommandOf } from "./subcommands.ts";
import { version } from "./version.ts";

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
  const start = await readStart(invocation);
  const { settings, permissions, ...rest } = await readSetup(invocation, start);
  const { endpoint, sandbox } = rest;
  await using conversation = await boot({
    ...invocation,
    ...rest,
    settings,
    permissions,
    realms,
    mode: permissions.mode,
    isModeGiven: invocation.mode !== undefined,
    canAsk: start.canAsk,
    needsVision: start.hasImages,
    isOneshot: start.frontEnd !== "repl",
    chooseSession: start.canAskPerson ? frontEnds.chooseSession : undefined,
  });
  follow(conversation);
  const { content, json } = start;
  const exitCode = await frontEnds[start.frontEnd](conversation, {
    content,
    quiet: invocation.quiet,
    debug: invocation.debug,
    isValue: invocation.checks.jsonSchema !== undefined,
    version,
    mode: conversation.mode,
    last: await conversation.last(),
    canBypass: permissions.canBypass,
    model: endpoint.model,
    ...limit && { timeLimit: limit },
    ...json && { json: { ...json, hasKey: endpoint.apiKey !== "ollama" } },
    // A prompt is not kept waiting for what only a status line shows.
    ...start.frontEnd === "repl" ? { sandbox: await sandboxWord(sandbox) } : {},
    historyFile: historyFile(conversation.cwd),
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

/** Where the prompts that are typed in a folder are kept. */
function historyFile(folder: string): string | undefined {
  const state = stateFolder();
  return state === undefined
    ? undefined
    : path.join(state, "history", `${folderKey(folder)}.jsonl`);
}

/** A folder's name for a file: its path with all but letters replaced. */
function folderKey(folder: string): string {
  return folder.replace(/[^A-Za-z0-9]/g, "-").slice(-200);
}
