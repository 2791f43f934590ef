import { printable } from "../term/printable.ts";
import { writeWhole } from "./print.ts";
import type { TrustQuestion } from "./settings.ts";

/** Given things that the question lists. */
const mostListed = 30;

/** The question, without anything that could steer the terminal. */
export function trustText({ workspace, files, given }: TrustQuestion): string {
  const line = (text: string) => `    ${oneLine(text)}\n`;
  const more = given.length - mostListed;
  return `The workspace ${oneLine(workspace)} brings settings:\n` +
    files.map(line).join("") +
    (given.length === 0
      ? "They only forbid.\n"
      : "Not accepted yet; with them openclaude would\n") +
    given.slice(0, mostListed).map(line).join("") +
    (more > 0 ? line(`and ${more} more; look at the files`) : "") +
    "Trust them from now on? [y/N] ";
}

function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n").slice(0, 200);
}

/** Asks on the terminal, before the REPL opens; all but "y" is no. */
export async function askTrust(question: TrustQuestion): Promise<boolean> {
  writeWhole(Deno.stderr, trustText(question));
  const bytes = new Uint8Array(256);
  // A terminal that is not raw gives one line at a time.
  const length = await Deno.stdin.read(bytes) ?? 0;
  const answer = new TextDecoder().decode(bytes.subarray(0, length));
  return /^y(es)?$/i.test(answer.trim());
}
