import { columnsOf, graphemes } from "../../lib/term/width.ts";

/**
 * The subset of a terminal that we draw with. Anything else that is written
 * throws, so that a test cannot pass on a sequence nobody thought of.
 */
export class TerminalScreen {
  /** Rows that scrolled away and those on the screen, oldest first. */
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  #rest = "";
  cursorVisible = true;
  pasteMode = false;
  updating = false;

  constructor(public columns: number, public rows: number) {}

  /** All rows, trailing blanks removed. */
  lines(): string[] {
    const lines = this.#rows.map((cells) => line(cells));
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  text(): string {
    return this.lines().join("\n");
  }

  /** Where the cursor is, counted over all rows. */
  cursor(): { row: number; column: number } {
    return { row: this.#row, column: Math.min(this.#column, this.columns - 1) };
  }

  /** Wraps all rows at a new width, as terminals do; the cursor stays with its text. */
  reflow(columns: number): void {
    const rows: string[][] = [];
    let cursorRow = 0;
    for (const [index, cells] of this.#rows.entries()) {
      if (index === this.#row) {
        cursorRow = rows.length + Math.floor(this.#column / columns);
      }
      let rest = cells;
      do {
        rows.push(rest.slice(0, columns));
        rest = rest.slice(columns);
      } while (rest.length > 0);
    }
    this.#rows = rows;
    this.#row = Math.min(cursorRow, rows.length - 1);
    this.#column %= columns;
    this.columns = columns;
  }

  write(text: string): void {
    let rest = this.#rest + text;
    this.#rest = "";
    while (rest !== "") {
      if (rest.startsWith("\x1b")) {
        // deno-lint-ignore no-control-regex -- what terminals read
        const sequence = /^\x1b\[([?><]?)([0-9;]*)([A-Za-z])/.exec(rest);
        if (sequence === null) {
          if (rest.length < 12) {
            this.#rest = rest;
            return;
          }
          throw new Error(
            `Unexpected sequence ${JSON.stringify(rest.slice(0, 12))}`,
          );
        }
        this.#control(sequence[1] ?? "", sequence[2] ?? "", sequence[3] ?? "");
        rest = rest.slice(sequence[0].length);
        continue;
      }
      // deno-lint-ignore no-control-regex -- what terminals read
      const plain = /^[^\x1b\r\n]+/.exec(rest)?.[0];
      if (plain === undefined) {
        if (rest[0] === "\r") this.#column = 0;
        else this.#lineFeed();
        rest = rest.slice(1);
        continue;
      }
      for (const grapheme of graphemes(plain)) this.#put(grapheme);
      rest = rest.slice(plain.length);
    }
  }

  #put(grapheme: string): void {
    const width = columnsOf(grapheme);
    if (this.#column + width > this.columns) {
      this.#column = 0;
      this.#lineFeed();
    }
    const cells = this.#cells();
    while (cells.length < this.#column) cells.push(" ");
    cells[this.#column] = grapheme;
    for (let more = 1; more < width; more++) cells[this.#column + more] = "";
    this.#column += width;
  }

  #lineFeed(): void {
    this.#row++;
    while (this.#rows.length <= this.#row) this.#rows.push([]);
  }

  #cells(): string[] {
    return this.#rows[this.#row] ?? [];
  }

  #control(prefix: string, parameters: string, final: string): void {
    const number = Number(parameters || "1");
    const top = Math.max(0, this.#rows.length - this.rows);
    if (prefix === "?") return this.#mode(parameters, final === "h");
    if (prefix !== "") return;
    switch (final) {
      case "A":
        this.#row = Math.max(top, this.#row - number);
        return;
      case "C":
        this.#column = Math.min(this.columns - 1, this.#column + number);
        return;
      case "K":
        this.#cells().length = Math.min(this.#cells().length, this.#column);
        return;
      case "J":
        if (parameters !== "") throw new Error(`CSI ${parameters}J clears`);
        this.#cells().length = Math.min(this.#cells().length, this.#column);
        this.#rows.length = this.#row + 1;
        return;
      case "m":
        return;
      default:
        throw new Error(`Unexpected sequence CSI ${parameters}${final}`);
    }
  }

  #mode(parameters: string, isOn: boolean): void {
    if (parameters === "25") this.cursorVisible = isOn;
    else if (parameters === "2004") this.pasteMode = isOn;
    else if (parameters === "2026") this.updating = isOn;
    else throw new Error(`Unexpected mode ${parameters}`);
  }
}

function line(cells: readonly string[]): string {
  return Array.from(cells, (cell) => cell ?? " ").join("").trimEnd();
}
