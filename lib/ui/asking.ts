import type { Conversation } from "../core/conversation.ts";
import type { AgentEvent } from "../core/event.ts";
import type { Verdict } from "./question.ts";

/** A request for the user's permission. */
export type Asked = AgentEvent & { readonly type: "permission_request" };

/** Puts one question to the user; null when nobody answered it. */
export type Ask = (
  asked: Asked,
  signal: AbortSignal,
  /** How many questions wait, with this one. */
  waiting: () => number,
) => Promise<Verdict | null>;

/**
 * Asks a conversation's questions one after another and sends the answers. A
 * question is withdrawn when its call goes on or the run ends without one.
 */
export class Asking {
  readonly #conversation: Conversation;
  readonly #ask: Ask;
  readonly #waiting = new Map<string, AbortController>();
  #last: Promise<void> = Promise.resolve();

  constructor(conversation: Conversation, ask: Ask) {
    this.#conversation = conversation;
    this.#ask = ask;
  }

  /** Follows the conversation. */
  follow(event: AgentEvent): void {
    if (event.type === "permission_request") this.#enqueue(event);
    if (event.type === "tool_start" || event.type === "tool_end") {
      this.#waiting.get(event.callId)?.abort();
      this.#waiting.delete(event.callId);
    }
    if (event.type === "run_end") this.withdraw();
  }

  /** Takes all questions back; resolves when none is shown any more. */
  withdraw(): Promise<void> {
    for (const controller of this.#waiting.values()) controller.abort();
    this.#waiting.clear();
    return this.#last;
  }

  #enqueue(asked: Asked): void {
    const controller = new AbortController();
    this.#waiting.set(asked.callId, controller);
    const before = this.#last;
    this.#last = before.then(() => this.#put(asked, controller.signal));
  }

  async #put(asked: Asked, signal: AbortSignal): Promise<void> {
    const verdict = signal.aborted
      ? null
      : await this.#ask(asked, signal, () => this.#waiting.size);
    this.#waiting.delete(asked.callId);
    if (verdict === null || signal.aborted) return;
    const { requestId } = asked;
    const { answer } = verdict;
    this.#conversation.send({ type: "reply", requestId, answer });
    if (verdict.interrupt) this.#conversation.send({ type: "interrupt" });
  }
}
