import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ContextReport } from "../../lib/core/context_report.ts";
import type { AgentEvent } from "../../lib/core/event.ts";
import { createStyles } from "../../lib/term/style.ts";
import { contextTable } from "../../lib/ui/context_table.ts";
import {
  describeFiles,
  describeSession,
} from "../../lib/ui/describe_session.ts";
import { drawLastExchange } from "../../lib/ui/last_exchange.ts";
import { describeEnd } from "../../lib/ui/run_end.ts";
import { say } from "../support/conversation.ts";

const head = { seq: 0, at: 0, agent: "main" };
const plain = createStyles(false);
type FilesEvent = AgentEvent & { type: "files" };

function files(event: Partial<FilesEvent>): string[] {
  const nothing = { restored: [], removed: [], failed: [], foreign: [] };
  return describeFiles({
    ...{ ...head, type: "files", action: "undo", ...nothing, notes: [] },
    ...event,
  }, "/project").map(({ text, isWarning }) => (isWarning ? "! " : "") + text);
}

const filesCases: readonly (readonly [
  string,
  Partial<FilesEvent>,
  string[],
])[] = [
  ["one file", { restored: ["/project/a.txt"] }, ["Undo: restored a.txt"]],
  ["files in order, and what went", {
    action: "rewind",
    restored: ["/project/s/b", "/project/a"],
    removed: ["/project/c"],
  }, ["Rewind: restored 2 files: a, s/b; removed c"]],
  ["files elsewhere by their whole path", {
    action: "redo",
    restored: ["/etc/x"],
  }, ["Redo: restored /etc/x"]],
  ["nothing that was to do", {}, [
    "Undo: all files are as they should be already",
  ]],
  ["what failed, and why", {
    failed: [{ path: "/project/a", why: "the disk is full" }],
  }, [
    "Undo: no file was changed",
    "! Cannot bring back a: the disk is full",
  ]],
  [
    "what others changed",
    { restored: ["/project/a"], foreign: ["/project/a"] },
    [
      "Undo: restored a",
      "! Changed by somebody else since: a; /redo brings that back",
    ],
  ],
  ["that of a redo is in the undo", {
    action: "redo",
    restored: ["/project/a"],
    foreign: ["/project/a"],
  }, [
    "Redo: restored a",
    "! Changed by somebody else since: a; /undo brings that back",
  ]],
  ["notes", { restored: ["/project/a"], notes: ["HEAD stays"] }, [
    "Undo: restored a",
    "! HEAD stays",
  ]],
  [
    "names that would steer the terminal",
    { restored: ["/project/\x1b[2J\na"] },
    [
      "Undo: restored  a",
    ],
  ],
];

for (const [name, event, expected] of filesCases) {
  Deno.test(`describeFiles() tells ${name}`, () => {
    assertEquals(files(event), expected);
  });
}

Deno.test("describeFiles() counts files that are too many to name", () => {
  const restored = Array.from({ length: 5000 }, (_, n) => `/project/f${n}`);
  const [line = ""] = files({ restored });
  assertStringIncludes(line, "restored 5000 files: f0, ");
  assertStringIncludes(line, ", 4992 more");
  assert(line.length < 200, line);
});

const session = { ...head, type: "session", id: "0123456789", name: null };

const sessionCases: readonly (readonly [
  Partial<AgentEvent & { type: "session" }>,
  string,
])[] = [
  [{ action: "resumed" }, "Resumed session 01234567"],
  [{ action: "resumed", name: "x" }, 'Resumed session 01234567 "x"'],
  [{ action: "forked" }, "Forked: work goes on in session 01234567"],
  [{ action: "renamed", name: "x" }, 'The session\'s name is now "x"'],
  [{ action: "renamed" }, "The session has no name now"],
  [
    { action: "rewound", prompt: "one\ntwo" },
    'Went back to before "one"',
  ],
];

for (const [event, expected] of sessionCases) {
  Deno.test(`describeSession() says: ${expected}`, () => {
    assertEquals(
      describeSession(
        { ...session, ...event } as typeof session & {
          type: "session";
          action: "resumed";
        },
      ),
      expected,
    );
  });
}

Deno.test("drawLastExchange() shows the heads of both", () => {
  const request = Array.from({ length: 20 }, (_, n) => `r${n}`).join("\n");
  const answer = Array.from({ length: 50 }, (_, n) => `a${n}`).join("\n");
  const lines = drawLastExchange({ request, answer }, plain);
  assertEquals(lines.slice(0, 6), [
    "> r0",
    "  r1",
    "  r2",
    "  r3",
    "  …",
    "a0",
  ]);
  assertEquals(lines.at(-1), "…");
  assert(lines.length <= 16);
  assertEquals(
    drawLastExchange({ request: "go\x1b[2J", answer: "" }, plain),
    ["> go", "(no answer)"],
  );
});

Deno.test("contextTable() has a row and a bar for each part, and what is left", () => {
  const report: ContextReport = {
    window: 32_000,
    compactAt: 25_600,
    used: 12_800,
    free: 12_800,
    parts: [
      { kind: "system prompt", tokens: 320, count: 1 },
      { kind: "files read", tokens: 12_480, count: 7 },
    ],
  };
  assertEquals(contextTable(report, plain), [
    "~13k of 32k tokens used (40%), shortened at 26k",
    "  system prompt   ~320   1% █",
    "  files read      ~12k  39% ████████████ 7×",
    "  free            ~13k  40% ░░░░░░░░░░░░",
    "  reserve        ~6.4k  20% ░░░░░░",
  ]);
});

Deno.test("contextTable() stays in its width when too much is used", () => {
  const parts = [{ kind: "requests", tokens: 90_000, count: 1 }] as const;
  const report = {
    ...{ window: 4096, compactAt: 3000, used: 90_000, free: 0, parts },
  };
  for (const line of contextTable(report, plain)) {
    assert(line.length < 80, line);
  }
});

for (
  const [reason, because] of [
    ["loop", "the same call came 5 times"],
    ["budget", "$1.20 of $1"],
    ["denied", "a rule refuses Bash(rm *)"],
    ["max_turns", "10 calls went round in a circle"],
  ] as const
) {
  Deno.test(`describeEnd() says why a run ended: ${reason}`, () => {
    const text = describeEnd({ ...head, ...say.end(reason, { because }) });
    assert(text?.endsWith(`: ${because}`), text ?? "nothing");
  });
}
