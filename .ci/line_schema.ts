/**
 * Part of `deno task schema`: writes the JSON Schema of the lines that
 * programs read and write, from the program's own. A test keeps them equal.
 */

import { linesJsonSchema } from "../lib/ui/json/lines_schema.ts";

/** The published file's text. */
export function lineSchemaText(): string {
  return `${JSON.stringify(linesJsonSchema(), null, 2)}\n`;
}

/** The published file. */
export const lineSchemaFile = new URL(
  "../docs/reference/stream-json.schema.json",
  import.meta.url,
);

if (import.meta.main) {
  await Deno.writeTextFile(lineSchemaFile, lineSchemaText());
}
