import { describeError } from "../core/error.ts";

/** A file system failure in words, and which wall it was. */
export interface FileFault {
  /** "deno": the runtime's permissions; "system": the operating system. */
  readonly by: "deno" | "system";
  /** What is wrong, to follow a colon: "it does not exist". */
  readonly state: string;
}

const states: Readonly<Record<string, string>> = {
  EACCES: "the system refused access",
  EPERM: "the system does not permit it",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  ELOOP: "its symlinks form a loop",
  ENAMETOOLONG: "the name is too long",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EBUSY: "it is in use",
  EINVAL: "the system does not accept the name",
  EILSEQ: "the system does not accept the name",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the disk reported an error",
};

/**
 * Tells what went wrong with a file, or null when the error is not the file
 * system's and must be thrown on. A missing Deno permission (`NotCapable`)
 * and the system's own refusal are different walls with different ways
 * through (spec/style.md, rule 18).
 */
export function fileFault(error: unknown): FileFault | null {
  if (error instanceof Deno.errors.NotCapable) {
    return { by: "deno", state: "Deno's permissions do not cover it" };
  }
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) {
    return { by: "system", state: states[code] ?? `the system says ${code}` };
  }
  return null;
}

/** Any failure in words; a file's as `fileFault()` says it, without its path. */
export function describeFileError(error: unknown): string {
  return fileFault(error)?.state ?? describeError(error);
}

/** The system's code of an error, such as "ENOENT"; empty when it has none. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
