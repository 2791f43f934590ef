import { describeError, exitCodes, UserError } from "../core/error.ts";
import { can } from "../platform/capabilities.ts";
import { fileFault } from "../platform/file_error.ts";
import { isInside } from "../platform/paths.ts";
import { readBounded } from "../platform/read_bounded.ts";
import { printable } from "../term/printable.ts";
import { isBlank, type JsonNode, parseJsonc } from "./jsonc.ts";

/** More than any settings need; a larger file is a mistake or an attack. */
const maxBytes = 1_048_576;

/** A settings file as it stands. */
export interface SettingsText {
  readonly text: string;
  readonly root: JsonNode;
}

/**
 * Reads a settings file, without following it out of `within`, and nothing
 * but a plain file: a pipe would never end. No file, or one that Deno's
 * permissions do not cover, is undefined.
 *
 * @throws {UserError} with exit code 52 for a file that is there and can't be
 * used: what it forbids must not be lost without a word.
 */
export async function readSettingsFile(
  file: string,
  within?: string,
): Promise<SettingsText | undefined> {
  if (!can({ name: "read", path: file })) return undefined;
  let bytes: Uint8Array;
  try {
    const real = await Deno.realPath(file);
    if (within !== undefined && !isInside(real, within)) {
      throw unusable(file, `it is a link that leads out of ${shown(within)}`);
    }
    const { isFile } = await Deno.stat(real);
    if (!isFile) throw unusable(file, "it is no plain file");
    const read = await readBounded(real, maxBytes);
    if (!read.isWhole) throw unusable(file, "it is larger than 1 MiB");
    bytes = read.bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const fault = fileFault(error);
    if (fault === null) throw error;
    // A folder's name that is a file's here: there are no settings in it.
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw unusable(file, fault.state);
  }
  return parseSettings(file, bytes);
}

function parseSettings(file: string, bytes: Uint8Array): SettingsText {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, root: rootOf(text) };
  } catch (error) {
    const reason = error instanceof SyntaxError
      ? error.message
      : "it is not UTF-8 text";
    throw unusable(file, reason);
  }
}

/** A file that says nothing is no fault: it is no settings. */
function rootOf(text: string): JsonNode {
  const end = text.length;
  return isBlank(text)
    ? { kind: "object", members: [], start: end, end }
    : parseJsonc(text);
}

/** Reads settings that were given as a text. */
export function parseSettingsText(place: string, text: string): SettingsText {
  try {
    return { text, root: parseJsonc(text) };
  } catch (error) {
    throw unusable(place, describeError(error));
  }
}

/** The error for settings that can't be used as a whole. */
export function unusable(place: string, reason: string): UserError {
  return new UserError(
    `Cannot use the settings in ${shown(place)}: ${printable(reason)}`,
    exitCodes.settings,
  );
}

/** A name from outside in quotes; what it holds can't steer a terminal. */
export function shown(name: string): string {
  return printable(JSON.stringify(name));
}
