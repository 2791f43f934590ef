import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { agentRefusal, limitsFor } from "../../lib/core/budget.ts";
import {
  checkWindow,
  type Counted,
  type WindowCheckOptions,
} from "../../lib/provider/window_check.ts";

const options: WindowCheckOptions = {
  model: "qwen2.5:latest",
  window: 32_768,
  ollama: true,
};

function counted(estimate: number, input: number, output = 50): Counted {
  const usage = { input, output, cached: 0, reasoning: 0 };
  return { estimate, usage, length: false };
}

Deno.test("CTX-04 a count far below the estimate is a cut prompt, and the user gets three fixes", () => {
  const finding = checkWindow([counted(9_000, 2_050)], {
    ...options,
    loaded: 4_096,
  });
  assertEquals(finding?.kind, "cut");
  assertEquals(finding?.window, 4_096);
  const { warning = "" } = finding ?? {};
  for (const words of ["9000", "2050", "may be wrong", "4096"]) {
    assertStringIncludes(warning, words);
  }
  for (
    const fix of [
      "-c 32768",
      "OLLAMA_CONTEXT_LENGTH=32768 ollama serve",
      "ollama create qwen2.5-32k",
    ]
  ) assertStringIncludes(warning, fix);
});

Deno.test("CTX-04 without a loaded length the window is guessed from what was read", () => {
  const finding = checkWindow([counted(9_000, 2_050)], options);
  assertEquals(finding?.window, 4_100);
});

Deno.test("CTX-05 a count that stands still over three growing turns is a cut prompt", () => {
  const growing = [
    counted(5_000, 4_000),
    counted(5_600, 4_000),
    counted(6_200, 4_000),
  ];
  assertEquals(checkWindow(growing, options)?.kind, "cut");
  assertEquals(checkWindow(growing.slice(1), options), null);
});

Deno.test("CTX-17 a prompt larger than the window is an overflow for the next turn", () => {
  const finding = checkWindow([counted(30_000, 33_000)], options);
  assertEquals(finding?.kind, "over");
  assertEquals(finding?.window, 32_768);
});

Deno.test("checkWindow() says when the reply filled the window", () => {
  const full = { ...counted(3_200, 3_000, 1_096), length: true };
  const finding = checkWindow([full], { ...options, window: 4_096 });
  assertEquals(finding?.kind, "full");
  const shorter = { ...counted(3_200, 3_000, 1_000), length: true };
  assertEquals(checkWindow([shorter], { ...options, window: 4_096 }), null);
});

Deno.test("checkWindow() is silent about honest servers", () => {
  const honest: readonly Counted[][] = [
    [],
    [counted(9_000, 8_700)],
    [counted(9_000, 6_000)],
    [counted(2_400, 300)],
    [counted(9_000, 0)],
    [{
      ...counted(9_000, 100),
      usage: {
        input: 100,
        output: 1,
        cached: 0,
        reasoning: 0,
        estimated: true,
      },
    }],
    [counted(5_000, 4_000), counted(5_600, 4_500), counted(6_200, 5_000)],
    [counted(6_000, 5_000), counted(6_000, 5_000), counted(6_000, 5_000)],
  ];
  for (const each of honest) {
    assertEquals(checkWindow(each, options), null, JSON.stringify(each));
  }
});

Deno.test("checkWindow() names no Ollama command for other servers", () => {
  const finding = checkWindow([counted(9_000, 2_050)], {
    ...options,
    ollama: false,
  });
  assert(!finding?.warning.includes("ollama"));
  assertStringIncludes(finding?.warning ?? "", "-c N");
});

Deno.test("CTX-13 an agent is refused a window of 4,096 with the fixes, and given one of 8,192", () => {
  const refusal = agentRefusal(4_096) ?? "";
  assertStringIncludes(refusal, "4096");
  assertStringIncludes(refusal, "-c 32768");
  assertEquals(agentRefusal(4_097), null);
  assertEquals(agentRefusal(8_192), null);
});

const budgets: readonly [number, number, number, number, string][] = [
  [8_192, 1_024, 80, 6_144, "small"],
  [16_384, 2_048, 200, 12_779, "small"],
  [32_000, 4_096, 500, 25_600, "medium"],
  [32_768, 4_096, 500, 26_214, "medium"],
  [65_536, 8_192, 2_000, 52_428, "large"],
  [131_072, 8_192, 2_000, 104_857, "large"],
  [200_000, 16_384, 2_000, 150_000, "large"],
];

for (const [window, reserve, readLines, compactAt, toolTier] of budgets) {
  Deno.test(`limitsFor() gives a window of ${window} the budget of its row`, () => {
    const limits = limitsFor(window);
    assertEquals(
      [limits.reserve, limits.readLines, limits.compactAt, limits.toolTier],
      [reserve, readLines, compactAt, toolTier],
    );
  });
}

Deno.test("limitsFor() gives any window limits that fit into it", () => {
  for (let window = 1; window < 3_000_000; window = Math.ceil(window * 1.3)) {
    const { compactAt, keep, maxOutput, reserve, resultChars } = limitsFor(
      window,
    );
    assert(compactAt + reserve <= window, String(window));
    assert(keep <= compactAt && maxOutput <= window, String(window));
    assert(resultChars / 3 <= window, String(window));
  }
});
