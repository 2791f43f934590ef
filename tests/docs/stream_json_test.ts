import { assertEquals } from "@std/assert";
import { lineSchemaFile, lineSchemaText } from "../../.ci/line_schema.ts";
import {
  resultSubtypes,
  terminalReasons,
} from "../../lib/ui/json/output_lines.ts";
import { inputLineSchemas, outputLineSchemas } from "../../lib/mod.ts";
import { readTree } from "../checks/source_tree.ts";

const page = (await readTree()).get("docs/reference/stream-json.md") ?? "";

function section(title: string): string {
  return page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
}

function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| (`[^|]*?) *\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)
  );
}

Deno.test("stream-json.schema.json is what `deno task schema` writes", async () => {
  assertEquals(await Deno.readTextFile(lineSchemaFile), lineSchemaText());
});

Deno.test("stream-json.md has a row for each kind of line", () => {
  assertEquals(
    firstCells(section("Lines that are written")),
    Object.keys(outputLineSchemas),
  );
  assertEquals(
    firstCells(section("Lines that are read")),
    Object.keys(inputLineSchemas),
  );
});

Deno.test("stream-json.md tells each field of a result, and its words", () => {
  const rows = section("The result");
  const stamp = ["type", "session_id", "uuid"];
  const fields = Object.keys(outputLineSchemas.result.shape)
    .filter((name) => !stamp.includes(name));
  assertEquals(firstCells(rows).toSorted(), fields.toSorted());
  const missing = [...resultSubtypes, ...terminalReasons]
    .filter((word) => !rows.includes(`\`${word}\``));
  assertEquals(missing, []);
});
