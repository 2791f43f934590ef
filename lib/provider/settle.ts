import type { CallProblem, ToolCall } from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import { parseArguments, type ParsedArguments } from "./arguments.ts";
import { coerceInput } from "./coerce.ts";
import {
  aliasTargets,
  resolveName,
  safeName,
  unknownNameText,
} from "./names.ts";
import type { RawCall } from "./raw.ts";
import { isObject } from "./schema_check.ts";

/** What settling calls needs to know. */
export interface SettleOptions {
  /** The tools that the request offered. */
  readonly tools: readonly ToolSpec[];
  /** Ids of all calls of the session; the new ones are added. */
  readonly usedIds: Set<string>;
  newId(): string;
  /** The text dialect from which the calls were recovered. */
  readonly recovered?: string;
  /** The reply's output limit in tokens, for the text of a cut-off call. */
  readonly outputLimit?: number;
}

/** A call without its id. */
type Draft = Omit<ToolCall, "id">;

type Input = Record<string, unknown>;

/**
 * Turns calls as sent into calls as the history keeps them: an offered name,
 * a unique id, an object that fits the tool's schema (spec/providers.md 4).
 * A call that can't be run keeps its place with a `problem` whose message
 * teaches the model. What was repaired is listed in `repairs`.
 *
 * Mostly one call out for one in; a read-only call whose server joined
 * several whole objects becomes one call for each.
 */
export function settleCalls(
  raw: readonly RawCall[],
  options: SettleOptions,
): ToolCall[] {
  const settled: ToolCall[] = [];
  for (const call of raw) {
    for (const draft of draftCalls(call, options)) {
      // Only the first of split calls can keep the id that was sent.
      const id = uniqueId(call.id, options);
      const origin = options.recovered === undefined
        ? {}
        : { recovered: options.recovered };
      settled.push({ id, ...draft, ...origin });
    }
  }
  return settled;
}

function uniqueId(sent: string, { usedIds, newId }: SettleOptions): string {
  let id = sent;
  while (id === "" || usedIds.has(id)) id = newId();
  usedIds.add(id);
  return id;
}

function draftCalls(call: RawCall, options: SettleOptions): Draft[] {
  const offered = options.tools.map((tool) => tool.name);
  const name = resolveName(call.name, offered);
  if (name === undefined) return [draftAlias(call, options)];
  const tool = options.tools.find((candidate) => candidate.name === name);
  if (tool === undefined) return [];
  const renamed = name === call.name
    ? []
    : [`read the name "${shorten(call.name)}" as ${name}`];
  const parsed = parse(call, tool);
  if (!parsed.ok) {
    return [refusal(tool.name, parseProblem(call, parsed, options))];
  }
  const drafts = [parsed.value, ...parsed.more].map((value) =>
    draftCall(value, tool, [...renamed, ...parsed.repairs])
  );
  const failed = drafts.find((draft) => draft.problem !== undefined);
  // Joined objects are calls only when each of them is one.
  return failed === undefined ? drafts : [failed];
}

function draftCall(
  value: unknown,
  tool: ToolSpec,
  repairs: readonly string[],
): Draft {
  const fitted = coerceInput(value, tool);
  if (!fitted.ok) {
    return {
      name: tool.name,
      input: fitted.input,
      problem: { kind: "invalid_input", message: fitted.message },
    };
  }
  const all = [...repairs, ...fitted.repairs];
  const draft = { name: tool.name, input: fitted.input };
  return all.length === 0 ? draft : { ...draft, repairs: all };
}

/** Settles a call by another program's name for a tool, or refuses it. */
function draftAlias(call: RawCall, options: SettleOptions): Draft {
  const offered = options.tools.map((tool) => tool.name);
  const problem: CallProblem = {
    kind: "unknown_tool",
    message: unknownNameText(call.name, offered),
  };
  const readOnly = { tool: call.name, readOnly: true, cut: call.cut };
  const guess = parseArguments(call.arguments, readOnly);
  const sent = guess.ok && isObject(guess.value) ? guess.value : {};
  for (const name of aliasTargets(call.name, offered, sent)) {
    const tool = options.tools.find((candidate) => candidate.name === name);
    if (tool === undefined) continue;
    const parsed = parse(call, tool);
    if (!parsed.ok) {
      return refusal(name, parseProblem(call, parsed, options));
    }
    const renamed = `read the name "${shorten(call.name)}" as ${name}`;
    const draft = draftCall(parsed.value, tool, [renamed, ...parsed.repairs]);
    if (draft.problem === undefined && parsed.more.length === 0) return draft;
  }
  return refusal(safeName(call.name), problem, sent);
}

function parse(call: RawCall, tool: ToolSpec): ParsedArguments {
  return parseArguments(call.arguments, {
    tool: tool.name,
    readOnly: tool.readOnly,
    cut: call.cut,
  });
}

function parseProblem(
  call: RawCall,
  parsed: { readonly message: string },
  { outputLimit }: SettleOptions,
): CallProblem {
  if (!call.cut) return { kind: "invalid_json", message: parsed.message };
  const limit = outputLimit === undefined ? "" : ` (${outputLimit} tokens)`;
  return {
    kind: "cut_off",
    message: `The arguments were cut off at the output limit${limit}. ` +
      "Nothing was executed. Send a smaller call: split the file into " +
      "several writes, or change parts of it with an edit.",
  };
}

function refusal(name: string, problem: CallProblem, input: Input = {}): Draft {
  return { name, input, problem };
}

function shorten(name: string): string {
  return name.length <= 60 ? name : `${name.slice(0, 59)}…`;
}
