import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  countLines,
  decodeText,
  encodeText,
  isUtf8,
  lineAt,
  looksBinary,
  withEol,
} from "../../lib/platform/text_file.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("decodeText() tells encodings apart and forgets no mark", () => {
  const cases: [number[], string, string, boolean][] = [
    [[...utf8("né\n")], "né\n", "utf-8", false],
    [[0xef, 0xbb, 0xbf, ...utf8("a")], "a", "utf-8", true],
    [[0xff, 0xfe, 0x61, 0, 0x0a, 0], "a\n", "utf-16le", true],
    [[0xfe, 0xff, 0, 0x61, 0, 0x0a], "a\n", "utf-16be", true],
    [[0x63, 0x61, 0x66, 0xe9, 0x80], "café€", "windows-1252", false],
    [[], "", "utf-8", false],
    [[0xef, 0xbb, 0xbf], "", "utf-8", true],
  ];
  for (const [bytes, text, encoding, bom] of cases) {
    const decoded = decodeText(Uint8Array.from(bytes));
    assertEquals(
      [decoded?.text, decoded?.encoding, decoded?.bom],
      [text, encoding, bom],
    );
  }
});

Deno.test("decodeText() gives null for what is no text", () => {
  const cases: Record<string, Uint8Array> = {
    nul: utf8("ELF\0abc"),
    "utf-32": Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0),
    "utf-16 without a mark": Uint8Array.of(0x61, 0, 0x62, 0),
    controls: Uint8Array.from({ length: 400 }, (_, index) => index % 255 + 1),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    assertEquals(decodeText(bytes), null, name);
    assert(looksBinary(bytes), name);
  }
  assert(!looksBinary(utf8("\x1b[31mred\x1b[0m\t\r\n")));
});

Deno.test("encodeText() gives back the bytes that decodeText() was given", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const decoded = decodeText(bytes);
      if (decoded === null) return;
      assertEquals(encodeText(decoded.text, decoded), Uint8Array.from(bytes));
    }),
    { numRuns: 2000 },
  );
  const wide = fc.string({ unit: "binary", maxLength: 100 });
  const format = fc.record({
    encoding: fc.constantFrom("utf-16le" as const, "utf-16be" as const),
    bom: fc.constant(true),
  });
  fc.assert(
    fc.property(wide, format, (value, format) => {
      fc.pre(!value.includes("\0"));
      const bytes = encodeText(value, format);
      const decoded = decodeText(bytes);
      assertEquals(decoded?.text, value.toWellFormed());
      assertEquals(decoded && encodeText(decoded.text, decoded), bytes);
    }),
  );
});

Deno.test("encodeText() names the character that Windows-1252 lacks", () => {
  assertThrows(
    () => encodeText("a → b", { encoding: "windows-1252", bom: false }),
    RangeError,
    'Windows-1252 has no "→"',
  );
});

Deno.test("decodeText() finds the dominant line end", () => {
  const of = (text: string) => {
    const decoded = decodeText(utf8(text));
    return [decoded?.eol, decoded?.hasMixedEol];
  };
  assertEquals(of("none"), ["\n", false]);
  assertEquals(of("a\nb\n"), ["\n", false]);
  assertEquals(of("a\r\nb\r\n"), ["\r\n", false]);
  assertEquals(of("a\r\nb\r\nc\n"), ["\r\n", true]);
  assertEquals(of("a\r\nb\nc\n"), ["\n", true]);
  assertEquals(of("a\rb\r"), ["\n", false]);
});

Deno.test("countLines(), lineAt() and withEol() agree on what a line is", () => {
  assertEquals(["", "a", "a\n", "a\nb", "\n\n"].map(countLines), [
    0,
    1,
    1,
    2,
    2,
  ]);
  assertEquals([0, 1, 2, 3, 4].map((at) => lineAt("a\nb\nc", at)), [
    1,
    1,
    2,
    2,
    3,
  ]);
  assertEquals(withEol("a\nb\r\nc\rd", "\r\n"), "a\r\nb\r\nc\rd");
});

Deno.test("isUtf8() forgives a character that is cut off at the end", () => {
  assert(isUtf8(utf8("aé").subarray(0, 2)));
  assert(!isUtf8(Uint8Array.of(0xe9, 0x61, 0x61)));
});
