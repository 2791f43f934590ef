import { parse } from "@std/jsonc";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import { can } from "../platform/capabilities.ts";
import { configFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";

/** Where the user's settings are; undefined without a home. */
export function settingsFile(): string | undefined {
  const folder = configFolder();
  return folder === undefined ? undefined : path.join(folder, "settings.json");
}

/**
 * Reads the user's settings: JSON with comments. No file, or one that may not
 * be read, is no settings. Needs `--allow-read` for the file.
 *
 * @throws {UserError} with exit code 52 that names the file and the field.
 */
export async function loadSettings(
  file: string | undefined = settingsFile(),
): Promise<Settings> {
  if (file === undefined || !can({ name: "read", path: file })) return {};
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw unusable(file, describeError(error));
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw unusable(file, describeError(error));
  }
  // The check costs 10 ms of loading, which is only paid with a file.
  const [{ settingsSchema }, { prettifyError }] = await Promise.all([
    import("../core/settings.ts"),
    import("zod"),
  ]);
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unusable(file, prettifyError(parsed.error));
}

function unusable(file: string, reason: string): UserError {
  return new UserError(
    `Cannot use the settings in "${file}": ${reason}`,
    exitCodes.settings,
  );
}
