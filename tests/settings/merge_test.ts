import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { permissionModes } from "../../lib/core/permission.ts";
import { sandboxModes } from "../../lib/core/sandbox.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { mergeSettings } from "../../lib/settings/merge.ts";

const names = fc.constantFrom("a", "b", "c");
const list = fc.uniqueArray(
  fc.constantFrom("Read", "Bash", "Edit(/x)", "Bash(rm *)", "WebFetch"),
);
const some = { requiredKeys: [] };

/** Settings as files may hold them, each field there or not. */
const settings = fc.record({
  model: names,
  endpoints: fc.dictionary(
    names,
    fc.record({ baseUrl: fc.webUrl(), apiKey: fc.string({ minLength: 1 }) }, {
      requiredKeys: ["baseUrl"],
    }),
  ),
  permissions: fc.record({
    allow: list,
    ask: list,
    deny: list,
    defaultMode: fc.constantFrom(...permissionModes),
    additionalDirectories: list,
  }, some),
  sandbox: fc.record({
    mode: fc.constantFrom(...sandboxModes),
    denyRead: list,
    denyWrite: list,
    allowWrite: list,
  }, some),
}, some) as fc.Arbitrary<Settings>;

const lists = [
  ["permissions", "deny"],
  ["permissions", "ask"],
  ["permissions", "allow"],
  ["sandbox", "denyRead"],
  ["sandbox", "denyWrite"],
] as const;

function listOf(from: Settings, [part, field]: typeof lists[number]) {
  const holder = from[part] as Record<string, string[]> | undefined;
  return holder?.[field] ?? [];
}

Deno.test("mergeSettings() loses no rule of either side and makes up none", () => {
  fc.assert(fc.property(settings, settings, (weaker, stronger) => {
    const merged = mergeSettings(weaker, stronger);
    for (const place of lists) {
      const both = [...listOf(weaker, place), ...listOf(stronger, place)];
      const found = listOf(merged, place);
      assertEquals(new Set(found), new Set(both));
      assertEquals(found.length, new Set(found).size);
    }
  }));
});

Deno.test("mergeSettings() takes a single value from the stronger side", () => {
  fc.assert(fc.property(settings, settings, (weaker, stronger) => {
    const merged = mergeSettings(weaker, stronger);
    const single = ({ model, permissions, sandbox }: Settings) => [
      model,
      permissions?.defaultMode,
      sandbox?.mode,
    ];
    const [weak, strong] = [single(weaker), single(stronger)];
    assertEquals(
      single(merged),
      strong.map((value, index) => value ?? weak[index]),
    );
  }));
});

Deno.test("mergeSettings() never puts a key beside another address", () => {
  fc.assert(fc.property(settings, settings, (weaker, stronger) => {
    const { endpoints = {} } = mergeSettings(weaker, stronger);
    for (const [name, endpoint] of Object.entries(endpoints)) {
      const own = stronger.endpoints?.[name] ?? weaker.endpoints?.[name];
      assertEquals(endpoint, own);
    }
  }));
});

Deno.test("mergeSettings() is idempotent and associative", () => {
  fc.assert(fc.property(settings, settings, settings, (a, b, c) => {
    assertEquals(mergeSettings(a, a), a);
    const both = mergeSettings(a, b);
    assertEquals(mergeSettings(both, b), both);
    assertEquals(
      mergeSettings(both, c),
      mergeSettings(a, mergeSettings(b, c)),
    );
  }));
});
