import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  countLineEnds,
  type LineOptions,
  linesOf,
  readLines,
} from "../../lib/platform/line_window.ts";
import { tempFolder } from "../support/temp.ts";

const plenty: LineOptions = {
  offset: 1,
  limit: 1000,
  maxLineChars: 1000,
  maxChars: 100_000,
  lineCost: 1,
};

Deno.test("linesOf() gives the wanted lines and says what is left", () => {
  const text = "one\r\ntwo\n\nfour";
  const of = (options: Partial<LineOptions>) => {
    const window = linesOf(text, { ...plenty, ...options });
    return [
      window.lines.map((line) => line.text),
      window.hasMore,
      window.total,
    ];
  };
  assertEquals(of({}), [["one", "two", "", "four"], false, 4]);
  assertEquals(of({ limit: 2 }), [["one", "two"], true, 4]);
  assertEquals(of({ offset: 3, limit: 2 }), [["", "four"], false, 4]);
  assertEquals(of({ offset: 5 }), [[], false, 4]);
  assertEquals(of({ maxChars: 8 }), [["one", "two"], true, 4]);
  assertEquals(of({ maxChars: 1 }), [["o"], true, 4]);
});

Deno.test("linesOf() cuts a long line without splitting a character", () => {
  const { lines } = linesOf("a😀b\nx", { ...plenty, maxLineChars: 2 });
  assertEquals(lines, [
    { text: "a", isCut: true },
    { text: "x", isCut: false },
  ]);
});

Deno.test("readLines() agrees with linesOf() on any text", async () => {
  await using folder = await tempFolder();
  const text = fc.array(
    fc.constantFrom("a", "bb", "é", "😀", "\n", "\r\n", " ", "\n\n"),
    { maxLength: 60 },
  ).map((pieces) => pieces.join(""));
  const options = fc.record({
    offset: fc.integer({ min: 1, max: 20 }),
    limit: fc.integer({ min: 1, max: 10 }),
    maxLineChars: fc.integer({ min: 2, max: 8 }),
    maxChars: fc.integer({ min: 4, max: 60 }),
    lineCost: fc.constant(1),
  });
  await fc.assert(
    fc.asyncProperty(text, options, async (text, options) => {
      await folder.write("t", text);
      const found = await readLines(folder.at("t"), options);
      const expected = linesOf(text, options);
      assertEquals(found.lines, expected.lines);
      assertEquals(found.hasMore, expected.hasMore);
      if (found.total !== null) assertEquals(found.total, expected.total);
    }),
    { numRuns: 300 },
  );
});

Deno.test("readLines() joins lines that cross chunks", async () => {
  await using folder = await tempFolder();
  const line = "0123456789é".repeat(30_000);
  await folder.write("t", `${line}\n${line}\n${line}\nend\n`);
  const found = await readLines(folder.at("t"), {
    ...plenty,
    offset: 3,
    maxLineChars: 400_000,
    maxChars: 1_000_000,
  });
  assertEquals(found.lines.map((one) => one.text), [line, "end"]);
  assertEquals(found.total, 4);
});

Deno.test("readLines() reads a line of any length in bounded memory", async () => {
  await using folder = await tempFolder({
    "log": Array.from({ length: 5000 }, (_, at) => `line ${at + 1}\n`).join(""),
  });
  const log = folder.at("log");
  const gigabyte = 1024 ** 3;
  await Deno.truncate(log, gigabyte);
  const near = await readLines(log, { ...plenty, offset: 4000, limit: 2 });
  assertEquals(near.lines.map((line) => line.text), ["line 4000", "line 4001"]);
  assertEquals([near.hasMore, near.total], [true, null]);

  await Deno.truncate(log, gigabyte / 4);
  const before = Deno.memoryUsage().rss;
  const far = await readLines(log, { ...plenty, offset: 5000, limit: 9 });
  assertEquals(far.lines.length, 2);
  assertEquals(far.lines[1]?.isCut, true);
  const past = await readLines(log, { ...plenty, offset: 6000 });
  assertEquals([past.lines.length, past.total], [0, 5001]);
  const grown = (Deno.memoryUsage().rss - before) / 1024 ** 2;
  assert(grown < 100, `grew by ${grown} MB`);
});

Deno.test("readLines() stops when it is told to", async () => {
  await using folder = await tempFolder({ "log": "" });
  await Deno.truncate(folder.at("log"), 1024 ** 3);
  const stop = new AbortController();
  const reading = readLines(
    folder.at("log"),
    { ...plenty, offset: 2 },
    stop.signal,
  );
  stop.abort(new Error("stopped"));
  await assertRejects(() => reading, Error, "stopped");
});

Deno.test("countLineEnds() counts what a plain loop counts", () => {
  const bytes = fc.uint8Array({ max: 20, maxLength: 100 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 5 }), (bytes, from) => {
      const chunk = bytes.subarray(from);
      const expected = chunk.filter((byte) => byte === 10).length;
      assertEquals(countLineEnds(chunk), expected);
    }),
  );
});
