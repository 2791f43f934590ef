import {
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { count, headAndTail } from "../lib/core/text.ts";
import { can } from "../lib/platform/capabilities.ts";
import { fileVersion } from "../lib/platform/file_version.ts";
import { type ProcessResult, runProcess } from "../lib/platform/process.ts";
import {
  type PreparedSandbox,
  prepareSandbox,
} from "../lib/platform/sandbox.ts";
import { pdfProgram as program } from "./_media.ts";
import type { Target } from "./_target.ts";

const defaultPages: PageRange = { first: 1, last: 10 };
const maxPages = 20;
/** Characters of text after which the program is stopped. */
const maxChars = 1024 * 1024;

interface PageRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads pages of a PDF file as text, through the program `pdftotext`, in the
 * sandbox where there is one: such a file may be made to break it. Needs
 * `--allow-run` for the one or the other; without that, or without the
 * program, the outcome says so.
 */
export async function readPdf(
  target: Target,
  pages: string | undefined,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { info, shown } = target;
  const range = pages === undefined ? defaultPages : parsePages(pages);
  if (range === null) {
    return fail(
      "invalid_input",
      `Cannot read pages "${pages}" of "${shown}": not a range of at most ` +
        count(maxPages, "page"),
      'Give pages like "3" or "1-5"',
    );
  }
  const sandbox: Wrapping = context.sandbox === undefined
    ? {}
    : await prepareSandbox(context.sandbox, context.cwd);
  const [command = ""] = sandbox.wrap?.([program]) ?? [program];
  if (!can({ name: "run", command })) {
    return fail(
      "not_permitted",
      `Cannot read "${shown}": a PDF needs the program ${program}, which ` +
        "may not be run",
      `The user can start the program with --allow-run=${program}`,
    );
  }
  const extracted = await extract(target.path, range, { context, sandbox });
  if (!extracted.ok) {
    const hint = extracted.hint;
    return fail("failed", `Cannot read "${shown}": ${extracted.state}`, hint);
  }
  const touched = info === null ? [] : [{
    kind: "read" as const,
    path: target.path,
    version: await fileVersion(info, null),
  }];
  const note = `[Pages ${range.first}-${range.last} of ${shown}; ` +
    'give pages, such as "11-20", for others.]';
  const room = Math.max(1, context.limits.resultChars - note.length - 100);
  const { text } = headAndTail(
    extracted.text.replaceAll("\f", "\n").trim(),
    room,
    (chars) => `\n[${count(chars, "character")} left out]\n`,
  );
  const content = text === "" ? "(No text on these pages)" : text;
  return ok(`${content}\n\n${note}`, {
    touched,
    details: { type: "pdf", firstPage: range.first, lastPage: range.last },
  });
}

function parsePages(pages: string): PageRange | null {
  const match = /^\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?$/.exec(pages);
  if (match === null) return null;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  const isRange = first >= 1 && last >= first && last - first < maxPages;
  return isRange ? { first, last } : null;
}

type Extracted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly state: string; readonly hint?: string };

type Wrapping = Pick<PreparedSandbox, "wrap" | "contained">;

const notInstalled: Extracted = {
  ok: false,
  state: `a PDF needs the program ${program}, which is not installed`,
  hint: "It is in the package poppler-utils",
};

async function extract(
  file: string,
  { first, last }: PageRange,
  { context, sandbox: { wrap, contained = false } }: {
    readonly context: ToolContext;
    readonly sandbox: Wrapping;
  },
): Promise<Extracted> {
  const pages = ["-f", String(first), "-l", String(last)];
  const argv = [program, ...pages, "-layout", "-enc", "UTF-8", file, "-"];
  const decoder = new TextDecoder();
  const enough = new AbortController();
  let text = "";
  let result: ProcessResult;
  try {
    result = await runProcess(argv, {
      cwd: context.cwd,
      environment: { PATH: context.environment.PATH ?? "" },
      signal: AbortSignal.any([context.signal, enough.signal]),
      timeoutMs: context.limits.callMs,
      onOutput(chunk, stream) {
        if (stream === "stderr" || enough.signal.aborted) return;
        text += decoder.decode(chunk, { stream: true });
        if (text.length > maxChars) enough.abort();
      },
      onGroup: (id, state) => context.processGroup(id, state),
      ...wrap === undefined ? {} : { wrap, contained },
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return notInstalled;
  }
  context.signal.throwIfAborted();
  if (result.ended === "timeout") {
    return { ok: false, state: `${program} took too long` };
  }
  // What the sandbox's shell says of a program that is not there.
  if (wrap !== undefined && result.code === 127) return notInstalled;
  if (result.code === 0 || enough.signal.aborted) return { ok: true, text };
  return {
    ok: false,
    state: `${program} can't read it (exit code ${result.code})`,
    hint: "It may be damaged, locked, or have fewer pages",
  };
}
