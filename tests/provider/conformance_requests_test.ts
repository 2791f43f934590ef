import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Message } from "../../lib/core/message.ts";
import type { Reply } from "../support/model_server.ts";
import { type Desk, type Outcome, turn, user } from "./ask_model.ts";
import { type Case, conform, deltas } from "./conformance.ts";

const answer = { text: "Done." };
const done = { text: "Done.", stop: "end" } as const;

function refusal(message: string, status = 400): Reply {
  return { status, json: { error: { message } } };
}

async function twice(desk: Desk): Promise<Outcome> {
  await desk.ask();
  return await desk.ask();
}

/** A field that is dropped after a refusal, and stays dropped. */
function dropped(
  id: string,
  field: string,
  message: string,
  desk: Case["desk"] & object = {},
): Case {
  return {
    id,
    given: `"${message}" drops ${field} for good`,
    replies: [refusal(message), answer, answer],
    desk,
    ask: twice,
    ...done,
    check: (_outcome, { server: { requests } }) =>
      assertEquals(requests.map(({ body }) => field in body), [
        true,
        false,
        false,
      ]),
  };
}

const long: Message[] = [user("word ".repeat(20_000))];

conform([
  {
    id: "REQ-04",
    given: "max_completion_tokens in place of max_tokens, for good",
    replies: [
      refusal(
        "Unsupported parameter: 'max_tokens' is not supported with this " +
          "model. Use 'max_completion_tokens' instead.",
      ),
      answer,
      answer,
    ],
    ask: twice,
    ...done,
    check: (_outcome, { server: { requests } }) => {
      const fields = requests.map(({ body }) =>
        Object.keys(body).filter((key) => key.startsWith("max_"))
      );
      assertEquals(fields, [
        ["max_tokens"],
        ["max_completion_tokens"],
        ["max_completion_tokens"],
      ]);
    },
  },
  {
    ...dropped(
      "REQ-05",
      "stream_options",
      "Unknown parameter: 'stream_options'.",
    ),
    check: ({ finish }, { server: { requests } }) => {
      assertEquals(finish?.usage.estimated, true);
      assertEquals(requests.map(({ body }) => "stream_options" in body), [
        true,
        false,
        false,
      ]);
    },
  },
  dropped(
    "REQ-06",
    "temperature",
    "Unsupported value: 'temperature' does not support 0.2 with this model. " +
      "Only the default (1) value is supported.",
    { client: { profile: { sampling: { values: { temperature: 0.2 } } } } },
  ),
  {
    id: "REQ-07",
    given: "a model without tools is never asked without them",
    replies: [
      refusal("registry.ollama.ai/library/gemma does not support tools"),
    ],
    failure: "no_tool_support",
    says: /takes no tools.*Use a model that does/,
  },
  {
    id: "REQ-07b",
    given: "in text-tool mode they go into the prompt, and calls come back",
    replies: [{
      text: 'Looking.\n```tool\n{"name": "Read", "arguments": {"path": "a"}}' +
        "\n```\nResult of Read: nonsense",
    }],
    desk: { client: { profile: { textTools: "mode:fence" } } },
    stop: "tool_use",
    calls: [["Read", { path: "a" }]],
    check: ({ finish }, { server: { requests } }) => {
      assertEquals(finish?.message.text, "Looking.");
      const body = requests[0]?.body;
      assertEquals("tools" in body, false);
      assertMatch(body.messages[0].content, /```tool/);
    },
  },
  {
    id: "REQ-08",
    given: "vLLM without a parser is told both flags",
    replies: [refusal(
      '"auto" tool choice requires --enable-auto-tool-choice and ' +
        "--tool-call-parser to be set",
    )],
    failure: "no_tool_support",
    says: /--enable-auto-tool-choice and --tool-call-parser/,
  },
  {
    id: "REQ-09",
    given: "a field that a validator forbids is dropped for good",
    replies: [
      {
        status: 422,
        json: {
          detail: [{
            type: "extra_forbidden",
            loc: ["body", "foo"],
            msg: "Extra inputs are not permitted",
            input: 1,
          }],
        },
      },
      answer,
      answer,
    ],
    desk: { client: { profile: { extraBody: { foo: 1 } } } },
    ask: twice,
    ...done,
    check: (_outcome, { server: { requests } }) =>
      assertEquals(requests.map(({ body }) => "foo" in body), [
        true,
        false,
        false,
      ]),
  },
  {
    id: "REQ-10",
    given: "two lessons are learned one after the other",
    replies: [
      refusal("Unrecognized request argument supplied: stream_options"),
      refusal("Unrecognized request argument supplied: foo"),
      answer,
    ],
    desk: { client: { profile: { extraBody: { foo: 1 } } } },
    ...done,
  },
  {
    id: "REQ-10b",
    given: "a lesson that did not help is not tried again",
    replies: Array.from(
      { length: 2 },
      () => refusal("stream_options is not supported"),
    ),
    failure: "bad_request",
  },
  {
    id: "REQ-14",
    given: "a cap above the server's is lowered for good",
    replies: [refusal("Range of max_tokens should be [1, 2048]"), answer],
    ...done,
    check: (_outcome, { server: { requests } }) =>
      assertEquals(requests[1]?.body.max_tokens, 2_048),
  },
  {
    id: "REQ-17",
    given: "images that a model refuses are replaced by a note",
    replies: [refusal("This model does not support image input"), answer],
    ask: (desk) =>
      desk.ask(turn({
        messages: [{
          role: "user",
          content: [
            { type: "text", text: "See:" },
            { type: "image", mediaType: "image/png", data: "AAAA" },
          ],
        }],
      })),
    ...done,
    check: (_outcome, { server: { requests } }) => {
      assert(requests[0]?.text.includes("image_url"));
      assert(!requests[1]?.text.includes("image_url"));
      assertMatch(requests[1]?.text ?? "", /reads text only/);
    },
  },
  ...["", "/", "//"].map((slashes): Case => ({
    id: "REQ-19",
    given: `a base URL with "${slashes}" at its end has one path`,
    replies: [answer],
    ask: async (desk) => {
      const { openModel } = await import("../../lib/provider/mod.ts");
      const { collect } = await import("./ask_model.ts");
      const { clock, server } = desk;
      const model = openModel({
        model: "m",
        baseUrl: server.url + slashes,
        apiKey: "",
        clock,
        random: () => 0.5,
        newId: () => "call_1",
      });
      const { signal } = new AbortController();
      return await collect(model.stream(turn(), { signal }), clock);
    },
    ...done,
    check: (_outcome, { server: { requests } }) => {
      assertEquals(requests[0]?.path, "/v1/chat/completions");
      // REQ-20: a placeholder stands for a key that is not there.
      assertMatch(requests[0]?.headers.authorization ?? "", /^Bearer \w+$/);
    },
  })),
  {
    id: "CTX-04",
    given: "a prompt that a local server cut is said, and not answered",
    replies: [{
      text: "Nonsense.",
      usage: { prompt_tokens: 2_050, completion_tokens: 3 },
    }],
    desk: { client: { contextWindow: { tokens: 100_000, source: "flag" } } },
    ask: (desk) => desk.ask(turn({ messages: long })),
    failure: "context_overflow",
    check: ({ failure, finish, notices, shown }) => {
      assertEquals(finish, undefined);
      assertEquals(shown, "");
      assertMatch(notices.join(), /cut the prompt without saying so/);
      assert((failure?.window ?? Infinity) < 100_000);
    },
  },
  {
    id: "CTX-06",
    given: "Ollama's 500 without a user query is an overflow",
    replies: [refusal("no user query found in messages", 500)],
    failure: "context_overflow",
    waits: [],
  },
  {
    id: "CTX-13",
    given: "a request that can't fit is not sent",
    replies: [],
    desk: { client: { contextWindow: { tokens: 8_192, source: "flag" } } },
    ask: (desk) => desk.ask(turn({ messages: long })),
    failure: "context_overflow",
    check: ({ failure }) => assertEquals(failure?.window, 8_192),
  },
  {
    id: "CTX-14",
    given: "a limit in an overflow error is the window from then on",
    replies: [refusal(
      "This model's maximum context length is 16384 tokens. However, your " +
        "messages resulted in 17001 tokens.",
    )],
    failure: "context_overflow",
    check: async ({ failure }, { model }) => {
      assertEquals(failure?.window, 16_384);
      assertEquals(failure?.transient, false);
      const info = await model.info(new AbortController().signal);
      assertEquals(info.window, 16_384);
    },
  },
  {
    id: "CTX-16b",
    given: "when only the cap is too large, less is asked for, once",
    replies: [
      refusal(
        "This model's maximum context length is 8192 tokens. However, you " +
          "requested 9096 tokens (5000 in the messages, 4096 in the " +
          "completion). Please reduce the length.",
      ),
      answer,
    ],
    ...done,
    check: (_outcome, { server: { requests } }) =>
      assert(requests[1]?.body.max_tokens <= 8_192 - 5_000 - 64),
  },
  {
    id: "CTX-17",
    given: "a prompt above the window that was answered fails the next turn",
    replies: [{
      text: "Done.",
      usage: { prompt_tokens: 40_000, completion_tokens: 3 },
    }],
    desk: { client: { contextWindow: { tokens: 32_768, source: "flag" } } },
    ask: async (desk) => {
      const first = await desk.ask();
      assertEquals(first.finish?.message.text, "Done.");
      return await desk.ask();
    },
    failure: "context_overflow",
    check: ({ failure }) => assertEquals(failure?.window, 32_768),
  },
  {
    id: "CTX-18",
    given: "nothing written at 99 percent of the window is an overflow",
    replies: [{
      ...deltas([], "length"),
      sse: [
        {
          choices: [{ index: 0, delta: {}, finish_reason: "length" }],
          usage: { prompt_tokens: 32_600, completion_tokens: 0 },
        },
      ],
    }],
    desk: { client: { contextWindow: { tokens: 32_768, source: "flag" } } },
    failure: "context_overflow",
  },
]);
