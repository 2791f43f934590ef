import { describeError } from "../core/error.ts";
import { firstLine } from "../core/text.ts";
import { can } from "../platform/capabilities.ts";
import { runProcess } from "../platform/process.ts";

/** A program that makes the agent more able. */
interface UsefulProgram {
  readonly name: string;
  readonly args: readonly string[];
  /** What it is for, and what is without it. */
  readonly use: string;
}

/** Programs, and how each is made to say its version. */
export const usefulPrograms: readonly UsefulProgram[] = [
  { name: "bash", args: ["--version"], use: "runs commands" },
  {
    name: "sh",
    args: ["-c", ":"],
    use: "runs commands where bash is not there",
  },
  { name: "git", args: ["--version"], use: "tells the model of the branch" },
  { name: "rg", args: ["--version"], use: "searches in commands" },
  { name: "bwrap", args: ["--version"], use: "keeps commands in a sandbox" },
  { name: "pdftotext", args: ["-v"], use: "reads PDF files in commands" },
];

/** Whether a program is there and may be run. */
export interface ProgramFinding {
  readonly name: string;
  readonly state: "runs" | "missing" | "not_permitted" | "fails";
  /** Its version, or why it fails; "" when it says nothing. */
  readonly said: string;
  readonly use: string;
}

const patienceMs = 2_000;
const mostBytes = 4_096;

/**
 * Runs each program once for its version, all at once. Needs `--allow-run`
 * for each.
 */
export async function findPrograms(
  options: {
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<readonly ProgramFinding[]> {
  return await Promise.all(usefulPrograms.map(async (program) => {
    const { name, use } = program;
    if (!can({ name: "run", command: name })) {
      return { name, use, state: "not_permitted", said: "" } as const;
    }
    return { name, use, ...await tryOut(program, options) };
  }));
}

async function tryOut(
  { args, name }: UsefulProgram,
  options: Parameters<typeof findPrograms>[0],
): Promise<Pick<ProgramFinding, "state" | "said">> {
  const decoder = new TextDecoder();
  let output = "";
  try {
    const { code, ended } = await runProcess([name, ...args], {
      ...options,
      timeoutMs: patienceMs,
      onOutput: (bytes) => {
        if (output.length < mostBytes) output += decoder.decode(bytes);
      },
    });
    const said = firstLine(output.trim(), 80);
    if (code === 0) return { state: "runs", said };
    const why = ended === "timeout"
      ? `no answer within ${patienceMs / 1_000} s`
      : said || `exit code ${code}`;
    return { state: "fails", said: why };
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof Deno.errors.NotFound) {
      return { state: "missing", said: "" };
    }
    return { state: "fails", said: firstLine(describeError(error), 80) };
  }
}
