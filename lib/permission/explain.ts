import type { Decision } from "../core/permission.ts";
import type { Judgment } from "./judgment.ts";
import type { LineVerdict, Policy } from "./policy.ts";
import type { RuleSource } from "./rule.ts";

/** One part of a line as `openclaude policy explain` shows it. */
export interface ExplainedPart {
  readonly text: string;
  readonly verdict: "allow" | "ask" | "deny";
  readonly because: string;
  readonly rule?: string;
  readonly layer?: RuleSource["layer"];
  readonly file?: string;
  /** Rules that would allow it. */
  readonly offer: readonly string[];
}

/** What the policy thinks of a line, as plain data. */
export interface Explanation {
  readonly line: string;
  readonly parts: readonly ExplainedPart[];
  readonly decision: Decision;
}

/** Explains a command line without running it. */
export async function explainLine(
  line: string,
  policy: Policy,
): Promise<Explanation> {
  const { parts, decision }: LineVerdict = await policy.judge(line);
  return { line, parts: parts.map(explainPart), decision };
}

const verdicts = {
  allow: "allow",
  open: "ask",
  insist: "ask",
  deny: "deny",
} as const;

function explainPart(
  { text, verdict, because, rule, offer }: Judgment,
): ExplainedPart {
  return {
    text,
    verdict: verdicts[verdict],
    because,
    offer,
    ...(rule === undefined ? {} : {
      rule: rule.text,
      layer: rule.source.layer,
      ...(rule.source.file === undefined ? {} : { file: rule.source.file }),
    }),
  };
}

/** The explanation as lines for people: each part, then the whole. */
export function explanationText(
  { parts, decision }: Explanation,
): string {
  const lines = parts.map(({ verdict, text, because, offer }) => {
    const rules = verdict === "ask" && offer.length > 0
      ? `\n       allowed by: ${offer.join("  ")}`
      : "";
    return `${verdict.padEnd(5)}  ${text}\n       ${because}${rules}`;
  });
  const hint = decision.kind === "deny" && decision.hint !== undefined
    ? `\n${decision.hint}`
    : "";
  return [...lines, `=> ${decision.kind}: ${decision.because}${hint}`]
    .join("\n");
}
