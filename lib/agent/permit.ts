import type { AgentEventBody, Denial } from "../core/event.ts";
import { describeError } from "../core/error.ts";
import type { ToolCall } from "../core/message.ts";
import type { Access, Decision } from "../core/permission.ts";
import { type AnyTool, fail, type ToolOutcome } from "../core/tool.ts";
import type { AgentOptions } from "./options.ts";

/** What permitting needs of the run around it. */
export interface PermitPorts {
  readonly signal: AbortSignal;
  readonly denials: Denial[];
  emit(body: AgentEventBody): void;
}

/** A call that is known, checked, and ready to be decided on. */
export interface ReadyCall {
  readonly call: ToolCall;
  readonly tool: AnyTool;
  readonly input: Record<string, unknown>;
  readonly access: readonly Access[];
  /** The working directory that `access` was learnt for. */
  readonly cwd: string;
}

/** Notes a refusal, whoever refused. */
export function deny(
  { id, name, input }: ToolCall,
  because: string,
  ports: PermitPorts,
): void {
  const denial = { callId: id, tool: name, input, because };
  ports.denials.push(denial);
  ports.emit({ type: "permission_denied", denial });
}

/** Asks the policy, and the user where the policy says so. */
export async function permit(
  ready: ReadyCall,
  options: AgentOptions,
  ports: PermitPorts,
): Promise<ToolOutcome | null> {
  const decision = await judge(ready, options);
  return decision.kind === "ask"
    ? await options.inTurn(() => askUser(ready, options, ports))
    : refusalBy(decision, ready, ports);
}

/** Judges what will be run: the checked input, not what the model wrote. */
async function judge(
  { call, input, access, cwd }: ReadyCall,
  options: AgentOptions,
): Promise<Decision> {
  try {
    return await options.decide({ ...call, input }, access, cwd);
  } catch (error) {
    const because = `it could not be judged: ${describeError(error)}`;
    return { kind: "deny", because };
  }
}

/** Asks the user, who may have answered for this call by another's answer. */
async function askUser(
  ready: ReadyCall,
  options: AgentOptions,
  ports: PermitPorts,
): Promise<ToolOutcome | null> {
  const { call, tool, input, access } = ready;
  if (ports.signal.aborted) return interrupted(tool);
  const decision = await judge(ready, options);
  if (decision.kind !== "ask") return refusalBy(decision, ready, ports);
  const { because, offer = [] } = decision;
  const requestId = options.newId();
  ports.emit({
    type: "permission_request",
    requestId,
    callId: call.id,
    tool: tool.name,
    input,
    access,
    because,
    ...(offer.length === 0 ? {} : { offer }),
  });
  const answer = await options.ask({ requestId, signal: ports.signal });
  if (ports.signal.aborted) return interrupted(tool);
  if (answer.kind === "deny") {
    return refusalBy(
      {
        kind: "deny",
        because: answer.reason
          ? `the user said no: ${answer.reason}`
          : "the user said no",
        hint: "Do not try the same by other means; ask or find another way",
      },
      ready,
      ports,
    );
  }
  const rules = answer.remember?.filter((rule) => offer.includes(rule)) ?? [];
  if (rules.length > 0) {
    for (const text of await options.remember(rules)) {
      ports.emit({ type: "notice", level: "info", text });
    }
  }
  // While the question was open the mode may have become a stricter one.
  return refusalBy(await judge(ready, options), ready, ports);
}

function refusalBy(
  decision: Decision,
  { call, tool, input }: ReadyCall,
  ports: PermitPorts,
): ToolOutcome | null {
  if (decision.kind !== "deny") return null;
  const { because, hint } = decision;
  deny({ ...call, input }, because, ports);
  return fail("not_permitted", `${tool.name} was refused: ${because}`, hint);
}

/** What a call comes to that the user interrupted. */
export function interrupted(tool: AnyTool): ToolOutcome {
  return fail("aborted", `${tool.name} was interrupted by the user`);
}
