import { exitCodes, UserError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import type { AnyTool } from "../core/tool.ts";
import { describeRule, type Rule } from "../permission/rule.ts";
import { bareDeny } from "../permission/rule_set.ts";
import { missingNeeds } from "../platform/capabilities.ts";
import { aliasTargets, resolveName } from "../provider/names.ts";

import type { Sandbox } from "./sandbox.ts";

/** The tools of a conversation, and why the others are not among them. */
export interface ToolChoice {
  readonly offered: readonly AnyTool[];
  /** Those that a permission is missing for, as the model is told of them. */
  readonly unavailable: readonly string[];
  /** Why a tool is not offered; null for a name that no tool has. */
  withheld(name: string): string | null;
}

/**
 * Chooses the tools that flags, rules and granted permissions allow. Which
 * they are never changes in a conversation, so that its prefix stays cached.
 *
 * @throws {UserError} with exit code 2 for a name that no tool has.
 */
export async function chooseTools(
  tools: readonly AnyTool[],
  { names, rules, cwd, home, sandbox }: {
    /** The tools that were asked for; undefined means all. */
    readonly names: readonly string[] | undefined;
    readonly rules: readonly Rule[];
    readonly cwd: string;
    readonly home: string;
    readonly sandbox: Pick<Sandbox, "canRun" | "refusedBy">;
  },
): Promise<ToolChoice> {
  checkNames(names ?? [], tools);
  const offered: AnyTool[] = [];
  const unavailable: string[] = [];
  const reasons = new Map<string, string>();
  const canRun = await sandbox.canRun();
  for (const tool of tools) {
    const rule = bareDeny(rules, tool.name);
    const missing = missingNeeds(tool.needs, [cwd], { canRun });
    const isUserWish = missing.some(({ need }) => need === "run") &&
      sandbox.refusedBy !== undefined;
    const flag = missing.map(({ flag }) => flag).join(" ");
    if (names?.includes(tool.name) === false) {
      reasons.set(tool.name, "--tools leaves it out");
    } else if (rule !== null) {
      reasons.set(tool.name, `the ${describeRule(rule, home)} takes it away`);
    } else if (isUserWish) {
      reasons.set(tool.name, `the user said ${sandbox.refusedBy}`);
      unavailable.push(`${tool.name} (${sandbox.refusedBy})`);
    } else if (missing.length > 0) {
      reasons.set(
        tool.name,
        "Deno's permissions do not cover what it needs; the user can start " +
          `the program with ${flag}`,
      );
      unavailable.push(`${tool.name} (${flag})`);
    } else {
      offered.push(tool);
    }
  }
  return {
    offered,
    unavailable,
    withheld(name) {
      const known = [...reasons.keys()];
      const tool = resolveName(name, known) ?? aliasTargets(name, known, {})[0];
      return tool === undefined
        ? null
        : `Cannot use ${tool}: ${reasons.get(tool)}. Do without it`;
    },
  };
}

function checkNames(
  names: readonly string[],
  tools: readonly AnyTool[],
): void {
  const known = tools.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const advice = near === undefined ? "." : `. Did you mean ${near}?`;
  throw new UserError(
    `Cannot use --tools "${unknown}": the tools are ${known.join(", ")}` +
      `${advice} See openclaude --help`,
    exitCodes.usage,
  );
}
