import {
  pathsOf,
  type Sight,
  type Surroundings,
  valueOf,
} from "./critical_path.ts";
import type { ShellCommand } from "./shell.ts";
import type { BareCommand } from "./unwrap.ts";

/** Follows `cd` through a line; what a subshell does stays in it. */
export class Bases {
  readonly #byScope = new Map<string, string | null>();

  constructor({ cwd }: Surroundings) {
    this.#byScope.set("", cwd);
  }

  /** The folder in which a command runs; null when it can't be told. */
  of({ scope }: ShellCommand): string | null {
    for (let depth = scope.length; depth > 0; depth--) {
      const base = this.#byScope.get(scope.slice(0, depth).join("/"));
      if (base !== undefined) return base;
    }
    return this.#byScope.get("") ?? null;
  }

  /** Takes notice of a command that may change the folder. */
  move(command: ShellCommand, { name, words }: BareCommand, look: Sight): void {
    if (!["cd", "pushd", "popd"].includes(name)) return;
    const { base, surroundings, variables } = look;
    const target = words.find(({ value }) => !/^-./.test(value));
    let folder: string | null = null;
    if (target === undefined) {
      if (name === "cd") folder = surroundings.home;
    } else if (target.value !== "-") {
      const [found] = pathsOf(target, { base, surroundings, variables });
      folder = found?.pattern ?? null;
    }
    this.#byScope.set(command.scope.join("/"), folder);
  }
}

/** Keeps the values that can be told; any other makes a variable unknown. */
export function rememberVariables(
  { assignments }: ShellCommand,
  variables: Map<string, string>,
  look: Sight,
): void {
  for (const { name, value } of assignments) {
    const text = value === null ? null : valueOf(value, look);
    if (text === null) variables.delete(name);
    else variables.set(name, text);
  }
}
