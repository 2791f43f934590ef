import { type OptionRow, options } from "./option_table.ts";

/** What is told of a subcommand; see subcommands.ts. */
export interface SubcommandRow {
  readonly name: string;
  readonly takes?: {
    readonly label: string;
    readonly choices?: readonly string[];
  };
  readonly switches?: readonly string[];
  readonly printsJson?: true;
  readonly help: string;
}

/** The options of the table that a subcommand takes and a prompt does not. */
export function optionsOf(
  { switches, printsJson }: SubcommandRow,
  rows: readonly OptionRow[] = options,
): readonly OptionRow[] {
  return rows.filter((row) =>
    row.of !== undefined && switches?.includes(row.name) === true ||
    row.name === "json" && printsJson === true
  );
}
