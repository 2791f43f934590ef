import {
  type AssistantMessage,
  type Message,
  type Part,
  text as textPart,
  type ToolCall,
  type ToolMessage,
} from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import { envelopesOf } from "./dialects/json.ts";
import { exampleOf } from "./input_errors.ts";
import { isQuotation } from "./quoted_calls.ts";
import type { RawCall } from "./raw.ts";
import {
  isObject,
  propertiesOf,
  requiredOf,
  type Schema,
  typesOf,
} from "./schema_check.ts";
import { TextRegions } from "./text_regions.ts";
import { recoverCalls, type Recovered } from "./text_tools.ts";

/**
 * Text-tool mode (spec/providers.md 3.4), for servers and models that take no
 * tools: they are described in the system prompt, the model writes one call
 * at the end of its reply, and results come back as user messages.
 *
 * A request in text mode sends `textModePrompt()` after the system prompt,
 * `textModeMessages()` for its messages, no tools and no tool roles. A stream
 * may be ended as soon as `endsTextCall()` holds. The reply's text goes
 * through `readTextMode()`, and its calls through settleCalls.
 */

/** How a model in text mode writes its calls. */
export type TextDialect = "fence" | "hermes";

interface DialectForm {
  /** Wraps a call's JSON. */
  call(json: string): string;
  /** Wraps the text of a result. */
  result(message: ToolMessage, body: string): string;
  readonly opening: RegExp;
  readonly closing: RegExp;
}

const forms: Readonly<Record<TextDialect, DialectForm>> = {
  fence: {
    call: (json) => `\`\`\`tool\n${json}\n\`\`\``,
    result: ({ tool, isError }, body) =>
      `${isError ? "Error" : "Result"} of ${tool}:\n${body}`,
    opening: /```tool(?:_call)?[ \t]*\r?\n/y,
    closing: /\r?\n[ \t]*```/g,
  },
  hermes: {
    call: (json) => `<tool_call>\n${json}\n</tool_call>`,
    result: ({ tool, isError }, body) =>
      `<tool_response>\n${
        isError ? "Error" : "Result"
      } of ${tool}:\n${body}\n` +
      "</tool_response>",
    opening: /<tool_call>\s*/y,
    closing: /\s*<\/tool_call>/g,
  },
};

/** Models trained on Hermes tags. Qwen3 repeats their opener, so not it. */
const hermesModels = /qwen[-_]?2|qwq|hermes|granite[-_]?4/i;

/** The dialect that a model handles best, by its name. */
export function textModeDialect(model: string): TextDialect {
  return hermesModels.test(model) ? "hermes" : "fence";
}

/** What the system prompt says of the tools. The same for the same tools. */
export function textModePrompt(
  tools: readonly ToolSpec[],
  dialect: TextDialect,
): string {
  const [first] = tools;
  if (first === undefined) return "";
  const example = `{"name": "${first.name}", "arguments": ${exampleOf(first)}}`;
  return [
    "# Tools",
    "To use a tool, end your reply with one block of this form:",
    forms[dialect].call(example),
    "The JSON must be valid. Write one call and stop; its result is the next " +
    "message. Never write a result yourself.",
    "",
    ...tools.map(describeTool),
  ].join("\n");
}

/** The history as user and assistant texts, with calls and results in them. */
export function textModeMessages(
  messages: readonly Message[],
  dialect: TextDialect,
): Message[] {
  const rendered: Message[] = [];
  let results: Part[] = [];
  const flush = () => {
    if (results.length === 0) return;
    rendered.push({ role: "user", content: results, origin: "harness" });
    results = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(...renderResult(message, dialect));
      continue;
    }
    flush();
    rendered.push(
      message.role === "assistant" ? renderReply(message, dialect) : message,
    );
  }
  flush();
  return rendered;
}

/** True when a reply so far holds a complete call: what follows is invented. */
export function endsTextCall(text: string, dialect: TextDialect): boolean {
  return findBlock(text, dialect)?.isClosed ?? false;
}

/**
 * Reads the call at the end of a reply: in the dialect that was asked for, or
 * in any other by the rules for recovered calls. A damaged call is returned
 * too, so that the model learns what was wrong with it. Null when the reply
 * is text alone.
 */
export function readTextMode(
  text: string,
  options: {
    readonly tools: readonly ToolSpec[];
    readonly dialect: TextDialect;
    readonly messages?: readonly Message[];
  },
): Recovered | null {
  const { tools, dialect, messages = [] } = options;
  const block = findBlock(text, dialect);
  if (block === undefined) {
    return recoverCalls(text, { tools, messages, leadIn: true });
  }
  const before = text.slice(0, block.start);
  const call = readCall(block.body, tools);
  // What the prompt itself told the model to write is no sign of a quotation.
  if (call === null || isQuotation({ before, span: block.body, messages })) {
    return null;
  }
  return {
    calls: [call],
    text: before.trimEnd(),
    dialect: `text_${dialect}`,
    thinking: "",
  };
}

interface Block {
  readonly start: number;
  readonly body: string;
  readonly isClosed: boolean;
}

/** The first call block outside other code fences. */
function findBlock(text: string, dialect: TextDialect): Block | undefined {
  const { opening, closing } = forms[dialect];
  const regions = new TextRegions();
  let start = 0;
  while (start < text.length) {
    opening.lastIndex = start;
    const found = regions.mayBegin ? opening.exec(text) : null;
    if (found !== null) {
      const from = start + found[0].length;
      // The closing fence's own line end may be the opening's.
      closing.lastIndex = Math.max(from - 1, start);
      const close = closing.exec(text);
      const body = text.slice(from, close?.index ?? text.length).trim();
      return { start, body, isClosed: close !== null };
    }
    const next = text.indexOf("\n", start);
    if (next === -1) return undefined;
    regions.advance(text.slice(start, next + 1));
    start = next + 1;
  }
  return undefined;
}

function readCall(body: string, tools: readonly ToolSpec[]): RawCall | null {
  const [call] = envelopesOf(body) ?? [];
  if (call !== undefined && call.isDoubtful !== true) {
    return { id: "", name: call.name, arguments: call.arguments, cut: false };
  }
  // Broken JSON goes on as the arguments, so that its error is explained.
  const name = /"name"\s*:\s*"([\w.-]+)"/.exec(body)?.[1] ?? "";
  const isOffered = tools.some((tool) =>
    tool.name.toLowerCase() === name.toLowerCase()
  );
  if (!isOffered) return null;
  if (call !== undefined) {
    return { id: "", name, arguments: call.arguments, cut: false };
  }
  return { id: "", name, arguments: body, cut: false };
}

function renderReply(
  message: AssistantMessage,
  dialect: TextDialect,
): AssistantMessage {
  if (message.calls.length === 0) return message;
  const calls = message.calls.map((call) => renderCall(call, dialect));
  const parts = [message.text, ...calls].filter((part) => part !== "");
  return { ...message, text: parts.join("\n\n"), calls: [] };
}

function renderCall(call: ToolCall, dialect: TextDialect): string {
  const json = JSON.stringify({ name: call.name, arguments: call.input });
  return forms[dialect].call(json);
}

function renderResult(message: ToolMessage, dialect: TextDialect): Part[] {
  const texts: string[] = [];
  const images: Part[] = [];
  for (const part of message.content) {
    if (part.type === "text") texts.push(part.text);
    else images.push(part);
  }
  const body = texts.join("\n\n") || "(no text)";
  return [textPart(forms[dialect].result(message, body)), ...images];
}

function describeTool(tool: ToolSpec): string {
  const required = requiredOf(tool.parameters);
  const parameters = Object.entries(propertiesOf(tool.parameters));
  const signature = parameters.map(([key, schema]) =>
    `${key}${required.includes(key) ? "" : "?"}: ${typeText(schema)}`
  );
  const notes = parameters.flatMap(([key, { description }]) =>
    typeof description === "string" ? [`  ${key}: ${description}`] : []
  );
  const head = `${tool.name}(${signature.join(", ")}): ${tool.description}`;
  return [head, ...notes].join("\n");
}

function typeText(schema: Schema): string {
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((choice) => JSON.stringify(choice)).join("|");
  }
  const types = typesOf(schema);
  if (types.length === 1 && types[0] === "array" && isObject(schema.items)) {
    return `${typeText(schema.items)}[]`;
  }
  return types.join("|") || "any";
}
