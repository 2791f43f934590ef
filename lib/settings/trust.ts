import { z } from "zod";
import { exitCodes, UserError } from "../core/error.ts";
import { writeAtomically } from "../platform/atomic_write.ts";
import { can } from "../platform/capabilities.ts";
import { readBounded } from "../platform/read_bounded.ts";
import { exclusively } from "./exclusive.ts";
import { sha256 } from "./hash.ts";
import { shown } from "./read_file.ts";

/** How far the files of one workspace are believed. */
export interface Trust {
  /** Whether they are read at all. */
  readonly isTrusted: boolean;
  /** Whether the user has seen and accepted what they give. */
  accepts(given: string): Promise<boolean>;
}

/** Trust in nothing. */
export const noTrust: Trust = {
  isTrusted: false,
  accepts: () => Promise.resolve(false),
};

/** Trust in all, for one run. */
export const fullTrust: Trust = {
  isTrusted: true,
  accepts: () => Promise.resolve(true),
};

const trustSchema = z.object({
  version: z.literal(1),
  workspaces: z.record(
    z.string(),
    z.object({
      /** When it was first trusted, ISO 8601. */
      since: z.string(),
      /** SHA-256 of each given thing that was accepted. */
      accepted: z.array(z.string()),
    }),
  ),
});

type TrustFile = z.output<typeof trustSchema>;

const maxBytes = 8_388_608;

/**
 * Reads what the user has trusted. What is not in the file, and a file that
 * may not be read, is no trust. Needs `--allow-read` for the file.
 *
 * @param root the workspace's `mainRoot()`.
 * @throws {UserError} with exit code 52 for a file that was damaged.
 */
export async function readTrust(file: string, root: string): Promise<Trust> {
  const { workspaces } = await readFile(file);
  const entry = Object.hasOwn(workspaces, root) ? workspaces[root] : undefined;
  if (entry === undefined) return noTrust;
  const accepted = new Set(entry.accepted);
  return {
    isTrusted: true,
    accepts: async (given) => accepted.has(await sha256(given)),
  };
}

/**
 * Trusts a workspace from now on, and what it gives as far as it is named.
 * Needs `--allow-read` and `--allow-write` for the file and its folder.
 *
 * @throws {UserError} as {@link readTrust} does.
 */
export async function addTrust(
  file: string,
  root: string,
  { given, now }: {
    readonly given: readonly string[];
    /** Milliseconds since 1970. */
    readonly now: number;
  },
): Promise<void> {
  const hashes = await Promise.all(given.map(sha256));
  await exclusively(`${file}.lock`, async () => {
    const { version, workspaces } = await readFile(file);
    const known = Object.hasOwn(workspaces, root)
      ? workspaces[root]
      : undefined;
    const entry = {
      since: known?.since ?? new Date(now).toISOString(),
      accepted: [...new Set([...known?.accepted ?? [], ...hashes])],
    };
    const next = { version, workspaces: { ...workspaces, [root]: entry } };
    // The first text makes the file with its mode, which is kept from then on.
    if (await isMissing(file)) {
      await Deno.writeTextFile(file, "", { createNew: true, mode: 0o600 });
    }
    await writeAtomically(file, new TextEncoder().encode(serialize(next)));
  });
}

function serialize(trust: TrustFile): string {
  return `${JSON.stringify(trust, null, 2)}\n`;
}

async function isMissing(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

async function readFile(file: string): Promise<TrustFile> {
  const nothing: TrustFile = { version: 1, workspaces: {} };
  if (!can({ name: "read", path: file })) return nothing;
  let text: string;
  try {
    if (!(await Deno.stat(file)).isFile) throw damaged(file);
    const { bytes, isWhole } = await readBounded(file, maxBytes);
    if (!isWhole) throw damaged(file);
    text = new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return nothing;
    throw error;
  }
  // As it is between its making and its first text.
  if (text === "") return nothing;
  try {
    return trustSchema.parse(JSON.parse(text));
  } catch {
    throw damaged(file);
  }
}

function damaged(file: string): UserError {
  return new UserError(
    `Cannot use ${shown(file)}: it does not say which workspaces are ` +
      "trusted. Remove it; you will be asked again",
    exitCodes.settings,
  );
}
