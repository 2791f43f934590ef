import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../lib/core/message.ts";
import { createSession, openSession } from "../../lib/session/open.ts";
import { scanSession } from "../../lib/session/scan.ts";
import { pathTo } from "../../lib/session/tree.ts";
import { modelSays, sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const name = "2026-11-24T08-00-00-000Z_abcdefgh.jsonl";
const encoder = new TextEncoder();

function header(): string {
  return JSON.stringify({
    type: "session",
    version: 1,
    id: "abcdefgh",
    timestamp: "2026-11-24T08:00:00.000Z",
    cwd: "/srv/project",
    model: "m",
  });
}

function entry(id: number, parent: number | null, words: string): string {
  return JSON.stringify({
    type: "message",
    id: hex(id),
    parentId: parent === null ? null : hex(parent),
    timestamp: "2026-11-24T08:00:01.000Z",
    message: userSays(words),
  });
}

function hex(id: number): string {
  return id.toString(16).padStart(8, "0");
}

Deno.test("scanSession() opens a file that is cut at any byte of its last 4 KB", async () => {
  const lines = [header()];
  for (let id = 1; id <= 30; id++) {
    lines.push(entry(id, id === 1 ? null : id - 1, `wörds ${"x".repeat(100)}`));
  }
  const whole = encoder.encode(lines.join("\n") + "\n");
  assert(whole.length > 4_096);
  await using folder = await tempFolder();
  const file = folder.at(name);
  for (let cut = whole.length - 4_096; cut <= whole.length; cut++) {
    const bytes = whole.subarray(0, cut);
    await Deno.writeFile(file, bytes);
    const { nodes, leaf } = await scanSession(file);
    // An entry counts when all of its JSON is there, line end or not.
    const ended = bytes.filter((byte) => byte === 10).length;
    const last = new TextDecoder().decode(bytes).split("\n").at(-1);
    const isWhole = last === lines[ended];
    assertEquals(nodes.size, ended - 1 + (isWhole ? 1 : 0), `cut at ${cut}`);
    assertEquals(leaf, hex(nodes.size));
  }
});

Deno.test("openSession() goes on behind any cut of a short file, and loses no whole entry", async () => {
  const whole = encoder.encode(
    [header(), entry(1, null, "one"), entry(2, 1, "two"), ""].join("\n"),
  );
  await using folder = await tempFolder();
  const file = folder.at(name);
  for (let cut = 0; cut <= whole.length; cut += 1) {
    await Deno.writeFile(file, whole.subarray(0, cut));
    let kept: readonly Message[] = [];
    {
      const { session, resumed } = await openSession(file, sessionOptions());
      await using _ = session;
      kept = resumed.messages;
      session.append({ type: "message", message: modelSays("new") });
    }
    const again = await openSession(file, sessionOptions());
    await using _ = again.session;
    assertEquals(again.resumed.messages, [...kept, modelSays("new")]);
    assertEquals(again.notices, [], `cut at ${cut}`);
  }
});

Deno.test("scanSession() passes over damage in the middle and keeps all else", async () => {
  await using folder = await tempFolder();
  const lines = [
    header(),
    entry(1, null, "one"),
    '{"type":"message","id":"0000',
    "\0\0\0\0",
    entry(3, 2, "three"),
    '{"type":"from_the_future","id":"00000004","parentId":"00000003","timestamp":"","x":1}',
    entry(5, 4, "five"),
  ];
  await folder.write(name, lines.join("\n") + "\n");
  const { session, resumed, notices } = await openSession(
    folder.at(name),
    sessionOptions(),
  );
  assertEquals(resumed.messages, ["one", "three", "five"].map(userSays));
  assertEquals(notices.length, 3);
  session.append({ type: "message", message: userSays("six") });
  await session[Symbol.asyncDispose]();
  const text = await folder.read(name);
  assert(text.startsWith(lines.join("\n") + "\n"), "a line was changed");
});

Deno.test("pathTo() follows parents in any tree, and every branch can be read", async () => {
  await using folder = await tempFolder();
  const file = folder.at(name);
  const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(parents, async (numbers) => {
      const parentOf = numbers.map((number, index) => number % (index + 1));
      const lines = parentOf.map((parent, index) =>
        entry(index + 1, parent === 0 ? null : parent, `m${index + 1}`)
      );
      await Deno.writeTextFile(file, [header(), ...lines, ""].join("\n"));
      const { nodes } = await scanSession(file);
      for (let id = 1; id <= numbers.length; id++) {
        const expected: string[] = [];
        for (let at = id; at > 0; at = parentOf[at - 1] ?? 0) {
          expected.unshift(hex(at));
        }
        const path = pathTo(nodes, hex(id)).map(({ id }) => id);
        assertEquals(path, expected);
      }
    }),
    { numRuns: 40 },
  );
});

const writer = `
import { createSession } from ${
  JSON.stringify(new URL("../../lib/session/open.ts", import.meta.url).href)
};
const [root] = Deno.args;
const session = await createSession(root, {
  cwd: "/srv/project", model: "m", secrets: [],
  now: Date.now, onProblem: (text) => { throw new Error(text); },
});
console.log(session.file);
for (let n = 0; ; n++) {
  session.append({ type: "message", message: {
    role: "user", content: [{ type: "text", text: n + " " + "x".repeat(20000) }],
  } });
  console.log(n);
}
`;

Deno.test("append() has lost nothing that it acknowledged before kill -9, and the lock ends", async () => {
  await using folder = await tempFolder({ "writer.ts": writer });
  const config = new URL("../../deno.json", import.meta.url).pathname;
  for (let round = 0; round < 3; round++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        `--config=${config}`,
        folder.at("writer.ts"),
        folder.path,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    let wasBusy = false;
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      said += text;
      const [file = ""] = said.split("\n");
      if (said.split("\n").length < 40 * (round + 1) || wasBusy) continue;
      // Another process is told so, as long as this one lives.
      const error = await openSession(file, sessionOptions()).then(
        () => null,
        (error) => error,
      );
      assert(String(error).includes(`process ${child.pid}, since`));
      wasBusy = true;
      child.kill("SIGKILL");
    }
    await child.status;
    const [file = "", ...numbers] = said.split("\n").slice(0, -1);
    const opened = await openSession(file, sessionOptions());
    await using _ = opened.session;
    const { messages } = opened.resumed;
    assert(messages.length >= numbers.length, "an entry was lost");
    assertEquals(wasBusy, true);
  }
});

Deno.test("openSession() reads 10,000 entries, and only what the history needs", async () => {
  await using folder = await tempFolder();
  const session = await createSession(folder.path, sessionOptions());
  for (let n = 0; n < 10_000; n++) {
    const message = n % 2 === 0
      ? userSays(`${n} ${"word ".repeat(160)}`)
      : modelSays(`${n} ${"word ".repeat(160)}`);
    session.append({ type: "message", message });
  }
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  const { size } = await Deno.stat(file);
  const before = Deno.memoryUsage().heapUsed;
  const started = performance.now();
  const opened = await openSession(file, sessionOptions());
  const ms = Math.round(performance.now() - started);
  await using _ = opened.session;
  const grown = Math.round((Deno.memoryUsage().heapUsed - before) / 1e6);
  assertEquals(opened.resumed.messages.length, 10_000);
  const figures = `  ${size} bytes: ${ms} ms, ${grown} MB of heap\n`;
  await Deno.stderr.write(encoder.encode(figures));
});
