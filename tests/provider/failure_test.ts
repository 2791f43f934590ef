import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { readErrorBody } from "../../lib/provider/error_body.ts";
import {
  type Addressee,
  classifyComplaint,
  classifyThrown,
  redact,
} from "../../lib/provider/failure.ts";
import { readOverflow } from "../../lib/provider/overflow.ts";

const to: Addressee = {
  baseUrl: "http://localhost:11434/v1",
  apiKey: "secret-key-1234",
  model: "m",
  profile: "generic",
  now: () => 0,
};

Deno.test("readErrorBody() finds the best sentence in every shape", () => {
  const cases: [unknown, string][] = [
    [{ error: { message: "a" } }, "a"],
    [{ error: "a" }, "a"],
    ['"a"', "a"],
    [{ message: "a" }, "a"],
    [{ object: "error", message: "a", type: "x", code: 400 }, "a"],
    [{ detail: "a" }, "a"],
    [{ detail: [{ loc: ["body", "x"], msg: "a" }] }, "body.x: a"],
    [{ message: { detail: [{ loc: ["body"], msg: "a" }] } }, "body: a"],
    [{ errors: [{ message: "a" }] }, "a"],
    [[{ error: { message: "a", code: 400 } }], "a"],
    [
      { error: { message: "wrapped", metadata: { raw: '{"error":"a"}' } } },
      "a",
    ],
    [{ error: { message: "wrapped", metadata: { raw: "a" } } }, "a"],
    [{ base_resp: { status_code: 1002, status_msg: "a" } }, "a"],
    ["plain words", "plain words"],
    ["", ""],
  ];
  for (const [body, expected] of cases) {
    const read = readErrorBody(
      typeof body === "string" ? body : JSON.stringify(body),
    );
    assertEquals(read.message, expected, JSON.stringify(body));
  }
});

Deno.test("classifyComplaint() has a class for any body and status", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.string()),
      fc.option(fc.integer({ min: 400, max: 599 }), { nil: undefined }),
      (body, status) => {
        const problem = classifyComplaint(
          { body, ...(status === undefined ? {} : { status }) },
          to,
        );
        assert(problem.message.length > 0 && problem.message.length < 1_500);
        assert(!problem.message.includes(to.apiKey));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("classifyThrown() says what to do about a server that is not there", () => {
  const refused = new TypeError("fetch failed", {
    cause: new Error("client error (Connect): tcp connect error: refused"),
  });
  const problem = classifyThrown(refused, to, false);
  assertEquals(problem.code, "network");
  assertMatch(
    problem.message,
    /Cannot reach http:\/\/localhost:11434\/v1: connection refused\. Start Ollama with `ollama serve`, or give --base-url\. `deno task demo` needs no server/,
  );
});

Deno.test("classifyThrown() names the flag where the host may not be reached", () => {
  const denied = new Deno.errors.NotCapable('Requires net access to "x"');
  const problem = classifyThrown(denied, to, false);
  assertEquals(problem.retry, "none");
  assertMatch(problem.message, /--allow-net=localhost:11434/);
});

Deno.test("classifyThrown() tells a host that does not exist from one that refuses", () => {
  const unknown = new TypeError("x", { cause: new Error("dns error: failed") });
  assertMatch(classifyThrown(unknown, to, false).message, /no such host/);
});

Deno.test("redact() hides keys and nothing else", () => {
  assertEquals(redact("key secret-key-1234!", to.apiKey), "key [key]!");
  assertEquals(redact("sk-proj-abcdefgh12345", ""), "[key]");
  assertEquals(redact("Bearer abcdefgh12345", ""), "Bearer [key]");
  assertEquals(redact("ollama is here", "ollama"), "ollama is here");
  assertEquals(redact("a task-list", ""), "a task-list");
});

Deno.test("readOverflow() leaves errors about rates and others alone", () => {
  for (
    const said of [
      "Rate limit: maximum context length of requests per minute",
      "Request too large: 9000 tokens per minute (TPM)",
      "Too many requests, context length 5",
      "temperature must be less than 2",
      "the model was not found",
    ]
  ) assertEquals(readOverflow(said), null, said);
});

Deno.test("readOverflow() reads numbers with separators, and no tiny limits", () => {
  assertEquals(
    readOverflow("prompt is too long: 210,000 tokens > 200,000 maximum"),
    { limit: 200_000, prompt: 210_000 },
  );
  assertEquals(
    readOverflow(
      "request (302 tokens) exceeds the available context size (256 tokens)",
    ),
    { prompt: 302 },
  );
});
