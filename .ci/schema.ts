/**
 * `deno task schema`: writes the JSON Schema of settings files, for editors,
 * from the program's own schema. A test keeps the two equal.
 */

import { settingsJsonSchema } from "../lib/app/settings_schema.ts";

/** The published file's text. */
export function schemaText(): string {
  return `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;
}

/** The published file. */
export const schemaFile = new URL(
  "../docs/reference/settings.schema.json",
  import.meta.url,
);

if (import.meta.main) await Deno.writeTextFile(schemaFile, schemaText());
