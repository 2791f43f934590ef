import type { ToolCall } from "../core/message.ts";
import { text } from "../core/message.ts";
import type { ModelInfo, ToolSpec } from "../core/model.ts";
import { count, firstLine } from "../core/text.ts";
import { type Asked, type Bench, user } from "./doctor_bench.ts";
import { type Capability, no, unknown, yes } from "./doctor_card.ts";

/** What the first request says of the server and the model. */
export const codeWord = "heron-58";

/** The first question: it also shows whether anybody is there. */
export async function askFirst(bench: Bench): Promise<Asked> {
  return await bench.ask({
    system: `The code word is ${codeWord}.`,
    messages: [user("Reply with the code word and nothing else.")],
  });
}

/** Whether the system prompt reached the model. */
export function systemPrompt({ reply }: Asked): Capability {
  const said = reply?.message.text ?? "";
  return said.includes(codeWord)
    ? yes("the reply holds the code word of the system prompt")
    : unknown(`the code word was not in the reply: ${quoted(said)}`);
}

/** Whether the reply came in pieces. */
export function streaming({ exchanges }: Asked): Capability {
  const last = exchanges.at(-1);
  const type = last?.contentType?.split(";")[0] || "no content type";
  if (last === undefined || last.events === 0) {
    return unknown(`no event was seen in ${type}`);
  }
  return last.events > 1
    ? yes(`${last.events} events, ${type}`)
    : no(`the whole reply came at once, ${type}`);
}

/** Whether the server counts tokens in a stream. */
export function usageInStream({ exchanges, reply }: Asked): Capability {
  const last = exchanges.at(-1);
  if (last === undefined || last.events < 2) {
    return unknown("there was no stream");
  }
  if (last.hasUsage) {
    const { input = 0, output = 0 } = reply?.usage ?? {};
    return yes(`${input} in, ${output} out`);
  }
  return isDropped(exchanges, "stream_options")
    ? no("the server refuses stream_options: tokens are estimated")
    : no("the stream held no usage: tokens are estimated");
}

/** True when the server took a request only without a field. */
export function isDropped(
  exchanges: Asked["exchanges"],
  field: string,
): boolean {
  const last = exchanges.at(-1);
  return last !== undefined && !(field in last.body) &&
    exchanges.some(({ body, status = 0 }) => field in body && status >= 400);
}

const secret = "7421";
/** What is said of a reply that was too long. */
export const cut = "the reply was cut before it came to the point";

function tool(
  name: string,
  description: string,
  parameters: Readonly<Record<string, string>>,
): ToolSpec {
  const properties = Object.fromEntries(
    Object.entries(parameters).map((
      [key, meaning],
    ) => [key, { type: "string", description: meaning }]),
  );
  return {
    name,
    description,
    parameters: {
      type: "object",
      properties,
      required: Object.keys(parameters),
    },
    readOnly: true,
  };
}

const lookUp = tool("look_up", "Looks up a person's number", {
  name: "The person's first name",
});
const saveText = tool("save_text", "Saves a text, exactly as it is given", {
  text: "The text",
});

/** What a probe of tools came to. */
export interface ToolsFound {
  readonly native: Capability;
  readonly text: Capability;
  /** True where tools must be described in the prompt from now on. */
  readonly mustDescribe: boolean;
  /** The reply with a call, and how it was asked, to go on from. */
  readonly answered?: { readonly asked: Asked; readonly inText: boolean };
}

const lookUpAda = {
  messages: [user("Call the tool look_up for Ada. Write nothing else.")],
  tools: [lookUp],
};

/** Asks for one call: natively, and where that fails in the prompt. */
export async function probeTools(
  bench: Bench,
  info: ModelInfo,
): Promise<ToolsFound> {
  const asked = await bench.ask(lookUpAda);
  const call = asked.reply?.message.calls.find(isAda);
  const saysNo = info.tools !== "native";
  if (call !== undefined && call.recovered === undefined && !saysNo) {
    return {
      native: yes(`called ${shownCall(call)}`),
      text: unknown("not asked: native calls work"),
      mustDescribe: false,
      answered: { asked, inText: false },
    };
  }
  const native = saysNo
    ? no("the server says that the model takes no tools")
    : call !== undefined
    ? no(`the call came as text (${call.recovered})`)
    : noCall(asked);
  if (call !== undefined) {
    const how = call.recovered ?? "tools described in the prompt";
    return {
      native,
      text: yes(`called ${shownCall(call)}: ${how}`),
      mustDescribe: false,
      answered: { asked, inText: saysNo },
    };
  }
  if (saysNo) {
    return { native, text: noCall(asked), mustDescribe: false };
  }
  // What came of a bad moment is not kept as if it were the model's nature.
  return native.state === "no" ? { native, ...await probeTextTools(bench) } : {
    native,
    text: unknown("not asked: nothing is known of native calls"),
    mustDescribe: false,
  };
}

/** The profile with which tools are described in the prompt. */
export const describedTools = { textTools: "mode:auto" } as const;

async function probeTextTools(
  bench: Bench,
): Promise<Omit<ToolsFound, "native">> {
  const asked = await bench.ask({ ...lookUpAda, profile: describedTools });
  const call = asked.reply?.message.calls.find(isAda);
  if (call === undefined) return { text: noCall(asked), mustDescribe: false };
  return {
    text: yes(`called ${shownCall(call)}: tools described in the prompt`),
    mustDescribe: true,
    answered: { asked, inText: true },
  };
}

function isAda({ name, input }: ToolCall): boolean {
  return name === lookUp.name && /\bada\b/i.test(String(input.name));
}

function noCall({ failure, reply }: Asked): Capability {
  if (failure !== undefined) {
    const isSure = failure.code === "no_tool_support" ||
      failure.code === "bad_request";
    return isSure ? no(failure.message) : unknown(failure.message);
  }
  if (reply?.stop === "length") {
    return unknown(cut);
  }
  return no(`asked for a call, it wrote ${quoted(reply?.message.text ?? "")}`);
}

/** Whether the model reads what a tool answered. */
export async function probeToolResults(
  bench: Bench,
  { answered }: ToolsFound,
): Promise<Capability> {
  const message = answered?.asked.reply?.message;
  if (answered === undefined || message === undefined) {
    return unknown("not asked: there was no call");
  }
  const { failure, reply } = await bench.ask({
    ...lookUpAda,
    ...(answered.inText ? { profile: describedTools } : {}),
    messages: [
      ...lookUpAda.messages,
      message,
      ...message.calls.map(({ id, name }) => ({
        role: "tool" as const,
        callId: id,
        tool: name,
        content: [text(`Ada's number is ${secret}`)],
        isError: false,
      })),
      user("Reply with Ada's number and nothing else."),
    ],
  });
  if (failure !== undefined) return failed(failure);
  const said = reply?.message.text ?? "";
  return said.includes(secret)
    ? yes("the reply holds what the tool answered")
    : unknown(`what the tool answered was not in the reply: ${quoted(said)}`);
}

/** Whether one reply may hold several calls, and what it takes. */
export async function probeParallel(
  bench: Bench,
): Promise<{ readonly found: Capability; readonly needsFlag: boolean }> {
  const question = {
    messages: [
      user("Call look_up for Ada and for Ben, both in this one reply."),
    ],
    tools: [lookUp],
  };
  const first = await bench.ask(question);
  if (first.failure !== undefined) {
    return { found: failed(first.failure), needsFlag: false };
  }
  if (first.reply?.stop === "length") {
    return { found: unknown(cut), needsFlag: false };
  }
  const calls = first.reply?.message.calls.length ?? 0;
  if (calls > 1) {
    return { found: yes(`${calls} calls in one reply`), needsFlag: false };
  }
  const evidence = `${count(calls, "call")} in a reply that needed two`;
  if (first.exchanges.at(-1)?.body.parallel_tool_calls === true) {
    return { found: no(evidence), needsFlag: false };
  }
  const profile = { parallelFlag: "send-true" } as const;
  const second = await bench.ask({ ...question, profile });
  const more = second.reply?.message.calls.length ?? 0;
  return more > 1
    ? {
      found: yes(`${more} calls in one reply, with parallel_tool_calls`),
      needsFlag: true,
    }
    : { found: no(evidence), needsFlag: false };
}

const awkward = 'one "two"\n\\three\\n\tf\u00fcnf \u6f22\u5b57 {4}';

/** Whether quotes, line ends and the like survive in an argument. */
export async function probeEscaping(
  bench: Bench,
  { inText }: { readonly inText: boolean },
): Promise<Capability> {
  const { failure, reply } = await bench.ask({
    messages: [
      user(
        "Call save_text with the text between the marks, every character " +
          `as it is.\n<<<\n${awkward}\n>>>`,
      ),
    ],
    tools: [saveText],
    ...(inText ? { profile: describedTools } : {}),
  });
  if (failure !== undefined) return failed(failure);
  const [call] = reply?.message.calls ?? [];
  if (call === undefined) return unknown("there was no call");
  if (call.problem !== undefined) {
    return no(firstLine(call.problem.message, 100));
  }
  const got = String(call.input.text ?? "").replace(/^\n|\n$/g, "");
  const repaired = call.repairs ?? [];
  if (got === awkward) {
    const how = repaired.length === 0 ? "" : `, after ${repaired.join(", ")}`;
    return yes(`line end, quotes, backslash and unicode came whole${how}`);
  }
  return no(`wanted ${quoted(awkward)}, got ${quoted(got)}`);
}

/** What is known when a probe failed. */
export function failed(
  { code, message }: { readonly code: string; readonly message: string },
): Capability {
  return code === "bad_request" ? no(message) : unknown(message);
}

/** Text of a model in one line, so that nobody takes it for ours. */
export function quoted(value: string): string {
  const short = value.length > 70 ? `${value.slice(0, 70)}…` : value;
  return JSON.stringify(short);
}

function shownCall({ name, input }: ToolCall): string {
  return `${name}(${firstLine(JSON.stringify(input), 60)})`;
}
