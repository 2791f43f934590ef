import type { Dialect, ReadCalls } from "./dialect.ts";
import { readGemma } from "./gemma.ts";
import { readHarmony } from "./harmony.ts";
import {
  readDeepseek,
  readEnvelopes,
  readKimi,
  readLlamaFunction,
  readMistral,
} from "./json.ts";
import { readPython } from "./python.ts";
import {
  readDsml,
  readGlm,
  readInvoke,
  readNamedTags,
  readQwenCoder,
} from "./tags.ts";

/**
 * The dialects with a mark of their own, from spec/providers.md 3.2. Where
 * several begin alike they are tried in this order, and the first that reads
 * everything up to the end of the message is the one.
 */
export const markedDialects: readonly Dialect[] = [
  {
    // Hermes 2 and 3, Qwen2.5, Qwen3, QwQ, Granite 4; the opening tag doubles.
    name: "hermes",
    starts: ["<tool_call>"],
    skip: ["<tool_call>", "</tool_call>"],
    read: readEnvelopes,
  },
  {
    // Qwen3-Coder, Qwen3.5, Nemotron 3, Seed-OSS, Step.
    name: "qwen_coder",
    starts: ["<tool_call>", "<seed:tool_call>", "<function="],
    skip: [
      "<tool_call>",
      "</tool_call>",
      "<seed:tool_call>",
      "</seed:tool_call>",
    ],
    read: readQwenCoder,
  },
  {
    name: "glm",
    starts: ["<tool_call>"],
    skip: ["<tool_call>", "</tool_call>"],
    read: readGlm,
  },
  {
    // Llama 3.1's custom format, and Groq's leak of it.
    name: "llama_function",
    starts: ["<function="],
    skip: [],
    read: readLlamaFunction,
  },
  {
    name: "llama_json",
    starts: ["<|python_tag|>"],
    skip: ["<|python_tag|>", "<|eom_id|>", "<|eot_id|>"],
    read: readEnvelopes,
  },
  {
    name: "llama_python",
    starts: ["<|python_tag|>"],
    skip: ["<|python_tag|>", "<|eom_id|>", "<|eot_id|>"],
    read: readPython,
  },
  {
    name: "lfm2",
    starts: ["<|tool_call_start|>"],
    skip: ["<|tool_call_start|>", "<|tool_call_end|>"],
    read: firstOf(readPython, readEnvelopes),
  },
  {
    name: "olmo",
    starts: ["<function_calls>"],
    skip: ["<function_calls>", "</function_calls>"],
    read: readPython,
  },
  {
    // Claude's old format, imitated by many, perhaps with a prefix.
    name: "invoke",
    starts: [
      ...namespaced("<", "function_calls>"),
      ...namespaced("<", "invoke name="),
    ],
    skip: [
      ...namespaced("<", "function_calls>"),
      ...namespaced("</", "function_calls>"),
    ],
    read: readInvoke,
  },
  {
    // Version 11 repeats the token for each call, older ones list them.
    name: "mistral",
    starts: ["[TOOL_CALLS]"],
    skip: ["[TOOL_CALLS]"],
    read: readMistral,
  },
  {
    name: "deepseek",
    starts: deepseekTokens("tool▁calls▁begin", "tool▁call▁begin"),
    skip: deepseekTokens(
      "tool▁calls▁begin",
      "tool▁call▁begin",
      "tool▁call▁end",
      "tool▁calls▁end",
    ),
    read: readDeepseek,
  },
  {
    // V3.2 says function_calls, V4 tool_calls.
    name: "dsml",
    starts: dsmlTags(["<", "function_calls>"], ["<", "tool_calls>"], [
      "<",
      "invoke name=",
    ]),
    skip: dsmlTags(
      ["<", "function_calls>"],
      ["</", "function_calls>"],
      ["<", "tool_calls>"],
      ["</", "tool_calls>"],
    ),
    read: readDsml,
  },
  {
    name: "kimi",
    starts: ["<|tool_calls_section_begin|>", "<|tool_call_begin|>"],
    skip: [
      "<|tool_calls_section_begin|>",
      "<|tool_call_begin|>",
      "<|tool_call_end|>",
      "<|tool_calls_section_end|>",
    ],
    read: readKimi,
  },
  {
    // MiniMax M1, Hunyuan: one object a line, or a list.
    name: "tool_calls",
    starts: ["<tool_calls>"],
    skip: ["<tool_calls>", "</tool_calls>"],
    read: readEnvelopes,
  },
  {
    name: "minimax",
    starts: ["<minimax:tool_call>"],
    skip: ["<minimax:tool_call>", "</minimax:tool_call>"],
    read: readInvoke,
  },
  {
    // MiniMax M3 puts a mark before each tag.
    name: "minimax_m3",
    starts: ["]<]minimax[>["],
    skip: [
      "<tool_call>",
      "</tool_call>",
      "<tool_calls>",
      "</tool_calls>",
      "<minimax:tool_call>",
      "</minimax:tool_call>",
    ],
    normalise: (text) => text.replaceAll("]<]minimax[>[", ""),
    read: firstOf(readInvoke, readNamedTags),
  },
  {
    name: "harmony",
    starts: ["<|channel|>", "<|start|>assistant"],
    skip: [],
    read: readHarmony,
  },
  {
    name: "gemma",
    starts: ["<|tool_call>", "<start_function_call>"],
    skip: [
      "<|tool_call>",
      "<tool_call|>",
      "<start_function_call>",
      "<end_function_call>",
    ],
    read: readGemma,
  },
  {
    name: "granite",
    starts: ["<|tool_call|>", "<function_call>"],
    skip: ["<|tool_call|>", "<function_call>", "</function_call>"],
    read: readEnvelopes,
  },
  {
    // Phi-4-mini, FireFunction; it has no closing mark.
    name: "functools",
    starts: ["functools["],
    skip: ["functools"],
    read: readEnvelopes,
  },
  {
    name: "cohere",
    starts: ["<|START_ACTION|>"],
    skip: ["<|START_ACTION|>", "<|END_ACTION|>"],
    read: readEnvelopes,
  },
  {
    name: "nemotron",
    starts: ["<TOOLCALL>"],
    skip: ["<TOOLCALL>", "</TOOLCALL>"],
    read: readEnvelopes,
  },
];

/** Marks of special tokens that end or follow a reply of any model. */
export const endTokens: readonly string[] = [
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|end|>",
  "<|return|>",
  "<｜end▁of▁sentence｜>",
  "<end_of_turn>",
  "<|END_OF_TURN_TOKEN|>",
  "</s>",
  "[/TOOL_CALLS]",
];

/** What a model writes when it goes on to make up the call's result. */
export const inventedResults: readonly string[] = [
  "<tool_response>",
  "<|im_start|>",
  "<|observation|>",
  "<|start_header_id|>",
  "<function_results>",
  "<start_function_response>",
  "<|tool_response>",
  "<｜tool▁outputs▁begin｜>",
  "<|START_TOOL_RESULT|>",
  "[TOOL_RESULTS]",
];

function firstOf(...readers: readonly ReadCalls[]): ReadCalls {
  return (text, at, findTool) => {
    for (const read of readers) {
      const found = read(text, at, findTool);
      if (found !== null) return found;
    }
    return null;
  };
}

/** A tag as it is and with the prefix that some models imitate. */
function namespaced(open: string, rest: string): string[] {
  return ["", "antml:"].map((prefix) => `${open}${prefix}${rest}`);
}

/** The full-width marks and the ASCII ones that stand in for them. */
function deepseekTokens(...names: readonly string[]): string[] {
  return names.flatMap((name) => [
    `<｜${name}｜>`,
    `<|${name}|>`,
    `<｜${name.replaceAll("▁", "_")}｜>`,
    `<|${name.replaceAll("▁", "_")}|>`,
  ]);
}

function dsmlTags(
  ...tags: readonly (readonly [open: string, rest: string])[]
): string[] {
  return tags.flatMap(([open, rest]) => [
    `${open}｜DSML｜${rest}`,
    `${open}|DSML|${rest}`,
  ]);
}
