import type { AllowTexts } from "./command_text.ts";
import { type Anchors, compilePathPattern } from "./path_pattern.ts";
import { patternKind, type Rule, type RuleEffect } from "./rule.ts";
import { compileCommandPattern, compileWildcard } from "./wildcard.ts";

/** Rules made ready to be asked, each once. */
export interface RuleSet {
  /** A rule for all calls of a tool. */
  forTool(effect: RuleEffect, tool: string): Rule | null;
  /** A Bash rule that forbids or asks for one of these texts. */
  forTexts(effect: "ask" | "deny", texts: readonly string[]): Rule | null;
  /** A Bash rule that allows a command. */
  allowing(texts: AllowTexts, isPredictable: boolean): Rule | null;
  /** A rule of one of these tools that matches a path. */
  forPath(
    effect: RuleEffect,
    tools: readonly string[],
    file: string,
  ): Rule | null;
  forHost(effect: RuleEffect, tool: string, host: string): Rule | null;
  /** A rule on a parameter, an agent's type or a skill's name. */
  forInput(
    effect: RuleEffect,
    tool: string,
    input: Readonly<Record<string, unknown>>,
  ): Rule | null;
  /** True when a rule of such an effect could match some call of a tool. */
  has(effect: RuleEffect, tools: readonly string[]): boolean;
}

type Test = (text: string) => boolean;

/** Compiles rules as they are needed; `rules` may grow between questions. */
export function ruleSet(
  rules: () => Iterable<Rule>,
  anchors: Anchors,
): RuleSet {
  const compiled = new WeakMap<Rule, Test>();
  const test = (rule: Rule, compile: (pattern: string) => Test): Test => {
    const known = compiled.get(rule);
    if (known !== undefined) return known;
    const fresh = compile(rule.pattern ?? "*");
    compiled.set(rule, fresh);
    return fresh;
  };
  const find = (effect: RuleEffect, matches: (rule: Rule) => boolean) => {
    for (const rule of rules()) {
      if (rule.effect === effect && matches(rule)) return rule;
    }
    return null;
  };
  const command = (rule: Rule) =>
    test(rule, (pattern) => compileCommandPattern(pattern).matches);

  return {
    forTool: (effect, tool) =>
      find(effect, (rule) => rule.pattern === undefined && covers(rule, tool)),
    forTexts: (effect, texts) =>
      find(
        effect,
        (rule) =>
          rule.tool === "Bash" && rule.pattern !== undefined &&
          texts.some(command(rule)),
      ),
    allowing: ({ open, exact }, isPredictable) =>
      find("allow", (rule) => {
        if (rule.tool !== "Bash") return false;
        if (rule.pattern === undefined) return true;
        const isOpen = compileCommandPattern(rule.pattern).isOpen;
        if (isOpen && !isPredictable) return false;
        return (isOpen ? open : exact).some(command(rule));
      }),
    forPath: (effect, tools, file) =>
      find(
        effect,
        (rule) =>
          tools.includes(rule.tool) && rule.pattern !== undefined &&
          test(
            rule,
            (pattern) => compilePathPattern(pattern, rule.source, anchors),
          )(file),
      ),
    forHost: (effect, tool, host) =>
      find(effect, (rule) =>
        rule.tool === tool && rule.pattern !== undefined &&
        patternKind(tool) === "domain" && test(rule, hostTest)(host)),
    forInput: (effect, tool, input) =>
      find(effect, (rule) =>
        rule.tool === tool && rule.pattern !== undefined &&
        matchesInput(rule.tool, rule.pattern, input)),
    has: (effect, tools) =>
      find(effect, ({ tool }) => tools.includes(tool)) !== null,
  };
}

/** The rule that takes a tool away altogether, or null. */
export function bareDeny(rules: Iterable<Rule>, tool: string): Rule | null {
  for (const rule of rules) {
    const isBare = rule.effect === "deny" && rule.pattern === undefined;
    if (isBare && covers(rule, tool)) return rule;
  }
  return null;
}

/** True when a rule without a pattern is for a tool. */
export function covers({ tool }: Rule, name: string): boolean {
  if (tool === name) return true;
  if (!tool.startsWith("mcp__")) return false;
  return tool.endsWith("*")
    ? name.startsWith(tool.slice(0, -1))
    : name.startsWith(`${tool}__`);
}

/**
 * Lower case, without the dot that may end a full name; an IPv6 address that
 * stands for an IPv4 one counts as that, since it leads to the same place.
 */
function plainHost(host: string): string {
  const plain = host.toLowerCase().replace(/\.$/, "");
  const [, high, low] =
    /^\[?::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]?$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  const bytes = [high, low].map((text) => Number.parseInt(text, 16))
    .flatMap((word) => [word >> 8, word & 255]);
  return bytes.join(".");
}

function hostTest(pattern: string): Test {
  const wanted = plainHost(pattern.replace(/^domain:/, ""));
  if (wanted === "*") return () => true;
  return wanted.startsWith("*.")
    ? (host) => plainHost(host).endsWith(wanted.slice(1))
    : (host) => plainHost(host) === wanted;
}

/** The input that a tool's name pattern is about. */
const namedInputs: Readonly<Record<string, string>> = {
  Agent: "subagent_type",
  Skill: "skill",
};

function matchesInput(
  tool: string,
  pattern: string,
  input: Readonly<Record<string, unknown>>,
): boolean {
  const kind = patternKind(tool);
  if (kind === "name") {
    const name = String(input[namedInputs[tool] ?? ""] ?? "");
    const all = tool === "Skill" && typeof input.args === "string"
      ? `${name} ${input.args}`
      : name;
    return compileCommandPattern(pattern).matches(all);
  }
  if (kind !== undefined) return false;
  const [, parameter = "", wanted = ""] = /^([\w.-]+):(.*)$/s.exec(pattern) ??
    [];
  if (!Object.hasOwn(input, parameter)) return false;
  const given = input[parameter];
  const text = typeof given === "string" ? given : JSON.stringify(given) ?? "";
  return compileWildcard(wanted).matches(text);
}
