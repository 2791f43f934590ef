import type { AgentEvent } from "../core/event.ts";
import type { Effect } from "./repl_effect.ts";
import { openQuestion, type Question, type Verdict } from "./question.ts";

/** The questions that wait, and what is to be done. */
export interface QuestionStep {
  readonly questions: readonly Question[];
  readonly effects: readonly Effect[];
}

/** A question has come: it is shown at once or waits for those before it. */
export function addQuestion(
  questions: readonly Question[],
  event: AgentEvent & { type: "permission_request" },
  now: number,
): QuestionStep {
  const question = openQuestion(event, now);
  return {
    questions: [...questions, question],
    effects: questions.length === 0 ? [preview(question)] : [],
  };
}

/** A call goes on or has ended: there is nothing to ask about it any more. */
export function dropQuestion(
  questions: readonly Question[],
  callId: string,
  now: number,
): QuestionStep {
  const left = questions.filter((question) => question.callId !== callId);
  if (left[0] === questions[0]) return { questions: left, effects: [] };
  return showFirst(left, now);
}

/** The first question has its answer; the next is shown. */
export function answerFirst(
  [first, ...rest]: readonly Question[],
  { answer, interrupt }: Verdict,
  now: number,
): QuestionStep {
  if (first === undefined) return { questions: [], effects: [] };
  const { requestId } = first;
  const reply: Effect = {
    type: "send",
    op: { type: "reply", requestId, answer },
  };
  // A run that is to end asks nothing more.
  if (interrupt) return { questions: [], effects: [reply] };
  const next = showFirst(rest, now);
  return { ...next, effects: [reply, ...next.effects] };
}

function showFirst(
  [first, ...rest]: readonly Question[],
  now: number,
): QuestionStep {
  if (first === undefined) return { questions: [], effects: [] };
  // It can be read from now on.
  const shown = { ...first, since: now };
  return { questions: [shown, ...rest], effects: [preview(shown)] };
}

function preview(call: Question): Effect {
  return { type: "preview", call };
}
