import { exitCodes, UserError } from "../core/error.ts";
import { errorCode, fileFault } from "../platform/file_error.ts";
import { homeFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import { exportToFile } from "../session/export_file.ts";
import { SessionError } from "../session/scan.ts";
import type { SessionView } from "../session/view.ts";
import { environmentSecrets, formatOfFile } from "./export_choice.ts";

/** Characters of a file's name that a session's name gives. */
const longestName = 60;

/** Where an export goes, and what must not get into it. */
export interface NewExport {
  /** As the user named it; "" is a file of the session's name. */
  readonly file: string;
  /** Folder from which the name is meant. */
  readonly cwd: string;
  readonly secrets: readonly string[];
}

/**
 * Exports a session to a file that is not there yet, in the format that its
 * ending tells, Markdown without one. Resolves to its absolute path. Needs
 * `--allow-read` and `--allow-write` for it.
 *
 * @throws {UserError} when it is there, can't be written, or has an ending
 * that is no format's
 */
export async function exportToNewFile(
  view: SessionView,
  { file, cwd, secrets }: NewExport,
): Promise<string> {
  const named = file === "" ? `${nameOf(view)}.md` : fromHome(file);
  const target = path.resolve(cwd, named);
  const format = formatOfFile(named);
  if (format === undefined && path.extname(named) !== "") {
    throw fault(target, "its name must end in .md, .json or .html");
  }
  await claim(target);
  try {
    await exportToFile(view, target, {
      format: format ?? "markdown",
      secrets: [...secrets, ...environmentSecrets()],
    });
  } catch (error) {
    await Deno.remove(target);
    if (!(error instanceof SessionError)) throw error;
    throw new UserError(error.message, exitCodes.failed, { cause: error });
  }
  return target;
}

/** Makes the file, empty, so that nobody else's can be in its place. */
async function claim(target: string): Promise<void> {
  try {
    const options = { write: true, createNew: true, mode: 0o600 };
    (await Deno.open(target, options)).close();
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      throw fault(target, "it is there already; name another file");
    }
    const found = fileFault(error);
    if (found === null) throw error;
    throw fault(target, found.state);
  }
}

function fault(target: string, state: string): UserError {
  return new UserError(
    `Cannot export to "${target}": ${state}`,
    exitCodes.failed,
  );
}

/** The session's name as a file's, else the start of its id. */
function nameOf({ header, facts }: SessionView): string {
  const word = /[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*/gu;
  const words = (facts.name ?? "").match(word) ?? [];
  const name = words.join("-").slice(0, longestName).replace(
    /[\ud800-\udbff]$/,
    "",
  );
  return name === "" ? `session-${header.id.slice(0, 8)}` : name;
}

function fromHome(file: string): string {
  const home = homeFolder();
  return file.startsWith("~/") && home !== undefined
    ? path.join(home, file.slice(2))
    : file;
}
