import { assertEquals } from "@std/assert";
import { readInput } from "../../../lib/ui/json/read_input.ts";

/** Reads an input that comes in these pieces. */
async function read(...chunks: readonly (string | Uint8Array)[]) {
  const left = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  const values: unknown[] = [];
  const problems: string[] = [];
  await readInput({
    read(buffer) {
      const chunk = left.shift();
      if (chunk === undefined) return Promise.resolve(null);
      buffer.set(chunk.subarray(0, buffer.length));
      if (chunk.length > buffer.length) {
        left.unshift(chunk.subarray(buffer.length));
      }
      return Promise.resolve(Math.min(chunk.length, buffer.length));
    },
  }, {
    value: (value, line) => values.push([line, value]),
    problem: (message) => problems.push(message),
  });
  return { values, problems };
}

Deno.test("readInput() joins what is cut, also within a character", async () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\n');
  const cut = bytes.indexOf(0xc3) + 1;
  const { values } = await read(bytes.subarray(0, cut), bytes.subarray(cut));
  assertEquals(values, [[1, { a: "é" }]]);
});

Deno.test("readInput() takes CRLF, blank lines and a last line without an end", async () => {
  const { values, problems } = await read('1\r\n\n  \n"two"');
  assertEquals([values, problems], [[[1, 1], [4, "two"]], []]);
});

Deno.test("readInput() goes on after a line that is no JSON", async () => {
  const { values, problems } = await read("{\n2\n");
  assertEquals(values, [[2, 2]]);
  assertEquals(problems, ["Cannot read input line 1: it is no JSON"]);
});

Deno.test("readInput() passes over a line that is too long, and keeps nothing of it", async () => {
  const million = "x".repeat(1024 * 1024);
  const long = Array.from({ length: 34 }, () => million);
  const { values, problems } = await read("1\n", ...long, "\n3\n");
  assertEquals(values, [[1, 1], [3, 3]]);
  assertEquals(problems, ["Cannot read input line 2: it is too long"]);
});
