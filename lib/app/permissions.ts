import { describeError } from "../core/error.ts";
import type { ToolCall } from "../core/message.ts";
import type { Access, Decision, PermissionMode } from "../core/permission.ts";
import {
  createPolicy,
  type Policy,
  type PolicyOptions,
} from "../permission/policy.ts";
import { describeRule, parseRule, type Rule } from "../permission/rule.ts";
import { isUnmarkedDialect } from "../provider/dialects/unmarked.ts";

/** Where rules of answers are kept from one session to the next. */
export interface RuleStore {
  /** The settings file, absolute. */
  readonly file: string;
  /** Adds an allow rule to it; throws when it can't be written. */
  add(rule: string): Promise<void>;
}

/** What a conversation's permissions are made of. */
export interface PermissionsOptions {
  readonly mode: PermissionMode;
  /** Whether the user may change to bypassPermissions. */
  readonly canBypass: boolean;
  readonly canAsk: boolean;
  readonly rules: readonly Rule[];
  readonly home: string;
  /** Where work is done; asked for once, at the first call. */
  place(): Promise<
    & Pick<PolicyOptions, "roots" | "sandboxed">
    & Partial<Pick<PolicyOptions, "realPath">>
  >;
  /** Absent: answers count for the session alone. */
  readonly store?: RuleStore | undefined;
}

/** The permissions of one conversation: its mode, its rules, its answers. */
export interface Permissions {
  /** The mode of this moment. */
  readonly mode: PermissionMode;
  /** Enters a mode; or says, in a sentence, why that can't be. */
  enter(mode: PermissionMode): string | null;
  decide(
    call: ToolCall,
    access: readonly Access[],
    cwd: string,
  ): Promise<Decision>;
  /**
   * Adds allow rules that an answer chose. Those of tools that reach outside
   * the session are stored, too. Resolves to what the user should know.
   */
  remember(rules: readonly string[]): Promise<readonly string[]>;
}

/** Tools whose approvals outlive the session (spec/features.md 1C.2). */
const storedTools = new Set(["Bash", "WebFetch"]);

/** Whether an answer's rules of this tool go to a file, where there is one. */
export function isStoredRule(tool: string): boolean {
  return storedTools.has(tool);
}

/** Opens the permissions of a conversation. */
export function openPermissions(options: PermissionsOptions): Permissions {
  const { canAsk, canBypass, home, store } = options;
  let mode = options.mode;
  let policy: Promise<Policy> | undefined;

  function open(): Promise<Policy> {
    policy ??= options.place().then((place) =>
      createPolicy({
        mode: () => mode,
        canAsk,
        rules: options.rules,
        home,
        ...place,
        isDoubtful: isUnmarkedDialect,
      })
    );
    return policy;
  }

  async function rememberOne(text: string): Promise<string> {
    const parsed = parseRule(text, "allow", { layer: "session" });
    if (!parsed.ok) return parsed.problem;
    const { rule } = parsed;
    (await open()).addRule(rule);
    if (store === undefined || !storedTools.has(rule.tool)) {
      return `Until the end of this session: allow rule "${text}"`;
    }
    try {
      await store.add(text);
    } catch (error) {
      return `The allow rule "${text}" counts for this session alone: ` +
        describeError(error);
    }
    const stored = { ...rule, source: { layer: "local", file: store.file } };
    return `Stored the ${describeRule(stored as Rule, home)}`;
  }

  return {
    get mode() {
      return mode;
    },
    enter(wanted) {
      if (wanted === "bypassPermissions" && !canBypass && mode !== wanted) {
        return `Cannot change to bypassPermissions: start with ` +
          "--allow-dangerously-skip-permissions for that";
      }
      mode = wanted;
      return null;
    },
    decide: async (call, access, cwd) =>
      await (await open()).decide(call, access, cwd),
    async remember(rules) {
      const said: string[] = [];
      for (const text of rules) said.push(await rememberOne(text));
      return said;
    },
  };
}
