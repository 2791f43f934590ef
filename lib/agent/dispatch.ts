import {
  type Part,
  text,
  textOf,
  type ToolCall,
  type ToolMessage,
} from "../core/message.ts";
import { type Access, isReadOnly } from "../core/permission.ts";
import { parseInput } from "../core/schema.ts";
import { count, headAndTail } from "../core/text.ts";
import { fail, failureText, type ToolOutcome } from "../core/tool.ts";
import type { ObservedCall } from "./guard.ts";
import type { AgentOptions } from "./options.ts";
import {
  deny,
  interrupted,
  permit,
  type PermitPorts,
  type ReadyCall,
} from "./permit.ts";

/** What dispatching needs of the run around it. */
export interface DispatchPorts extends PermitPorts {
  /** A refusal of the loop guard, or null when the call may run. */
  guard(call: ToolCall): string | null;
  /** Tells the guard what came of a call; returns a remark for the model. */
  observe(observed: ObservedCall): string | null;
}

/** A call that can't be run, with the result that says why. */
interface Refused {
  readonly call: ToolCall;
  readonly outcome: ToolOutcome;
  /** Set where it is not the model's mistake but somebody's will. */
  readonly denied?: string;
}

type Prepared = ReadyCall | Refused;

/**
 * Runs the calls of one reply and gives each exactly one result, in the order
 * of the calls. Neighbours that only read run together; any other call waits
 * for those before it and is waited for by those after it.
 */
export async function dispatch(
  calls: readonly ToolCall[],
  options: AgentOptions,
  ports: DispatchPorts,
): Promise<ToolMessage[]> {
  const results: ToolMessage[] = [];
  let batch: Promise<ToolMessage>[] = [];
  const room = resultBudget(calls.length, options);
  for (const call of calls) {
    const prepared = await prepare(call, options);
    const joins = "tool" in prepared && isReadOnly(prepared.access);
    const isFull = batch.length >= options.limits.parallelCalls;
    if (!joins || isFull) {
      results.push(...await Promise.all(batch));
      batch = [];
    }
    const result = runOne(prepared, options, { ...ports, room });
    if (joins) batch.push(result);
    else results.push(await result);
  }
  results.push(...await Promise.all(batch));
  return results;
}

/** Finds the tool, checks the input and learns what the call would touch. */
async function prepare(
  call: ToolCall,
  options: AgentOptions,
): Promise<Prepared> {
  const refuse = (message: string): Refused => ({
    call,
    outcome: fail("invalid_input", message),
  });
  const tool = options.tools.find(({ name }) => name === call.name);
  const isUnknown = call.problem === undefined
    ? tool === undefined
    : call.problem.kind === "unknown_tool";
  const withheld = isUnknown ? options.withheld(call.name) : null;
  if (withheld !== null) {
    const outcome = fail("not_permitted", withheld);
    return { call, outcome, denied: withheld };
  }
  if (call.problem) return refuse(call.problem.message);
  if (tool === undefined) {
    const names = options.specs.map(({ name }) => name).join(", ");
    return refuse(`There is no tool "${call.name}". Tools: ${names}.`);
  }
  const parsed = parseInput(tool, call.input);
  if (!parsed.ok) return refuse(parsed.message);
  const { cwd } = options.state;
  const access = await tool.access(parsed.value, cwd);
  return { call, tool, input: parsed.value, access, cwd };
}

async function runOne(
  prepared: Prepared,
  options: AgentOptions,
  ports: DispatchPorts & { readonly room: number },
): Promise<ToolMessage> {
  const { call } = prepared;
  const started = options.now();
  let outcome: ToolOutcome;
  if ("tool" in prepared) {
    outcome = await decideAndRun(prepared, options, ports);
  } else {
    begin(prepared, ports);
    outcome = prepared.outcome;
    if (prepared.denied !== undefined) deny(call, prepared.denied, ports);
  }
  ports.emit({
    type: "tool_end",
    callId: call.id,
    tool: call.name,
    outcome,
    ms: options.now() - started,
  });
  remember(outcome, options);
  const access = "tool" in prepared ? prepared.access : [];
  const remark = ports.observe({
    call,
    access,
    outcome,
    result: resultText(outcome),
  });
  return await toMessage({ call, outcome, remark }, options, ports.room);
}

/** Says that a call begins; one that is refused begins, too. */
function begin(
  { call, access }: { call: ToolCall; access?: readonly Access[] },
  ports: DispatchPorts,
): void {
  ports.emit({
    type: "tool_start",
    callId: call.id,
    tool: call.name,
    input: call.input,
    access: access ?? [],
  });
}

async function decideAndRun(
  ready: ReadyCall,
  options: AgentOptions,
  ports: DispatchPorts,
): Promise<ToolOutcome> {
  const { call, tool, input } = ready;
  const refusal = await refusalOf(ready, options, ports);
  begin(ready, ports);
  if (refusal !== null) return refusal;
  const context = {
    callId: call.id,
    cwd: options.state.cwd,
    seen: Object.fromEntries(options.state.seen),
    limits: options.limits.tool,
    ...await options.callContext(),
  };
  // Only what may change something costs a look at the files.
  const watched = isReadOnly(ready.access)
    ? undefined
    : await options.watch(ready.access, ports.signal);
  const outcome = await options.run({ tool: tool.name, input, context }, {
    signal: ports.signal,
    onProgress: ({ text }) =>
      ports.emit({ type: "tool_progress", callId: call.id, text }),
  });
  // Also after an interrupt: what was changed until then is to be known.
  await watched?.finish(new AbortController().signal);
  // The first two rings refuse where the call is run.
  if (!outcome.ok && outcome.code === "not_permitted") {
    deny(call, outcome.message, ports);
  }
  return outcome;
}

/** Why a call may not run: an interrupt, the guard, the policy, the user. */
async function refusalOf(
  ready: ReadyCall,
  options: AgentOptions,
  ports: DispatchPorts,
): Promise<ToolOutcome | null> {
  if (ports.signal.aborted) return interrupted(ready.tool);
  if (options.stopAtDenial && ports.denials.length > 0) {
    return fail("aborted", "Not run: the run ends at the call refused before");
  }
  const repeated = ports.guard(ready.call);
  if (repeated !== null) return fail("failed", repeated);
  return await permit(ready, options, ports);
}

/** Keeps what the call did: files read and written, the new directory. */
function remember(outcome: ToolOutcome, { state }: AgentOptions): void {
  for (const { path, version } of outcome.touched) {
    if (version === null) state.seen.delete(path);
    else state.seen.set(path, version);
  }
  if (outcome.cwd !== undefined) state.cwd = outcome.cwd;
}

function resultText(outcome: ToolOutcome): string {
  return outcome.ok ? textOf(outcome.content) : failureText(outcome);
}

async function toMessage(
  { call, outcome, remark }: {
    call: ToolCall;
    outcome: ToolOutcome;
    remark: string | null;
  },
  options: AgentOptions,
  room: number,
): Promise<ToolMessage> {
  const content = outcome.ok ? outcome.content : [text(failureText(outcome))];
  const fitted = await fit(call, content, { options, room });
  return {
    role: "tool",
    callId: call.id,
    tool: call.name,
    content: remark === null ? fitted : [...fitted, text(remark)],
    isError: !outcome.ok,
  };
}

/** Characters that each result of a reply may send. */
function resultBudget(calls: number, { limits }: AgentOptions): number {
  const share = Math.floor(limits.replyChars / Math.max(1, calls));
  return Math.min(limits.tool.resultChars, Math.max(share, minimumResult));
}

/** Below this a result is worth nothing, however many calls there are. */
const minimumResult = 1_000;

/** Cuts a result that is too long; the whole goes where Read can get it. */
async function fit(
  call: ToolCall,
  content: readonly Part[],
  { options, room }: { options: AgentOptions; room: number },
): Promise<readonly Part[]> {
  const whole = textOf(content);
  if (whole.length <= room) return content;
  const path = await options.spill(call.id, whole);
  const { text: cut } = headAndTail(whole, room, (chars, lines) => {
    const what = lines > 0 ? count(lines, "line") : count(chars, "character");
    const where = path === null ? "" : `; the whole is in ${path}`;
    return `\n[... ${what} left out${where} ...]\n`;
  });
  return [text(cut), ...content.filter(({ type }) => type !== "text")];
}
