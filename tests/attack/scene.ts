import type { AgentEvent } from "../../lib/core/event.ts";
import { text } from "../../lib/core/message.ts";
import type { Attack, AttackCall, Mark } from "./attack.ts";
import { openStage, type Stage } from "./stage.ts";
import type { Surroundings } from "./surroundings.ts";
import { stopperOf } from "./verdict.ts";

/** What an attack came to in one setting. */
export interface Scene {
  readonly cell: string | null;
  readonly evidence: string;
}

/**
 * Plays an attack: once with a user who says no, and where that was what
 * stopped it once more with one who says yes.
 */
export async function playAttack(
  attack: Attack,
  surroundings: Surroundings,
): Promise<Scene> {
  if (attack.needs !== undefined && surroundings.lacks.has(attack.needs)) {
    return { cell: null, evidence: `there is no ${attack.needs}` };
  }
  const no = await play(attack, surroundings, "no");
  if (no.mark !== "A" || attack.canAsk === false) {
    return { cell: no.mark, evidence: no.evidence };
  }
  const yes = await play(attack, surroundings, "yes");
  return {
    cell: `A${yes.mark}`,
    evidence: `${no.evidence}\nand with a yes:\n${yes.evidence}`,
  };
}

async function play(
  attack: Attack,
  surroundings: Surroundings,
  answer: "yes" | "no",
): Promise<{ readonly mark: Mark; readonly evidence: string }> {
  const { listeners, setting } = surroundings;
  await using stage = await openStage(attack, listeners.values);
  if (attack.setup !== undefined) await stage.act(attack.setup);
  await writeScript(stage, stage.fillCalls(attack.calls));
  listeners.take();
  const events = await run(attack, stage, { surroundings, answer });
  const told = JSON.stringify(
    events.filter(({ type }) => type === "message" || type === "notice"),
  );
  const aftermath = stage.aftermath(told, listeners.take());
  const happened = await attack.harm.happened(aftermath);
  return stopperOf(events, { attack, setting, happened });
}

/** One reply for each call, and a last one. */
async function writeScript(
  { script }: Stage,
  calls: readonly AttackCall[],
): Promise<void> {
  const replies = [...calls.map((call) => ({ calls: [call] })), {
    text: "Done.",
  }];
  const lines = replies.map((reply) => `${JSON.stringify(reply)}\n`);
  await Deno.writeTextFile(script, lines.join(""));
}

async function run(
  attack: Attack,
  stage: Stage,
  { surroundings, answer }: {
    readonly surroundings: Surroundings;
    readonly answer: "yes" | "no";
  },
): Promise<AgentEvent[]> {
  const canAsk = attack.canAsk ?? true;
  await using conversation = await surroundings.open(stage, canAsk);
  const reader = conversation.events();
  conversation.send({ type: "prompt", content: [text("Look around.")] });
  const events: AgentEvent[] = [];
  for await (const event of reader) {
    events.push(event);
    if (event.type === "permission_request") {
      if (attack.whileAsked !== undefined) await stage.act(attack.whileAsked);
      const kind = answer === "yes" ? "allow" : "deny";
      const { requestId } = event;
      conversation.send({ type: "reply", requestId, answer: { kind } });
    }
    if (event.type === "run_end") break;
  }
  return events;
}
