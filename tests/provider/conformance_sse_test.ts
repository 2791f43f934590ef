import { assert, assertEquals, assertMatch } from "@std/assert";
import { conform, delta, deltas, stream } from "./conformance.ts";

const hello = JSON.stringify(delta({ content: "Hello" }));
const world = JSON.stringify(delta({ content: " world" }));
const stop = JSON.stringify(delta({}, "stop"));
const counted = {
  usage: { prompt_tokens: 50, completion_tokens: 7, total_tokens: 57 },
};
const end = `data: ${stop}\n\ndata: [DONE]\n\n`;
const whole = { text: "Hello world", stop: "end" } as const;

conform([
  {
    id: "SSE-01",
    given: "comments between events are ignored",
    replies: [
      stream(`: ping\n\ndata: ${hello}\n\n:\n\ndata: ${world}\n\n${end}`),
    ],
    ...whole,
  },
  {
    id: "SSE-02",
    given: "data without a space is read",
    replies: [stream(`data:${hello}\n\ndata:${world}\n\ndata:${stop}\n\n`)],
    ...whole,
  },
  {
    id: "SSE-03",
    given: "CRLF line ends are read",
    replies: [
      stream(
        `data: ${hello}\n\ndata: ${world}\n\n${end}`.replaceAll("\n", "\r\n"),
      ),
    ],
    ...whole,
  },
  {
    id: "SSE-03b",
    given: "lone CR line ends are read",
    replies: [
      stream(
        `data: ${hello}\n\ndata: ${world}\n\n${end}`.replaceAll("\n", "\r"),
      ),
    ],
    ...whole,
  },
  {
    id: "SSE-05",
    given: "data with an empty payload is ignored",
    replies: [
      stream(`data: ${hello}\n\ndata:\n\ndata: \n\ndata: ${world}\n\n${end}`),
    ],
    ...whole,
  },
  {
    id: "SSE-06",
    given: "an event without data is ignored",
    replies: [
      stream(`data: ${hello}\n\nevent: ping\n\ndata: ${world}\n\n${end}`),
    ],
    ...whole,
  },
  {
    id: "SSE-07",
    given: "events with a single newline between them are all read",
    replies: [
      stream(`data: ${hello}\ndata: ${world}\ndata: ${stop}\ndata: [DONE]\n`),
    ],
    ...whole,
  },
  {
    id: "SSE-08",
    given: "an event over several data lines is read as one",
    replies: [
      stream(
        `data: {"choices":[{"index":0,\ndata: "delta":{"content":"Hello world"}}]}\n\n${end}`,
      ),
    ],
    ...whole,
  },
  {
    id: "SSE-09",
    given: "a finish reason without [DONE] is a success",
    replies: [stream(`data: ${hello}\n\ndata: ${world}\n\ndata: ${stop}\n\n`)],
    ...whole,
    check: ({ notices }) => assertEquals(notices, []),
  },
  {
    id: "SSE-09b",
    given: "the last event needs no blank line",
    replies: [stream(`data: ${hello}\n\ndata: ${world}\n\ndata: ${stop}`)],
    ...whole,
  },
  {
    id: "SSE-10",
    given: "[DONE] without a finish reason is a success with a warning",
    replies: [deltas([{ content: "Hello world" }], null)],
    ...whole,
    check: ({ notices }) => assertMatch(notices.join(), /without a finish/),
  },
  {
    id: "SSE-11",
    given: "a stream that just ends is asked for again",
    replies: [
      stream(`data: ${hello}\n\n`),
      deltas([{ content: "Hello world" }]),
    ],
    ...whole,
    waits: [750],
  },
  {
    id: "SSE-11b",
    given: "a stream that ends each time fails, and nothing of it is kept",
    replies: Array.from({ length: 4 }, () => stream(`data: ${hello}\n\n`)),
    failure: "network",
    says: /lost in the middle of a reply/,
    check: ({ failure, retries }) => {
      assertEquals(failure?.transient, true);
      assertEquals(retries.map(({ of }) => of), [3, 3, 3]);
    },
  },
  {
    id: "SSE-12",
    given: "a connection that breaks is asked for again",
    replies: [
      stream(`data: ${hello}\n\ndata: ${world}\n\n`, { cutAfter: 80 }),
      deltas([{ content: "Hello world" }]),
    ],
    ...whole,
    waits: [750],
  },
  {
    id: "SSE-13",
    given: "a chunk with usage alone is recorded",
    replies: [{
      sse: [
        delta({ content: "Hello world" }),
        delta({}, "stop"),
        { choices: [], ...counted },
        "[DONE]",
      ],
    }],
    ...whole,
    check: ({ finish }) =>
      assertEquals(finish?.usage, {
        input: 50,
        output: 7,
        cached: 0,
        reasoning: 0,
      }),
  },
  {
    id: "SSE-14",
    given: "Azure's filter results are ignored",
    replies: [{
      sse: [
        { choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
        { choices: [{ index: 0, content_filter_results: {} }] },
        delta({ content: "Hello world" }),
        delta({}, "stop"),
      ],
    }],
    ...whole,
  },
  {
    id: "SSE-15",
    given: "a chunk of progress without choices is ignored",
    replies: [{
      sse: [
        { prompt_progress: { total: 10, processed: 5 } },
        delta({ content: "Hello world" }),
        { choices: [{ index: 0, delta: null }] },
        { choices: [{ index: 0, finish_reason: "" }] },
        delta({}, "stop"),
      ],
    }],
    ...whole,
  },
  {
    id: "SSE-17",
    given: "an error with code 429 in a stream is waited for",
    replies: [
      {
        sse: [
          delta({ content: "Hel" }),
          { error: { code: 429, message: "Rate limit exceeded" } },
        ],
      },
      deltas([{ content: "Hello world" }]),
    ],
    ...whole,
    waits: [750],
    check: ({ retries }) => assertMatch(retries[0]?.because ?? "", /limits/),
  },
  {
    id: "SSE-18",
    given: "an error that is a plain string is its message without quotes",
    replies: Array.from(
      { length: 4 },
      () => ({ sse: [{ error: "the model has crashed" }] }),
    ),
    failure: "overloaded",
    says: /problem: the model has crashed\b(?!")/,
  },
  {
    id: "SSE-19",
    given: "event: error with a message alone is an error",
    replies: Array.from(
      { length: 4 },
      () =>
        stream(
          `data: ${hello}\n\nevent: error\ndata: {"message":"worker died"}\n\n`,
        ),
    ),
    failure: "overloaded",
    says: /worker died/,
  },
  {
    id: "SSE-19b",
    given: "old vLLM's error without an error key is an error",
    replies: [
      { sse: [{ object: "error", message: "bad thing", code: 400 }] },
    ],
    failure: "bad_request",
    says: /bad thing/,
  },
  {
    id: "SSE-21",
    given: "one JSON completion in place of a stream is read whole",
    replies: [{
      json: {
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: "Reading.",
            tool_calls: [{
              id: "c1",
              type: "function",
              function: { name: "Read", arguments: '{"path":"a"}' },
            }],
          },
          finish_reason: "tool_calls",
        }],
        ...counted,
      },
    }],
    text: "Reading.",
    stop: "tool_use",
    calls: [["Read", { path: "a" }]],
    check: ({ finish }) => assertEquals(finish?.usage.input, 50),
  },
  {
    id: "SSE-21b",
    given: "an event stream that is called JSON is read as a stream",
    replies: [
      stream(`data: ${hello}\n\ndata: ${world}\n\n${end}`, {
        headers: { "content-type": "application/json" },
      }),
    ],
    ...whole,
  },
  {
    id: "SSE-21c",
    given: "an event stream without a content type is read",
    replies: [
      stream(`: hi\n\ndata: ${hello}\n\ndata: ${world}\n\n${end}`, {
        headers: { "content-type": "" },
      }),
    ],
    ...whole,
  },
  {
    id: "SSE-21d",
    given: "an error body with status 200 is an error",
    replies: [{ json: { error: { message: "no such thing", code: 400 } } }],
    failure: "bad_request",
    says: /no such thing/,
  },
  {
    id: "SSE-22",
    given: "an HTML page is no API endpoint",
    replies: [{
      headers: { "content-type": "text/html" },
      body: "<!doctype html><html><head><title>Sign in</title></head>" +
        `<body><p>Please sign in.</p>${"x".repeat(5_000)}</body></html>`,
    }],
    failure: "protocol",
    says: /not an API endpoint: it answered "Sign in: Please sign in\..*\/v1/,
    check: ({ failure }) => assert((failure?.message.length ?? 0) < 500),
  },
  {
    id: "SSE-23",
    given: "one malformed event among good ones is skipped",
    replies: [
      stream(
        `data: ${hello}\n\ndata: {"choices":[{\n\ndata: ${world}\n\n${end}`,
      ),
    ],
    ...whole,
    check: ({ notices }) =>
      assertMatch(notices.join(), /no JSON were skipped: 1/),
  },
  {
    id: "SSE-24",
    given: "a stream that is mostly not JSON is given up",
    replies: Array.from(
      { length: 4 },
      () => stream(`data: ${hello}\n\n${"data: {oops\n\n".repeat(5)}${end}`),
    ),
    failure: "protocol",
    says: /not JSON/,
  },
  {
    id: "SSE-25",
    given: "cumulative usage on every chunk is not summed",
    replies: [{
      sse: [1, 2, 3].map((output) => ({
        ...delta({ content: `${output}` }, output === 3 ? "stop" : null),
        usage: { prompt_tokens: 50, completion_tokens: output },
      })),
    }],
    text: "123",
    check: ({ finish }) => {
      assertEquals(finish?.usage.input, 50);
      assertEquals(finish?.usage.output, 3);
    },
  },
  {
    id: "SSE-26",
    given: "usage inside choices is recorded",
    replies: [{
      sse: [
        delta({ content: "Hello world" }),
        {
          choices: [{
            index: 0,
            delta: {},
            finish_reason: "stop",
            usage: {
              prompt_tokens: 9,
              completion_tokens: 2,
              cached_tokens: 4,
            },
          }],
        },
      ],
    }],
    ...whole,
    check: ({ finish }) =>
      assertEquals(finish?.usage, {
        input: 9,
        output: 2,
        cached: 4,
        reasoning: 0,
      }),
  },
  {
    id: "SSE-26b",
    given: "usage is read from x_groq, and after [DONE]",
    replies: [{
      sse: [
        delta({ content: "Hello world" }),
        delta({}, "stop"),
        "[DONE]",
        {
          choices: [],
          x_groq: { usage: { prompt_tokens: 8, completion_tokens: 3 } },
        },
      ],
    }],
    ...whole,
    check: ({ finish }) => assertEquals(finish?.usage.input, 8),
  },
  {
    id: "SSE-26c",
    given: "usage is estimated, and says so, when there is none",
    replies: [deltas([{ content: "Hello world" }])],
    ...whole,
    check: ({ finish }) => {
      assertEquals(finish?.usage.estimated, true);
      assert((finish?.usage.input ?? 0) > 50);
      assert((finish?.usage.output ?? 0) >= 2);
    },
  },
  {
    id: "SSE-27",
    given: "MiniMax's base_resp with a status is an error",
    replies: [{
      json: {
        choices: null,
        base_resp: { status_code: 1004, status_msg: "login fail" },
      },
    }],
    failure: "auth",
    says: /login fail/,
  },
  {
    id: "SSE-28",
    given: "only choice 0 is read",
    replies: [{
      sse: [
        {
          choices: [
            { index: 1, delta: { content: "no" } },
            { index: 0, delta: { content: "Hello world" } },
          ],
        },
        delta({}, "stop"),
      ],
    }],
    ...whole,
  },
]);
