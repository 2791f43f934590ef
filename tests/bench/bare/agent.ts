/**
 * `agent.ts TEMPLATE URL PROMPT`: an agent with no features, to measure ours
 * against. It sends the same requests (TEMPLATE is the body of a first one),
 * reads the same streams, prints the text and answers Read calls.
 */

interface Call {
  id: string;
  name: string;
  arguments: string;
}

interface Delta {
  content?: string;
  tool_calls?: {
    index: number;
    id?: string;
    function?: { name?: string; arguments?: string };
  }[];
}

interface Chunk {
  choices: { delta: Delta }[];
}

const encoder = new TextEncoder();

async function* dataLines(body: ReadableStream<Uint8Array>) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data: ")) yield line.slice(6);
    }
  }
}

async function reply(response: Response): Promise<[string, Call[]]> {
  let text = "";
  const calls: Call[] = [];
  if (!response.ok || response.body === null) {
    throw new Error(`Cannot get a reply: status ${response.status}`);
  }
  for await (const data of dataLines(response.body)) {
    if (data === "[DONE]") break;
    const chunk: Chunk = JSON.parse(data);
    const delta = chunk.choices[0]?.delta;
    if (delta?.content) {
      text += delta.content;
      await Deno.stdout.write(encoder.encode(delta.content));
    }
    for (const part of delta?.tool_calls ?? []) {
      const call = calls[part.index] ??= { id: "", name: "", arguments: "" };
      call.id += part.id ?? "";
      call.name += part.function?.name ?? "";
      call.arguments += part.function?.arguments ?? "";
    }
  }
  return [text, calls];
}

async function read(call: Call): Promise<string> {
  const { file_path } = JSON.parse(call.arguments);
  const text = await Deno.readTextFile(file_path);
  return text.split("\n").map((line, index) => `${index + 1}\t${line}`)
    .join("\n");
}

const [template = "", url = "", prompt = ""] = Deno.args;
const body = JSON.parse(await Deno.readTextFile(template));
body.messages = [
  ...body.messages.filter(({ role }: { role: string }) => role === "system"),
  { role: "user", content: prompt },
];
for (;;) {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const [text, calls] = await reply(response);
  if (calls.length === 0) break;
  body.messages.push({
    role: "assistant",
    content: text,
    tool_calls: calls.map(({ id, ...called }) => ({
      id,
      type: "function",
      function: called,
    })),
  });
  for (const call of calls) {
    body.messages.push({
      role: "tool",
      tool_call_id: call.id,
      content: await read(call),
    });
  }
}
