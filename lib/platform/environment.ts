/**
 * Reads an environment variable, or undefined when it is unset, empty or may
 * not be read. The permission is queried first: without `--no-prompt` a read
 * on a terminal would otherwise stop the program with a question.
 */
export function readEnvironment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  if (state !== "granted") return undefined;
  return Deno.env.get(name) || undefined;
}

/** Reads the whole environment where that is granted, else what may be read. */
export function readWholeEnvironment(
  names: readonly string[],
): Record<string, string> {
  const { state } = Deno.permissions.querySync({ name: "env" });
  if (state === "granted") return Deno.env.toObject();
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = readEnvironment(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/**
 * Runs something that must see no environment variable at all. Libraries read
 * variables when they are set up: that fails where the environment may not be
 * read, and takes settings from where the user did not mean them. `run` must
 * be synchronous, since the whole thread sees none meanwhile.
 */
export function withoutEnvironment<Result>(run: () => Result): Result {
  const { get } = Deno.env;
  Deno.env.get = () => undefined;
  try {
    return run();
  } finally {
    Deno.env.get = get;
  }
}
