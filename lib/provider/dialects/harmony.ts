import { type FoundCall, matchAt, type ReadCalls } from "./dialect.ts";
import { jsonEnd } from "./json.ts";

const header =
  /\s*(?:<\|start\|>(?<role>[^<]{0,200}))?(?:<\|channel\|>(?<channel>[^<]{0,200}))?(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/y;
const recipient = /\bto=(?:functions\.)?([\w.-]+)/;
const closing = /<\|(?:call|end|return)\|>/y;
const boundary = /<\|(?:call|end|return|start|channel)\|>/g;

/**
 * gpt-oss harmony: a sequence of messages, each with a channel and perhaps a
 * recipient. What goes to a function is a call, the analysis channel is
 * reasoning, and the rest is for the user.
 */
export const readHarmony: ReadCalls = (text, at) => {
  const calls: FoundCall[] = [];
  const thinking: string[] = [];
  const visible: string[] = [];
  let position = at;
  while (position < text.length) {
    const found = matchAt(header, text, position);
    if (found === null) break;
    const { role = "", channel = "" } = found.groups ?? {};
    // What comes from a function is a result that the model made up.
    if (role.startsWith("functions")) {
      position = text.length;
      break;
    }
    const start = position + found[0].length;
    const name = recipient.exec(`${role} ${channel}`)?.[1];
    const end = name === undefined
      ? messageEnd(text, start)
      : jsonEnd(text, start);
    if (end === undefined) return null;
    const body = text.slice(start, end);
    if (name !== undefined) calls.push({ name, arguments: body });
    else if (channel.trim().startsWith("analysis")) thinking.push(body.trim());
    else visible.push(body.trim());
    const close = matchAt(closing, text, end);
    position = end + (close?.[0].length ?? 0);
  }
  if (calls.length === 0) return null;
  return {
    calls,
    end: position,
    thinking: thinking.join("\n\n"),
    visible: visible.join("\n\n"),
  };
};

function messageEnd(text: string, at: number): number {
  boundary.lastIndex = at;
  return boundary.exec(text)?.index ?? text.length;
}
