import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ToolContext, ToolOutcome } from "../../lib/core/tool.ts";
import { encodeText } from "../../lib/platform/text_file.ts";
import { read } from "../../tools/read.ts";
import { needs } from "../support/needs.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { shownText, toolContext } from "../support/tool_call.ts";

type Input = Parameters<typeof read.run>[0];

function runRead(
  folder: TempFolder,
  input: Input | string,
  overrides: Partial<ToolContext> = {},
): Promise<ToolOutcome> {
  const call = typeof input === "string" ? { file_path: input } : input;
  return read.run(call, toolContext(folder.path, overrides));
}

Deno.test("Read numbers lines and marks the file as seen", async () => {
  await using folder = await tempFolder({ "a.txt": "one\n\ttwo\r\nthree" });
  const outcome = await runRead(folder, "a.txt");
  assertEquals(shownText(outcome), "    1\tone\n    2\t\ttwo\n    3\tthree");
  assertEquals(outcome.touched.map(({ kind, path }) => [kind, path]), [
    ["read", folder.at("a.txt")],
  ]);
  assertEquals(outcome.touched[0]?.version?.size, 15);
  assertEquals(outcome.details, {
    type: "text",
    content: "one\n\ttwo\nthree",
    numLines: 3,
    startLine: 1,
    totalLines: 3,
  });
});

Deno.test("Read gives a part and says how to go on", async () => {
  const content = Array.from({ length: 50 }, (_, at) => `l${at + 1}\n`).join(
    "",
  );
  await using folder = await tempFolder({ "a.txt": content });
  const part = { file_path: "a.txt", offset: 10, limit: 2 };
  assertEquals(
    shownText(await runRead(folder, part)),
    "   10\tl10\n   11\tl11\n\n[Lines 10-11 of 50; go on with offset 12.]",
  );
  const last = { file_path: "a.txt", offset: 50 };
  assertEquals(
    shownText(await runRead(folder, last)),
    "   50\tl50\n\n[Lines 50-50, the end of the file.]",
  );
  const limits = { resultChars: 30_000, readLines: 3, callMs: 1000 };
  assertStringIncludes(
    shownText(await runRead(folder, "a.txt", { limits })),
    "[Lines 1-3 of 50; go on with offset 4.]",
  );
  const past = await runRead(folder, { file_path: "a.txt", offset: 51 });
  assertEquals(
    shownText(past),
    'Cannot read "a.txt" from line 51: it has 50 lines\nGive a smaller offset',
  );
  assertEquals(past.touched, []);
});

Deno.test("Read stays within the result's budget", async () => {
  const content = "some words in a line\n".repeat(5000) + "x".repeat(100_000);
  await using folder = await tempFolder({
    "a.txt": content,
    "long.txt": "y".repeat(100_000),
    "far.txt": "\n".repeat(1_100_000),
  });
  for (const resultChars of [300, 1000, 4000, 30_000]) {
    const limits = { resultChars, readLines: 10_000, callMs: 1000 };
    for (const file of ["a.txt", "long.txt", "far.txt"]) {
      const offset = file === "far.txt" ? 1_000_000 : 1;
      const input = { file_path: file, offset };
      const outcome = await runRead(folder, input, { limits });
      const { length } = shownText(outcome);
      assert(length <= resultChars, `${length} of ${resultChars}`);
      assert(length > 60, `only ${length}`);
    }
  }
  const long = shownText(await runRead(folder, "long.txt"));
  assertEquals(long.indexOf("…"), 6 + 2000);
  assertStringIncludes(long, '[1 long line cut at "…".]');
});

Deno.test("Read says that a file is empty", async () => {
  await using folder = await tempFolder({ "a.txt": "" });
  const outcome = await runRead(folder, "a.txt");
  assertEquals([outcome.ok, shownText(outcome)], [true, "a.txt is empty"]);
  assertEquals(outcome.touched.length, 1);
});

Deno.test("Read decodes UTF-16, marks and Windows-1252", async () => {
  const wide = { encoding: "utf-16le", bom: true } as const;
  await using folder = await tempFolder({
    "wide.txt": encodeText("né\r\n", wide),
    "bom.txt": "\ufeffone\n",
    "narrow.txt": Uint8Array.of(0x6e, 0xe9, 0x0a),
  });
  assertEquals(shownText(await runRead(folder, "wide.txt")), "    1\tné");
  assertEquals(shownText(await runRead(folder, "bom.txt")), "    1\tone");
  assertEquals(
    shownText(await runRead(folder, "narrow.txt")),
    "    1\tné\n\n[Read as Windows-1252.]",
  );
});

Deno.test("Read refuses folders, binaries and what is no file", async () => {
  await using folder = await tempFolder({
    "sub/a.txt": "",
    "b.bin": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1),
  });
  await make("mkfifo", folder.at("pipe"));
  using _socket = Deno.listen({ transport: "unix", path: folder.at("socket") });
  await Deno.symlink("/dev/zero", folder.at("zero"));
  const cases: Readonly<Record<string, string>> = {
    "sub": 'it is a folder\nList it with Glob, pattern "sub/*"',
    "b.bin": "it is binary",
    "pipe": "it is a named pipe",
    "socket": "it is a socket",
    "zero": "outside the workspace",
    "/dev/zero": "outside the workspace",
  };
  for (const [path, state] of Object.entries(cases)) {
    const outcome = await runRead(folder, path);
    assertEquals([outcome.ok, outcome.touched], [false, []], path);
    assertStringIncludes(shownText(outcome), state);
  }
  const devices = await runRead(folder, "/dev/zero", { roots: ["/"] });
  assertStringIncludes(shownText(devices), "it is a device");
});

Deno.test("Read does not leave the workspace by any link", async () => {
  await using folder = await tempFolder({ "w/a": "", "key.txt": "secret" });
  await Deno.symlink("../key.txt", folder.at("w/link"));
  await Deno.symlink("..", folder.at("w/up"));
  await Deno.symlink("link", folder.at("w/chain"));
  const context = toolContext(folder.at("w"));
  for (const file_path of ["link", "up/key.txt", "chain", "../key.txt"]) {
    const outcome = await read.run({ file_path }, context);
    assertEquals([outcome.ok, !outcome.ok && outcome.code], [
      false,
      "not_permitted",
    ]);
    assert(!shownText(outcome).includes("secret"));
  }
});

Deno.test("Read can read results that were too long to send", async () => {
  await using folder = await tempFolder({ "w/a": "", "spill/1.txt": "all\n" });
  const context = toolContext(folder.at("w"));
  const file_path = folder.at("spill/1.txt");
  assertEquals((await read.run({ file_path }, context)).ok, false);
  const spillFolder = folder.at("spill");
  const outcome = await read.run({ file_path }, { ...context, spillFolder });
  assertEquals(shownText(outcome), "    1\tall");
});

Deno.test("Read of a missing file names the nearest, or how to find it", async () => {
  await using folder = await tempFolder({
    "src/config.ts": "",
    "src/Main.ts": "",
    "src/other.md": "",
  });
  const cases: Readonly<Record<string, string>> = {
    "src/confg.ts": "Did you mean src/config.ts?",
    "src/config.js": "Did you mean src/config.ts?",
    "src/main.ts": "Did you mean src/Main.ts?",
    "src/zzz.py": 'Find it with Glob, pattern "**/zzz.py"',
    "lib/config.ts": 'Find it with Glob, pattern "**/config.ts"',
  };
  for (const [path, hint] of Object.entries(cases)) {
    const outcome = await runRead(folder, path);
    assertEquals(
      shownText(outcome),
      `Cannot read "${path}": there is no such file\n${hint}`,
    );
  }
});

Deno.test("Read answers from a gigabyte log at once", async () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, at) => `entry ${at + 1}\n`,
  ).join("");
  await using folder = await tempFolder({ "big.log": lines });
  await Deno.truncate(folder.at("big.log"), 1024 ** 3);
  const input = { file_path: "big.log", offset: 15_000, limit: 2 };
  await runRead(folder, input);
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const outcome = await runRead(folder, input);
    times.push(performance.now() - start);
    assertEquals(
      shownText(outcome),
      "15000\tentry 15000\n15001\tentry 15001\n\n" +
        "[Lines 15000-15001; go on with offset 15002.]",
    );
    assertEquals(outcome.touched[0]?.version?.hash, "");
  }
  assert(Math.min(...times) < 100, `took ${times} ms`);
});

Deno.test("Read shows an image to a model that can see", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2);
  const large = new Uint8Array(6 * 1024 * 1024);
  large.set(png);
  await using folder = await tempFolder({ "a.dat": png, "big.png": large });
  const seen = await runRead(folder, "a.dat", { vision: true });
  assert(seen.ok);
  assertEquals(seen.content[1], {
    type: "image",
    mediaType: "image/png",
    data: btoa(String.fromCharCode(...png)),
  });
  const blind = await runRead(folder, "a.dat");
  assertStringIncludes(shownText(blind), "this model can't see");
  const big = await runRead(folder, "big.png", { vision: true });
  assertStringIncludes(shownText(big), "more than 5 MB");
});

Deno.test("Read shows a notebook as cells with their outputs", async () => {
  const notebook = {
    cells: [
      { cell_type: "markdown", id: "intro", source: ["# Title\n", "text"] },
      {
        cell_type: "code",
        source: "print(1)\n1/0",
        outputs: [
          { output_type: "stream", name: "stdout", text: ["1\n"] },
          {
            output_type: "execute_result",
            data: { "text/plain": ["2"], "image/png": "abcd" },
          },
          { output_type: "display_data", data: { "image/png": "abcd" } },
          {
            output_type: "error",
            traceback: ["\u001b[31mZeroDivision\u001b[0m"],
          },
        ],
      },
    ],
    nbformat: 4,
  };
  await using folder = await tempFolder({
    "a.ipynb": JSON.stringify(notebook),
    "broken.ipynb": "{",
  });
  const outcome = await runRead(folder, "a.ipynb");
  const plain = shownText(outcome).replace(/^ *\d+\t/gm, "");
  assertEquals(
    plain,
    `# Cell 1 (markdown intro)
# Title
text

# Cell 2 (code)
print(1)
1/0
# Output (stream)
1

# Output (execute_result)
2
# Output (display_data)
[image/png]
# Output (error)
ZeroDivision

[A notebook's cells, not its file's lines.]`,
  );
  assertEquals(shownText(await runRead(folder, "broken.ipynb")), "    1\t{");
});

Deno.test("Read refuses a PDF with the way to read it", async () => {
  await using folder = await tempFolder({ "a.pdf": "%PDF-1.4\n" });
  const environment = { PATH: folder.path };
  const missing = await runRead(folder, "a.pdf", { environment });
  assertStringIncludes(shownText(missing), "which is not installed");
  const pages = await runRead(folder, { file_path: "a.pdf", pages: "9-1" });
  assertStringIncludes(shownText(pages), 'Give pages like "3" or "1-5"');
});

Deno.test("Read runs a program for a PDF only where access() says so", async () => {
  await using folder = await tempFolder({ "a.txt": "%PDF-1.4\n" });
  assertEquals(await read.access({ file_path: "a.PDF" }, "/w"), [
    { kind: "read", path: "/w/a.PDF" },
    { kind: "run", line: "pdftotext a.PDF", readOnly: true },
  ]);
  assertEquals(await read.access({ file_path: "a.txt" }, "/w"), [
    { kind: "read", path: "/w/a.txt" },
  ]);
  const outcome = await runRead(folder, "a.txt");
  assertStringIncludes(shownText(outcome), "it is binary");
});

Deno.test("Read gives the pages of a PDF that pdftotext finds", async () => {
  await using folder = await tempFolder({
    "a.pdf": "%PDF-1.4\n",
    "bin/pdftotext": '#!/bin/sh\necho "pages $2 to $4 of $8"\n',
  });
  await Deno.chmod(folder.at("bin/pdftotext"), 0o755);
  const environment = { PATH: `${folder.at("bin")}:/usr/bin:/bin` };
  const input = { file_path: "a.pdf", pages: "3-4" };
  const groups: string[] = [];
  const outcome = await runRead(folder, input, {
    environment,
    processGroup: (_, state) => groups.push(state),
  });
  assertEquals(
    shownText(outcome),
    `pages 3 to 4 of ${folder.at("a.pdf")}\n\n[Pages 3-4 of a.pdf; ` +
      'give pages, such as "11-20", for others.]',
  );
  assertEquals(groups, ["started", "ended"]);
});

Deno.test({
  name: "Read reads a real PDF",
  ignore: !needs("pdftotext"),
  async fn() {
    await using folder = await tempFolder({ "a.pdf": onePagePdf("Hello PDF") });
    assertStringIncludes(
      shownText(await runRead(folder, "a.pdf")),
      "Hello PDF",
    );
  },
});

Deno.test("Read understands the paths that models write", async () => {
  await using folder = await tempFolder({ "a b.txt": "x" });
  const ways = [
    '"a b.txt"',
    "`a b.txt`",
    "./a b.txt",
    "a b.txt\n",
    "~/a b.txt",
  ];
  const url = `file://${folder.at("a%20b.txt")}`;
  for (const way of [...ways, url]) {
    const environment = { HOME: folder.path };
    const outcome = await runRead(folder, way, { environment });
    assertEquals(shownText(outcome), "    1\tx", way);
  }
});

async function make(program: string, path: string): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [path] })
    .output();
  assert(success, `${program} failed`);
}

function onePagePdf(text: string): string {
  const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R" +
    "/Resources<</Font<</F1 5 0 R>>>>>>",
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  const body = objects
    .map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join("");
  return `%PDF-1.4\n${body}trailer<</Root 1 0 R/Size 6>>\n%%EOF\n`;
}
