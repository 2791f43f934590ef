import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/core/message.ts";
import {
  isUnmarkedDialect,
  recoverCalls,
} from "../../lib/provider/text_tools.ts";
import { markedSamples, wholeSamples } from "../support/dialect_samples.ts";
import { offeredTools as tools } from "../support/offered_tools.ts";
import { runnable } from "../support/runnable_calls.ts";

const samples = [...markedSamples, ...wholeSamples];

function user(text: string): Message {
  return { role: "user", content: [{ type: "text", text }] };
}

function result(text: string): Message {
  return {
    role: "tool",
    callId: "call_1",
    tool: "Read",
    content: [{ type: "text", text }],
    isError: false,
  };
}

for (const { family, dialect, text, calls } of samples) {
  Deno.test(`recoverCalls() reads ${family} when it is the message`, () => {
    const expected = {
      dialect,
      text: "",
      calls: calls.map((call) => [...call]),
    };
    assertEquals(runnable(text), expected);
    assertEquals(runnable(`\n${text}\n`), expected);
  });
  Deno.test(`recoverCalls() leaves ${family} alone where it is quoted`, () => {
    const quoted = {
      "in prose, in one line": `Models write ${
        text.replaceAll("\n", " ")
      } to call a tool.`,
      "in prose, as a paragraph":
        `A call is written this way.\n\n${text}\n\nThe server then reads it.`,
      "in inline code": `A call is \`${text.replaceAll("\n", " ")}\``,
      "in a code fence": `Here it is.\n\n~~~~text\n${text}\n~~~~`,
      "in a code fence that is all": `\`\`\`\`text\n${text}\n\`\`\`\``,
      "in a block quote": `> ${text.replaceAll("\n", "\n> ")}`,
      "after an announcement": `It looks like this:\n\n${text}`,
      "in a larger JSON document": JSON.stringify({ examples: [text] }),
    };
    for (const [where, reply] of Object.entries(quoted)) {
      assertEquals(runnable(reply), null, where);
    }
  });
  Deno.test(`recoverCalls() leaves ${family} alone in reasoning`, () => {
    assertEquals(runnable(`<think>I could write\n${text}\n`), null);
    assertEquals(runnable(`<think>\n${text}\n</think>\nAll done.`), null);
  });
  Deno.test(`recoverCalls() leaves ${family} alone when a file holds it`, () => {
    const numbered = text.split("\n")
      .map((line, index) => `${String(index + 1).padStart(5)}\t${line}`)
      .join("\n");
    const messages = [user("What is in the fixture?"), result(numbered)];
    assertEquals(runnable(text, { messages }), null);
    assertEquals(runnable(text, { messages: [user("Go on.")] }) !== null, true);
  });
}

for (const { family, text, calls } of markedSamples) {
  Deno.test(`recoverCalls() reads ${family} after prose and strips it`, () => {
    const reply = `I will look at the file.\n\n${text}`;
    const found = runnable(reply);
    assertEquals(found?.text, "I will look at the file.");
    assertEquals(found?.calls, calls.map((call) => [...call]));
    assertEquals(runnable(`I will look.${text}`)?.text, "I will look.");
  });
}

for (const { family, text } of wholeSamples) {
  Deno.test(`recoverCalls() reads ${family} after a sentence only for models known to write calls as text`, () => {
    const reply = `I will look.\n${text}`;
    assertEquals(runnable(reply), null);
    assertEquals(runnable(reply, { leadIn: true })?.text, "I will look.");
    const long = `${"I will look. ".repeat(20)}\n${text}`;
    assertEquals(runnable(long, { leadIn: true }), null);
  });
}

function sampleOf(family: string): string {
  return samples.find((sample) => sample.family === family)?.text ?? "";
}

function hermes(json: string): string {
  return `<tool_call>\n${json}\n</tool_call>`;
}

const readCall = `{"name": "Read", "arguments": {"file_path": "a.ts"}}`;
const bashCall = `{"name": "Bash", "arguments": {"command": "ls"}}`;

/** Cases of spec/providers.md 7.6 by their id. */
const cases: Record<string, () => void> = {
  "TXT-02 two Hermes blocks run in order": () => {
    const text = `${hermes(bashCall)}\n${hermes(readCall)}`;
    assertEquals(runnable(text)?.calls.map(([name]) => name), ["Bash", "Read"]);
  },
  "TXT-03 a Hermes block without its closing tag is read": () => {
    assertEquals(runnable(`Now.\n<tool_call>\n${readCall}`)?.text, "Now.");
  },
  "TXT-04 a Qwen3-Coder value is byte-exact minus one line end on each side":
    () => {
      const content =
        "\n<a href='x'>1 &amp; 2 && 3</a>\n\n</parameter> is a tag\nif (a < b) {}\n";
      const text =
        `<tool_call>\n<function=Write>\n<parameter=file_path>\na.html\n</parameter>\n<parameter=content>\n${content}\n</parameter>\n</function>\n</tool_call>`;
      assertEquals(runnable(text)?.calls, [[
        "Write",
        { file_path: "a.html", content },
      ]]);
    },
  "TXT-06 a python_tag with a parameters key is read": () => {
    const text =
      `<|python_tag|>{"name": "Read", "parameters": {"file_path": "a.ts"}}`;
    assertEquals(runnable(text)?.dialect, "llama_json");
  },
  "TXT-07 a message that is one bare object is read, and is known as unmarked":
    () => {
      const found = runnable(bashCall);
      assertEquals(found?.calls, [["Bash", { command: "ls" }]]);
      assert(isUnmarkedDialect(found?.dialect ?? ""));
      assert(!isUnmarkedDialect("hermes"));
    },
  "TXT-08 a bare object with another name is text": () => {
    assertEquals(runnable(`{"name": "Deploy", "arguments": {}}`), null);
    // An alias of an offered tool is not its name (3.1, rule 4).
    const alias = `{"name": "read_file", "arguments": {"file_path": "a.ts"}}`;
    assertEquals(runnable(alias), null);
    assertEquals(runnable(hermes(alias)), null);
  },
  "TXT-10 both DeepSeek forms are read": () => {
    for (const family of ["DeepSeek V3", "DeepSeek V3.1"]) {
      assertEquals(runnable(sampleOf(family))?.dialect, "deepseek");
    }
  },
  "TXT-12 GLM pairs with and without line ends are read": () => {
    for (const family of ["GLM 4.5", "GLM 4.7"]) {
      assertEquals(runnable(sampleOf(family))?.dialect, "glm");
    }
  },
  "TXT-14 a MiniMax M2 block is read": () => {
    assertEquals(runnable(sampleOf("MiniMax M2"))?.dialect, "minimax");
  },
  "TXT-11 DSML values keep their types": () => {
    const text =
      `<｜DSML｜function_calls><｜DSML｜invoke name="Grep"><｜DSML｜parameter name="pattern" string="true">5</｜DSML｜parameter><｜DSML｜parameter name="-i" string="false">false</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>`;
    assertEquals(runnable(text)?.calls, [[
      "Grep",
      { pattern: "5", "-i": false },
    ]]);
  },
  "TXT-15 harmony's analysis is reasoning and its final text is shown": () => {
    const text =
      `<|channel|>analysis<|message|>I need the file.<|end|><|start|>assistant<|channel|>commentary<|message|>Reading a.ts.<|end|><|start|>assistant<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"file_path":"a.ts"}<|call|>`;
    const found = recoverCalls(text, { tools });
    assertEquals([found?.thinking, found?.text, found?.calls.length], [
      "I need the file.",
      "Reading a.ts.",
      1,
    ]);
  },
  "TXT-16 a tool_code fence with keyword arguments is read": () => {
    const text =
      '```tool_code\nprint(default_api.Grep(pattern="a\\n\\"b\\"", head_limit=3))\n```';
    assertEquals(runnable(text)?.calls, [[
      "Grep",
      { pattern: 'a\n"b"', head_limit: 3 },
    ]]);
  },
  "TXT-18 prose about the tag with an example in a fence is text": () => {
    const text = `Hermes models use \`<tool_call>\`:\n\n\`\`\`xml\n${
      hermes(readCall)
    }\n\`\`\``;
    assertEquals(runnable(text), null);
  },
  "TXT-19 a tag in unfinished reasoning is text": () => {
    assertEquals(runnable(`<think>\n${hermes(readCall)}`), null);
    const after = `<think>Look first.</think>\n${hermes(readCall)}`;
    assertEquals(runnable(after)?.calls.length, 1);
  },
  "TXT-20 fenced JSON between two paragraphs is text": () => {
    const text =
      `A call has a name.\n\n\`\`\`json\n${readCall}\n\`\`\`\n\nThat is all.`;
    assertEquals(runnable(text), null);
    assertEquals(runnable(text, { leadIn: true }), null);
  },
  "TXT-23 placeholders are not run": () => {
    const paths = ["path/to/file", "...", "<path>", "/path/to/a.ts", "…"];
    for (const path of paths) {
      const call = JSON.stringify({
        name: "Read",
        arguments: { file_path: path },
      });
      assertEquals(runnable(call), null, path);
      assertEquals(runnable(hermes(call)), null, path);
    }
    const command = `{"name": "Bash", "arguments": {"command": "<command>"}}`;
    assertEquals(runnable(hermes(command)), null);
    const markup = `{"name": "Grep", "arguments": {"pattern": "<div>"}}`;
    assertEquals(runnable(hermes(markup))?.calls.length, 1);
  },
  "TXT-27 markup that a file holds is not run when the model quotes it": () => {
    const file = `export const sample = \`${hermes(bashCall)}\`;`;
    const messages = [user("What does sample.ts do?"), result(file)];
    const reply = `It exports a string.\n\n${hermes(bashCall)}`;
    assertEquals(runnable(reply, { messages }), null);
    const literal = [
      result(`const sample = ${JSON.stringify(hermes(bashCall))}`),
    ];
    assertEquals(runnable(reply, { messages: literal }), null);
  },
};

for (const [name, run] of Object.entries(cases)) Deno.test(name, run);

Deno.test("recoverCalls() recovers nothing when no tool was offered", () => {
  assertEquals(recoverCalls(hermes(readCall), { tools: [] }), null);
});

Deno.test("recoverCalls() takes all calls of a text or none", () => {
  const bad = hermes(`{"name": "Read", "arguments": {"file": 5, "b": }}`);
  assertEquals(runnable(`${hermes(readCall)}\n${bad}`), null);
  assertEquals(runnable(`${bad}\n${hermes(readCall)}`), null);
});

Deno.test("recoverCalls() refuses a call whose input does not fit", () => {
  const inputs = [
    `{}`,
    `{"file_path": ["a"]}`,
    `{"file_path": "a", "limit": 0}`,
  ];
  for (const input of inputs) {
    const call = `{"name": "Read", "arguments": ${input}}`;
    assertEquals(runnable(hermes(call)), null, input);
  }
});

Deno.test("recoverCalls() refuses JSON that holds more than a call", () => {
  const texts = [
    `{"name": "Read", "arguments": {"file_path": "a.ts"}, "note": "example"}`,
    `{"calls": [${readCall}], "count": 1}`,
    `{"name": "Read"}`,
    `\`\`\`json\n${readCall}\n\`\`\`\n\`\`\`json\n${bashCall}\n\`\`\``,
  ];
  for (const text of texts) assertEquals(runnable(text), null, text);
});

Deno.test("recoverCalls() leaves a call alone when the user asked for an example", () => {
  const asked = [
    "Show me an example of a tool call.",
    "What is the format of a function call?",
    "What does <tool_call> mean?",
  ];
  for (const question of asked) {
    const messages = [user(question)];
    assertEquals(runnable(hermes(readCall), { messages }), null, question);
  }
  const messages = [user("Show me what a.ts does.")];
  assertEquals(runnable(hermes(readCall), { messages })?.calls.length, 1);
});

Deno.test("recoverCalls() refuses a value that could end in two places", () => {
  const inner =
    `<tool_call>\n<function=Bash>\n<parameter=command>\nrm -r build\n</parameter>\n</function>\n</tool_call>`;
  const text =
    `<tool_call>\n<function=Write>\n<parameter=file_path>\nfixture.txt\n</parameter>\n<parameter=content>\n${inner}\n</parameter>\n</function>\n</tool_call>`;
  assertEquals(runnable(text), null);
});

Deno.test("recoverCalls() refuses a value that swallowed the next parameter", () => {
  const text =
    `<function=Write>\n<parameter=content>\nx\n<parameter=file_path>\na.ts\n</parameter>\n</function>`;
  assertEquals(runnable(text), null);
  const read =
    `<function=Read>\n<parameter=file_path>\na.ts\n<parameter=limit>\n5\n</parameter>\n</function>`;
  assertEquals(runnable(read), null);
});

Deno.test("recoverCalls() mends arguments up to level 2 and no further", () => {
  const call = (json: string) => `[TOOL_CALLS]Read[ARGS]${json}`;
  assertEquals(runnable(call(`{"file_path": "a.ts",}`))?.calls.length, 1);
  assertEquals(runnable(call(`{'file_path': 'a.ts'}`)), null);
});

Deno.test("recoverCalls() drops a result that the model made up", () => {
  const text = `${
    hermes(readCall)
  }\n<tool_response>\nexport const a = 1;\n</tool_response>\nDone.`;
  assertEquals(runnable(text)?.calls.length, 1);
});

Deno.test("recoverCalls() sees the many ways to announce an example", () => {
  const leads = [
    "## Example\n\n",
    "Example:\n",
    "**Example:**\n",
    "Qwen writes calls as follows:\n\n",
    "The file contains:\n\n",
    "Models use tags, e.g. ",
    "```md\n```json\n{}\n```\n```\n",
  ];
  for (const lead of leads) {
    assertEquals(runnable(lead + hermes(readCall)), null, lead);
  }
  const meant = [
    "I will see what it contains.\n",
    "First:\n",
    "Let me check:\n\n",
  ];
  for (const lead of meant) {
    assertEquals(runnable(lead + hermes(readCall))?.calls.length, 1, lead);
  }
});

Deno.test("recoverCalls() drops a harmony result that the model made up", () => {
  const text =
    `<|channel|>commentary to=functions.Read<|message|>{"file_path":"a.ts"}<|call|><|start|>functions.Read to=assistant<|channel|>commentary<|message|>{"x": 1}<|end|>`;
  assertEquals(runnable(text)?.calls, [["Read", { file_path: "a.ts" }]]);
});

Deno.test("recoverCalls() mends arguments of tools that change things more strictly", () => {
  const read = `{"name": "Grep", "arguments": {"pattern": "\\d+"}}`;
  assertEquals(runnable(hermes(read))?.calls, [["Grep", { pattern: "\\d+" }]]);
  const bash = `{"name": "Bash", "arguments": {"command": "grep \\d+ a"}}`;
  assertEquals(runnable(hermes(bash)), null);
});
