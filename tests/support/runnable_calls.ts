import { assertEquals } from "@std/assert";
import { settleCalls } from "../../lib/provider/settle.ts";
import {
  recoverCalls,
  type RecoverOptions,
} from "../../lib/provider/text_tools.ts";
import { offeredTools as tools } from "./offered_tools.ts";

/** Names and inputs as they would be run, or null for plain text. */
export function runnable(text: string, options: Partial<RecoverOptions> = {}) {
  const recovered = recoverCalls(text, { tools, ...options });
  if (recovered === null) return null;
  let ids = 0;
  const settled = settleCalls(recovered.calls, {
    tools,
    usedIds: new Set(),
    newId: () => `call_${++ids}`,
    recovered: recovered.dialect,
  });
  for (const call of settled) {
    assertEquals(call.problem, undefined);
    assertEquals(call.recovered, recovered.dialect);
  }
  return {
    dialect: recovered.dialect,
    text: recovered.text,
    calls: settled.map((call) => [call.name, call.input]),
  };
}
