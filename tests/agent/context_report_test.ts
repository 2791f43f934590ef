import { assertEquals } from "@std/assert";
import { reportContext } from "../../lib/agent/context_report.ts";
import { type Message, text } from "../../lib/core/message.ts";

const history: Message[] = [
  {
    role: "user",
    content: [text("<environment>\n</environment>"), text("Mend it")],
    preamble: 1,
  },
  {
    role: "assistant",
    text: "",
    calls: [{ id: "1", name: "Read", input: { file_path: "a" } }],
  },
  {
    role: "tool",
    callId: "1",
    tool: "Read",
    content: [text("line\n".repeat(50))],
    isError: false,
  },
];

Deno.test("reportContext() tells where the tokens are, and they add up", () => {
  const report = reportContext({
    history,
    system: "You are an agent.",
    specs: [],
    window: 8_000,
    compactAt: 6_000,
    tokenFactor: 2,
  });
  assertEquals(report.parts.map(({ kind, count }) => [kind, count]), [
    ["system prompt", 1],
    ["environment and memory", 1],
    ["requests", 1],
    ["replies and calls", 1],
    ["files read", 1],
  ]);
  const sum = report.parts.reduce((total, { tokens }) => total + tokens, 0);
  assertEquals([report.used, report.free], [sum, 6_000 - sum]);
});

Deno.test("reportContext() has nothing free above the limit", () => {
  const report = reportContext({
    history: [...history, ...history],
    system: "",
    specs: [],
    window: 100,
    compactAt: 50,
    tokenFactor: 1,
  });
  assertEquals(report.free, 0);
});
