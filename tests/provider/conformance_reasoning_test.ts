import { assertEquals } from "@std/assert";
import type { AssistantMessage, Message } from "../../lib/core/message.ts";
import type { ProfileOverride } from "../../lib/provider/profile.ts";
import {
  type Desk,
  type DeskOptions,
  type Outcome,
  turn,
  user,
} from "./ask_model.ts";
import { type Case, conform, deltas } from "./conformance.ts";

const answer = { text: "Done." };

/** Asks, then asks again with the reply and the result of its call. */
async function twice(desk: Desk): Promise<Outcome> {
  const first = await desk.ask();
  return await desk.ask(turn({ messages: continued(first) }));
}

function continued({ finish }: Outcome): Message[] {
  const message = finish?.message as AssistantMessage;
  const results = message.calls.map((call): Message => ({
    role: "tool",
    callId: call.id,
    tool: call.name,
    content: [{ type: "text", text: "found" }],
    isError: false,
  }));
  return [user("Do it."), message, ...results];
}

function profile(override: ProfileOverride): DeskOptions {
  return { client: { profile: override } };
}

/** The assistant message of the request of that number. */
function replayed(desk: Desk, request: number): Record<string, unknown> {
  const messages = desk.server.requests[request]?.body.messages ?? [];
  return messages.find((each: { role: string }) => each.role === "assistant");
}

const thoughtful = {
  thinking: "Let me look.",
  calls: [{ name: "Read", input: { path: "a" } }],
};

/** A reply and what of it is thinking, for rows that differ only there. */
function thinks(
  id: string,
  given: string,
  pieces: readonly object[],
  [thinking, text]: readonly [string, string],
  shown = text,
): Case {
  return {
    id,
    given,
    replies: [deltas(pieces)],
    check: (outcome) => {
      assertEquals(outcome.finish?.message.thinking?.text, thinking);
      assertEquals(outcome.finish?.message.text, text);
      assertEquals(outcome.shown, shown);
      if (shown === text) assertEquals(outcome.thought, thinking);
    },
  };
}

const fence = "```html\n<think>x</think>\n```\n";

conform([
  thinks(
    "RSN-01",
    "reasoning_content is thinking",
    [{ reasoning_content: "Hm, " }, { reasoning_content: "yes." }, {
      content: "Fine.",
    }],
    ["Hm, yes.", "Fine."],
  ),
  thinks(
    "RSN-02",
    "reasoning is thinking",
    [{ reasoning: "Hm." }, { content: "Fine." }],
    ["Hm.", "Fine."],
  ),
  thinks(
    "RSN-03",
    "two fields with one text are not doubled",
    [{ reasoning: "Hm.", reasoning_content: "Hm." }, { content: "Fine." }],
    ["Hm.", "Fine."],
  ),
  thinks(
    "RSN-04",
    "a think mark at the start is thinking, cut anywhere",
    ["\n<th", "ink>Hm", ".</thi", "nk>", "\n\n", "Fine."].map((content) => ({
      content,
    })),
    ["Hm.", "Fine."],
  ),
  thinks(
    "RSN-04b",
    "other marks at the start are thinking",
    [{ content: "<|START_THINKING|>Hm.<|END_THINKING|>Fine." }],
    ["Hm.", "Fine."],
  ),
  thinks(
    "RSN-04c",
    "parts of content of the type thinking are thinking",
    [
      {
        content: [{
          type: "thinking",
          thinking: [{ type: "text", text: "Hm." }],
        }],
      },
      { content: [{ type: "text", text: "Fine." }] },
    ],
    ["Hm.", "Fine."],
  ),
  thinks(
    "RSN-05",
    "all before a closing mark without an opener is thinking",
    [{ content: "Hm.\n</think>" }, { content: "\n\nFine." }],
    ["Hm.\n", "Fine."],
    // Nobody could know when it was shown.
    "Hm.\n</think>\n\nFine.",
  ),
  {
    id: "RSN-05b",
    given: "the next reply of such a model is thinking from its start",
    replies: [
      deltas([{ content: "Hm.\n</think>\n\nFine." }]),
      deltas([{ content: "Well.\n" }, { content: "</think>\n\nGood." }]),
      deltas([{ content: "No thought here." }]),
    ],
    ask: async (desk) => {
      await desk.ask();
      const second = await desk.ask();
      assertEquals(second.shown, "Good.");
      assertEquals(second.thought, "Well.\n");
      return await desk.ask();
    },
    check: ({ finish, shown }) => {
      assertEquals(shown, "No thought here.");
      assertEquals(finish?.message.text, "No thought here.");
      assertEquals(finish?.message.thinking, undefined);
    },
  },
  {
    id: "RSN-06",
    given: "a think mark later in code stays in the text",
    replies: [deltas([{ content: `See:\n${fence}` }, { content: "End." }])],
    text: `See:\n${fence}End.`,
    check: ({ finish }) => assertEquals(finish?.message.thinking, undefined),
  },
  {
    id: "RSN-06b",
    given: "a closing mark in a code span is a text about such marks",
    replies: [deltas([{ content: "Close it with `</think>`\nalways." }])],
    text: "Close it with `</think>`\nalways.",
    check: ({ finish }) => assertEquals(finish?.message.thinking, undefined),
  },
  {
    id: "RSN-07",
    given: "DeepSeek's rule sends reasoning_content back with the call",
    replies: [thoughtful, answer],
    desk: profile({
      reasoning: {
        replay: "always-or-empty",
        replayField: "reasoning_content",
      },
    }),
    ask: twice,
    check: (_outcome, desk) =>
      assertEquals(replayed(desk, 1).reasoning_content, "Let me look."),
  },
  {
    id: "RSN-08",
    given: "MiniMax's rule sends the content back byte by byte",
    replies: [
      {
        text: ["<think>\nHm.\n</think>", "\n\nLooking."],
        calls: [{ name: "Read", input: { path: "a" } }],
      },
      answer,
    ],
    desk: profile({ reasoning: { replay: "inline" } }),
    ask: twice,
    check: (_outcome, desk) =>
      assertEquals(
        replayed(desk, 1).content,
        "<think>\nHm.\n</think>\n\nLooking.",
      ),
  },
  {
    id: "RSN-09",
    given: "a 400 that wants reasoning_content back is obeyed and remembered",
    replies: [
      { calls: [{ name: "Read", input: { path: "a" } }] },
      {
        status: 400,
        json: {
          error: {
            message: "The reasoning_content in the thinking mode must be " +
              "passed back to the API.",
          },
        },
      },
      answer,
      answer,
    ],
    ask: async (desk) => {
      await twice(desk);
      return await desk.ask(turn({
        messages: [user("Do it."), {
          role: "assistant",
          text: "Done.",
          calls: [],
        }, user("More.")],
      }));
    },
    check: (_outcome, desk) => {
      assertEquals(replayed(desk, 1).reasoning_content, undefined);
      assertEquals(replayed(desk, 2).reasoning_content, "");
      assertEquals(replayed(desk, 3).reasoning_content, "");
    },
  },
  {
    id: "RSN-10",
    given: "a 400 that names reasoning_content as unknown is obeyed",
    replies: [
      thoughtful,
      {
        status: 422,
        json: {
          detail: [{
            type: "extra_forbidden",
            loc: ["body", "messages", 2, "assistant", "reasoning_content"],
            msg: "Extra inputs are not permitted",
          }],
        },
      },
      answer,
      answer,
    ],
    ask: async (desk) => {
      const first = await desk.ask();
      const next = turn({ messages: continued(first) });
      await desk.ask(next);
      return await desk.ask(next);
    },
    check: (_outcome, desk) => {
      assertEquals(replayed(desk, 1).reasoning_content, "Let me look.");
      assertEquals("reasoning_content" in replayed(desk, 2), false);
      assertEquals("reasoning_content" in replayed(desk, 3), false);
    },
  },
  {
    id: "RSN-11",
    given: "Ollama's rule sends it back as reasoning",
    replies: [{ ...thoughtful, thinkingField: "reasoning" }, answer],
    desk: profile({ reasoning: { replayField: "reasoning" } }),
    ask: twice,
    check: (_outcome, desk) => {
      assertEquals(replayed(desk, 1).reasoning, "Let me look.");
      assertEquals("reasoning_content" in replayed(desk, 1), false);
    },
  },
  {
    id: "RSN-13",
    given: "OpenRouter's reasoning_details go back as they came",
    replies: [
      {
        sse: [
          {
            reasoning: "Hm, ",
            reasoning_details: [
              { type: "reasoning.text", index: 0, text: "Hm, ", format: "x" },
            ],
          },
          {
            reasoning: "yes.",
            reasoning_details: [
              {
                type: "reasoning.text",
                index: 0,
                text: "yes.",
                signature: "s",
              },
            ],
          },
          {
            reasoning_details: [
              {
                type: "reasoning.encrypted",
                index: 1,
                data: "AAAA==",
                id: "r1",
              },
            ],
            tool_calls: [{
              index: 0,
              id: "c1",
              function: { name: "Read", arguments: '{"path":"a"}' },
            }],
          },
        ].map((delta) => ({ choices: [{ index: 0, delta }] })).concat([
          {
            choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }],
            // deno-lint-ignore no-explicit-any
          } as any,
        ]),
      },
      answer,
    ],
    desk: profile({ reasoning: { details: true } }),
    ask: twice,
    check: (_outcome, desk) =>
      assertEquals(replayed(desk, 1).reasoning_details, [
        {
          type: "reasoning.text",
          index: 0,
          text: "Hm, yes.",
          format: "x",
          signature: "s",
        },
        { type: "reasoning.encrypted", index: 1, data: "AAAA==", id: "r1" },
      ]),
  },
  {
    id: "RSN-14",
    given: "reasoning alone is an empty reply, not an answer",
    replies: [
      deltas([{ reasoning_content: "The answer is 4." }]),
      deltas([{ reasoning_content: "The answer is 4." }]),
    ],
    stop: "empty",
    text: "",
    waits: [0],
  },
  {
    id: "RSN-15",
    given: "another model's reasoning is not sent",
    replies: [answer],
    ask: (desk) =>
      desk.ask(turn({
        messages: [user("Do it."), {
          role: "assistant",
          text: "",
          calls: [{ id: "c1", name: "Read", input: { path: "a" } }],
          thinking: {
            text: "secret",
            field: "reasoning_content",
            by: "deepseek/deepseek-chat",
          },
        }],
      })),
    check: (_outcome, desk) =>
      assertEquals(desk.server.requests[0]?.text.includes("secret"), false),
  },
]);
