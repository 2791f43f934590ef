import type { ToolCall } from "../core/message.ts";
import type { Access } from "../core/permission.ts";
import { judgeLine } from "./judge_line.ts";
import { byRule, judgePath } from "./judge_path.ts";
import type { Judging, Judgment } from "./judgment.ts";
import type { RuleEffect } from "./rule.ts";

/** A call to be judged. */
export interface JudgedCall {
  readonly call: ToolCall;
  readonly access: readonly Access[];
  /** The working directory of the call, absolute. */
  readonly cwd: string;
}

/** Judges all that a call would touch; every part must be allowed. */
export async function judgeCall(
  { call, access, cwd }: JudgedCall,
  judging: Judging,
): Promise<readonly Judgment[]> {
  const found: Judgment[] = [];
  const { rules } = judging;
  for (const effect of ["deny", "ask"] as const) {
    const rule = rules.forTool(effect, call.name) ??
      rules.forInput(effect, call.name, call.input);
    if (rule !== null) found.push(byRule(rule, call.name, judging));
  }
  if (found.some(({ verdict }) => verdict === "deny")) return found;
  if (access.length === 0) return [...found, judgeOther(call, judging)];
  const parts = await Promise.all(
    access.map((item) => judgeAccess(item, { call, access, cwd }, judging)),
  );
  return [...found, ...parts.flat()];
}

async function judgeAccess(
  access: Access,
  { call, cwd }: JudgedCall,
  judging: Judging,
): Promise<readonly Judgment[]> {
  switch (access.kind) {
    case "read":
    case "write": {
      const { kind, path } = access;
      const about = { kind, tool: call.name, text: path };
      return [await judgePath(path, about, judging)];
    }
    case "run":
      return call.name === "Bash"
        ? await judgeLine(access.line, cwd, judging)
        : [judgeProgram(access, call, judging)];
    case "net":
      return [judgeHost(access.host, call, judging)];
    default:
      return [judgeOther(call, judging)];
  }
}

/** A program that a tool starts itself, such as a converter of files. */
function judgeProgram(
  { line }: Access & { kind: "run" },
  { name }: ToolCall,
  judging: Judging,
): Judgment {
  const rule = judging.rules.forTool("allow", name);
  if (rule !== null) return byRule(rule, line, judging);
  const because = `mode ${judging.mode} asks before running programs`;
  return { text: line, verdict: "open", because, offer: [name] };
}

function judgeHost(
  host: string,
  { name }: ToolCall,
  judging: Judging,
): Judgment {
  const { rules } = judging;
  for (const effect of ["deny", "ask", "allow"] as readonly RuleEffect[]) {
    const rule = rules.forHost(effect, name, host) ??
      (effect === "allow" ? rules.forTool(effect, name) : null);
    if (rule !== null) return byRule(rule, host, judging);
  }
  return {
    text: host,
    verdict: "open",
    because: `mode ${judging.mode} asks before using the network`,
    offer: name === "WebFetch" ? [`WebFetch(domain:${host})`] : [name],
  };
}

/** Agents and questions are free; tools of other programs are not. */
function judgeOther({ name, input }: ToolCall, judging: Judging): Judgment {
  const { rules, mode } = judging;
  const rule = rules.forTool("allow", name) ??
    rules.forInput("allow", name, input);
  if (rule !== null) return byRule(rule, name, judging);
  if (!name.startsWith("mcp__") || mode === "bypassPermissions") {
    return { text: name, verdict: "allow", because: `mode ${mode}`, offer: [] };
  }
  const because = `mode ${mode} asks before using another program's tools`;
  return { text: name, verdict: "open", because, offer: [name] };
}
