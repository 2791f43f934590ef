import { describeError } from "../core/error.ts";
import { count } from "../core/text.ts";
import { longestLine, type Span } from "../platform/jsonl.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import type { SessionLog } from "./log.ts";
import type { EntryNode } from "./scan.ts";

/** Characters that may wait for the disk; what comes beyond them is lost. */
const mostWaiting = 32 * 1024 * 1024;

const encoder = new TextEncoder();

/** Who hears what became of entries. */
export interface WriterPorts {
  onProblem(text: string): void;
  onWritten(id: string, span: Span): void;
}

/**
 * Brings entries to the log, in their order. What the disk does not take
 * waits, within bounds, and can be read meanwhile.
 */
export class EntryWriter {
  readonly #log: SessionLog;
  readonly #ports: WriterPorts;
  /** The lines by their entries' ids, in the order of the entries. */
  readonly #waiting = new Map<string, string>();
  #waitingChars = 0;
  #lost = 0;
  #hasProblem = false;

  constructor(log: SessionLog, ports: WriterPorts) {
    this.#log = log;
    this.#ports = ports;
  }

  /** Takes an entry's line; false when it is lost, which the user is told. */
  take(id: string, line: string): boolean {
    const bytes = bytesOf(line);
    if (bytes > longestLine) {
      this.#ports.onProblem(
        `Cannot save an entry of ${count(bytes, "byte")}: a session holds ` +
          `entries of up to ${longestLine}`,
      );
      return false;
    }
    const isFull = () =>
      this.#waiting.size > 0 && this.#waitingChars + line.length > mostWaiting;
    if (isFull()) this.drain();
    if (isFull()) {
      this.#lost++;
      if (this.#lost === 1) {
        this.#ports.onProblem(
          "Cannot keep more of the session in memory: what comes now is " +
            "lost to it until it can be saved",
        );
      }
      return false;
    }
    this.#waiting.set(id, line);
    this.#waitingChars += line.length;
    return true;
  }

  /** Writes what waits, as far as the disk takes it. */
  drain(): void {
    for (const [id, line] of this.#waiting) {
      let span: Span;
      try {
        span = this.#log.append(line);
      } catch (error) {
        return this.#tell(error);
      }
      this.#waiting.delete(id);
      this.#waitingChars -= line.length;
      this.#hasProblem = false;
      this.#ports.onWritten(id, span);
    }
    if (this.#lost > 0) {
      const lost = count(this.#lost, "entry", "entries");
      this.#lost = 0;
      this.#ports.onProblem(
        `The session can be saved again; ${lost} of it were lost meanwhile`,
      );
    }
  }

  /** Waits until all is on the disk; a failure is told. */
  async sync(): Promise<void> {
    this.drain();
    try {
      await this.#log.sync();
    } catch (error) {
      this.#tell(error);
    }
  }

  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Reads entries that wait, as they will be read from the file. */
  *read(nodes: readonly EntryNode[]): Generator<Entry> {
    // Taken at once: some may be written while the caller works.
    const lines = nodes.map(({ id }) => this.#waiting.get(id));
    for (const line of lines) {
      const entry = line === undefined ? null : decodeEntry(JSON.parse(line));
      if (entry !== null) yield entry;
    }
  }

  #tell(error: unknown): void {
    if (this.#hasProblem) return;
    this.#hasProblem = true;
    this.#ports.onProblem(describeError(error));
  }
}

/** Exact only where it matters: a character takes three bytes at the most. */
function bytesOf(line: string): number {
  const most = line.length * 3;
  return most <= longestLine ? most : encoder.encode(line).length;
}
