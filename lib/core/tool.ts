import type { z } from "zod";
import { type Part, text } from "./message.ts";
import type { Access, Need } from "./permission.ts";
import type { SandboxPlan } from "./sandbox.ts";

/** Identifies one state of a file; another state has another version. */
export interface FileVersion {
  /** Milliseconds since 1970, with fraction where the system gives it. */
  readonly mtime: number;
  readonly size: number;
  /** Hash of the bytes; empty for a file too large to hash. */
  readonly hash: string;
}

/** A file that a call read or wrote. `version` is null when it was deleted. */
export interface Touched {
  readonly kind: "read" | "write";
  /** The real path: absolute, symlinks resolved. */
  readonly path: string;
  readonly version: FileVersion | null;
}

/** Why a call failed, for programs; people and models read the message. */
export type ToolErrorCode =
  | "invalid_input"
  | "not_found"
  | "not_permitted"
  | "conflict"
  | "timeout"
  | "aborted"
  | "failed";

/** What is true of any outcome. */
export interface OutcomeBase {
  readonly touched: readonly Touched[];
  /** The working directory of later calls, when the call changed it. */
  readonly cwd?: string;
  /** For people and programs: a diff, an exit code. Plain data. */
  readonly details?: unknown;
}

/**
 * What a call came to. `content` is for the model, `details` for people. A
 * failure is a value that teaches the model its next step.
 */
export type ToolOutcome =
  & OutcomeBase
  & (
    | { readonly ok: true; readonly content: readonly Part[] }
    | {
      readonly ok: false;
      readonly code: ToolErrorCode;
      readonly message: string;
      readonly hint?: string;
    }
  );

/** Bounds that depend on the model's window (spec/providers.md 6.6). */
export interface ToolLimits {
  /** Characters that one result may send to the model. */
  readonly resultChars: number;
  /** Lines that Read gives when the call names no limit. */
  readonly readLines: number;
  /** Milliseconds after which a call without a limit of its own is stopped. */
  readonly callMs: number;
}

/** What a call is given besides its input. Plain data: it goes to a worker. */
export interface CallContext {
  readonly callId: string;
  /** Working directory of this call, absolute. */
  readonly cwd: string;
  /** Folders that file tools may touch; the first is the workspace. */
  readonly roots: readonly string[];
  /** Versions of the files that the conversation has read, by real path. */
  readonly seen: Readonly<Record<string, FileVersion>>;
  readonly limits: ToolLimits;
  /** Existing folder for results too long to send; null when there is none. */
  readonly spillFolder: string | null;
  /** The environment that child processes get, complete. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the model can see images. */
  readonly vision: boolean;
  /** What child processes may reach; without one nothing is kept from them. */
  readonly sandbox?: SandboxPlan;
}

/** A call's news while it runs. `text` is a piece of its output. */
export interface ToolProgress {
  readonly text: string;
}

/** What a running tool is given. It holds no state outside its call. */
export interface ToolContext extends CallContext {
  readonly signal: AbortSignal;
  emit(progress: ToolProgress): void;
  /**
   * Tells the host of a process group, so that it is killed even when the
   * worker that runs the tool is terminated.
   */
  processGroup(id: number, state: "started" | "ended"): void;
}

/** One tool: a name, a schema, what a call would touch, and how it runs. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  /** The single source of the type, the check and the JSON Schema. */
  readonly input: Input;
  /** Accepted but not advertised, to keep requests small. */
  readonly hidden?: readonly string[];
  readonly needs: readonly Need[];
  /** True when no call of it can change anything. */
  readonly readOnly: boolean;
  /** "host" tools talk to the user, to sub-agents or to MCP servers. */
  readonly where: "realm" | "host";
  /**
   * Milliseconds after which the host ends this call, worker and all; the
   * call's `limits.callMs` where a tool does not say.
   */
  timeoutMs?(input: z.output<Input>, context: CallContext): number;
  access(input: z.output<Input>, cwd: string): Access[] | Promise<Access[]>;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolOutcome>;
}

/** A tool of any input. */
// deno-lint-ignore no-explicit-any
export type AnyTool = Tool<any>;

/** A call ready to run. Plain data: it may go to a worker. */
export interface PreparedCall {
  readonly tool: string;
  readonly input: unknown;
  readonly context: CallContext;
}

/**
 * Runs a call wherever tools run. It never throws, and it settles soon after
 * the signal aborts whatever the tool does.
 */
export type RunTool = (
  call: PreparedCall,
  options: {
    readonly signal: AbortSignal;
    onProgress(progress: ToolProgress): void;
  },
) => Promise<ToolOutcome>;

/** Checks a tool's types where it is defined. */
export function defineTool<Input extends z.ZodObject>(
  tool: Tool<Input>,
): Tool<Input> {
  return tool;
}

/** Makes a success; a string becomes one text part. */
export function ok(
  content: string | readonly Part[],
  base: Partial<OutcomeBase> = {},
): ToolOutcome {
  const parts = typeof content === "string" ? [text(content)] : content;
  return { touched: [], ...base, ok: true, content: parts };
}

/** Makes a failure. `hint` is one line: what to do next. */
export function fail(
  code: ToolErrorCode,
  message: string,
  hint?: string,
  base: Partial<OutcomeBase> = {},
): ToolOutcome {
  const failure = { touched: [], ...base, ok: false as const, code, message };
  return hint === undefined ? failure : { ...failure, hint };
}

/** The text of a failure as the model reads it. */
export function failureText(
  outcome: { readonly message: string; readonly hint?: string },
): string {
  return outcome.hint === undefined
    ? outcome.message
    : `${outcome.message}\n${outcome.hint}`;
}
