/** Writes all of a text, and nothing more once the reader is gone. */
export function writeWhole(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // `openclaude --help | head -1` closes the pipe: that is no failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
