// The cases of spec/providers.md 7.7 that the tools themselves answer for.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { edit } from "../../tools/edit.ts";
import { read } from "../../tools/read.ts";
import { write } from "../../tools/write.ts";
import { tempFolder } from "../support/temp.ts";
import { seenAfter, shownText, toolContext } from "../support/tool_call.ts";

/** Reads a file, then edits or writes it as a conversation would. */
async function afterReading(
  content: string,
  change: { old_string: string; new_string: string } | { content: string },
) {
  await using folder = await tempFolder({ "a.txt": content });
  const file_path = folder.at("a.txt");
  const context = toolContext(await Deno.realPath(folder.path));
  const seen = seenAfter(await read.run({ file_path }, context));
  const outcome = "content" in change
    ? await write.run({ file_path, ...change }, { ...context, seen })
    : await edit.run({ file_path, ...change }, { ...context, seen });
  return { outcome, text: await Deno.readTextFile(file_path) };
}

Deno.test("ARG-20 line-number prefixes on all lines of old_string are stripped", async () => {
  const { outcome, text } = await afterReading("one\ntwo\nthree\n", {
    old_string: "    1\tone\n    2\ttwo",
    new_string: "ONE\nTWO",
  });
  assert(outcome.ok);
  assertEquals(text, "ONE\nTWO\nthree\n");
});

Deno.test("ARG-21 trailing blanks and smart quotes match, and the result says so", async () => {
  const blanks = await afterReading("say one  \nand two\n", {
    old_string: "say one\nand two",
    new_string: "done",
  });
  const quotes = await afterReading("print('x')\n", {
    old_string: "print(\u2018x\u2019)",
    new_string: "print('y')",
  });
  assertEquals([blanks.text, quotes.text], ["done\n", "print('y')\n"]);
  for (const { outcome } of [blanks, quotes]) {
    assert(outcome.ok);
    assert(
      /not exact|matched|after/i.test(shownText(outcome)),
      shownText(outcome),
    );
  }
});

Deno.test("ARG-23 an edit that changes nothing is an error and no write", async () => {
  const { outcome, text } = await afterReading("one\n", {
    old_string: "one",
    new_string: "one",
  });
  assert(!outcome.ok);
  assertEquals([text, outcome.touched], ["one\n", []]);
});

Deno.test("ARG-24 content that leaves the rest out is refused with what to do", async () => {
  const long = Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join("");
  const { outcome, text } = await afterReading(long, {
    content: "line 0\n// ... rest of file unchanged ...\n",
  });
  assert(!outcome.ok);
  assertEquals(text, long);
  assertStringIncludes(shownText(outcome), "Edit");
});
