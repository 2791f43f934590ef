import type { Reply, SeenRequest } from "./model_server.ts";

/** The words of the last message of a request. */
export function lastWords(request: SeenRequest): string {
  const { content } = request.body.messages.at(-1);
  return typeof content === "string" ? content : JSON.stringify(content);
}

/** What a request offers: the names of its tools. */
function toolNames(request: SeenRequest): string[] {
  return (request.body.tools ?? []).map(
    (tool: { function: { name: string } }) => tool.function.name,
  );
}

/** Replies as a model that can do everything `doctor` asks for. */
export function capableReply(request: SeenRequest): Reply {
  const words = lastWords(request);
  if (words.includes("code word")) {
    return { text: "heron-58", thinking: "They want the code word." };
  }
  if (words.includes("count from 1 to 60")) {
    const numbers = Array.from({ length: 60 }, (_, index) => `${index + 1} `);
    return { text: numbers, chunkDelayMs: 2 };
  }
  if (request.body.response_format) return { text: '{"verdict":"alpha"}' };
  if (words.includes("image_url")) return { text: "Red." };
  if (words.includes("Reply with Ada's number")) return { text: "7421" };
  if (toolNames(request).includes("save_text")) {
    const [, text = ""] = /<<<\n([^]*)\n>>>/.exec(words) ?? [];
    return { calls: [{ name: "save_text", input: { text } }], fragments: 4 };
  }
  const names = words.includes("Ben") ? ["Ada", "Ben"] : ["Ada"];
  return {
    calls: names.map((name) => ({ name: "look_up", input: { name } })),
  };
}
