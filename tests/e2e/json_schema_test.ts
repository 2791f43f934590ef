/** Answers of a shape that was asked for, through main.ts. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkedLines, resultOf } from "../support/json_lines.ts";
import { modelServer, type Reply } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const schema = JSON.stringify({
  type: "object",
  properties: { bugs: { type: "array", items: { type: "string" } } },
  required: ["bugs"],
  additionalProperties: false,
});
const value = { bugs: ["a \u001b[31m", "b"] };
const good = { text: JSON.stringify(value, null, 2) };
const bad = { text: '{"bugs": ["a", 2], "more": 1}' };

/** Runs the program; the model gives these replies. */
async function run(
  replies: readonly Reply[],
  args: readonly string[],
  profile: object = {},
) {
  await using workspace = await tempFolder({ "s.json": schema });
  await using server = await modelServer(replies);
  const { url: baseUrl } = server;
  const settings = { endpoints: { here: { baseUrl, profile } } };
  const finished = await runProgram(
    [`--settings=${JSON.stringify(settings)}`, "-m=here/abc", ...args, "Go"],
    { cwd: workspace.path },
  );
  const last = await workspace.read("last.txt").catch(() => undefined);
  return { ...finished, requests: server.requests, last };
}

Deno.test("--json-schema prints the value alone, on a line, from a schema or a file", async () => {
  for (const given of [schema, "s.json"]) {
    const { code, stdout, stderr, requests, last } = await run(
      [
        {
          text: "Let me see.",
          calls: [{ name: "Glob", input: { pattern: "*" } }],
        },
        { text: `\`\`\`json\n${good.text}\n\`\`\`` },
      ],
      ["--json-schema", given, "-o=last.txt"],
    );
    assertEquals([code, stdout], [0, `${JSON.stringify(value)}\n`], stderr);
    assertEquals(last, stdout);
    const [system] = requests[0]?.body.messages ?? [];
    assertEquals(system.role, "system");
    assertStringIncludes(system.content, `around it.\n${schema}`);
  }
});

Deno.test("--json-schema sends an answer back with what is wrong", async () => {
  const { code, stdout, stderr, requests } = await run(
    [{ text: "There are two." }, bad, good],
    [`--json-schema=${schema}`, "--output-format=json"],
  );
  assertEquals(code, 0, stderr);
  const told = requests.slice(1)
    .map(({ body }) => body.messages.at(-1).content as string);
  assertStringIncludes(told[0] ?? "", "It is no JSON: ");
  assertStringIncludes(told[1] ?? "", '- #/bugs/1: Instance type "number"');
  assertStringIncludes(told[1] ?? "", 'Property "more" does not match');
  assertEquals("response_format" in (requests[1]?.body ?? {}), false);
  const result = resultOf(checkedLines(stdout));
  assertEquals([result.subtype, result.num_turns], ["success", 3]);
  assertEquals(result.structured_output, value);
});

Deno.test("--json-schema that is never kept ends with code 5 after three repairs", async () => {
  for (const format of ["text", "json", "stream-json"]) {
    const { code, stdout, stderr, requests } = await run(
      [bad, bad, bad, bad],
      [`--json-schema=${schema}`, `--output-format=${format}`],
    );
    assertEquals([code, requests.length], [5, 4], stderr);
    assertStringIncludes(stderr, "Cannot keep --json-schema: the answer does");
    if (format === "text") {
      assertEquals(stdout, "");
      continue;
    }
    const result = resultOf(checkedLines(stdout));
    assertEquals(result.subtype, "error_max_structured_output_retries");
    assertEquals(result.terminal_reason, "schema");
    assertEquals("structured_output" in result, false);
  }
});

Deno.test("--json-schema holds a repair to the schema where the server can", async () => {
  const { code, stderr, requests } = await run(
    [bad, good],
    [`--json-schema=${schema}`],
    { answerFormat: "json_schema" },
  );
  assertEquals(code, 0, stderr);
  const formats = requests.map(({ body }) => body.response_format);
  assertEquals(formats, [undefined, {
    type: "json_schema",
    json_schema: { name: "answer", schema: JSON.parse(schema) },
  }]);
});

Deno.test("--json-schema goes on without response_format where it is refused", async () => {
  const message = "Unsupported parameter: 'response_format'";
  const refusal = {
    status: 400,
    json: { error: { message, param: "response_format" } },
  };
  const { code, stdout, stderr, requests } = await run(
    [bad, refusal, good],
    [`--json-schema=${schema}`],
    { answerFormat: "json_schema" },
  );
  assertEquals([code, stdout], [0, `${JSON.stringify(value)}\n`], stderr);
  assertEquals("response_format" in (requests[2]?.body ?? {}), false);
});

Deno.test("--json-schema names what is wrong with a schema, before any request", async () => {
  const cases: [string, string][] = [
    ["{", "Cannot use --json-schema: "],
    ["none.json", 'Cannot use --json-schema "none.json": '],
    ['{"type": "objekt"}', '#/type is "objekt", which is no type'],
    ['{"properties": {"a": {"type": 1}}}', "#/properties/a/type is 1"],
    ['{"properties": []}', "#/properties is no object"],
    ['{"required": "a"}', "#/required is no list of names"],
    ['{"pattern": "("}', "#/pattern: "],
    ['{"items": {"$ref": "#/$defs/a"}}', "which is not there"],
    ['{"$ref": "https://host/schema"}', "it must begin with #/"],
  ];
  for (const [given, message] of cases) {
    const { code, stderr, requests } = await run([good], [
      `--json-schema=${given}`,
    ]);
    assertEquals([code, requests.length], [2, 0], stderr);
    assertStringIncludes(stderr, message);
  }
});
