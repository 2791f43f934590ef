import { parseRule, type RuleEffect } from "../permission/rule.ts";

/** What is wrong with a rule of a settings file; null when nothing is. */
export function ruleFault(text: string, effect: RuleEffect): string | null {
  const parsed = parseRule(text, effect, { layer: "user" });
  if (parsed.ok) return null;
  // Who reports it names the rule's place, so the rule is not named again.
  return parsed.problem.replace(
    /^Cannot use the \w+ rule "(?:[^"\\]|\\.)*": /,
    "",
  );
}
