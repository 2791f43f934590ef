/** One line of the bench's table. */
export interface Row {
  readonly name: string;
  /** The figure, with its unit. */
  readonly ours: string;
  /** The same for a bare script, where there is one. */
  readonly bare?: string;
  readonly ratio?: number;
  /** What is aimed at; absent for a row that only informs. */
  readonly target?: string;
  readonly met?: boolean;
}

/** A row of times: ours over the bare script's, with a target ratio. */
export function ratioRow(
  name: string,
  { ours, bare, unit, most }: {
    readonly ours: number;
    readonly bare: number;
    readonly unit: "ms" | "µs";
    readonly most?: number;
  },
): Row {
  const ratio = ours / bare;
  const figure = (value: number) => `${value.toFixed(1)} ${unit}`;
  return {
    name,
    ours: figure(ours),
    bare: figure(bare),
    ratio,
    ...(most === undefined
      ? {}
      : { target: `<= ${most}x`, met: ratio <= most }),
  };
}

/** A row of one figure with an upper limit. */
export function limitRow(
  name: string,
  { ours, most, show }: {
    readonly ours: number;
    readonly most?: number;
    show(value: number): string;
  },
): Row {
  return {
    name,
    ours: show(ours),
    ...(most === undefined
      ? {}
      : { target: `<= ${show(most)}`, met: ours <= most }),
  };
}

/** Megabytes (10^6 bytes). */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Bytes with a mark between thousands. */
export function bytes(count: number): string {
  return `${count.toLocaleString("en")} B`;
}

/** Plain milliseconds. */
export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** The rows as aligned text. */
export function formatTable(rows: readonly Row[]): string {
  const head = ["", "ours", "bare", "ratio", "target", "met"];
  const cells = rows.map(({ name, ours, bare, ratio, target, met }) => [
    name,
    ours,
    bare ?? "",
    ratio === undefined ? "" : `${ratio.toFixed(2)}x`,
    target ?? "",
    met === undefined ? "" : met ? "yes" : "NO",
  ]);
  const widths = head.map((title, column) =>
    Math.max(
      ...[head, ...cells].map((row) => (row[column] ?? "").length),
      title.length,
    )
  );
  return [head, ...cells].map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column] ?? 0)
        : cell.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n");
}
