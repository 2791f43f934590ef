import { z } from "zod";
import {
  defineTool,
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { type Breather, createBreather } from "../lib/platform/breather.ts";
import { resolvePath } from "../lib/platform/guard_path.ts";
import { type DecodedText, lineAt } from "../lib/platform/text_file.ts";
import { applyChange, demandSeen, readPresent, wrote } from "./_change.ts";
import { closestRegion, type Region } from "./_closest.ts";
import {
  findMatch,
  type Match,
  maxPlaces,
  type Replacement,
} from "./_match.ts";
import { numbered } from "./_numbered.ts";
import { missingFile, Refusal, runOnFile, type Target } from "./_target.ts";

const input = z.object({
  file_path: z.string(),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

type Input = z.output<typeof input>;

/** Characters that a file may grow to. */
const maxChars = 64 * 1024 * 1024;
/** Lines around a change that the model is shown. */
const contextLines = 3;
/** Lines of a change that the model is shown, at its start and end. */
const shownLines = 12;
const maxLineChars = 500;
/** Line numbers that an ambiguous match names. */
const maxNamed = 10;

/** Replaces a piece of a text file, and touches nothing else of it. */
export const edit = defineTool({
  name: "Edit",
  description: "Replace old_string, which must be in the file exactly once " +
    "(or replace_all), by new_string. Read the file first.",
  input,
  needs: ["read", "write"],
  readOnly: false,
  where: "realm",
  access: ({ file_path }, cwd) => {
    const path = resolvePath(file_path, cwd);
    return [{ kind: "read", path }, { kind: "write", path }];
  },
  run: (input, context) =>
    runOnFile(
      "write",
      input.file_path,
      context,
      (target) => editTarget(input, target, context),
    ),
});

async function editTarget(
  input: Input,
  target: Target,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { old_string, new_string } = input;
  if (target.info === null) {
    const hint = old_string === "" ? "Create it with Write" : undefined;
    throw await missingFile("edit", target, hint);
  }
  if (old_string === new_string) {
    throw refuse(target, "old_string and new_string are the same");
  }
  const present = await readPresent(target, target.info, context.signal);
  demandSeen("edit", target, present, context);
  const { decoded } = present;
  if (decoded === null) {
    throw refuse(
      target,
      "it is binary or larger than 10 MB",
      "Change it with a program in Bash",
    );
  }
  const breather = createBreather(context.signal);
  const match = await matchOrRefuse(input, decoded, target, breather);
  const after = replaceSpans(decoded.text, match.replacements, target);
  if (after === decoded.text) {
    throw refuse(target, "the file already has new_string there");
  }
  const { version, details } = await applyChange("edit", target, {
    before: decoded.text,
    after,
    format: decoded,
    expected: present.stamp,
  }, context);
  return ok(report(target, match, after, details), {
    ...wrote(target, version),
    details: {
      ...details,
      oldString: old_string,
      newString: new_string,
      replaceAll: input.replace_all ?? false,
      level: match.level,
    },
  });
}

async function matchOrRefuse(
  input: Input,
  decoded: DecodedText,
  target: Target,
  breather: Breather,
): Promise<Match> {
  const { text, eol } = decoded;
  if (input.old_string === "") {
    if (text === "") {
      const whole = { start: 0, end: 0, text: input.new_string };
      return { level: "exact", replacements: [whole] };
    }
    throw refuse(
      target,
      "old_string is empty",
      "Give the text to replace, or the whole new content to Write",
    );
  }
  const wanted = {
    oldText: input.old_string,
    newText: input.new_string,
    eol,
  };
  const match = await findMatch(text, wanted, breather);
  const { replacements } = match;
  if (replacements.length === 0) {
    const region = await closestRegion(text, input.old_string, breather);
    throw notFound(region, target);
  }
  if (replacements.length >= maxPlaces) {
    throw refuse(
      target,
      `old_string is there ${maxPlaces} times or more`,
      "Give more of the text, or replace it with a program in Bash",
    );
  }
  if (replacements.length > 1 && input.replace_all !== true) {
    throw ambiguous(replacements, text, target);
  }
  return { ...match, replacements: withoutOverlaps(replacements) };
}

function withoutOverlaps(found: readonly Replacement[]): Replacement[] {
  const kept: Replacement[] = [];
  let end = 0;
  for (const replacement of found) {
    if (replacement.start < end) continue;
    kept.push(replacement);
    end = replacement.end;
  }
  return kept;
}

function replaceSpans(
  text: string,
  replacements: readonly Replacement[],
  target: Target,
): string {
  const pieces: string[] = [];
  let at = 0;
  let length = text.length;
  for (const { start, end, text: replacement } of replacements) {
    length += replacement.length - (end - start);
    if (length > maxChars) throw refuse(target, "it would grow past 64 MB");
    pieces.push(text.slice(at, start), replacement);
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces.join("");
}

function report(
  target: Target,
  { level, replacements }: Match,
  after: string,
  { added, removed }: { readonly added: number; readonly removed: number },
): string {
  const places = replacements.length > 1
    ? ` in ${replacements.length} places`
    : "";
  const how = level === "exact"
    ? ""
    : ` old_string was not exact: it matched when ${level} were overlooked.`;
  const [first] = replacements;
  const shown = first === undefined ? "" : snippet(after, first);
  return `Edited ${target.shown}${places} (+${added} -${removed}).${how}\n` +
    shown;
}

/** The first change with the lines around it, numbered as Read does. */
function snippet(after: string, { start, text }: Replacement): string {
  const lines = after.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const first = lineAt(after, start);
  const last = lineAt(after, start + Math.max(0, text.length - 1));
  const from = Math.max(1, first - contextLines);
  const to = Math.min(lines.length, last + contextLines);
  const take = (begin: number, end: number) =>
    numbered(lines.slice(begin - 1, end).map(shortened), begin);
  if (to - from + 1 <= 2 * shownLines) return take(from, to);
  return `${take(from, from + shownLines - 1)}\n  ...\n${
    take(to - shownLines + 1, to)
  }`;
}

function shortened(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return bare.length <= maxLineChars ? bare : `${bare.slice(0, maxLineChars)}…`;
}

function ambiguous(
  found: readonly Replacement[],
  text: string,
  target: Target,
): Refusal {
  const lines = found.slice(0, maxNamed).map(({ start }) =>
    lineAt(text, start)
  );
  const more = found.length > maxNamed ? " and more" : "";
  return refuse(
    target,
    `old_string is there ${found.length} times, at lines ` +
      `${lines.join(", ")}${more}`,
    "Add lines around it until it is unique, or set replace_all",
  );
}

function notFound(region: Region | null, target: Target): Refusal {
  if (region === null) {
    return refuse(
      target,
      "old_string is not in it, nor anything like it",
      "Read the file again and copy the text from there",
    );
  }
  const difference = region.difference === null ? "" : `; ${region.difference}`;
  return refuse(
    target,
    "old_string is not in it",
    `Copy it from the file. Closest, lines ${region.first}-${region.last}` +
      `${difference}:\n${region.text}`,
  );
}

function refuse(target: Target, state: string, hint?: string): Refusal {
  const message = `Cannot edit "${target.shown}": ${state}`;
  return new Refusal(fail("invalid_input", message, hint));
}
