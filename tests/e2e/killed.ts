/**
 * Kills golden runs with SIGKILL at an event and goes on with their sessions.
 * Run by itself it does so at every event of every case and prints a table:
 * `deno run -A tests/e2e/killed.ts`.
 */
import { assert, assertEquals } from "@std/assert";
import type { AgentEvent } from "../../lib/core/event.ts";
import type { Message } from "../../lib/core/message.ts";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { goldenCases, goldenFolder } from "./golden.ts";
import { denoRun, type Finished, runProgram } from "./program.ts";

const killedMain = new URL("../support/killed_main.ts", import.meta.url)
  .pathname;

/** What came of one kill. */
export interface Killed {
  /** The event at which the program was killed; undefined: it ended before. */
  readonly at: AgentEvent["type"] | undefined;
  /** False when nothing was in the session yet. */
  readonly resumed: boolean;
  /** Entries that a reader was told of and the session does not have. */
  readonly lost: number;
}

/** Runs a case without a kill: the types of its events. */
export async function eventsOf(name: string): Promise<string[]> {
  await using place = await prepare(name);
  const { stdout } = await place.start(0);
  return readEvents(stdout).map(({ type }) => type);
}

/**
 * Kills a case at its n-th event, goes on, and holds the next request against
 * what every server asks of one.
 */
export async function killAt(name: string, number: number): Promise<Killed> {
  await using place = await prepare(name);
  const { stdout } = await place.start(number);
  const events = readEvents(stdout);
  const at = events.length < number ? undefined : events.at(-1)?.type;
  const told = events.flatMap((event) =>
    event.type === "message" ? [event.message] : []
  );
  const calls = events.flatMap((event) =>
    event.type === "tool_end" ? [event.callId] : []
  );
  const entries = await place.entries();
  const kept = entries.flatMap((each) =>
    each.type === "message" ? [each.message as Message] : []
  );
  const keptCalls = entries.flatMap((each) =>
    each.type === "call" ? [each.callId as string] : []
  );
  const lost = missing(told, kept) + missing(calls, keptCalls);
  if (kept.length === 0) return { at, resumed: false, lost };
  const { code, stderr } = await place.resume();
  assertEquals(code, 0, `killed at ${number}, ${at}: ${stderr}`);
  const [request, ...more] = place.requests;
  assertEquals(more.length, 0);
  checkRequest(request, kept);
  return { at, resumed: true, lost };
}

/** How many of the first are not in the second, in the same order. */
function missing(told: readonly unknown[], kept: readonly unknown[]): number {
  const texts = kept.map((each) => JSON.stringify(each));
  let from = 0;
  let count = 0;
  for (const each of told) {
    const found = texts.indexOf(JSON.stringify(each), from);
    if (found === -1) count++;
    else from = found + 1;
  }
  return count;
}

interface WireMessage {
  readonly role: string;
  readonly content?: string | null | readonly { readonly text?: string }[];
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

/** Unique ids, one result for each call behind its reply, nothing empty. */
function checkRequest(
  request: SeenRequest | undefined,
  kept: readonly Message[],
): void {
  const messages: readonly WireMessage[] = request?.body.messages ?? [];
  const ids = new Set<string>();
  const open: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      assertEquals(message.tool_call_id, open.shift(), "results in order");
    } else assertEquals(open, [], "each call has its result");
    const content = typeof message.content === "string"
      ? message.content
      : message.content?.map(({ text = "" }) => text).join("") ?? "";
    const calls = message.tool_calls ?? [];
    assert(content !== "" || calls.length > 0, "no message is empty");
    for (const { id } of calls) {
      assert(!ids.has(id), `the id ${id} is used once`);
      ids.add(id);
      open.push(id);
    }
  }
  assertEquals(open, []);
  const text = request?.text ?? "";
  for (const message of kept) {
    const said = message.role === "assistant"
      ? message.text
      : message.content.map((part) => part.type === "text" ? part.text : "")
        .at(-1) ?? "";
    const inJson = JSON.stringify(said.trimEnd()).slice(1, -1);
    assert(text.includes(inJson), `it has: ${said.slice(0, 200)}`);
  }
}

function readEvents(stdout: string): AgentEvent[] {
  return stdout.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

/** A case's workspace, a home, and a server to go on with. */
async function prepare(name: string): Promise<
  AsyncDisposable & {
    readonly requests: readonly SeenRequest[];
    start(number: number): Promise<Finished>;
    resume(): Promise<Finished>;
    entries(): Promise<Record<string, unknown>[]>;
  }
> {
  const folder = new URL(`${name}/`, goldenFolder).pathname;
  const prompt = (await Deno.readTextFile(`${folder}prompt.txt`)).trim();
  const stack = new AsyncDisposableStack();
  const workspace = stack.use(await tempFolder());
  const home = stack.use(await tempFolder());
  const server = stack.use(await modelServer(() => ({ text: "Went on." })));
  await copyFolder(`${folder}workspace`, workspace.path);
  const id = crypto.randomUUID();
  const options = {
    cwd: workspace.path,
    env: { OPENCLAUDE_CONFIG_DIR: home.path },
  };
  const flags = ["--permission-mode=bypassPermissions"];
  return {
    requests: server.requests,
    start: (number) =>
      runProgram([
        String(number),
        ...flags,
        `--model=scripted:${folder}script.jsonl`,
        `--session-id=${id}`,
        prompt,
      ], { ...options, command: denoRun(["-A"], killedMain) }),
    resume: () =>
      runProgram([
        ...flags,
        `--base-url=${server.url}`,
        "--model=abc",
        `--resume=${id}`,
        "Go on.",
      ], options),
    async entries() {
      const file = await findFile(home.at("state/sessions"), `${id}.jsonl`);
      if (file === undefined) return [];
      return (await Deno.readTextFile(file)).split("\n").filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function findFile(
  root: string,
  end: string,
): Promise<string | undefined> {
  try {
    for await (const { name } of Deno.readDir(root)) {
      for await (const file of Deno.readDir(`${root}/${name}`)) {
        if (file.name.endsWith(end)) return `${root}/${name}/${file.name}`;
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (!isDirectory) await Deno.copyFile(source, target);
    else {
      await Deno.mkdir(target);
      await copyFolder(source, target);
    }
  }
}

async function table(): Promise<string> {
  const rows = ["case | events tried | resumed | nothing said yet | lost"];
  for (const name of await goldenCases()) {
    const count = (await eventsOf(name)).length;
    let [resumed, empty, lost] = [0, 0, 0];
    for (let number = 1; number <= count; number++) {
      const killed = await killAt(name, number);
      if (killed.resumed) resumed++;
      else empty++;
      lost += killed.lost;
    }
    rows.push([name, count, resumed, empty, lost].join(" | "));
  }
  return rows.join("\n");
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  console.log(await table());
}
