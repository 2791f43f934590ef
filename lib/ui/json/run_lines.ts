import {
  type AgentEvent,
  type AgentEventBody,
  assertNever,
} from "../../core/event.ts";
import { type Message, ownParts } from "../../core/message.ts";
import { Accounts } from "./accounts.ts";
import { partBlocks, replyBlocks, resultBlock } from "./blocks_of.ts";
import type { OutputLine, ResultLine } from "./output_lines.ts";
import { PartialReply } from "./partial_reply.ts";
import { resultLine } from "./result_line.ts";

/** What a view of lines is made with. */
export interface RunLinesOptions {
  readonly cwd: string;
  readonly sessionId: string;
  readonly version: string;
  readonly hasKey: boolean;
  /** Whether replies are told piece by piece, too. */
  readonly partial: boolean;
  /** Whether the user's own messages are told. */
  readonly replay: boolean;
  readonly debug: boolean;
  newUuid(): string;
  /** Milliseconds since 1970. */
  now(): number;
}

const levels = { debug: "debug", info: "info", warn: "warning" } as const;

/** Turns the events of a conversation into lines. */
export class RunLines {
  readonly #options: RunLinesOptions;
  readonly #accounts = new Accounts();
  readonly #partial = new PartialReply();
  /** What tools told programs of results that are not messages yet. */
  readonly #details = new Map<string, unknown>();
  readonly #running = new Set<string>();
  /** Whether a call of the present turn was cut short. */
  #hasAbortedCall = false;
  #messageId = "";
  #startedAt = 0;
  #text = "";
  /** What is told of a run that was interrupted because its time was over. */
  outOfTime: string | undefined;
  /** Calls that the driver refused. */
  readonly refusedByDriver = new Set<string>();

  constructor(options: RunLinesOptions) {
    this.#options = options;
  }

  /** The lines of an event. */
  apply(event: AgentEvent): OutputLine[] {
    this.#accounts.apply(event);
    const pieces = this.#pieces(event);
    const lines = this.#lines(event);
    // The end of a reply is told before the end of the run.
    return [...pieces, ...lines];
  }

  /** A line of the program's own to the driver. */
  informational(
    level: "info" | "warning" | "error",
    content: string,
  ): OutputLine {
    const head = { type: "system", subtype: "informational" } as const;
    return { ...head, content, level, ...this.#stamp() };
  }

  /** The last line of a run whose end is not waited for. */
  abandoned(): ResultLine {
    return this.#result({
      type: "run_end",
      reason: "aborted",
      turns: 0,
      ms: this.#startedAt === 0 ? 0 : this.#options.now() - this.#startedAt,
      denials: [],
    });
  }

  #stamp() {
    const { sessionId, newUuid } = this.#options;
    return { session_id: sessionId, uuid: newUuid() };
  }

  #ofAgent() {
    return { parent_tool_use_id: null, ...this.#stamp() };
  }

  #pieces(event: AgentEvent): OutputLine[] {
    if (event.type === "turn_start") {
      this.#hasAbortedCall = false;
      this.#messageId = `msg_${this.#options.newUuid().replaceAll("-", "")}`;
    }
    if (!this.#options.partial) return [];
    const { model, reply: usage } = this.#accounts;
    return this.#partial.apply(event, { id: this.#messageId, model, usage })
      .map((piece) => ({
        type: "stream_event",
        event: piece,
        ...this.#ofAgent(),
      }));
  }

  #lines(event: AgentEvent): OutputLine[] {
    switch (event.type) {
      case "run_start":
        return this.#begin(event);
      case "message":
        return this.#message(event.message);
      case "tool_start":
        this.#running.add(event.callId);
        return [];
      case "tool_end":
        this.#running.delete(event.callId);
        this.#hasAbortedCall ||= !event.outcome.ok &&
          event.outcome.code === "aborted";
        this.#details.set(event.callId, event.outcome.details);
        return [];
      case "run_end":
        return [this.#result(event)];
      case "turn_start":
      case "turn_end":
      case "text_delta":
      case "thinking_delta":
      case "call_delta":
      case "tool_progress":
      case "permission_request":
      case "usage":
      case "files":
      case "session":
        return [];
      default:
        return this.#news(event);
    }
  }

  #begin({ model, mode, tools }: AgentEvent & { type: "run_start" }) {
    this.#startedAt = this.#options.now();
    this.#text = "";
    this.#running.clear();
    const { cwd, version, hasKey } = this.#options;
    return [{
      type: "system" as const,
      subtype: "init" as const,
      cwd,
      model,
      tools: [...tools],
      mcp_servers: [],
      permissionMode: mode,
      slash_commands: [],
      agents: [],
      skills: [],
      plugins: [],
      apiKeySource: hasKey ? "user" as const : "none" as const,
      output_style: "default",
      claude_code_version: version,
      openclaude_version: version,
      ...this.#stamp(),
    }];
  }

  #message(message: Message): OutputLine[] {
    if (message.role === "assistant") {
      if (message.text !== "") this.#text = message.text;
      return [{
        type: "assistant",
        message: {
          id: this.#messageId,
          type: "message",
          role: "assistant",
          model: this.#accounts.model,
          content: replyBlocks(message),
          stop_reason: message.calls.length > 0 ? "tool_use" : null,
          stop_sequence: null,
          usage: this.#accounts.reply,
        },
        ...this.#ofAgent(),
      }];
    }
    const type = "user";
    if (message.role === "tool") {
      const details = this.#details.get(message.callId);
      this.#details.delete(message.callId);
      return [{
        type,
        message: { role: "user", content: [resultBlock(message)] },
        ...this.#ofAgent(),
        ...(details === undefined ? {} : { tool_use_result: details }),
      }];
    }
    const isOwn = message.origin === undefined;
    if (isOwn && !this.#options.replay) return [];
    return [{
      type,
      message: { role: "user", content: partBlocks(ownParts(message)) },
      ...this.#ofAgent(),
      ...(isOwn ? { isReplay: true } : { isSynthetic: true }),
    }];
  }

  #news(
    event: AgentEvent & {
      type: "mode" | "retry" | "compaction" | "permission_denied" | "notice";
    },
  ): OutputLine[] {
    const type = "system";
    const stamp = this.#stamp();
    switch (event.type) {
      case "mode": {
        const { mode } = event;
        const rest = { subtype: "status", status: null } as const;
        return [{ type, ...rest, permissionMode: mode, ...stamp }];
      }
      case "retry":
        return [{
          type,
          subtype: "api_retry",
          attempt: event.attempt,
          max_retries: event.of,
          retry_delay_ms: event.waitMs,
          error_status: null,
          error: event.because,
          ...stamp,
        }];
      case "compaction":
        return [{
          type,
          subtype: "compact_boundary",
          compact_metadata: {
            trigger: event.trigger === "manual" ? "manual" : "auto",
            pre_tokens: event.before,
            post_tokens: event.after,
          },
          ...stamp,
        }];
      case "permission_denied": {
        const { callId, tool, because } = event.denial;
        return [{
          type,
          subtype: "permission_denied",
          tool_name: tool,
          tool_use_id: callId,
          decision_reason_type: this.refusedByDriver.delete(callId)
            ? "permissionPromptTool"
            : "other",
          decision_reason: because,
          message: `${tool} was refused: ${because}`,
          ...stamp,
        }];
      }
      case "notice": {
        if (event.level === "debug" && !this.#options.debug) return [];
        const rest = { subtype: "informational", content: event.text } as const;
        return [{ type, ...rest, level: levels[event.level], ...stamp }];
      }
      default:
        return assertNever(event);
    }
  }

  #result(event: AgentEventBody & { type: "run_end" }): ResultLine {
    return resultLine(event, {
      figures: this.#accounts.figures(),
      text: this.#text,
      inTools: this.#running.size > 0 || this.#hasAbortedCall,
      outOfTime: this.outOfTime,
      stamp: this.#stamp(),
    });
  }
}
