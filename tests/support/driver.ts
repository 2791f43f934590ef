import { assert } from "@std/assert";
import type { OutputLine } from "../../lib/ui/json/output_lines.ts";
import { baseEnvironment, denoRun } from "../e2e/program.ts";
import { checkedLine } from "./json_lines.ts";
import { tempFolder } from "./temp.ts";

/** A run of the program that a test drives by lines. */
export interface Driven extends AsyncDisposable {
  /** All lines so far. */
  readonly lines: readonly OutputLine[];
  /** Writes a value as a line, or a text as it is. */
  send(line: unknown): Promise<void>;
  /** The next line, or the next that `fits`; others are passed over. */
  next(): Promise<OutputLine>;
  next<Line extends OutputLine>(
    fits: (line: OutputLine) => line is Line,
  ): Promise<Line>;
  signal(name: Deno.Signal): void;
  /** Closes stdin and waits; what is left of the lines goes into `lines`. */
  end(): Promise<{ readonly code: number; readonly stderr: string }>;
}

/** The options of a driven run. */
export const drivenFlags = [
  "--output-format=stream-json",
  "--input-format=stream-json",
];

/** Starts the program for lines both ways. */
export async function drive(
  args: readonly string[],
  { cwd, command = denoRun() }: {
    readonly cwd: string;
    /** Command and arguments before the program's own; default: all allowed. */
    readonly command?: readonly string[];
  },
): Promise<Driven> {
  const home = await tempFolder();
  const [program = "", ...before] = command;
  const child = new Deno.Command(program, {
    args: [...before, ...drivenFlags, ...args],
    cwd,
    clearEnv: true,
    env: await baseEnvironment(home.path),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(90_000),
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const writer = child.stdin.getWriter();
  const lines: OutputLine[] = [];
  const reading = readLines(child.stdout, lines);
  const end = async () => {
    await writer.close().catch(() => {});
    while (!(await reading.next()).done);
    const { code } = await child.status;
    return { code, stderr: await stderr };
  };
  return {
    lines,
    async send(line) {
      const text = typeof line === "string" ? line : JSON.stringify(line);
      await writer.write(new TextEncoder().encode(`${text}\n`));
    },
    async next(fits: (line: OutputLine) => boolean = () => true) {
      while (true) {
        const item = await reading.next();
        assert(!item.done, `it ended; stderr: ${item.done && await stderr}`);
        // deno-lint-ignore no-explicit-any
        if (fits(item.value)) return item.value as any;
      }
    },
    signal: (name) => child.kill(name),
    end,
    async [Symbol.asyncDispose]() {
      await end();
      await home[Symbol.asyncDispose]();
    },
  };
}

async function* readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: OutputLine[],
): AsyncGenerator<OutputLine> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...others] = text.split("\n");
    rest += first;
    for (const other of others) {
      const line = checkedLine(rest);
      lines.push(line);
      rest = other;
      yield line;
    }
  }
  assert(rest === "", `the last line has an end: ${rest}`);
}

/** A message of the user, as a line. */
export function userLine(content: unknown): object {
  return { type: "user", message: { role: "user", content } };
}

/** A control request, as a line. */
export function requestLine(id: string, request: object): object {
  return { type: "control_request", request_id: id, request };
}

/** An answer to `can_use_tool`, as a line. */
export function answerLine(id: string, response: object): object {
  const rest = { subtype: "success", request_id: id, response };
  return { type: "control_response", response: rest };
}

/** Whether a line asks about a call. */
export function isQuestion(
  line: OutputLine,
): line is OutputLine & { type: "control_request" } {
  return line.type === "control_request";
}

/** Whether a line ends a run. */
export function isResult(
  line: OutputLine,
): line is OutputLine & { type: "result" } {
  return line.type === "result";
}

/** Whether a line answers a control request. */
export function isResponse(
  line: OutputLine,
): line is OutputLine & { type: "control_response" } {
  return line.type === "control_response";
}
