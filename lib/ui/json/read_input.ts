import { LineSplitter } from "../../platform/lines.ts";

/** Where lines are read from. */
export interface ByteInput {
  read(buffer: Uint8Array): Promise<number | null>;
}

/** Takes what is read. */
export interface LineSink {
  /** One JSON value; `line` counts from 1. */
  value(value: unknown, line: number): void;
  /** A line that can't be read; the next one can. */
  problem(message: string): void;
}

const chunkBytes = 64 * 1024;

/**
 * Reads JSON values, one a line, to the end of the input. Blank lines are
 * passed over; a line that is no JSON, or longer than 32 Mi characters, is a
 * problem and nothing more.
 */
export async function readInput(
  input: ByteInput,
  sink: LineSink,
): Promise<void> {
  let line = 0;
  const read = (text: string) => {
    line++;
    if (text.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return sink.problem(`Cannot read input line ${line}: it is no JSON`);
    }
    sink.value(value, line);
  };
  let splitter = new LineSplitter(read);
  let isSkipping = false;
  const push = (chunk: string) => {
    const end = isSkipping ? chunk.indexOf("\n") : -1;
    if (isSkipping && end === -1) return;
    isSkipping = false;
    try {
      splitter.push(chunk.slice(end + 1));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      sink.problem(`Cannot read input line ${++line}: it is too long`);
      splitter = new LineSplitter(read);
      isSkipping = true;
    }
  };
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(chunkBytes);
  while (true) {
    const length = await input.read(buffer);
    if (length === null) break;
    push(decoder.decode(buffer.subarray(0, length), { stream: true }));
  }
  push(decoder.decode());
  splitter.end();
}
