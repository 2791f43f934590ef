import { exitCodes, UserError } from "../core/error.ts";

/** Bytes that may be piped in. */
const maxBytes = 10 * 1024 * 1024;
/** Milliseconds after which a silent stdin is worth a word. */
const patienceMs = 2_000;

/**
 * Reads stdin to its end. It waits as long as the producer takes, because
 * going on without would lose input; after two seconds it says what it waits
 * for.
 *
 * @throws {UserError} when more than 10 MiB come.
 */
export async function readPipedInput(): Promise<string> {
  const reminder = setTimeout(() => {
    const hint = "openclaude: waiting for the end of stdin; use < /dev/null " +
      "if nothing is to be read\n";
    Deno.stderr.writeSync(new TextEncoder().encode(hint));
  }, patienceMs);
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for await (const chunk of Deno.stdin.readable) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new UserError(
          "Cannot take what is piped in: it is longer than 10 MiB. Save it " +
            "to a file and name the file in the prompt",
          exitCodes.usage,
        );
      }
      chunks.push(chunk);
    }
    return await new Blob(chunks).text();
  } finally {
    clearTimeout(reminder);
  }
}
