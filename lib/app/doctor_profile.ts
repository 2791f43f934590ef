import { can } from "../platform/capabilities.ts";
import { stateFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";
import type { ProfileOverride } from "../provider/profile.ts";

/** What `openclaude doctor` learned of one model on one server. */
export interface LearnedProfile {
  readonly version: 1;
  readonly baseUrl: string;
  readonly model: string;
  /** ISO 8601. */
  readonly learnedAt: string;
  /** For people: the window is asked of the server at each start. */
  readonly window: { readonly tokens: number; readonly source: string };
  /** "yes", "no" or "unknown" by capability. */
  readonly capabilities: Readonly<Record<string, string>>;
  /** The part that is laid over the profile when the model is used. */
  readonly profile: ProfileOverride;
}

/** The longest name of a file, with room for the ending. */
const longestName = 200;

/**
 * Where the learned profile of a model is kept; undefined where there is no
 * state folder.
 */
export function learnedProfileFile(
  baseUrl: string,
  model: string,
): string | undefined {
  const state = stateFolder();
  const url = URL.parse(baseUrl);
  if (state === undefined || url === null) return undefined;
  const name = `${encodeURIComponent(url.host)}_${encodeURIComponent(model)}`;
  return path.join(state, "profiles", `${name.slice(0, longestName)}.json`);
}

/** A text with the names and passwords taken out of its URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(/(https?:\/\/)[^\s/"@]*@/g, "$1");
}

/**
 * Reads what was learned of a model, to be laid over its profile. Undefined
 * when nothing was, the file may not be read, or it can't be used: it is of
 * another base URL, damaged, or from another version. Needs `--allow-read`
 * for the state folder. Never throws.
 */
export async function loadLearnedProfile(
  baseUrl: string,
  model: string,
): Promise<ProfileOverride | undefined> {
  const file = learnedProfileFile(baseUrl, model);
  if (file === undefined || !can({ name: "read", path: file })) {
    return undefined;
  }
  try {
    const kept = JSON.parse(await Deno.readTextFile(file));
    const isOurs = kept.version === 1 && kept.model === model &&
      kept.baseUrl === withoutCredentials(baseUrl);
    if (!isOurs || Object.keys(kept.profile).length === 0) return undefined;
    const { parseProfileOverride } = await import(
      "../provider/profile_override.ts"
    );
    return parseProfileOverride(kept.profile);
  } catch {
    // It only spares the server a refusal: without it all works as well.
    return undefined;
  }
}

/**
 * Keeps what was learned, for the user alone (mode 0600). Needs
 * `--allow-read` and `--allow-write` for the state folder.
 *
 * @returns the file
 * @throws the file system's error, or an Error where there is no folder
 */
export async function saveLearnedProfile(
  learned: LearnedProfile,
): Promise<string> {
  const file = learnedProfileFile(learned.baseUrl, learned.model);
  if (file === undefined) {
    throw new Error("there is no state folder: set HOME");
  }
  const folder = path.dirname(file);
  if (!can({ name: "write", path: folder })) {
    throw new Error(`add --allow-write=${folder}`);
  }
  const { writeAtomically } = await import("../platform/atomic_write.ts");
  await Deno.mkdir(folder, { recursive: true });
  // The writer keeps the mode of a file that is there.
  await Deno.writeFile(file, new Uint8Array(), { append: true, mode: 0o600 });
  const text = `${JSON.stringify(learned, null, 2)}\n`;
  await writeAtomically(file, new TextEncoder().encode(text));
  return file;
}
