import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import {
  type Captured,
  type CaptureOptions,
  OutputCapture,
} from "../../lib/platform/capture.ts";
import { tempFolder } from "../support/temp.ts";

const options: CaptureOptions = {
  wholeChars: 1_000,
  tailChars: 400,
  file: null,
  fileBytes: 1_000_000,
};

async function capture(
  pieces: readonly (string | Uint8Array)[],
  changed: Partial<CaptureOptions> = {},
): Promise<Captured> {
  const output = new OutputCapture({ ...options, ...changed });
  const encoder = new TextEncoder();
  for (const piece of pieces) {
    await output.write(
      typeof piece === "string" ? encoder.encode(piece) : piece,
    );
  }
  return await output.close();
}

Deno.test("OutputCapture gives the same for any cut of the bytes", async () => {
  const whole = new TextEncoder().encode(
    "é 日本 😀\r\n\x1b[31mred\x1b[0m\n10%\r20%\r\nend",
  );
  for (let at = 0; at <= whole.length; at++) {
    const { head } = await capture([whole.subarray(0, at), whole.subarray(at)]);
    assertEquals(head, "é 日本 😀\nred\n20%\nend", `cut at ${at}`);
  }
});

Deno.test("OutputCapture keeps head and tail and counts what is between", async () => {
  const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`);
  const text = lines.join("");
  for (const size of [1, 7, 100, 5_000, text.length]) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    const got = await capture(pieces);
    assertEquals(got.head, text.slice(0, 1_000));
    assertEquals(got.tail, text.slice(-400));
    assertEquals(got.totalChars, text.length);
    assertEquals(got.missingChars, text.length - 1_400);
    const missing = text.slice(1_000, -400).split("\n").length - 1;
    assertEquals(got.missingLines, missing);
  }
});

Deno.test("OutputCapture writes the whole to a file once it is too long", async () => {
  await using folder = await tempFolder();
  const file = folder.at("out.txt");
  const short = await capture(["x".repeat(1_000)], { file });
  assertEquals(short.file, null);
  const long = await capture(["é\n".repeat(400), "y\n".repeat(600)], { file });
  assertEquals(long.file, { path: file, bytes: 2_400 });
  assertEquals(
    await folder.read("out.txt"),
    "é\n".repeat(400) + "y\n".repeat(600),
  );
});

Deno.test("OutputCapture ends the file at its limit and says so", async () => {
  await using folder = await tempFolder();
  const pieces = Array.from({ length: 50 }, () => "0123456789\n".repeat(100));
  const got = await capture(pieces, {
    file: folder.at("out.txt"),
    fileBytes: 5_000,
  });
  assertEquals(got.file?.bytes, 5_000);
  assertStringIncludes(got.fileProblem ?? "", "5,000 bytes");
  assertEquals((await folder.read("out.txt")).length, 5_000);
});

Deno.test("OutputCapture goes on when the file can't be written", async () => {
  const got = await capture(["x\n".repeat(5_000)], {
    file: "/no/such/folder/out.txt",
  });
  assertEquals(got.file, null);
  assertStringIncludes(got.fileProblem ?? "", "could not be saved");
  assertEquals(got.tail.length, 400);
});

Deno.test("OutputCapture bounds a line without an end", async () => {
  const pieces = Array.from({ length: 300 }, () => "z".repeat(1_000));
  const got = await capture(pieces);
  assertEquals(got.totalChars, 300_000);
  const progress = Array.from({ length: 50_000 }, (_, at) => `\r${at} of many`);
  assertEquals((await capture(progress)).head, "49999 of many");
});

Deno.test("OutputCapture counts binary data and keeps the text around it", async () => {
  const data = Uint8Array.from({ length: 5_000 }, (_, at) => at % 256);
  const got = await capture(["before\n", data, data, "\nafter\n"]);
  assertEquals(
    got.head,
    "before\n[10,000 bytes of binary data, not shown]\n\nafter\n",
  );
  const noNul = data.map((byte) => byte | 0x81);
  assertEquals(
    (await capture([noNul])).head,
    "[5,000 bytes of binary data, not shown]\n",
  );
  const mixed = new Uint8Array([
    ...new TextEncoder().encode("text\n"),
    ...data,
    ...new TextEncoder().encode("\x01\nmore\n"),
  ]);
  const one = await capture([mixed]);
  assert(one.head.startsWith("text\n["), one.head);
  assert(one.head.endsWith("]\nmore\n"), one.head);
});

Deno.test("OutputCapture takes text in other alphabets for text", async () => {
  const text = "Привет, мир! 你好，世界。 שלום\n".repeat(20);
  assertEquals((await capture([text])).head, text);
  const latin = Uint8Array.from("caf\xe9 au lait\n", (c) => c.charCodeAt(0));
  assertEquals((await capture([latin])).head, "caf� au lait\n");
});

Deno.test("OutputCapture passes each clean piece on as it comes", async () => {
  const pieces: string[] = [];
  const output = new OutputCapture({
    ...options,
    onText: (text) => pieces.push(text),
  });
  await output.write(new TextEncoder().encode("one\ntw"));
  assertEquals(pieces, ["one\n"]);
  await output.write(new TextEncoder().encode("o\nthree"));
  assertEquals(pieces, ["one\n", "two\n"]);
  await output.close();
  assertEquals(pieces, ["one\n", "two\n", "three"]);
  assertLess(pieces.length, 4);
});
