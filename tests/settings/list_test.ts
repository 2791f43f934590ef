import { assertEquals } from "@std/assert";
import type { Settings } from "../../lib/core/settings.ts";
import { keyText } from "../../lib/settings/key.ts";
import { listSettings } from "../../lib/settings/list.ts";
import { maskSecrets } from "../../lib/settings/mask.ts";
import { mergeSettings } from "../../lib/settings/merge.ts";

Deno.test("listSettings() names for each value the strongest that says it", () => {
  const strong: Settings = {
    model: "a",
    endpoints: { lab: { baseUrl: "http://b" } },
    permissions: { deny: ["Read", "Bash"] },
  };
  const weak: Settings = {
    $schema: "x",
    model: "c",
    endpoints: { lab: { baseUrl: "http://d", apiKey: "k" } },
    permissions: { deny: ["Edit", "Bash"], allow: [], defaultMode: "plan" },
  };
  const rows = listSettings(mergeSettings(weak, strong), [
    { layer: "local", file: "strong", settings: strong },
    { layer: "user", file: "weak", settings: weak },
  ]);
  assertEquals(
    rows.map(({ path, value, file }) => `${keyText(path)}=${value} ${file}`)
      .toSorted(),
    [
      "endpoints.lab.baseUrl=http://b strong",
      "model=a strong",
      "permissions.defaultMode=plan weak",
      "permissions.deny[0]=Edit weak",
      "permissions.deny[1]=Bash strong",
      "permissions.deny[2]=Read strong",
    ],
  );
});

Deno.test("maskSecrets() hides keys, headers and passwords, in parts too", () => {
  const lab = {
    baseUrl: "https://user:word@host/v1?a=b@c",
    apiKey: "one",
    headers: { "x-team": "two" },
    contextWindow: 4096,
    profile: {
      maxTokensField: "max_tokens",
      extraBody: { api_key: "three", user: "me" },
    },
  };
  const masked = maskSecrets(
    { endpoints: { lab } },
    [],
    (text) => text.replace("host", "place"),
  );
  assertEquals(masked, {
    endpoints: {
      lab: {
        baseUrl: "https://[hidden]@place/v1?a=b@c",
        apiKey: "[hidden]",
        headers: { "x-team": "[hidden]" },
        contextWindow: 4096,
        profile: {
          maxTokensField: "max_tokens",
          extraBody: { api_key: "[hidden]", user: "me" },
        },
      },
    },
  });
  const same = (text: string) => text;
  const part = ["endpoints", "lab", "headers"];
  assertEquals(maskSecrets({ a: "b" }, part, same), { a: "[hidden]" });
  assertEquals(
    maskSecrets("one", ["endpoints", "a", "apiKey"], same),
    "[hidden]",
  );
});
