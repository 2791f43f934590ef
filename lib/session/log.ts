import { fileFault } from "../platform/file_error.ts";
import type { Span } from "../platform/jsonl.ts";
import { path } from "../platform/paths.ts";
import type { SessionHeader } from "./entry.ts";
import { SessionError } from "./scan.ts";

/** Where the lines of a session go. */
export interface SessionLog {
  /**
   * Writes a line; when it returns, the line is with the system and survives
   * the end of the process.
   *
   * @throws {SessionError} when it can't be written
   */
  append(line: string): Span;
  /** Waits until all is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** What is known of a file that is gone on with. */
export interface LogState {
  /** Bytes that are whole entries; what follows is cut off. */
  readonly end: number;
  readonly isEnded: boolean;
  readonly hasHeader: boolean;
}

const encoder = new TextEncoder();

/**
 * Opens the log of a session file, which must be locked. A file that is not
 * there is created, with its header, together with the first line: there are
 * no empty sessions. Needs `--allow-write` and `--allow-read` for the file.
 */
export function openLog(
  file: string,
  header: SessionHeader,
  state: LogState | null,
): SessionLog {
  return new FileLog(file, header, state);
}

class FileLog implements SessionLog {
  readonly #file: string;
  readonly #header: SessionHeader;
  readonly #state: LogState | null;
  #handle: Deno.FsFile | undefined;
  #size = 0;
  /** True when the file's last byte is not a line end. */
  #isOpenLine = false;

  constructor(file: string, header: SessionHeader, state: LogState | null) {
    this.#file = file;
    this.#header = header;
    this.#state = state;
  }

  append(line: string): Span {
    try {
      this.#handle ??= this.#open();
      // One write for all, so that no other writer's line gets in between.
      const lead = this.#lead();
      const start = this.#size + lead.length;
      this.#write(encoder.encode(`${lead}${line}\n`));
      return { start, length: this.#size - start - 1 };
    } catch (error) {
      const fault = fileFault(error);
      if (fault === null) throw error;
      throw new SessionError(
        `Cannot save to session "${this.#file}": ${fault.state}`,
        { cause: error },
      );
    }
  }

  async sync(): Promise<void> {
    await this.#handle?.syncData();
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }

  #open(): Deno.FsFile {
    if (this.#state === null) {
      Deno.mkdirSync(path.dirname(this.#file), {
        recursive: true,
        mode: 0o700,
      });
      return Deno.openSync(this.#file, {
        append: true,
        createNew: true,
        mode: 0o600,
      });
    }
    const handle = Deno.openSync(this.#file, { append: true });
    const { size } = handle.statSync();
    if (size > this.#state.end) Deno.truncateSync(this.#file, this.#state.end);
    this.#size = Math.min(size, this.#state.end);
    this.#isOpenLine = !this.#state.isEnded;
    return handle;
  }

  /** What must stand before the next line: a line end, the header, nothing. */
  #lead(): string {
    const isNew = this.#size === 0 && !this.#state?.hasHeader;
    if (isNew) return `${JSON.stringify(this.#header)}\n`;
    return this.#isOpenLine ? "\n" : "";
  }

  #write(bytes: Uint8Array): void {
    const handle = this.#handle as Deno.FsFile;
    let written = 0;
    try {
      while (written < bytes.length) {
        written += handle.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      // What was written of it is no entry, and would be the next one's start.
      if (written > 0) Deno.truncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += written;
    this.#isOpenLine = false;
  }
}

/** A log that is written nowhere, for a session that shall leave no trace. */
export function memoryLog(): SessionLog & { line(start: number): string } {
  const lines: string[] = [];
  return {
    append(line) {
      lines.push(line);
      return { start: lines.length - 1, length: 1 };
    },
    line: (start) => lines[start] ?? "",
    sync: () => Promise.resolve(),
    close: () => {},
  };
}
