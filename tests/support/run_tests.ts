/**
 * `deno task test [PATHS]`: runs `deno test`, passes on what it prints, and
 * closes with one line, `N passed, N failed, N skipped`. A test is skipped
 * when a program that it needs is missing (tests/support/needs.ts); the
 * reasons are listed above that line.
 */

/** What a run of `deno test` came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Each reason that a test gave for being skipped, with how often. */
  readonly reasons: ReadonlyMap<string, number>;
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/**
 * Reads the counts from what `deno test` printed. Without its closing line
 * (a type error, a crash) that is one failure: a run that did not end is
 * never a pass.
 */
export function countTests(lines: Iterable<string>, code: number): Counts {
  const reasons = new Map<string, number>();
  let closing: RegExpMatchArray | null = null;
  for (const line of lines) {
    const plain = line.replaceAll(escapes, "").trim();
    const reason = plain.match(/^skipped: (.+)$/)?.[1];
    if (reason !== undefined) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    closing = plain.match(
      /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/,
    ) ?? closing;
  }
  const number = (group: number) => Number(closing?.[group] ?? 0);
  const failed = Math.max(number(2), code === 0 && closing !== null ? 0 : 1);
  return { passed: number(1), failed, skipped: number(3), reasons };
}

/** The closing lines for these counts. */
export function closingLines(counts: Counts): string[] {
  const { passed, failed, skipped, reasons } = counts;
  return [
    ...[...reasons].map(([reason, times]) => `skipped: ${reason} (${times}x)`),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}

async function main(): Promise<void> {
  const paths = Deno.args.length > 0 ? Deno.args : ["tests"];
  const child = new Deno.Command(Deno.execPath(), {
    // Not --quiet: that would hide what needs() prints.
    args: ["test", "--allow-all", "--no-prompt", ...paths],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await writeAll(chunk);
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
  const { code } = await child.status;
  const counts = countTests([...lines, rest], code);
  const text = closingLines(counts).map((line) => `${line}\n`).join("");
  await writeAll(new TextEncoder().encode(text));
  Deno.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}

if (import.meta.main) await main();
