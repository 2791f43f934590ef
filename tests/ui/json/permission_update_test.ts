import { assertEquals, assertMatch } from "@std/assert";
import {
  chosenRules,
  suggestionsFor,
} from "../../../lib/ui/json/permission_update.ts";

const offer = ["Bash(git log *)", "Edit", "Read(//etc/(a)/**)"];

Deno.test("chosenRules() takes suggestions as they came", () => {
  assertEquals(chosenRules(suggestionsFor(offer), offer), {
    remember: offer,
    problems: [],
  });
});

Deno.test("suggestionsFor() says where a rule goes", () => {
  assertEquals(
    suggestionsFor(offer).map(({ rules: [rule], destination }) => [
      rule?.toolName,
      rule?.ruleContent,
      destination,
    ]),
    [
      ["Bash", "git log *", "localSettings"],
      ["Edit", undefined, "session"],
      ["Read", "//etc/(a)/**", "session"],
    ],
  );
});

Deno.test("chosenRules() adds nothing that was not offered, or elsewhere", () => {
  const [git] = suggestionsFor(offer);
  const cases: readonly [update: unknown, says: RegExp][] = [
    [{ ...git, rules: [{ toolName: "Bash" }] }, /"Bash": it was not suggested/],
    [{ ...git, destination: "session" }, /to session/],
    [{ ...git, destination: "userSettings" }, /must be addRules/],
    [{ ...git, behavior: "deny" }, /must be addRules/],
    [{ type: "setMode", mode: "bypassPermissions" }, /must be addRules/],
    [null, /must be addRules/],
  ];
  for (const [update, says] of cases) {
    const { remember, problems: [problem = ""] } = chosenRules([update], offer);
    assertEquals(remember, []);
    assertMatch(problem, says);
  }
});
