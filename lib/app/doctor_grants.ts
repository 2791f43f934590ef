import type { AnyTool } from "../core/tool.ts";
import {
  can,
  missingNeeds,
  programsToGrant,
} from "../platform/capabilities.ts";
import {
  configFolder,
  stateFolder,
  temporaryFolder,
} from "../platform/folders.ts";
import { agentVariables } from "./variables.ts";

/** A kind of Deno permission that the agent makes use of. */
export type Category = "read" | "write" | "net" | "run" | "env";

/** How much of one category is granted. */
export interface GrantFinding {
  readonly category: Category;
  /** "scoped": some of what was asked about, or all but a denied part. */
  readonly state: "full" | "scoped" | "none";
  /** What was asked about and is granted, where it is not all. */
  readonly granted: readonly string[];
  /** What was asked about and is not. */
  readonly refused: readonly string[];
  /** What would grant it; null when there is nothing to add. */
  readonly flag: string | null;
}

/** Where the program may look and what it may contact. */
export interface GrantQuestion {
  readonly cwd: string;
  /** "host:port" of the model's server. */
  readonly host: string;
  /** Programs that are of use. */
  readonly programs: readonly string[];
}

/**
 * Finds what is granted, category by category. Deno tells of a scope only
 * whether it holds a given thing, so that is asked of all that matters here.
 * Needs no permission.
 */
export function findGrants(question: GrantQuestion): readonly GrantFinding[] {
  const { cwd, host, programs } = question;
  const folders = [cwd, temporaryFolder(), configFolder(), stateFolder()]
    .filter((folder) => folder !== undefined);
  const asked: Readonly<Record<Category, readonly string[]>> = {
    read: folders,
    write: folders,
    net: [host],
    run: programs,
    env: agentVariables,
  };
  return categories.map((category) => findGrant(category, asked[category]));
}

const categories = ["read", "write", "net", "run", "env"] as const;

function findGrant(
  category: Category,
  asked: readonly string[],
): GrantFinding {
  const { partial, state } = Deno.permissions.querySync({ name: category });
  if (state === "granted" && partial !== true) {
    return { category, state: "full", granted: [], refused: [], flag: null };
  }
  const granted = asked.filter((thing) => can(descriptor(category, thing)));
  const refused = asked.filter((thing) => !granted.includes(thing));
  const [first] = asked;
  const wanted = category === "run" ? ["bash", "sh", "bwrap"] : [first ?? ""];
  const isEnough = wanted.some((thing) => granted.includes(thing));
  return {
    category,
    state: granted.length > 0 || state === "granted" ? "scoped" : "none",
    granted,
    refused,
    flag: isEnough
      ? null
      : `--allow-${category}${
        category === "env"
          ? ""
          : `=${(category === "run" ? programsToGrant() : wanted).join(",")}`
      }`,
  };
}

function descriptor(
  category: Category,
  thing: string,
): Deno.PermissionDescriptor {
  switch (category) {
    case "read":
    case "write":
      return { name: category, path: thing };
    case "net":
      return { name: category, host: thing };
    case "run":
      return { name: category, command: thing };
    case "env":
      return { name: category, variable: thing };
  }
}

/** Whether a tool is offered to the model, and what would offer it. */
export interface ToolFinding {
  readonly name: string;
  readonly offered: boolean;
  /** Flags that are missing; empty when it is offered. */
  readonly missing: readonly string[];
}

/**
 * Tells which tools the granted permissions allow. `canRun` is whether
 * commands can be run, by a shell or inside a sandbox.
 */
export function findTools(
  tools: readonly AnyTool[],
  { cwd, canRun }: { readonly cwd: string; readonly canRun: boolean },
): readonly ToolFinding[] {
  return tools.map(({ name, needs }) => {
    const missing = missingNeeds(needs, [cwd], { canRun })
      .map(({ flag }) => flag);
    return { name, offered: missing.length === 0, missing };
  });
}
