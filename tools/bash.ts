import { z } from "zod";
import { describeError } from "../lib/core/error.ts";
import {
  defineTool,
  fail,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { catastrophe } from "../lib/permission/catastrophic.ts";
import { isReadOnlyLine } from "../lib/permission/read_only.ts";
import { OutputCapture } from "../lib/platform/capture.ts";
import { isInside, path } from "../lib/platform/paths.ts";
import { type ProcessResult, runProcess } from "../lib/platform/process.ts";
import {
  onDisk,
  prepareSandbox,
  sandboxTrouble,
} from "../lib/platform/sandbox.ts";
import { coalesceProgress } from "./_progress.ts";
import {
  interpretExit,
  shellCommands,
  shellEnvironment,
  timeLimit,
} from "./_shell.ts";
import { outputBudget, tailChars, wholeLimit } from "./_shell_output.ts";
import { describeRun, type Move } from "./_shell_outcome.ts";

const Input = z.object({
  command: z.string(),
  timeout: z.number().optional().describe("ms, default 120000"),
  description: z.string().optional(),
  run_in_background: z.boolean().optional(),
});

/** Milliseconds between the command's limit and the host's. */
const hostGraceMs = 5_000;
/** Linux takes no longer argument. */
const longestCommand = 131_000;
const fileBytes = 64 * 1024 * 1024;

/** Runs a command line in a shell. */
export const bash = defineTool({
  name: "Bash",
  description:
    "Run a bash command. cd persists between calls, variables do not. stdin " +
    "is closed: nothing interactive. Background processes end with the call. " +
    "Use Read, Edit, Write, Grep and Glob for files, not cat, sed, grep.",
  input: Input,
  hidden: ["description", "run_in_background"],
  needs: ["run"],
  readOnly: false,
  where: "realm",
  // The tool ends the command itself; the host waits for that.
  timeoutMs: ({ timeout }, { environment }) =>
    timeLimit(timeout, environment) + hostGraceMs,
  async access({ command }) {
    const readOnly = await isReadOnlyLine(command);
    return [{ kind: "run", line: command, readOnly }];
  },
  async run(input, context) {
    const refusal = refuse(input) ?? await refuseCatastrophe(input, context);
    return refusal ?? await execute(input, context);
  },
});

async function execute(
  { command, timeout }: z.output<typeof Input>,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { limits, environment } = context;
  const budget = outputBudget(limits.resultChars, environment);
  const timeoutMs = timeLimit(timeout, environment);
  const progress = coalesceProgress((piece) => context.emit(piece));
  const capture = new OutputCapture({
    wholeChars: budget,
    tailChars,
    file: spillFile(context),
    fileBytes,
    onText: (text) => progress.push(text),
  });
  try {
    const ran = await start(command, timeoutMs, capture, context);
    if (ran === null) return noShell();
    const { result, folder, sandbox } = ran;
    const meaning = await interpretExit(command, result.code);
    const failed = result.ended !== "exit" ||
      result.code !== 0 && meaning === undefined;
    const captured = await capture.close(wholeLimit(budget, failed));
    const move = await newFolder(folder, context);
    const facts = { captured, budget, timeoutMs, result, move, meaning };
    return describeRun({ ...facts, failed, sandbox });
  } catch (error) {
    return fail(
      "failed",
      `Cannot run the command in "${context.cwd}": ${describeError(error)}`,
    );
  } finally {
    await capture.close();
    progress.close();
  }
}

function refuse(input: z.output<typeof Input>): ToolOutcome | null {
  if (input.run_in_background === true) {
    return fail(
      "invalid_input",
      'Cannot run in the background: "run_in_background" is not available yet',
      "Run it in the foreground with a timeout, without run_in_background.",
    );
  }
  if (input.command.trim() === "") {
    return fail("invalid_input", 'Cannot run a command: "command" is empty');
  }
  if (input.command.includes("\0")) {
    return fail("invalid_input", "Cannot run a command with a NUL character");
  }
  const bytes = new TextEncoder().encode(input.command).length;
  if (bytes > longestCommand) {
    return fail(
      "invalid_input",
      `Cannot run a command of ${bytes} bytes: the limit is ${longestCommand}`,
      "Write long text to a file with Write, then use the file.",
    );
  }
  return null;
}

async function refuseCatastrophe(
  { command }: z.output<typeof Input>,
  { cwd, roots, environment }: ToolContext,
): Promise<ToolOutcome | null> {
  const home = environment.HOME ?? "";
  const reason = await catastrophe(command, { cwd, home, roots });
  return reason === null ? null : fail(
    "not_permitted",
    `Refused in every mode: ${reason}`,
    "If the user really wants this, they must run it themselves.",
  );
}

interface Ran {
  readonly result: ProcessResult;
  /** What the shell reported of its last working directory. */
  readonly folder: string;
  /** What the sandbox has to say, its label last. */
  readonly sandbox: readonly string[];
}

/** Runs the command in the first shell that exists; null when there is none. */
async function start(
  command: string,
  timeoutMs: number,
  capture: OutputCapture,
  context: ToolContext,
): Promise<Ran | null> {
  const report = new FolderReport();
  const sandbox = context.sandbox === undefined
    ? undefined
    : await prepareSandbox(context.sandbox, context.cwd);
  const environment = shellEnvironment(context.environment);
  for (const argv of shellCommands(command, sandbox?.shells)) {
    try {
      const result = await runProcess(argv, {
        cwd: context.cwd,
        environment: { ...environment, ...sandbox?.environment },
        signal: context.signal,
        timeoutMs,
        onOutput: (chunk, stream) =>
          stream === "stdout" ? capture.write(chunk) : report.add(chunk),
        onGroup: (id, state) => context.processGroup(id, state),
        ...sandbox?.wrap === undefined
          ? {}
          : { wrap: sandbox.wrap, contained: sandbox.contained ?? false },
      });
      const swept = await sandbox?.finish() ?? [];
      if (sandbox?.wrap !== undefined) report.throwTrouble();
      const label = sandbox === undefined ? [] : [sandbox.label];
      const said = [...swept.map((note) => `[${note}]`), ...label];
      return { result, folder: report.read(), sandbox: said };
    } catch (error) {
      await sandbox?.finish();
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (!await exists(context.cwd)) throw error;
    }
  }
  return null;
}

const longestReport = 8_192;

/** Keeps the end of what the shell reports of itself. */
class FolderReport {
  #text = "";
  readonly #decoder = new TextDecoder();

  add(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    this.#text = this.#text.slice(-longestReport);
  }

  /** Throws what a sandbox said that could not start the shell. */
  throwTrouble(): void {
    const trouble = this.#text.includes("\0")
      ? null
      : sandboxTrouble.exec(this.#text);
    if (trouble !== null) {
      throw new Error(`the sandbox did not start (${trouble[0]})`);
    }
  }

  /** The folder; what stands before it are warnings of the shell's start. */
  read(): string {
    const start = this.#text.lastIndexOf("\0") + 1;
    return this.#text.slice(start).replace(/\n$/, "");
  }
}

async function exists(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    // Not being allowed to look is no proof that it is missing.
    return !(error instanceof Deno.errors.NotFound);
  }
}

function noShell(): ToolOutcome {
  return fail(
    "not_permitted",
    "Cannot run a command: neither bash nor sh may be run or found",
    "The user can start the program with --allow-run=bash,sh.",
  );
}

function spillFile({ spillFolder, callId }: ToolContext): string | null {
  if (spillFolder === null) return null;
  const name = callId.replace(/[^\w.-]/g, "_").slice(0, 80);
  return path.join(spillFolder, `bash-${name}.txt`);
}

async function newFolder(seen: string, context: ToolContext): Promise<Move> {
  if (!path.isAbsolute(seen)) return {};
  const folder = onDisk(seen, context.sandbox);
  if (folder === await realPath(context.cwd)) return {};
  for (const root of context.roots) {
    if (isInside(folder, await realPath(root))) {
      return { cwd: folder, note: `cwd is now ${folder}` };
    }
  }
  return {
    note: `${folder} is outside the workspace: cwd is again ${context.cwd}`,
  };
}

async function realPath(name: string): Promise<string> {
  try {
    return await Deno.realPath(name);
  } catch {
    // Without the right to look, the name as given is the best we know.
    return name;
  }
}
