import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Key, keyId, KeyParser } from "../../lib/term/keys.ts";

const encoder = new TextEncoder();

/** What keys are, in short: their ids, and the text that they put in. */
function parse(...chunks: readonly string[]): string[] {
  const parser = new KeyParser();
  const keys = chunks.flatMap((chunk) => parser.feed(encoder.encode(chunk)));
  return [...keys, ...parser.flush()].map(short);
}

function short(key: Key): string {
  const { name, text } = key;
  return name === "text" || name === "paste" ? `${name}:${text}` : keyId(key);
}

const samples: readonly (readonly [string, readonly string[]])[] = [
  ["a", ["text:a"]],
  ["世é", ["text:世", "text:é"]],
  ["👍", ["text:👍"]],
  ["\r", ["enter"]],
  ["\n", ["ctrl+j"]],
  ["\t", ["tab"]],
  ["\x1b[Z", ["shift+tab"]],
  ["\x7f", ["backspace"]],
  ["\b", ["backspace"]],
  ["\x00", ["ctrl+space"]],
  ["\x01", ["ctrl+a"]],
  ["\x1a", ["ctrl+z"]],
  ["\x1c", ["ctrl+\\"]],
  ["\x1f", ["ctrl+_"]],
  ["\x1b", ["escape"]],
  ["\x1b\x1b", ["escape", "escape"]],
  ["\x1bb", ["alt+b"]],
  ["\x1bB", ["alt+shift+b"]],
  ["\x1b\r", ["alt+enter"]],
  ["\x1b\x7f", ["alt+backspace"]],
  ["\x1b[A", ["up"]],
  ["\x1bOA", ["up"]],
  ["\x1b[1;5D", ["ctrl+left"]],
  ["\x1b[1;3C", ["alt+right"]],
  ["\x1b\x1b[A", ["alt+up"]],
  ["\x1b[H", ["home"]],
  ["\x1b[4~", ["end"]],
  ["\x1b[3~", ["delete"]],
  ["\x1b[3;5~", ["ctrl+delete"]],
  ["\x1b[15~", ["f5"]],
  ["\x1bOP", ["f1"]],
  ["\x1b[[B", ["f2"]],
  ["\x1b[13;2u", ["shift+enter"]],
  ["\x1b[27u", ["escape"]],
  ["\x1b[99;5u", ["ctrl+c"]],
  ["\x1b[97;1u", ["text:a"]],
  ["\x1b[97;2u", ["text:A"]],
  ["\x1b[27;2;13~", ["shift+enter"]],
  ["\x1b[200~line1\rline2\x1b[201~", ["paste:line1\nline2"]],
  ["\x1b[200~a\x1b[31mb\x1b[201~c", ["paste:a\x1b[31mb", "text:c"]],
  ["\x1b[200~\r\n\x1b[201~", ["paste:\n"]],
  // Reports that nobody asked for, and sequences that mean nothing to us.
  ["\x1b]11;rgb:00/00/00\x07a", ["text:a"]],
  ["\x1bP1$r0m\x1b\\a", ["text:a"]],
  ["\x1b[?62;c", []],
  ["\x1b[99~", []],
];

for (const [bytes, keys] of samples) {
  Deno.test(`KeyParser reads ${JSON.stringify(bytes)} as ${keys.join(", ") || "nothing"}`, () => {
    assertEquals(parse(bytes), [...keys]);
  });
}

Deno.test("KeyParser gives the same keys wherever the bytes are cut", () => {
  const input = fc.array(fc.constantFrom(...samples.map(([bytes]) => bytes)), {
    minLength: 1,
    maxLength: 6,
  })
    // A lone escape before something else is another key, cut or not.
    .filter((parts) =>
      !parts.slice(0, -1).some((part) => part.replaceAll("\x1b", "") === "")
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(input, fc.array(fc.nat()), (text, cuts) => {
      const bytes = encoder.encode(text);
      const places = [...new Set(cuts.map((cut) => cut % bytes.length))]
        .sort((a, b) => a - b);
      const parser = new KeyParser();
      const keys: Key[] = [];
      let from = 0;
      for (const place of [...places, bytes.length]) {
        keys.push(...parser.feed(bytes.slice(from, place)));
        from = place;
      }
      keys.push(...parser.flush());
      assertEquals(keys.map(short), parse(text));
    }),
    { numRuns: 500 },
  );
});

Deno.test("KeyParser reads every sample cut at every byte", () => {
  for (const [text, expected] of samples) {
    const bytes = encoder.encode(text);
    const parser = new KeyParser();
    const keys = [...bytes].flatMap((byte) => parser.feed(Uint8Array.of(byte)));
    assertEquals([...keys, ...parser.flush()].map(short), [...expected]);
  }
});

Deno.test("KeyParser holds a lone escape back until it is told that nothing follows", () => {
  const parser = new KeyParser();
  assertEquals(parser.feed(encoder.encode("\x1b")), []);
  assert(parser.pending);
  assertEquals(parser.flush().map(short), ["escape"]);
  assert(!parser.pending);
});

Deno.test("KeyParser does not wait inside a paste", () => {
  const parser = new KeyParser();
  assertEquals(parser.feed(encoder.encode("\x1b[200~part\x1b[20")), []);
  assert(!parser.pending);
  assertEquals(parser.feed(encoder.encode("1~")).map(short), ["paste:part"]);
});

Deno.test("KeyParser hands a paste without end out in pieces", () => {
  const parser = new KeyParser();
  parser.feed(encoder.encode("\x1b[200~"));
  const piece = encoder.encode("x".repeat(1_000_000));
  const keys = Array.from({ length: 9 }, () => parser.feed(piece)).flat();
  assertEquals(keys.map(({ name }) => name), ["paste"]);
});

Deno.test("KeyParser never throws and never keeps more than a sequence back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const parser = new KeyParser();
      parser.feed(bytes);
      parser.flush();
      assert(!parser.pending);
    }),
    { numRuns: 500 },
  );
});
