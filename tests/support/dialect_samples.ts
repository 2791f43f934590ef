const ticks = "```";

/** A reply in one dialect, and the calls that it makes. */
export interface DialectSample {
  readonly family: string;
  readonly dialect: string;
  readonly text: string;
  readonly calls: readonly [name: string, input: Record<string, unknown>][];
}

const readA: DialectSample["calls"][number] = ["Read", { file_path: "a.ts" }];
const readB: DialectSample["calls"][number] = ["Read", { file_path: "b.ts" }];
const grepCase: DialectSample["calls"][number] = [
  "Grep",
  { pattern: "x", "-i": true, head_limit: 5 },
];

function row(
  family: string,
  dialect: string,
  text: string,
  ...calls: DialectSample["calls"]
): DialectSample {
  return {
    family,
    dialect,
    text,
    calls: calls.length === 0 ? [readA] : calls,
  };
}

function prefixed(prefix: string): string {
  const [calls, invoke, parameter] = ["function_calls", "invoke", "parameter"]
    .map((tag) => prefix + tag);
  return `<${calls}>\n<${invoke} name="Read">\n` +
    `<${parameter} name="file_path">a.ts</${parameter}>\n` +
    `</${invoke}>\n</${calls}>`;
}

/** Every dialect of spec/providers.md 3.2 that has a mark of its own. */
export const markedSamples: readonly DialectSample[] = [
  row(
    "Hermes",
    "hermes",
    `<tool_call>\n{"name": "read", "arguments": {"path": "a.ts"}}\n</tool_call>`,
  ),
  row(
    "Hermes, two calls",
    "hermes",
    `<tool_call>\n{"name": "Read", "arguments": {"file_path": "a.ts"}}\n</tool_call>\n<tool_call>\n{"name": "Read", "arguments": {"file_path": "b.ts"}}\n</tool_call>`,
    readA,
    readB,
  ),
  row(
    "Hermes without a closing tag",
    "hermes",
    `<tool_call>\n{"name": "Read", "arguments": {"file_path": "a.ts"}}`,
  ),
  row(
    "Hermes with a doubled tag and parameters",
    "hermes",
    `<tool_call><tool_call>\n{"name": "Read", "parameters": {"file_path": "a.ts"}}\n</tool_call>`,
  ),
  row(
    "Hermes without the last brace",
    "hermes",
    `<tool_call>\n{"name": "Read", "arguments": {"file_path": "a.ts"}\n</tool_call>`,
  ),
  row(
    "Hermes with a brace too many",
    "hermes",
    `<tool_call>\n{"name": "Read", "arguments": {"file_path": "a.ts"}}}\n</tool_call>`,
  ),
  row(
    "Qwen3-Coder",
    "qwen_coder",
    `<tool_call>\n<function=Read>\n<parameter=file_path>\na.ts\n</parameter>\n</function>\n</tool_call>`,
  ),
  row(
    "Qwen3-Coder without wrapper, typed",
    "qwen_coder",
    `<function=Grep>\n<parameter=pattern>\nx\n</parameter>\n<parameter=-i>\ntrue\n</parameter>\n<parameter=head_limit>\n5\n</parameter>\n</function>`,
    grepCase,
  ),
  row(
    "Qwen3-Coder without the last parameter's end",
    "qwen_coder",
    `<tool_call>\n<function=Read>\n<parameter=file_path>\na.ts\n</function>\n</tool_call>`,
  ),
  row(
    "Seed-OSS",
    "qwen_coder",
    `<seed:tool_call>\n<function=Read>\n<parameter=file_path>\na.ts\n</parameter>\n</function>\n</seed:tool_call>`,
  ),
  row(
    "Llama JSON",
    "llama_json",
    `<|python_tag|>{"name": "read", "parameters": {"path": "a.ts"}}`,
  ),
  row(
    "Llama JSON, joined",
    "llama_json",
    `<|python_tag|>{"name": "Grep", "parameters": {"pattern": "x", "-i": "true", "head_limit": "5"}}; {"name": "Read", "parameters": {"file_path": "b.ts"}}<|eom_id|>`,
    grepCase,
    readB,
  ),
  row(
    "Llama custom",
    "llama_function",
    `<function=Read>{"file_path": "a.ts"}</function>`,
  ),
  row(
    "Groq's leak",
    "llama_function",
    `<function=Read{"file_path":"a.ts"}</function>`,
  ),
  row(
    "Llama built-in",
    "llama_python",
    `<|python_tag|>read.call(path="a.ts")`,
  ),
  row(
    "LFM2",
    "lfm2",
    `<|tool_call_start|>[Grep(pattern='x', head_limit=5), Read(file_path="b.ts")]<|tool_call_end|>`,
    ["Grep", { pattern: "x", head_limit: 5 }],
    readB,
  ),
  row(
    "Olmo 3",
    "olmo",
    `<function_calls>Read(file_path="a.ts")\nRead(file_path="b.ts")</function_calls>`,
    readA,
    readB,
  ),
  row(
    "Mistral list",
    "mistral",
    `[TOOL_CALLS] [{"name": "Read", "arguments": {"file_path": "a.ts"}, "id": "aB3dE5fG7"}]`,
  ),
  row(
    "Mistral v11",
    "mistral",
    `[TOOL_CALLS]Read[ARGS]{"file_path": "a.ts"}[TOOL_CALLS]Read[CALL_ID]abc123def[ARGS]{"file_path": "b.ts"}`,
    readA,
    readB,
  ),
  row(
    "DeepSeek V3",
    "deepseek",
    `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>Read\n${ticks}json\n{"file_path":"a.ts"}\n${ticks}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  ),
  row(
    "DeepSeek V3.1",
    "deepseek",
    `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Read<｜tool▁sep｜>{"file_path":"a.ts"}<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>Read<｜tool▁sep｜>{"file_path":"b.ts"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    readA,
    readB,
  ),
  row(
    "DeepSeek with ASCII marks",
    "deepseek",
    `<|tool_calls_begin|><|tool_call_begin|>Read<|tool_sep|>{"file_path":"a.ts"}<|tool_call_end|><|tool_calls_end|>`,
  ),
  row(
    "DeepSeek V3.2",
    "dsml",
    `<｜DSML｜function_calls><｜DSML｜invoke name="Grep"><｜DSML｜parameter name="pattern" string="true">x</｜DSML｜parameter><｜DSML｜parameter name="-i" string="false">true</｜DSML｜parameter><｜DSML｜parameter name="head_limit" string="false">5</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>`,
    grepCase,
  ),
  row(
    "DeepSeek V4, ASCII, no close",
    "dsml",
    `<|DSML|tool_calls><|DSML|invoke name="Read"><|DSML|parameter name="file_path" string="true">a.ts</|DSML|parameter></|DSML|invoke>`,
  ),
  row(
    "GLM 4.5",
    "glm",
    `<tool_call>Grep\n<arg_key>pattern</arg_key>\n<arg_value>x</arg_value>\n<arg_key>-i</arg_key>\n<arg_value>true</arg_value>\n<arg_key>head_limit</arg_key>\n<arg_value>5</arg_value>\n</tool_call>`,
    grepCase,
  ),
  row(
    "GLM 4.7",
    "glm",
    `<tool_call>Read<arg_key>file_path</arg_key><arg_value>a.ts</arg_value></tool_call><tool_call>Read<arg_key>file_path</arg_key><arg_value>b.ts</arg_value></tool_call>`,
    readA,
    readB,
  ),
  row(
    "Kimi K2",
    "kimi",
    `<|tool_calls_section_begin|><|tool_call_begin|>functions.Read:0<|tool_call_argument_begin|>{"file_path": "a.ts"}<|tool_call_end|><|tool_call_begin|>functions.Read:1<|tool_call_argument_begin|>{"file_path": "b.ts"}<|tool_call_end|><|tool_calls_section_end|>`,
    readA,
    readB,
  ),
  row(
    "MiniMax M1",
    "tool_calls",
    `<tool_calls>\n{"name":"Read","arguments":{"file_path":"a.ts"}}\n{"name":"Read","arguments":{"file_path":"b.ts"}}\n</tool_calls>`,
    readA,
    readB,
  ),
  row(
    "Hunyuan",
    "tool_calls",
    `<tool_calls>[{"name":"Read","arguments":{"file_path":"a.ts"}}]</tool_calls>`,
  ),
  row(
    "MiniMax M2",
    "minimax",
    `<minimax:tool_call>\n<invoke name="Grep">\n<parameter name="pattern">x</parameter>\n<parameter name="-i">true</parameter>\n<parameter name="head_limit">5</parameter>\n</invoke>\n</minimax:tool_call>`,
    grepCase,
  ),
  row(
    "MiniMax M3",
    "minimax_m3",
    `]<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="Read">]<]minimax[>[<file_path>a.ts]<]minimax[>[</file_path>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>`,
  ),
  row(
    "Invoke",
    "invoke",
    `<function_calls><invoke name="Read"><parameter name="file_path">a.ts</parameter></invoke></function_calls>`,
  ),
  row(
    "Invoke with a prefix",
    "invoke",
    prefixed("antml:"),
  ),
  row(
    "Harmony",
    "harmony",
    `<|start|>assistant<|channel|>commentary to=functions.Read <|constrain|>json<|message|>{"file_path":"a.ts"}<|call|>`,
  ),
  row(
    "Harmony, recipient on the analysis channel",
    "harmony",
    `<|channel|>analysis to=functions.Read code<|message|>{"file_path":"a.ts"}<|call|>`,
  ),
  row(
    "Harmony, recipient before the channel",
    "harmony",
    `<|start|>assistant to=functions.Read<|channel|>commentary json<|message|>{"file_path":"a.ts"}<|call|>`,
  ),
  row(
    "Gemma 4",
    "gemma",
    `<|tool_call>call:Grep{pattern:<|"|>x<|"|>,-i:true,head_limit:5}<tool_call|>`,
    grepCase,
  ),
  row(
    "FunctionGemma",
    "gemma",
    `<start_function_call>call:Read{file_path:<escape>a.ts<escape>}<end_function_call>`,
  ),
  row(
    "Granite 3",
    "granite",
    `<|tool_call|>[{"name":"Read","arguments":{"file_path":"a.ts"}}]`,
  ),
  row(
    "Granite 20B",
    "granite",
    `<function_call> {"name":"Read","arguments":{"file_path":"a.ts"}}`,
  ),
  row(
    "Phi-4-mini",
    "functools",
    `functools[{"name":"Read","arguments":{"file_path":"a.ts"}}]`,
  ),
  row(
    "Cohere",
    "cohere",
    `<|START_ACTION|>[{"tool_call_id":"0","tool_name":"Read","parameters":{"file_path":"a.ts"}}]<|END_ACTION|>`,
  ),
  row(
    "Nemotron-nano v2",
    "nemotron",
    `<TOOLCALL>[{"name":"Read","arguments":{"file_path":"a.ts"}}]</TOOLCALL>`,
  ),
];

/** The dialects that count only as a whole message. */
export const wholeSamples: readonly DialectSample[] = [
  row(
    "Bare object",
    "bare_json",
    `{"name": "Read", "arguments": {"file_path": "a.ts"}}`,
  ),
  row(
    "Bare objects, joined",
    "bare_json",
    `{"name": "Read", "parameters": {"file_path": "a.ts"}}; {"name": "Read", "parameters": {"file_path": "b.ts"}}`,
    readA,
    readB,
  ),
  row(
    "Bare array",
    "bare_json",
    `[{"name": "Read", "arguments": {"file_path": "a.ts"}, "id": "aB3dE5fG7"}]`,
  ),
  row(
    "tool and args",
    "bare_json",
    `{"tool": "Read", "args": {"file_path": "a.ts"}}`,
  ),
  row(
    "function and parameters",
    "bare_json",
    `{"function": "Read", "parameters": {"file_path": "a.ts"}}`,
  ),
  row(
    "action and action_input",
    "bare_json",
    `{"action": "Read", "action_input": {"file_path": "a.ts"}}`,
  ),
  row(
    "tool_name and tool_input",
    "bare_json",
    `{"tool_name": "Read", "tool_input": {"file_path": "a.ts"}}`,
  ),
  row(
    "OpenAI's own shape",
    "bare_json",
    `{"id": "call_12345", "type": "function", "function": {"name": "Read", "arguments": "{\\"file_path\\": \\"a.ts\\"}"}}`,
  ),
  row(
    "llama.cpp generic",
    "bare_json",
    `{"tool_call": {"name": "Read", "arguments": {"file_path": "a.ts"}}}`,
  ),
  row(
    "Fenced JSON",
    "fenced_json",
    `${ticks}json\n{"name": "Read", "arguments": {"file_path": "a.ts"}}\n${ticks}`,
  ),
  row(
    "Fenced JSON, not closed",
    "fenced_json",
    `${ticks}json\n{"name": "Read", "arguments": {"file_path": "a.ts"}}`,
  ),
  row(
    "Bare Python list",
    "bare_python",
    `[Read(file_path='a.ts'), Read(file_path='b.ts')]`,
    readA,
    readB,
  ),
  row(
    "Gemma 3",
    "tool_code",
    `${ticks}tool_code\nprint(Read(file_path="a.ts"))\n${ticks}`,
  ),
];
