import { assertEquals, assertMatch } from "@std/assert";
import {
  interpretExit,
  shellEnvironment,
  timeLimit,
} from "../../tools/_shell.ts";
import { outputBudget } from "../../tools/_shell_output.ts";

Deno.test("timeLimit() reads small values as seconds and keeps to the most", () => {
  const cases: [number | undefined, number][] = [
    [undefined, 120_000],
    [0, 120_000],
    [-5, 120_000],
    [1, 1_000],
    [0.5, 500],
    [600, 600_000],
    [601, 601],
    [30_000, 30_000],
    [9_000_000, 600_000],
  ];
  for (const [asked, limit] of cases) assertEquals(timeLimit(asked, {}), limit);
});

Deno.test("timeLimit() follows the environment", () => {
  const environment = {
    BASH_DEFAULT_TIMEOUT_MS: "5000",
    BASH_MAX_TIMEOUT_MS: "7000",
  };
  assertEquals(timeLimit(undefined, environment), 5_000);
  assertEquals(timeLimit(60, environment), 7_000);
  const nonsense = { BASH_DEFAULT_TIMEOUT_MS: "soon" };
  assertEquals(timeLimit(undefined, nonsense), 120_000);
});

Deno.test("outputBudget() is the least of result, environment and limit", () => {
  assertEquals(outputBudget(50_000, {}), 30_000);
  assertEquals(outputBudget(4_000, {}), 4_000);
  const more = { BASH_MAX_OUTPUT_LENGTH: "999999" };
  assertEquals(outputBudget(500_000, more), 150_000);
  assertEquals(outputBudget(500_000, { BASH_MAX_OUTPUT_LENGTH: "0" }), 30_000);
});

Deno.test("interpretExit() speaks of code 1 of the deciding command alone", async () => {
  assertEquals(await interpretExit("a | grep b", 1), "no matches");
  assertEquals(await interpretExit("sudo grep b c", 1), "no matches");
  assertEquals(
    await interpretExit("git diff --quiet", 1),
    "there are differences",
  );
  assertEquals(await interpretExit("git push", 1), undefined);
  assertEquals(await interpretExit("grep b c", 2), undefined);
  assertEquals(await interpretExit("grep b c | sort", 1), undefined);
  assertEquals(await interpretExit("constructor", 1), undefined);
});

Deno.test("shellEnvironment() adds to what the user set for git", () => {
  const environment = shellEnvironment({
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ann",
    PATH: "/mine",
    TERM: "xterm",
    FORCE_COLOR: "1",
  });
  assertEquals(environment.GIT_CONFIG_COUNT, "2");
  assertEquals(environment.GIT_CONFIG_VALUE_0, "Ann");
  assertEquals(environment.GIT_CONFIG_KEY_1, "gc.autoDetach");
  assertEquals(environment.PATH, "/mine");
  assertEquals(environment.TERM, "dumb");
  assertEquals(environment.FORCE_COLOR, undefined);
});

Deno.test("shellEnvironment() gives a PATH where there is none", () => {
  assertMatch(shellEnvironment({}).PATH ?? "", /:\/usr\/bin:/);
});
