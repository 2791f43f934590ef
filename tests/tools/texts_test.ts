import { assertEquals } from "@std/assert";
import { TextReader } from "../../tools/_texts.ts";
import { makeTree } from "../support/tree.ts";

/** Reads a file to its end; gives the pieces and the last state. */
function readAll(
  reader: TextReader,
  file: string,
): { pieces: string[]; state: string } {
  const pieces: string[] = [];
  const take = (text: string) => {
    pieces.push(text);
    return "something" as const;
  };
  let state = reader.read(file, take);
  while (state === "more") state = reader.next(take);
  return { pieces, state };
}

Deno.test("TextReader gives a large file in pieces that end with a line", () => {
  const text = "żółw 0123456789\n".repeat(700_000);
  using tree = makeTree({ "big": text, "small": "żółw" });
  const reader = new TextReader({ whole: false });
  const { pieces, state } = readAll(reader, tree.path("big"));
  assertEquals(state, "read");
  assertEquals(pieces.length > 2, true);
  assertEquals(pieces.every((piece) => piece.endsWith("\n")), true);
  assertEquals(pieces.join("") === text, true);
  assertEquals(readAll(reader, tree.path("small")).pieces, ["żółw"]);
});

Deno.test("TextReader cuts UTF-16 at line ends too", () => {
  const text = "żółw 0123456789\n".repeat(300_000);
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let index = 0; index < text.length; index++) {
    view.setUint16(2 + index * 2, text.charCodeAt(index), true);
  }
  using tree = makeTree({ "wide": bytes });
  const reader = new TextReader({ whole: false });
  const { pieces } = readAll(reader, tree.path("wide"));
  assertEquals(pieces.length > 1, true);
  assertEquals(pieces.every((piece) => piece.endsWith("\n")), true);
  assertEquals(pieces.join("") === text, true);
});

Deno.test("TextReader forgets a file that was left in the middle", () => {
  const line = "x".repeat(1000) + "ż\n";
  using tree = makeTree({ "big": line.repeat(6000), "small": "\uFEFFsmall" });
  const reader = new TextReader({ whole: false });
  assertEquals(reader.read(tree.path("big"), () => "something"), "more");
  const { pieces, state } = readAll(reader, tree.path("small"));
  assertEquals({ pieces, state }, { pieces: ["small"], state: "read" });
});

Deno.test("TextReader finds a byte of 0 in any piece that was wanted", () => {
  using tree = makeTree({
    "early": "a\0b",
    "late": "line\n".repeat(1_000_000) + "\0",
    "text": "a\n",
  });
  const reader = new TextReader({ whole: false });
  assertEquals(readAll(reader, tree.path("early")).state, "binary");
  assertEquals(readAll(reader, tree.path("late")).state, "binary");
  assertEquals(readAll(reader, tree.path("text")).state, "read");
});

Deno.test("TextReader refuses what is missing, and what is too large to be whole", async () => {
  using tree = makeTree({ "sparse": "" });
  await Deno.truncate(tree.path("sparse"), 65 * 1024 * 1024);
  const reader = new TextReader({ whole: true });
  assertEquals(readAll(reader, tree.path("none")).state, "unreadable");
  assertEquals(readAll(reader, tree.path("sparse")).state, "too_large");
});
