import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { keyText, parseKey, valueAt } from "../../lib/settings/key.ts";

Deno.test("parseKey() reads whatever keyText() writes", () => {
  const key = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom("allow", "qwen2.5:7b", 'a"b', "[1]", "a]", "\\", " "),
    fc.nat(9_999),
  );
  const path = fc.array(key, { maxLength: 4 })
    .chain((rest) => fc.string().map((first) => [first, ...rest]));
  fc.assert(fc.property(path, (keys) => {
    assertEquals(parseKey(keyText(keys)), keys);
  }));
});

Deno.test("parseKey() reads keys as people write them, and no others", () => {
  const cases: [string, unknown][] = [
    ["model", ["model"]],
    ["permissions.deny[0]", ["permissions", "deny", 0]],
    ["a.qwen3:8b.b", ["a", "qwen3:8b", "b"]],
    ['a."qwen2.5".b', ["a", "qwen2.5", "b"]],
    ...["", ".", ".a", "a.", "a..b", "[0]", "a[x]", "a[0", 'a."b', "a b"]
      .map((text): [string, unknown] => [text, undefined]),
  ];
  for (const [text, expected] of cases) {
    assertEquals(parseKey(text), expected, text);
  }
});

Deno.test("valueAt() finds own values alone", () => {
  const value = { a: [{ b: null }] };
  assertEquals(valueAt(value, ["a", 0, "b"]), null);
  for (const keys of [["a", "length", "x"], ["toString"], ["a", 1], ["x", 1]]) {
    assertEquals(valueAt(value, keys), undefined);
  }
});
