const blockBytes = 512;
/** Octal fields as a tar header wants them: without owner, time 1970. */
const fileMode = 0o644;

/**
 * Packs files into a gzipped tar (ustar), the same bytes for the same files
 * whoever makes it and when.
 *
 * @throws {Error} for a name that is longer than the format allows.
 */
export async function packArchive(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const [name, content] of files) {
    parts.push(header(name, content.length), content);
    parts.push(new Uint8Array(-content.length & (blockBytes - 1)));
  }
  parts.push(new Uint8Array(2 * blockBytes));
  const packed = new Blob(parts).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function header(name: string, size: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockBytes);
  const encoder = new TextEncoder();
  if (encoder.encode(name).length > 100) {
    throw new Error(`Cannot pack "${name}": the name is over 100 bytes`);
  }
  const write = (offset: number, text: string) =>
    block.set(encoder.encode(text), offset);
  const octal = (value: number, width: number) =>
    value.toString(8).padStart(width - 1, "0") + "\0";
  write(0, name);
  write(100, octal(fileMode, 8));
  write(108, octal(0, 8));
  write(116, octal(0, 8));
  write(124, octal(size, 12));
  write(136, octal(0, 12));
  write(156, "0");
  write(257, "ustar\0" + "00");
  // The sum counts its own field as spaces.
  write(148, " ".repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(148, octal(sum, 7) + " ");
  return block;
}
