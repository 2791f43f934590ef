import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Token } from "marked";
import type { Message } from "../../lib/core/message.ts";
import { exportToFile } from "../../lib/session/export_file.ts";
import {
  type ExportFormat,
  exportFormats,
  exportSession,
} from "../../lib/session/export.ts";
import { createMemorySession, createSession } from "../../lib/session/open.ts";
import { SessionError } from "../../lib/session/scan.ts";
import type { Session } from "../../lib/session/session.ts";
import { viewSession } from "../../lib/session/view.ts";
import { loadLexer } from "../../lib/term/markdown.ts";
import {
  modelSays,
  sessionOptions,
  toolSays,
  userSays,
} from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const key = `sk-${"a1b2c3d4".repeat(4)}`;
const pixel = "iVBORw0KGgo=";

/** Texts that try to be more than text where they are shown. */
const hostile = [
  "</script></style></pre></details><script>alert(1)</script>",
  '<img src="https://evil.example/x.png" onerror=alert(1)>',
  "![x](https://evil.example/y.png) [x](javascript:alert(1))",
  "\x1b]0;title\x07\x1b[2J\x9b31mred\x1b[0m\b\b",
  "safe \u202etxt.exe\u202c \u2066x\u2069",
  "```html\n<b>never closed",
  "'\" onmouseover=alert(1) x='",
  "<!-- ",
  "<details><summary>",
  "[r]: https://evil.example\n\n[r] <https://evil.example/z>",
];

function say(session: Session, ...messages: Message[]): void {
  for (const message of messages) session.append({ type: "message", message });
}

function hostileSession(texts: readonly string[] = hostile): Session {
  const session = createMemorySession(sessionOptions({ cwd: texts[0] ?? "" }));
  session.append({ type: "session_info", name: texts.join(" ") });
  for (const [index, words] of texts.entries()) {
    const id = `call-${index}`;
    const call = {
      id,
      name: words,
      input: { file_path: words, [words]: words },
    };
    say(
      session,
      userSays(words),
      {
        role: "assistant",
        text: words,
        calls: [call],
        thinking: { text: words, field: "reasoning" },
      },
    );
    const structuredPatch = [{
      oldStart: 1,
      oldLines: 1,
      newStart: 1,
      newLines: 1,
      lines: [`-${words}`, `+${words}`, " same"],
    }];
    session.append({
      type: "call",
      callId: id,
      tool: words,
      ok: true,
      ms: 3,
      touched: [],
      details: { structuredPatch },
    });
    say(session, toolSays(id, words), {
      role: "user",
      content: [
        { type: "image", mediaType: "image/png", data: pixel },
        { type: "image", mediaType: words, data: words },
      ],
    });
  }
  return session;
}

async function exported(
  session: Session,
  format: ExportFormat,
  options: { secrets?: string[]; scrub?: boolean } = {},
): Promise<string> {
  const pieces = exportSession(session, { format, ...options });
  return (await Array.fromAsync(pieces)).join("");
}

const tags = new Set(
  ("html head meta title style body header h1 h2 h3 h4 h5 h6 dl dt dd main " +
    "article small p div pre code span b strong em del br hr ul ol li table " +
    "tr th td blockquote details summary img").split(" "),
);
const empty = new Set(["meta", "img", "br", "hr"]);
const attributes = new Set(
  "class dir lang charset http-equiv content name alt src start".split(" "),
);

/** Makes sure that a page is made of nothing but harmless elements. */
function checkPage(page: string): void {
  const open: string[] = [];
  const body = page.replace("<!doctype html>", "")
    .replace(/<style>[^]*?<\/style>/, "");
  for (
    const [whole, slash, name = "", rest = ""] of body.matchAll(
      /<(\/?)([a-zA-Z0-9]*)([^>]*)>?/g,
    )
  ) {
    assert(tags.has(name), `there is ${whole}`);
    if (slash === "/") assertEquals(open.pop(), name, whole);
    else if (!empty.has(name)) open.push(name);
    const left = rest.replaceAll(
      / ([a-z-]+)="([^"]*)"/g,
      (_, attribute, value) => {
        assert(attributes.has(attribute), `there is ${whole}`);
        if (attribute === "src") {
          assertEquals(value, `data:image/png;base64,${pixel}`);
        }
        return "";
      },
    );
    assertEquals(left, "", `there is ${whole}`);
  }
  assertEquals(open, []);
  // deno-lint-ignore no-control-regex -- none may be left
  assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(page));
}

Deno.test("exportSession() makes a page on which hostile texts stay texts", async () => {
  const page = await exported(hostileSession(), "html");
  checkPage(page);
  assert(page.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
  assert(page.includes("⟨U+202E⟩"));
  assert(page.includes('<span class="add">+'));
  assert(page.includes('<span class="del">-'));
});

Deno.test("exportSession() makes a page that can load nothing: its policy says so, and fits its style", async () => {
  const page = await exported(hostileSession(), "html");
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)),
  );
  assertEquals(
    policy,
    "default-src 'none'; img-src data:; style-src 'sha256-" +
      `${btoa(String.fromCharCode(...bytes))}'; base-uri 'none'; ` +
      "form-action 'none'",
  );
  assert(style.includes("prefers-color-scheme: dark"));
  assert(!/url\(|@import|https?:/.test(style));
});

Deno.test("exportSession() keeps any text within its place on the page", async () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "&",
    '"',
    "'",
    "`",
    "```\n",
    "*",
    "_",
    "[",
    "](",
    ")",
    "!",
    "|",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "# ",
    "~~",
    "---\n",
    "\\",
    "a",
    "&lt;",
    "&amp;lt;",
    "<b>",
    "</p>",
    "<!--",
    "\x1b[",
    "\u202e",
    "https://a.b",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      checkPage(await exported(hostileSession([pieces.join("")]), "html"));
    }),
    { numRuns: 150 },
  );
});

Deno.test("exportSession() shows Markdown of the model as what it means", async () => {
  const session = createMemorySession(sessionOptions());
  const words = "# Title\n\n- **bold** `code <b>`\n\n| a | b |\n| - | - |\n" +
    "| 1 | 2 |\n\n```ts\nlet x = 1 < 2;\n```\n\nsee [the page](https://a.b/c)";
  say(session, userSays("go"), modelSays(words));
  const page = await exported(session, "html");
  for (
    const part of [
      "<h4",
      "<strong>bold</strong>",
      "code &lt;b&gt;</code>",
      "<td",
      "let x = 1 &lt; 2;</pre>",
      'the page <span class="url">(https://a.b/c)</span>',
    ]
  ) assert(page.includes(part), `${part} is not in ${page}`);
});

Deno.test("exportSession() shows text as it is that is nested too deep or too long to be read", async () => {
  const session = createMemorySession(sessionOptions());
  const deep = "> ".repeat(20_000) + "x";
  say(session, userSays("go"), modelSays(deep), modelSays("y".repeat(200_000)));
  const page = await exported(session, "html");
  assert(page.includes("y".repeat(200_000)));
});

/** All tokens of a document, those within others, too. */
function tokensIn(value: unknown): Token[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(tokensIn);
  return "type" in value && "raw" in value ? [value as Token, ...inner] : inner;
}

Deno.test("exportSession() makes Markdown that loads no image and holds no HTML of the conversation", async () => {
  const lexer = await loadLexer();
  for (const texts of [hostile, ...hostile.map((words) => [words])]) {
    const document = await exported(hostileSession(texts), "markdown");
    const tokens = tokensIn(lexer(document));
    assertEquals(tokens.filter(({ type }) => type === "image"), []);
    for (const token of tokens.filter(({ type }) => type === "html")) {
      const left = token.raw.replace(/<\/?(?:details|summary)>/g, "");
      assert(!left.includes("<"), token.raw);
    }
    const headings = tokens.filter(({ type }) => type === "heading");
    assert(headings.length >= 1 + 2 * texts.length, document);
    // deno-lint-ignore no-control-regex -- none may be left
    assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(document));
  }
});

Deno.test("exportSession() makes JSON of the entries as they are, printable anywhere", async () => {
  const session = hostileSession();
  const json = await exported(session, "json");
  // deno-lint-ignore no-control-regex -- none may be left
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(json));
  const document = JSON.parse(json);
  assertEquals(document.session.id, session.header.id);
  assertEquals(document.facts.messages, session.facts.messages);
  const entries = await Array.fromAsync(session.read(session.path()));
  assertEquals(document.entries, entries);
});

Deno.test("exportSession() takes keys out of every format, and leaves them where it is told to", async () => {
  const known = "very-private-word-77";
  const session = createMemorySession(sessionOptions());
  const call = {
    id: "a",
    name: "Bash",
    input: { api_key: "0123456789abcdef" },
  };
  say(
    session,
    userSays(`use ${key} and ${known}`),
    { role: "assistant", text: `I use \x1b[1m${key}`, calls: [call] },
    toolSays("a", `TOKEN=${key}\n${known}`),
  );
  session.append({ type: "session_info", name: `${key} ${known}` });
  const secrets = [key, known, "0123456789abcdef"];
  for (const format of exportFormats) {
    const clean = await exported(session, format, { secrets: [known] });
    for (const secret of secrets) assert(!clean.includes(secret), format);
    assert(clean.includes("[key removed]"));
    const raw = await exported(session, format, { scrub: false });
    for (const secret of secrets) assert(raw.includes(secret), format);
  }
});

Deno.test("exportSession() joins calls to their results, and tells what became of the conversation", async () => {
  const session = createMemorySession(sessionOptions());
  const { id } = session.append({ type: "message", message: userSays("one") });
  say(session, modelSays("gone"));
  await session.moveTo(id, "undo");
  say(
    session,
    modelSays("looking", "a", "b"),
    toolSays("a", "found a"),
    userSays("meanwhile"),
    modelSays("", "c"),
    toolSays("c", "found c"),
    modelSays("done"),
    toolSays("z", "orphan"),
  );
  session.append({
    type: "compaction",
    trigger: "auto",
    by: "model",
    before: 100,
    after: 10,
    history: [{
      message: { ...userSays("the summary"), origin: "harness" } as Message,
    }],
  });
  session.append({
    type: "run_end",
    reason: "error",
    turns: 1,
    ms: 1,
    failure: "no server",
  });
  const document = await exported(session, "markdown");
  const order = [
    "> one",
    "undo",
    "looking",
    "Read (ok)",
    "found a",
    "Read (no result)",
    "> meanwhile",
    "found c",
    "done",
    "orphan",
    "100 tokens became 10",
    "> the summary",
    "no server",
  ];
  const places = order.map((part) => document.indexOf(part));
  assert(places.every((place) => place > 0), document);
  assertEquals(places, places.toSorted((one, other) => one - other), document);
  assert(!document.includes("gone"));
});

Deno.test("exportSession() reads no further than what was taken of it", async () => {
  await using folder = await tempFolder();
  await using session = await createSession(folder.path, sessionOptions());
  for (let n = 0; n < 500; n++) {
    say(session, userSays(`${n}`), modelSays("word ".repeat(1_000)));
  }
  for (const format of exportFormats) {
    let read = 0;
    const view = await viewSession(session.file ?? "");
    const counted = {
      ...view,
      async *read(nodes: Parameters<typeof view.read>[0]) {
        for await (const entry of view.read(nodes)) {
          read++;
          yield entry;
        }
      },
    };
    let taken = 0;
    for await (const _ of exportSession(counted, { format })) {
      if (++taken === 20) break;
    }
    assert(read <= 21, `${format}: ${read}`);
  }
});

Deno.test("exportToFile() writes the whole export, over an older one, for the user alone", async () => {
  await using folder = await tempFolder({ "old.md": "x".repeat(100_000) });
  await using session = await createSession(folder.path, sessionOptions());
  for (let n = 0; n < 100; n++) say(session, userSays("word ".repeat(500)));
  await Deno.symlink(folder.at("old.md"), folder.at("link.md"));
  for (const name of ["old.md", "new.md", "link.md"]) {
    await exportToFile(session, folder.at(name), { format: "markdown" });
    const expected = await exported(session, "markdown");
    assertEquals(await folder.read(name), expected);
    assertEquals(((await Deno.stat(folder.at(name))).mode ?? 0) & 0o777, 0o600);
  }
  assert((await Deno.lstat(folder.at("link.md"))).isSymlink);
  const left = await Array.fromAsync(Deno.readDir(folder.path));
  assertEquals(left.filter(({ name }) => name.endsWith(".tmp")), []);
});

Deno.test("exportToFile() refuses what it can't write, and the session itself", async () => {
  await using folder = await tempFolder({ "there/x": "" });
  await using session = await createSession(folder.path, sessionOptions());
  say(session, userSays("hello"));
  const file = session.file ?? "";
  const before = await Deno.readTextFile(file);
  for (const target of [file, folder.at("there"), folder.at("none/x.md")]) {
    await assertRejects(
      () => exportToFile(session, target, { format: "json" }),
      SessionError,
      "Cannot export to",
    );
  }
  assertEquals(await Deno.readTextFile(file), before);
});
