import { assert, assertEquals, assertMatch } from "@std/assert";
import { callDeltas, conform, delta, deltas } from "./conformance.ts";

const read = '{"path":"a"}';
const other = '{"path":"b"}';
const answer = { text: "Done." };

/** One call whole in a delta; fields that are undefined are left out. */
function whole(
  name: string | undefined,
  args: unknown,
  head: { index?: number; id?: string | null } = {},
): object {
  return { ...head, type: "function", function: { name, arguments: args } };
}

function piece(args: unknown, head: { index?: number; id?: string } = {}) {
  return { ...head, function: { arguments: args } };
}

conform([
  {
    id: "TC-01",
    given: "fragments over 20 deltas make one call with exact arguments",
    replies: [{
      calls: [{
        name: "Write",
        input: { path: "ä.ts", content: 'line "1"\n\tline 2 → ✓' },
      }],
      fragments: 20,
    }],
    stop: "tool_use",
    calls: [["Write", { path: "ä.ts", content: 'line "1"\n\tline 2 → ✓' }]],
  },
  {
    id: "TC-02",
    given: "a whole call in one delta is one call",
    replies: [callDeltas([whole("Read", read, { index: 0, id: "c1" })])],
    calls: [["Read", { path: "a" }]],
    check: ({ finish }) => assertEquals(finish?.message.calls[0]?.id, "c1"),
  },
  {
    id: "TC-03",
    given: "an empty id in later deltas belongs to the call begun",
    replies: [callDeltas([
      whole("Read", "", { index: 0, id: "c1" }),
      piece('{"path"', { index: 0, id: "" }),
      piece(':"a"}', { index: 0, id: "" }),
      piece("", { index: 0, id: "" }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-04",
    given: "an id that comes in the second delta is the call's",
    replies: [callDeltas([
      whole("Read", "", { index: 0 }),
      piece(read, { index: 0, id: "late" }),
    ])],
    calls: [["Read", { path: "a" }]],
    check: ({ finish }) => assertEquals(finish?.message.calls[0]?.id, "late"),
  },
  {
    id: "TC-04b",
    given: "an id that comes within the arguments is the call's",
    replies: [callDeltas([
      whole("Read", '{"pa', { index: 0 }),
      piece('th":"a"}', { index: 0, id: "late" }),
    ])],
    calls: [["Read", { path: "a" }]],
    check: ({ finish }) => assertEquals(finish?.message.calls[0]?.id, "late"),
  },
  {
    id: "TC-05",
    given: "two calls without ids get ids of their own",
    replies: [callDeltas([
      whole("Read", read, { index: 0 }),
      whole("Read", other, { index: 1, id: null }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-06",
    given: "two ids without an index are two calls",
    replies: [callDeltas([
      whole("Read", '{"path":', { id: "c1" }),
      piece('"a"}', { id: "c1" }),
      whole("Read", other, { id: "c2" }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-07",
    given: "without id and index a new name begins a new call",
    replies: [callDeltas([
      whole("Read", '{"path":'),
      piece('"a"}'),
      whole("Read", other),
      whole("List", "{}"),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }], ["List", {}]],
  },
  {
    id: "TC-08",
    given: "two ids with the same index are two calls",
    replies: [callDeltas([
      whole("Read", read, { index: 0, id: "c1" }),
      whole("Grep", '{"pattern":"x"}', { index: 0, id: "c2" }),
    ])],
    calls: [["Read", { path: "a" }], ["Grep", { pattern: "x" }]],
  },
  {
    id: "TC-08b",
    given: "later deltas without an id go to the newest call of the index",
    replies: [callDeltas([
      whole("Read", read, { index: 0, id: "c1" }),
      whole("Read", "", { index: 0, id: "c2" }),
      piece('{"path"', { index: 0 }),
      piece(':"b"}', { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-09",
    given: "the same index without ids, a second name after complete JSON",
    replies: [callDeltas([
      whole("Read", read, { index: 0 }),
      whole("Read", other, { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-09b",
    given: "the same, with the second call in fragments",
    replies: [callDeltas([
      whole("Read", read, { index: 0 }),
      whole("Read", "", { index: 0 }),
      piece('{"path":"', { index: 0 }),
      piece('b"}', { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-10",
    given: "indexes that begin at 1 and have gaps keep the order",
    replies: [callDeltas([
      whole("Read", read, { index: 1, id: "c1" }),
      whole("Read", other, { index: 4, id: "c2" }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-11",
    given: "interleaved fragments of two calls stay apart",
    replies: [callDeltas([
      whole("Read", "", { index: 0, id: "c1" }),
      whole("Read", "", { index: 1, id: "c2" }),
      piece('{"path":', { index: 1 }),
      piece('{"path":"a"', { index: 0 }),
      piece('"b"}', { index: 1 }),
      piece("}", { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-12",
    given: "a name repeated in every delta is not doubled",
    replies: [callDeltas([
      whole("Read", '{"pa', { index: 0, id: "c1" }),
      whole("Read", 'th":"{}', { index: 0, id: "c1" }),
      whole("Read", '"}', { index: 0, id: "c1" }),
    ])],
    calls: [["Read", { path: "{}" }]],
  },
  {
    id: "TC-12b",
    given: "the same without ids, with an empty delta at the end",
    replies: [callDeltas([
      whole("Read", "", { index: 0 }),
      whole("Read", '{"path":', { index: 0 }),
      whole("Read", '"a"}', { index: 0 }),
      whole("Read", "", { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-13",
    given: "a name split in two is joined when an offered tool has it",
    replies: [callDeltas([
      whole("Re", "", { index: 0, id: "c1" }),
      whole("ad", read, { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-14",
    given: "a name after the arguments belongs to them",
    replies: [callDeltas([
      piece('{"path":', { index: 0, id: "c1" }),
      piece('"a"}', { index: 0 }),
      whole("Read", "", { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-15",
    given: "arguments that are an object are read",
    replies: [
      callDeltas([whole("Read", { path: "a" }, { index: 0, id: "c" })]),
    ],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-15b",
    given: "two objects with one index and no id are two calls",
    replies: [callDeltas([
      whole("Read", { path: "a" }, { index: 0 }),
      whole("Read", { path: "b" }, { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  ...[null, "", undefined].map((args) => ({
    id: "TC-16",
    given: `arguments ${JSON.stringify(args)} of a tool without input are {}`,
    replies: [callDeltas([whole("List", args, { index: 0, id: "c1" })])],
    stop: "tool_use" as const,
    calls: [["List", {}]] as const,
    check: (
      { finish }: Parameters<
        NonNullable<Parameters<typeof conform>[0][0]["check"]>
      >[0],
    ) => assertEquals(finish?.message.calls[0]?.problem, undefined),
  })),
  {
    id: "TC-17",
    given: "cumulative arguments are not doubled",
    replies: [callDeltas([
      whole("Read", '{"pa', { index: 0, id: "c1" }),
      piece('{"path":', { index: 0 }),
      piece('{"path":"a"}', { index: 0 }),
      piece('{"path":"a"}', { index: 0 }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-18",
    given: "a complete call sent again with its id is one call",
    replies: [callDeltas([
      whole("Read", '{"path"', { index: 0, id: "c1" }),
      piece(':"a"}', { index: 0 }),
      whole("Read", read, { index: 0, id: "c1" }),
    ])],
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-19",
    given: "finish reason stop with calls runs the calls",
    replies: [callDeltas([whole("Read", read, { index: 0, id: "c" })], "stop")],
    stop: "tool_use",
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-20",
    given: "finish reason tool_calls with text alone is a text",
    replies: [deltas([{ content: "All is well." }], "tool_calls")],
    stop: "end",
    text: "All is well.",
    calls: [],
  },
  {
    id: "TC-20b",
    given: "finish reason tool_calls with a call in the text recovers it",
    replies: [deltas([{
      content: '<tool_call>\n{"name": "Read", "arguments": {"path": "a"}}\n' +
        "</tool_call>",
    }], "tool_calls")],
    stop: "tool_use",
    text: "",
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-21",
    given: "finish reason tool_calls with nothing at all is asked for again",
    replies: [deltas([], "tool_calls"), answer],
    stop: "end",
    text: "Done.",
    waits: [0],
  },
  {
    id: "TC-21b",
    given: "a second empty reply ends as empty, for the caller to nudge",
    replies: [deltas([], "tool_calls"), deltas([{ content: " \n" }])],
    stop: "empty",
    waits: [0],
  },
  {
    id: "TC-22",
    given: "the output limit within the second call spares the first",
    replies: [callDeltas([
      whole("Read", read, { index: 0, id: "c1" }),
      whole("Write", '{"path":"a","content":"line1\\nli', {
        index: 1,
        id: "c2",
      }),
    ], "length")],
    stop: "tool_use",
    calls: [["Read", { path: "a" }], ["Write", {}]],
    check: ({ finish }) => {
      const [first, second] = finish?.message.calls ?? [];
      assertEquals(first?.problem, undefined);
      assertEquals(second?.problem?.kind, "cut_off");
      assertMatch(second?.problem?.message ?? "", /\(\d+ tokens\).*smaller/s);
    },
  },
  {
    id: "TC-23",
    given: "text cut at the output limit says so",
    replies: [deltas([{ content: "Once upon" }], "length")],
    stop: "length",
    text: "Once upon",
  },
  {
    id: "TC-24",
    given: "an unknown finish reason with a text is a text, with a warning",
    replies: [deltas([{ content: "Fine." }], "wibble")],
    stop: "end",
    text: "Fine.",
    check: ({ notices }) => assertMatch(notices.join(), /"wibble"/),
  },
  ...["network_error", "error"].map((reason) => ({
    id: "TC-25",
    given: `finish reason ${reason} is asked for again`,
    replies: [deltas([{ content: "Hal" }], reason), answer],
    text: "Done.",
    waits: [750],
  })),
  {
    id: "TC-26",
    given: "finish reason model_context_window_exceeded is an overflow",
    replies: [deltas([{ content: "Hal" }], "model_context_window_exceeded")],
    failure: "context_overflow",
  },
  {
    id: "TC-27",
    given: "finish reason content_filter is a refusal",
    replies: [deltas([{ content: "I can" }], "content_filter")],
    stop: "refused",
    text: "I can",
  },
  {
    id: "TC-28",
    given: "the legacy function_call is one call",
    replies: [deltas([
      { function_call: { name: "Read", arguments: '{"path":' } },
      { function_call: { arguments: '"a"}' } },
    ], "function_call")],
    stop: "tool_use",
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-29",
    given: "empty lists of calls on text chunks have no effect",
    replies: [deltas([
      { content: "All ", tool_calls: [] },
      { content: "fine.", tool_calls: null },
      { role: "", content: null, tool_calls: [null] },
    ])],
    stop: "end",
    text: "All fine.",
    calls: [],
  },
  {
    id: "TC-30",
    given: "a call that also stands in the text runs once",
    replies: [{
      sse: [
        delta({
          content: '<tool_call>{"name":"Read","arguments":{"path":"a"}}' +
            "</tool_call>",
        }),
        delta({ tool_calls: [whole("Read", read, { index: 0, id: "c1" })] }),
        delta({}, "tool_calls"),
      ],
    }],
    stop: "tool_use",
    calls: [["Read", { path: "a" }]],
  },
  {
    id: "TC-31",
    given: "the same id for two calls gives two ids",
    replies: [callDeltas([
      whole("Read", read, { index: 0, id: "0" }),
      whole("Read", other, { index: 1, id: "0" }),
    ])],
    calls: [["Read", { path: "a" }], ["Read", { path: "b" }]],
  },
  {
    id: "TC-32",
    given: "an unknown tool has a problem that lists the offered ones",
    replies: [callDeltas([whole("Fly", "{}", { index: 0, id: "c1" })])],
    stop: "tool_use",
    calls: [["Fly", {}]],
    check: ({ finish }) => {
      const problem = finish?.message.calls[0]?.problem;
      assertEquals(problem?.kind, "unknown_tool");
      assertMatch(problem?.message ?? "", /Bash.*Grep.*Read/s);
    },
  },
  {
    id: "TC-33",
    given: "arguments that could be parsed early are read at the end",
    replies: [callDeltas([
      whole("List", "{}", { index: 0, id: "c1" }),
      piece(" ", { index: 0 }),
      whole("Read", '{"path":"a"', { index: 1, id: "c2" }),
      piece(',"limit":5}', { index: 1 }),
    ])],
    calls: [["List", {}], ["Read", { path: "a", limit: 5 }]],
  },
  {
    id: "TC-34",
    given: "arguments without a name are never run",
    replies: [callDeltas([piece(read, { index: 0, id: "c1" })])],
    check: ({ finish }) =>
      assert(finish?.message.calls.every(({ problem }) => problem)),
  },
  {
    id: "TC-35",
    given: "a call under way is shown, and never without its position",
    replies: [{
      calls: [{ name: "Read", input: { path: "a" } }, {
        name: "List",
        input: {},
      }],
    }],
    check: ({ events }) => {
      const previews = events.filter((event) => event.type === "call_delta");
      assertEquals(previews.map(({ index, name }) => [index, name]), [
        [0, "Read"],
        [1, "List"],
      ]);
      assertEquals(previews[0]?.delta, read);
    },
  },
]);
