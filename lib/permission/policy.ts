import type { ToolCall } from "../core/message.ts";
import type { Access, Decision, PermissionMode } from "../core/permission.ts";
import { resolvePath } from "../platform/guard_path.ts";
import { judgeCall } from "./judge_call.ts";
import { judgeLine } from "./judge_line.ts";
import { type Judging, type Judgment, strictest } from "./judgment.ts";
import { realPathOf } from "./real_path.ts";
import { bareDeny, ruleSet } from "./rule_set.ts";
import { describeRule, type Rule } from "./rule.ts";

/** What a policy is made of. */
export interface PolicyOptions {
  /** The mode of this moment. */
  mode(): PermissionMode;
  readonly canAsk: boolean;
  /** Rules of all layers; read at each call, so that the list may grow. */
  readonly rules: readonly Rule[];
  /** Folders of the work, absolute; the first is the workspace. */
  readonly roots: readonly string[];
  /** The user's home, absolute; "" when it is not known. */
  readonly home: string;
  isDoubtful(dialect: string): boolean;
  /**
   * Whether commands run in the system's sandbox. Without it they are asked
   * about, save those that only read in the workspace and those that the
   * user's own rules allow (spec/features.md 1C.3).
   */
  readonly sandboxed: boolean;
  /** Where a path leads, null when unknown; asks the file system by default. */
  realPath?(file: string): Promise<string | null>;
}

/** Decides on calls. Consent, never a boundary. */
export interface Policy {
  /** `cwd` is the working directory of the call; the workspace by default. */
  decide(
    call: ToolCall,
    access: readonly Access[],
    cwd?: string,
  ): Promise<Decision>;
  /** Adds a rule for the rest of the process, such as a user's answer. */
  addRule(rule: Rule): void;
  /** The parts of a command line and what is thought of each. */
  judge(line: string, cwd?: string): Promise<LineVerdict>;
  /** True when a bare deny rule takes a tool away altogether. */
  removes(tool: string): boolean;
}

/** What comes of a command line, with the reasons part by part. */
export interface LineVerdict {
  readonly line: string;
  readonly parts: readonly Judgment[];
  readonly decision: Decision;
}

/**
 * Makes a policy of rules. Deny wins over ask, ask over allow, and what no
 * rule speaks of is the mode's (spec/features.md 1C.1, 1C.2). Needs
 * `--allow-read` to see where links lead; without it paths count as named.
 */
export function createPolicy(options: PolicyOptions): Policy {
  const { home, roots, sandboxed } = options;
  const [workspace = "/"] = roots;
  const added: Rule[] = [];
  const all = () => [...options.rules, ...added];
  const rules = ruleSet(all, { cwd: workspace, home });
  const realPath = options.realPath ?? realPathOf;
  const judging = (): Judging => ({
    rules,
    mode: options.mode(),
    roots,
    home,
    sandboxed,
    describe: (rule) => describeRule(rule, home),
    realPath,
  });
  const conclude = (parts: readonly Judgment[]) =>
    conclusion(parts, { mode: options.mode(), canAsk: options.canAsk });
  return {
    async decide(call, access, cwd = workspace) {
      const plan = planRefusal(call, access, options.mode());
      const parts = plan === null
        ? await judgeCall({ call, access, cwd }, judging())
        : [plan];
      return conclude([...parts, ...doubts(call, access, options)]);
    },
    addRule(rule) {
      added.push(rule);
    },
    async judge(line, cwd = workspace) {
      const access = [{ kind: "run", line, readOnly: false }] as const;
      const plan = planRefusal({ name: "Bash" }, access, options.mode());
      const parts = await judgeLine(
        line,
        resolvePath(cwd, "/", home),
        judging(),
      );
      const judged = plan === null ? parts : [plan, ...parts];
      return { line, parts: judged, decision: conclude(judged) };
    },
    removes: (tool) => bareDeny(all(), tool) !== null,
  };
}

const planHint = "Say what you would do; the user can leave plan mode";

/** In plan mode nothing is written and no program is started at all. */
function planRefusal(
  { name }: Pick<ToolCall, "name">,
  access: readonly Access[],
  mode: PermissionMode,
): Judgment | null {
  const isRefused = mode === "plan" &&
    access.some(({ kind }) => kind === "write" || kind === "run");
  return isRefused
    ? {
      text: name,
      verdict: "deny",
      because: "mode plan only reads",
      offer: [],
    }
    : null;
}

const doubt = "the call came as text and may be an example";

function doubts(
  { name, recovered }: ToolCall,
  access: readonly Access[],
  { isDoubtful }: Pick<PolicyOptions, "isDoubtful">,
): Judgment[] {
  const isDoubt = recovered !== undefined && isDoubtful(recovered) &&
    access.some(({ kind }) => kind === "write" || kind === "run");
  return isDoubt
    ? [{ text: name, verdict: "insist", because: doubt, offer: [] }]
    : [];
}

/** Most rules that one answer stores (spec/features.md 1C.2 point 4). */
const mostOffers = 5;

/** Makes one decision of what was found about the parts. */
function conclusion(
  parts: readonly Judgment[],
  { mode, canAsk }: { readonly mode: PermissionMode; readonly canAsk: boolean },
): Decision {
  const worst = strictest(parts);
  const because = worst === null ? `mode ${mode}` : reasonFor(worst, parts);
  if (worst === null || worst.verdict === "allow") {
    return { kind: "allow", because };
  }
  if (worst.verdict === "open" && mode === "bypassPermissions") {
    return { kind: "allow", because: `mode ${mode}` };
  }
  if (worst.verdict === "deny") {
    return mode === "plan" && worst.rule === undefined
      ? { kind: "deny", because, hint: planHint }
      : { kind: "deny", because };
  }
  const offer = offersOf(parts);
  if (canAsk && mode !== "dontAsk") {
    return offer.length === 0
      ? { kind: "ask", because }
      : { kind: "ask", because, offer };
  }
  const state = mode === "dontAsk"
    ? "mode dontAsk refuses what no rule allows"
    : "nobody can be asked here";
  return {
    kind: "deny",
    because: `${because}, and ${state}`,
    ...hintFor(worst, offer),
  };
}

/** The reason, with the part of the line that it is about. */
function reasonFor(one: Judgment, parts: readonly Judgment[]): string {
  const isPart = new Set(parts.map(({ text }) => text)).size > 1;
  return isPart ? `${one.because} ("${one.text}")` : one.because;
}

function hintFor(
  { rule }: Judgment,
  offer: readonly string[],
): { readonly hint?: string } {
  if (rule !== undefined || offer.length === 0) return {};
  const rules = offer.map((text) =>
    ` --allowedTools '${text.replaceAll("'", "'\\''")}'`
  );
  return { hint: `The user can start with${rules.join("")}` };
}

/** The rules with which the call would pass; none when none would do. */
function offersOf(parts: readonly Judgment[]): readonly string[] {
  const open = parts.filter(({ verdict }) => verdict !== "allow");
  if (open.some(({ offer }) => offer.length === 0)) return [];
  const offers = [...new Set(open.flatMap(({ offer }) => offer))];
  return offers.length <= mostOffers ? offers : [];
}
