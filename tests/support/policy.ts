import type { ToolCall } from "../../lib/core/message.ts";
import type { Access, PermissionMode } from "../../lib/core/permission.ts";
import { createPolicy, type Policy } from "../../lib/permission/policy.ts";
import {
  parseRule,
  type Rule,
  type RuleEffect,
  type RuleSource,
} from "../../lib/permission/rule.ts";

/** Where the policies of tests live. */
export const place = { home: "/home/ann", workspace: "/home/ann/code/app" };

/** Makes a rule of "deny Bash(rm *)"; its effect is the first word. */
export function ruleOf(
  text: string,
  source: RuleSource = { layer: "user", file: "/home/ann/.openclaude/x.json" },
): Rule {
  const [, effect = "", rest = ""] = /^(\w+) (.*)$/s.exec(text) ?? [];
  const parsed = parseRule(rest, effect as RuleEffect, source);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.rule;
}

/** How a policy differs from the usual one. */
export interface PolicySetting {
  readonly mode?: PermissionMode;
  readonly canAsk?: boolean;
  readonly sandboxed?: boolean;
  /** Where links lead; any other path is where it is named. */
  readonly links?: Readonly<Record<string, string>>;
  readonly source?: RuleSource;
}

/** A policy of rules in the place of tests, in mode "default", sandboxed. */
export function policyOf(
  rules: readonly string[],
  { mode = "default", canAsk = true, sandboxed = true, links = {}, source }:
    PolicySetting = {},
): Policy {
  return createPolicy({
    mode: () => mode,
    canAsk,
    sandboxed,
    rules: rules.map((text) => ruleOf(text, source)),
    roots: [place.workspace],
    home: place.home,
    isDoubtful: () => false,
    realPath: (file) => Promise.resolve(followLinks(file, links)),
  });
}

function followLinks(
  file: string,
  links: Readonly<Record<string, string>>,
): string {
  for (const [link, target] of Object.entries(links)) {
    if (file === link || file.startsWith(`${link}/`)) {
      return target + file.slice(link.length);
    }
  }
  return file;
}

/** A call and what it would touch. */
export interface AskedCall {
  readonly call: ToolCall;
  readonly access: readonly Access[];
}

/** The call of a command line. */
export function bashCall(line: string): AskedCall {
  const call = { id: "c1", name: "Bash", input: { command: line } };
  return { call, access: [{ kind: "run", line, readOnly: false }] };
}

/** The call of a tool on a file. */
export function fileCall(
  name: string,
  kind: "read" | "write",
  path: string,
): AskedCall {
  const call = { id: "c1", name, input: { file_path: path } };
  return { call, access: [{ kind, path }] };
}
