import { z } from "zod";

const lines = z.union([z.string(), z.array(z.string()).transform(joined)]);

const output = z.object({
  output_type: z.string(),
  text: lines.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  traceback: z.array(z.string()).optional(),
});

const notebook = z.object({
  cells: z.array(z.object({
    cell_type: z.string(),
    id: z.string().optional(),
    source: lines,
    outputs: z.array(output).optional(),
  })),
});

type Output = z.output<typeof output>;

/**
 * Shows a Jupyter notebook as its cells with their text outputs; null when
 * the text is no notebook (it is then read like any other file).
 */
export function notebookText(source: string): string | null {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const parsed = notebook.safeParse(json);
  if (!parsed.success) return null;
  const parts = parsed.data.cells.map((cell, index) => {
    const id = cell.id === undefined ? "" : ` ${cell.id}`;
    const head = `# Cell ${index + 1} (${cell.cell_type}${id})`;
    const outputs = (cell.outputs ?? []).map(outputText);
    return [head, cell.source, ...outputs].join("\n");
  });
  return parts.join("\n\n");
}

function outputText(output: Output): string {
  const text = output.text ?? dataText(output.data) ??
    plain((output.traceback ?? []).join("\n"));
  return `# Output (${output.output_type})\n${text}`;
}

function dataText(
  data: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (data === undefined) return undefined;
  const parsed = lines.safeParse(data["text/plain"]);
  if (parsed.success) return parsed.data;
  return `[${Object.keys(data).join(", ")}]`;
}

function joined(pieces: readonly string[]): string {
  return pieces.join("");
}

/** Tracebacks are coloured for terminals. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
