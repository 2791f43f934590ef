import { exitCodes, UserError } from "../core/error.ts";

/** What the command line wants of sessions. */
export interface SessionWish {
  readonly from:
    | { readonly kind: "new" }
    /** The newest conversation of this folder. */
    | { readonly kind: "last" }
    /** The one that the user chooses from a list. */
    | { readonly kind: "choose" }
    | { readonly kind: "query"; readonly query: string };
  /** Go on in a copy. */
  readonly fork: boolean;
  /** The id of a new session. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Nothing is written. */
  readonly isEphemeral: boolean;
}

/** The session options as they were given. */
export interface SessionFlags {
  readonly continues: boolean;
  /** "" without a value. */
  readonly resume: string | undefined;
  readonly forks: boolean;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly isEphemeral: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Makes one wish of the options.
 *
 * @throws {UserError} with exit code 2 for options that exclude each other
 */
export function sessionWish(flags: SessionFlags): SessionWish {
  const { continues, resume, forks, id, name, isEphemeral } = flags;
  const goesOn = continues || resume !== undefined;
  if (continues && resume !== undefined) {
    throw usage("--continue and --resume name two sessions; give one of them");
  }
  if (isEphemeral && goesOn) {
    throw usage("--no-session leaves nothing that could be gone on with");
  }
  if (forks && !goesOn) {
    throw usage("--fork-session copies a session: add --continue or --resume");
  }
  if (id !== undefined && goesOn && !forks) {
    throw usage("--session-id is for a new session; --resume takes an id, too");
  }
  if (id !== undefined && !uuid.test(id)) {
    throw usage(`--session-id "${id}" must be a UUID`);
  }
  if (name !== undefined && name.trim() === "") {
    throw usage("--name needs a name");
  }
  return {
    from: continues
      ? { kind: "last" }
      : resume === undefined
      ? { kind: "new" }
      : resume.trim() === ""
      ? { kind: "choose" }
      : { kind: "query", query: resume.trim() },
    fork: forks,
    id: id?.toLowerCase(),
    name: name?.trim(),
    isEphemeral,
  };
}

/**
 * `-c` goes on with the last conversation, and is the context window where a
 * number follows; `-r` may stand without a value.
 */
export function inFullSessionWords(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.flatMap((word, index) => {
    if (end !== -1 && index > end) return [word];
    const next = args[index + 1];
    if (word === "-c" && !/^\d+[kK]?$/.test(next ?? "")) {
      return ["--continue"];
    }
    const isBare = next === undefined || next.startsWith("-");
    const isResume = word === "-r" || word === "--resume";
    return isResume && isBare ? ["--resume", ""] : [word];
  });
}

function usage(reason: string): UserError {
  return new UserError(
    `Cannot use these options together: ${reason}. See openclaude --help`,
    exitCodes.usage,
  );
}
