import type { Conversation } from "../../core/conversation.ts";
import type { AgentEvent } from "../../core/event.ts";
import type { Answer } from "../../core/permission.ts";
import type { Asked } from "../asking.ts";
import { type ControlAnswer, permissionAnswerSchema } from "./input_lines.ts";
import type { OutputLine } from "./output_lines.ts";
import { chosenRules, suggestionsFor } from "./permission_update.ts";

/** What questions need of the session around them. */
export interface QuestionPorts {
  write(line: OutputLine): void;
  /** Tells the driver that something of its answer can't be done. */
  complain(message: string): void;
  /** Notes that the driver refused a call. */
  refused(callId: string): void;
  interrupt(): void;
}

/** Puts questions about calls to the driver, and its answers to the agent. */
export class Questions {
  readonly #conversation: Conversation;
  readonly #ports: QuestionPorts;
  readonly #open = new Map<string, Asked>();
  /** Whether the driver answers. */
  isAnswered: boolean;

  constructor(
    conversation: Conversation,
    ports: QuestionPorts,
    isAnswered: boolean,
  ) {
    this.#conversation = conversation;
    this.#ports = ports;
    this.isAnswered = isAnswered;
  }

  /** Follows the conversation. */
  follow(event: AgentEvent): void {
    if (event.type === "permission_request") return this.#ask(event);
    if (event.type === "run_end") return this.#withdraw(() => true);
    if (event.type === "tool_start" || event.type === "tool_end") {
      this.#withdraw(({ callId }) => callId === event.callId);
    }
  }

  /** Takes an answer of the driver. */
  answer({ subtype, request_id, response, error }: ControlAnswer): void {
    const asked = this.#open.get(request_id);
    if (asked === undefined) {
      return this.#ports.complain(
        `Cannot use the answer to "${request_id}": no such question is open`,
      );
    }
    this.#open.delete(request_id);
    if (subtype === "error") return this.#deny(asked, error ?? "it failed");
    const parsed = permissionAnswerSchema.safeParse(response);
    if (!parsed.success) {
      return this.#fault(
        asked,
        `Cannot use the answer to "${request_id}": it must be {behavior: ` +
          '"allow"} or {behavior: "deny", message}',
      );
    }
    const { data } = parsed;
    if (data.behavior === "deny") {
      this.#deny(asked, data.message ?? "");
      if (data.interrupt) this.#ports.interrupt();
      return;
    }
    if (data.updatedInput && !isSame(data.updatedInput, asked.input)) {
      return this.#fault(
        asked,
        `Cannot run ${asked.tool} with another input: allow it as it was ` +
          "asked about, or deny it and say what to change",
      );
    }
    const updates = data.updatedPermissions ?? [];
    const { remember, problems } = chosenRules(updates, asked.offer ?? []);
    for (const problem of problems) this.#ports.complain(problem);
    this.#reply(asked, {
      kind: "allow",
      ...remember.length ? { remember } : {},
    });
  }

  /** The driver is gone, and nobody else can be asked. */
  close(): void {
    this.isAnswered = false;
    for (const asked of this.#open.values()) {
      this.#deny(asked, "the input ended before the answer");
    }
    this.#open.clear();
  }

  #ask(asked: Asked): void {
    if (!this.isAnswered) {
      return this.#reply(asked, {
        kind: "deny",
        reason: "nobody answers questions (--permission-prompt-tool stdio)",
      });
    }
    this.#open.set(asked.requestId, asked);
    this.#ports.write({
      type: "control_request",
      request_id: asked.requestId,
      request: {
        subtype: "can_use_tool",
        tool_name: asked.tool,
        input: asked.input,
        tool_use_id: asked.callId,
        decision_reason: asked.because,
        permission_suggestions: suggestionsFor(asked.offer ?? []),
      },
    });
  }

  /** A question whose call went on without an answer has none to wait for. */
  #withdraw(isOver: (asked: Asked) => boolean): void {
    for (const [request_id, asked] of this.#open) {
      if (!isOver(asked)) continue;
      this.#open.delete(request_id);
      this.#ports.write({ type: "control_cancel_request", request_id });
    }
  }

  #fault(asked: Asked, problem: string): void {
    this.#ports.complain(problem);
    this.#deny(asked, problem);
  }

  #deny(asked: Asked, reason: string): void {
    this.#ports.refused(asked.callId);
    this.#reply(asked, { kind: "deny", ...reason === "" ? {} : { reason } });
  }

  #reply({ requestId }: Asked, answer: Answer): void {
    this.#conversation.send({ type: "reply", requestId, answer });
  }
}

/** Whether two JSON values are the same, whatever the order of fields. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [Object.entries(a), new Map(Object.entries(b))];
  return one.length === other.size &&
    one.every(([key, value]) =>
      other.has(key) && isSame(value, other.get(key))
    );
}
