import { z } from "zod";
import { isStoredRule } from "../../app/permissions.ts";

/** A rule, in the two parts that programs know it by. */
const ruleParts = z.object({
  toolName: z.string(),
  ruleContent: z.string().optional(),
});

/** Rules that a question offers, or that an answer takes of them. */
export const permissionUpdate = z.object({
  type: z.literal("addRules"),
  rules: z.array(ruleParts),
  behavior: z.literal("allow"),
  destination: z.enum(["localSettings", "session"]),
});

export type PermissionUpdate = z.output<typeof permissionUpdate>;

/** The rules that a question offers, each as an update with its place. */
export function suggestionsFor(offer: readonly string[]): PermissionUpdate[] {
  return offer.map((text) => {
    const parts = partsOf(text);
    return {
      type: "addRules",
      rules: [parts],
      behavior: "allow",
      destination: destinationOf(parts.toolName),
    };
  });
}

/** What an answer's updates come to. */
export interface ChosenRules {
  /** Those of the offered rules that were chosen. */
  readonly remember: readonly string[];
  /** Updates that can't be made, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Reads the updates of an answer. A rule must be among those offered, and go
 * where rules of its tool go: what was meant for the session alone must not
 * end in a file.
 */
export function chosenRules(
  updates: readonly unknown[],
  offer: readonly string[],
): ChosenRules {
  const remember: string[] = [];
  const problems: string[] = [];
  for (const update of updates) {
    const parsed = permissionUpdate.safeParse(update);
    if (!parsed.success) {
      problems.push(
        "Cannot make a permission update: it must be addRules with behavior " +
          "allow, as the request suggests it",
      );
      continue;
    }
    const { rules, destination } = parsed.data;
    for (const { toolName, ruleContent } of rules) {
      const text = ruleContent === undefined
        ? toolName
        : `${toolName}(${ruleContent})`;
      const place = destinationOf(toolName);
      if (!offer.includes(text)) {
        problems.push(`Cannot add the rule "${text}": it was not suggested`);
      } else if (place !== destination) {
        problems.push(
          `Cannot add the rule "${text}" to ${destination}: rules of ` +
            `${toolName} go to ${place}`,
        );
      } else remember.push(text);
    }
  }
  return { remember, problems };
}

function partsOf(text: string): z.output<typeof ruleParts> {
  const [, toolName = text, ruleContent] = /^([^(]+)\((.*)\)$/s.exec(text) ??
    [];
  return ruleContent === undefined ? { toolName } : { toolName, ruleContent };
}

function destinationOf(toolName: string): PermissionUpdate["destination"] {
  return isStoredRule(toolName) ? "localSettings" : "session";
}
