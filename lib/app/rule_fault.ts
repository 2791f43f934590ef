import { parseRule, type RuleEffect } from "../permission/rule.ts";

/** What is wrong with a rule of a settings file; null when nothing is. */
export function ruleFault(text: string, effect: RuleEffect): string | null {
  const parsed = parseRule(text, effect, { layer: "user" });
  if (parsed.ok) return null;
  // Who reports it says that it is a rule, and where it stands.
  return parsed.problem.replace(`Cannot use the ${effect} rule `, "");
}
