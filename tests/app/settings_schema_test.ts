import { assertEquals } from "@std/assert";
import { findKey, settingsJsonSchema } from "../../lib/app/settings_schema.ts";
import { parseKey } from "../../lib/settings/key.ts";
import { schemaFile, schemaText } from "../../.ci/schema.ts";

Deno.test("settings.schema.json is what the program checks with (deno task schema)", async () => {
  assertEquals(await Deno.readTextFile(schemaFile), schemaText());
});

Deno.test("settingsJsonSchema() describes each field of the top", () => {
  const { properties = {} } = settingsJsonSchema();
  for (const [name, { description }] of Object.entries(properties)) {
    assertEquals(
      typeof description,
      name === "$schema" ? "undefined" : "string",
    );
  }
});

Deno.test("findKey() finds a key, or the one that was perhaps meant", () => {
  const cases: [string, string | undefined | true][] = [
    ["model", true],
    ["permissions.deny[3]", true],
    ["endpoints.lab.headers.x-team", true],
    ["endpoints.lab.models.m.prices.input", true],
    ["endpoints.lab.profile.extraBody.a.b", true],
    ["modle", "model"],
    ["permisions.deny", "permissions.deny"],
    ["permissions.denny", "permissions.deny"],
    ["defaultMode", "permissions.defaultMode"],
    ["apiKey", "endpoints.NAME.apiKey"],
    [
      "endpoints.lab.profile.usageInStreem",
      "endpoints.lab.profile.usageInStream",
    ],
    ["model.x", undefined],
    ["toString", undefined],
    ["model[0]", undefined],
  ];
  for (const [text, expected] of cases) {
    const found = findKey(parseKey(text) ?? []);
    assertEquals(found.ok || found.near, expected, text);
  }
});
