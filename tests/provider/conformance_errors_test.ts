import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Reply } from "../support/model_server.ts";
import { turn } from "./ask_model.ts";
import { type Case, conform, delta } from "./conformance.ts";

const answer = { text: "Done." };
const done = { text: "Done.", stop: "end" } as const;

/** A refusal in OpenAI's shape. */
function refusal(
  status: number,
  message: string,
  part: Record<string, unknown> = {},
): Reply {
  return { status, json: { error: { message, ...part } } };
}

function busy(headers: Record<string, string>, status = 429): Reply {
  return { ...refusal(status, "Slow down"), headers };
}

const html = "<html><head><title>502 Bad Gateway</title></head><body>" +
  `<center>nginx</center>${"<p>filler</p>".repeat(500)}</body></html>`;

function page(status: number, body = html): Reply {
  return { status, headers: { "content-type": "text/html" }, body };
}

/** A wait before a second attempt. */
function waits(
  id: string,
  given: string,
  reply: Reply,
  ms: number,
): Case {
  return { id, given, replies: [reply, answer], waits: [ms], ...done };
}

/** A failure at the first attempt. */
function fatal(
  id: string,
  given: string,
  reply: Reply,
  expected: Pick<Case, "failure" | "says">,
): Case {
  return { id, given, replies: [reply, answer], requests: 1, ...expected };
}

/** A port on which nobody listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A reply that is made of an error by the client itself. */
const grep = { name: "Grep", arguments: { pattern: "x" } };

conform([
  fatal(
    "ERR-01",
    "a 400 without an error key shows its message",
    {
      status: 400,
      json: { object: "error", message: "top_k must be positive", code: 400 },
    },
    { failure: "bad_request", says: /top_k must be positive/ },
  ),
  fatal(
    "ERR-01b",
    "a 400 without an error key can be an overflow",
    {
      status: 400,
      json: {
        object: "error",
        message: "Prompt contains 40000 tokens and 0 draft tokens, too large " +
          "for model with 32768 maximum context length",
        code: "3051",
      },
    },
    { failure: "context_overflow", says: /40000 tokens/ },
  ),
  fatal(
    "ERR-01c",
    "FastAPI's detail is the message",
    { status: 400, json: { detail: "the engine is asleep" } },
    { failure: "bad_request", says: /the engine is asleep/ },
  ),
  {
    id: "ERR-03",
    given: "a 502 page from a proxy is short, and asked again",
    replies: [page(502), answer],
    waits: [750],
    ...done,
    check: ({ retries }) => {
      const because = retries[0]?.because ?? "";
      assertMatch(because, /\(502\): 502 Bad Gateway/);
      assert(because.length < 400 && !because.includes("<"), because);
    },
  },
  {
    id: "ERR-04",
    given: "Ollama's unknown model is fatal, with advice and a list",
    replies: [refusal(404, `model "qwen2.6" not found, try pulling it first`)],
    desk: {
      client: { model: "qwen2.6" },
      server: {
        models: ["llama3.1:8b", "qwen2.5:latest"],
        routes: { "/api/version": { json: { version: "0.9.1" } } },
      },
    },
    failure: "model_not_found",
    says:
      /"qwen2\.6".*Did you mean "qwen2\.5:latest"\?.*llama3\.1:8b.*`ollama pull qwen2\.6`/s,
  },
  ...["model_not_found", "Model Not Exist", "x is not a valid model ID"].map((
    words,
  ) =>
    fatal("ERR-04b", `"${words}" is an unknown model`, refusal(400, words), {
      failure: "model_not_found",
      says: /It has test-model/,
    })
  ),
  fatal(
    "ERR-05",
    "a 404 page on chat/completions is about the URL",
    page(404, "<html><body>Not Found</body></html>"),
    { failure: "bad_request", says: /no chat completions at .*without \/v1/ },
  ),
  {
    id: "ERR-05b",
    given: "a base URL without /v1 is told to have it",
    replies: [],
    ask: (desk) => desk.ask(),
    desk: {
      client: {
        fetch: (_input: string | URL | Request) =>
          Promise.resolve(
            Response.json({ detail: "Not Found" }, { status: 404 }),
          ),
        baseUrl: "http://127.0.0.1:8000/",
      },
    },
    failure: "bad_request",
    says: /try http:\/\/127\.0\.0\.1:8000\/v1/,
  },
  ...[401, 403].map((status) =>
    fatal(
      "ERR-06",
      `a ${status} is about the key, and never shows it`,
      refusal(status, "Incorrect API key provided: secret-key-1234"),
      { failure: "auth", says: /\[key\].*--api-key/ },
    )
  ),
  fatal(
    "ERR-07",
    "a 402 is fatal",
    refusal(402, "Insufficient credits"),
    { failure: "quota", says: /no credit left/ },
  ),
  fatal(
    "ERR-07b",
    "a 429 with insufficient_quota is fatal",
    refusal(429, "You exceeded your current quota", {
      code: "insufficient_quota",
    }),
    { failure: "quota" },
  ),
  waits(
    "ERR-08",
    "retry-after is waited for",
    busy({ "retry-after": "2" }),
    2_000,
  ),
  waits(
    "ERR-09",
    "retry-after-ms is waited for",
    busy({ "retry-after-ms": "1500", "retry-after": "9" }),
    1_500,
  ),
  waits(
    "ERR-10",
    "the reset of the limit that is used up is waited for",
    busy({
      "x-ratelimit-remaining-requests": "5",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1m2.5s",
    }),
    62_500,
  ),
  waits(
    "ERR-10b",
    "a wait in words is waited for",
    refusal(429, "Rate limit reached. Please try again in 20s."),
    20_000,
  ),
  waits(
    "ERR-11",
    "retry-after as a date is waited for",
    busy({ "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }),
    7_000,
  ),
  {
    id: "ERR-11b",
    given: "a wait of an hour is a failure that says so at once",
    replies: [busy({ "retry-after": "3600" })],
    failure: "rate_limit",
    check: ({ failure }) => assertEquals(failure?.transient, true),
  },
  {
    id: "ERR-11c",
    given: "a 429 without a header backs off, eight times at most",
    replies: Array.from({ length: 9 }, () => busy({})),
    failure: "rate_limit",
    waits: [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 750),
  },
  {
    id: "ERR-12",
    given: "x-should-retry: false on a 503 is obeyed",
    replies: [busy({ "x-should-retry": "false" }, 503)],
    failure: "overloaded",
    waits: [],
  },
  waits(
    "ERR-13",
    "x-should-retry: true on a 400 is obeyed",
    busy({ "x-should-retry": "true" }, 400),
    750,
  ),
  {
    id: "ERR-14",
    given: "a 503 while the model loads is polled, slower and slower",
    replies: [
      ...Array.from(
        { length: 7 },
        () => refusal(503, "Loading model", { type: "unavailable_error" }),
      ),
      answer,
    ],
    waits: [2, 4, 6, 8, 10, 10, 10].map((seconds) => seconds * 1_000),
    ...done,
  },
  {
    id: "ERR-15",
    given: "a refused connection is tried twice, then says what to do",
    replies: [],
    desk: { client: { baseUrl: `http://127.0.0.1:${closedPort()}/v1` } },
    failure: "network",
    says: /Cannot reach .*: connection refused\. Is the server running\?/,
    waits: [1_000],
  },
  {
    id: "ERR-16",
    given: "old calls that the server can't parse are sent as text",
    replies: [
      refusal(500, "Failed to parse tool call arguments as JSON: [json...]"),
      answer,
      answer,
    ],
    ask: async (desk) => {
      const request = turn({
        messages: [
          { role: "user", content: [{ type: "text", text: "Do it." }] },
          {
            role: "assistant",
            text: "",
            calls: [{ id: "c1", name: "Read", input: { path: "a.ts" } }],
          },
          {
            role: "tool",
            callId: "c1",
            tool: "Read",
            content: [{ type: "text", text: "the content" }],
            isError: false,
          },
        ],
      });
      await desk.ask(request);
      return await desk.ask(request);
    },
    waits: [],
    ...done,
    check: (_outcome, { server: { requests } }) => {
      assert(requests[0]?.text.includes('"tool_calls"'));
      for (const request of requests.slice(1)) {
        assert(!request.text.includes('"tool_calls"'));
        assertMatch(request.text, /a\.ts.*the content/s);
        assert(request.body.tools.length > 0);
      }
    },
  },
  ...[529, 524, 500, 408].map((status) =>
    waits("ERR-17", `a ${status} backs off`, refusal(status, "Overloaded"), 750)
  ),
  {
    id: "ERR-17b",
    given: "a server in trouble is asked six times, then it is a failure",
    replies: Array.from({ length: 6 }, () => refusal(503, "busy")),
    failure: "overloaded",
    waits: [750, 1_500, 3_000, 6_000, 12_000],
    check: ({ failure }) => {
      assertEquals(failure?.transient, true);
      assertEquals(failure?.status, 503);
    },
  },
  fatal(
    "ERR-23",
    "OpenRouter's upstream words inside metadata.raw are read",
    refusal(400, "Provider returned error", {
      code: 400,
      metadata: {
        raw: JSON.stringify({
          error: {
            message: "This endpoint's maximum context length is 131072 " +
              "tokens. However, you requested about 140000 tokens",
          },
        }),
      },
    }),
    { failure: "context_overflow", says: /131072/ },
  ),
  fatal(
    "ERR-24",
    "Groq's 413 about tokens per minute explains the cap",
    refusal(
      413,
      "Request too large for model `m` on tokens per minute (TPM): Limit " +
        "6000, Requested 9000",
      { code: "rate_limit_exceeded" },
    ),
    { failure: "rate_limit", says: /per minute.*Limit 6000.*\/compact/s },
  ),
  {
    id: "ERR-25",
    given: "a template's rule about roles is obeyed and remembered",
    replies: [
      refusal(
        500,
        "After the optional system message, conversation roles " +
          "must alternate user/assistant/user/assistant/...",
      ),
      answer,
      answer,
    ],
    ask: async (desk) => {
      const said = (text: string) => [{ type: "text", text } as const];
      const request = turn({
        messages: [
          { role: "user", content: said("Do it.") },
          {
            role: "assistant",
            text: "",
            calls: [{ id: "c1", name: "List", input: {} }],
          },
          {
            role: "tool",
            callId: "c1",
            tool: "List",
            content: said("a.ts"),
            isError: false,
          },
          { role: "user", content: said("Go on.") },
        ],
      });
      await desk.ask(request);
      return await desk.ask(request);
    },
    waits: [],
    ...done,
    check: (_outcome, { server: { requests } }) => {
      const roles = requests.map(({ body }) =>
        body.messages.map(({ role }: { role: string }) => role).join(" ")
      );
      const strict = "system user assistant tool assistant user";
      assertEquals(roles, [
        "system user assistant tool user",
        strict,
        strict,
      ]);
    },
  },
  {
    id: "ERR-25b",
    given: "a template that still complains is a failure",
    replies: Array.from(
      { length: 2 },
      () => refusal(500, "conversation roles must alternate"),
    ),
    failure: "bad_request",
    says: /must alternate/,
  },
  {
    id: "ERR-26",
    given: "a filter's refusal is fatal",
    replies: [refusal(400, "filtered", { code: "content_filter" })],
    failure: "refused",
  },
  {
    id: "ERR-27",
    given: "text of a reply that broke off is void, and there is one answer",
    replies: [
      {
        sse: [delta({ content: "Half of an ans" })],
        cutAfter: 90,
      },
      answer,
    ],
    waits: [750],
    ...done,
    check: ({ events }) => {
      const kinds = events.map((event) => event.type);
      const retry = kinds.indexOf("retry");
      assert(kinds.slice(0, retry).includes("text_delta"));
      assertEquals(kinds.filter((kind) => kind === "finish").length, 1);
    },
  },
  {
    id: "ERR-28",
    given: "attempts are counted here alone: the library repeats nothing",
    replies: Array.from({ length: 6 }, () => refusal(500, "oops")),
    failure: "overloaded",
    requests: 6,
    check: ({ retries }) => assertEquals(retries.length, 5),
  },
  {
    id: "TXT-26",
    given: "a call in llama.cpp's complaint about it is run",
    replies: [refusal(
      500,
      `Failed to parse input at pos 12: <tool_call>${JSON.stringify(grep)}` +
        "</tool_call>",
    )],
    stop: "tool_use",
    calls: [["Grep", { pattern: "x" }]],
  },
  {
    id: "TXT-26b",
    given: "Groq's failed_generation is run",
    replies: [refusal(400, "Failed to call a function.", {
      code: "tool_use_failed",
      failed_generation: `<function=Grep>{"pattern":"x"}</function>`,
    })],
    stop: "tool_use",
    calls: [["Grep", { pattern: "x" }]],
  },
  {
    id: "TXT-26c",
    given: "a call that nobody can read is asked for again once, with a nudge",
    replies: [
      refusal(500, 'error parsing tool call: raw=\'{"pattern": "x\', err=EOF'),
      refusal(500, 'error parsing tool call: raw=\'{"pattern": "x\', err=EOF'),
    ],
    failure: "bad_request",
    waits: [],
    check: (_outcome, { server: { requests } }) => {
      const last = requests[1]?.body.messages.at(-1);
      assertEquals(last.role, "user");
      assertMatch(last.content, /could not be read: error parsing tool call/);
    },
  },
]);
