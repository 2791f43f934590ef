/**
 * Golden cases: folders in tests/golden with `prompt.txt`, `script.jsonl` (the
 * model's replies), `workspace/` and `events.out`, which holds the events of
 * the run and the files that it changed. `deno task golden` writes events.out
 * anew; the diff is then reviewed like any other.
 */
import { query } from "../../lib/app/query.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import { tempFolder } from "../support/temp.ts";
import { baseEnvironment } from "./program.ts";

/** Where the cases are. */
export const goldenFolder = new URL("../golden/", import.meta.url);

/** The names of all cases. */
export async function goldenCases(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(goldenFolder));
  return entries.filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
}

/** Plays a case in a process with a home of its own; what events.out holds. */
export async function playCase(name: string): Promise<string> {
  await using home = await tempFolder();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL(import.meta.url).pathname, name],
    clearEnv: true,
    env: { ...await baseEnvironment(home.path), SHELL: "/bin/bash" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

async function play(name: string): Promise<string> {
  const folder = new URL(`${name}/`, goldenFolder);
  const before = await readFolder(new URL("workspace/", folder).pathname);
  await using workspace = await tempFolder(before);
  const events = query({
    prompt: (await Deno.readTextFile(new URL("prompt.txt", folder))).trim(),
    model: `scripted:${new URL("script.jsonl", folder).pathname}`,
    cwd: workspace.path,
    mode: "bypassPermissions",
  });
  const lines: string[] = [];
  for await (const event of merged(events)) lines.push(JSON.stringify(event));
  const after = await readFolder(workspace.path);
  for (const file of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[file] === after[file]) continue;
    lines.push(JSON.stringify({ file, content: after[file] ?? null }));
  }
  return settle(lines, { workspace: workspace.path, script: folder.pathname });
}

/** Joins what follows one another: how a text is cut is no promise. */
async function* merged(
  events: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent> {
  let held: AgentEvent | undefined;
  for await (const event of events) {
    if (event.type === "call_delta" || isOfSystem(event)) continue;
    const joined = held === undefined ? undefined : joinEvents(held, event);
    if (joined === undefined && held !== undefined) yield held;
    held = joined ?? event;
  }
  if (held !== undefined) yield held;
}

/** Whether a machine has a sandbox is no promise of a case. */
function isOfSystem(event: AgentEvent): boolean {
  return event.type === "notice" && event.text.includes("without a sandbox");
}

function joinEvents(a: AgentEvent, b: AgentEvent): AgentEvent | undefined {
  if (a.type === "text_delta" && b.type === "text_delta") {
    return { ...a, delta: a.delta + b.delta };
  }
  if (a.type === "thinking_delta" && b.type === "thinking_delta") {
    return { ...a, delta: a.delta + b.delta };
  }
  const isProgress = a.type === "tool_progress" && b.type === a.type;
  if (isProgress && a.callId === b.callId) {
    return { ...a, text: a.text + b.text };
  }
}

async function readFolder(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = async (inner: string): Promise<void> => {
    for await (const entry of Deno.readDir(folder + inner)) {
      const path = `${inner}/${entry.name}`;
      if (entry.isDirectory) await visit(path);
      else found[path.slice(1)] = await Deno.readTextFile(folder + path);
    }
  };
  folder = folder.replace(/\/$/, "");
  await visit("");
  return found;
}

/** Takes out what differs from run to run and from machine to machine. */
function settle(
  lines: readonly string[],
  { workspace, script }: {
    readonly workspace: string;
    readonly script: string;
  },
): string {
  const conversation = lines[0]?.match(/"conversation":"([^"]*)"/)?.[1];
  let text = lines.map((line, index) =>
    line.replace(/"seq":\d+/, `"seq":${index}`)
  ).join("\n");
  text = text
    .replaceAll(workspace, "/WORKSPACE")
    .replaceAll(script, "/CASE/")
    .replaceAll(/"(at|ms|firstDeltaMs|durationMs)":[\d.]+/g, '"$1":0')
    .replaceAll(/"mtime":[\d.]+/g, '"mtime":0')
    .replaceAll(/Date: \d{4}-\d\d-\d\d/g, "Date: DATE")
    .replaceAll(/\\n\[(sandbox: [^\]]*|no sandbox)\]/g, "\\n[SANDBOX]")
    .replaceAll(/Platform: [^"\\]*/g, "Platform: PLATFORM");
  if (conversation) text = text.replaceAll(conversation, "CONVERSATION");
  return `${text}\n`;
}

if (import.meta.main) {
  const [name] = Deno.args;
  if (name !== undefined) {
    await Deno.stdout.write(new TextEncoder().encode(await play(name)));
  } else {
    for (const each of await goldenCases()) {
      const file = new URL(`${each}/events.out`, goldenFolder);
      await Deno.writeTextFile(file, await playCase(each));
    }
  }
}
