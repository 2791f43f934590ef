import { describeError } from "../core/error.ts";
import { isDenied } from "../platform/denied_paths.ts";
import { isInside, path } from "../platform/paths.ts";

/** Names of memory files, in the order in which a folder's are given. */
const memoryNames = ["AGENT.md", "AGENTS.md", "CLAUDE.md", "OPENCLAUDE.md"];

/** Bytes of memory that a session may open with, all files together. */
const maxBytes = 32_768;

/** Instructions that a project or its user wrote for the model. */
export interface Memory {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What was left out and why, for the user to see. */
  readonly warnings: readonly string[];
}

/**
 * Reads the memory files: of the user's config folder, then of each folder
 * from the project's root down to `folder`. Files with the same text count
 * once. They are text for the model and nothing else, so they are read before
 * the workspace is trusted. Files that may not be read are passed over.
 */
export async function discoverMemory(
  folder: string,
  options: { readonly root: string; readonly config: string | undefined },
): Promise<Memory> {
  const folders = foldersBetween(options.root, folder);
  if (options.config !== undefined) folders.unshift(options.config);
  const files: { path: string; text: string }[] = [];
  const warnings: string[] = [];
  let room = maxBytes;
  for (const place of folders) {
    for (const name of memoryNames) {
      const file = path.join(place, name);
      const text = await readMemory(file, place, room);
      if (text === undefined) continue;
      if (text.problem !== undefined) {
        warnings.push(`Cannot read memory file "${file}": ${text.problem}`);
      }
      if (text.value === "") continue;
      if (files.some((known) => known.text === text.value)) continue;
      room -= text.value.length;
      files.push({ path: file, text: text.value });
      if (text.isCut) {
        warnings.push(
          `Memory file "${file}" was cut: all memory files together may ` +
            `hold ${maxBytes / 1024} KiB`,
        );
      }
    }
  }
  return { files, warnings };
}

/** The folders from `root` down to `folder`; just `folder` if not inside. */
function foldersBetween(root: string, folder: string): string[] {
  if (!isInside(folder, root)) return [folder];
  const folders = [folder];
  for (let at = folder; at !== root; at = path.dirname(at)) {
    folders.unshift(path.dirname(at));
  }
  return folders;
}

interface MemoryText {
  readonly value: string;
  readonly isCut: boolean;
  readonly problem?: string;
}

async function readMemory(
  file: string,
  folder: string,
  room: number,
): Promise<MemoryText | undefined> {
  const { state } = Deno.permissions.querySync({ name: "read", path: file });
  if (state !== "granted") return undefined;
  try {
    // A link that leads out of its folder could show the model anything.
    const real = await Deno.realPath(file);
    if (!isInside(real, await Deno.realPath(folder))) return undefined;
    if (isDenied("read", real, file)) return undefined;
    using handle = await Deno.open(real);
    if (!(await handle.stat()).isFile) return undefined;
    const bytes = new Uint8Array(maxBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const read = await handle.read(bytes.subarray(length));
      if (read === null) break;
      length += read;
    }
    const whole = new TextDecoder().decode(bytes.subarray(0, length));
    const text = whole.replace(/<!--[\s\S]*?-->/g, "").trim();
    return { value: text.slice(0, room), isCut: text.length > room };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return { value: "", isCut: false, problem: describeError(error) };
  }
}
