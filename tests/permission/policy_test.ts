import { assertEquals } from "@std/assert";
import { bashCall, policyOf } from "../support/policy.ts";
import { lineRows } from "./policy_table.ts";

for (const [rules, line, expected, setting] of lineRows) {
  const given = rules === "" ? "no rules" : rules;
  const shown = JSON.stringify(line.slice(0, 60));
  const how = setting === undefined ? "" : ` ${JSON.stringify(setting)}`;
  Deno.test(`createPolicy() with ${given}: ${expected} ${shown}${how}`, async () => {
    const texts = rules.split("; ").filter((text) => text !== "");
    const policy = policyOf(texts, setting);
    const { call, access } = bashCall(line);
    const decision = await policy.decide(call, access);
    assertEquals(decision.kind, expected, decision.because);
  });
}
