import { assert, assertEquals } from "@std/assert";
import { createScrubber, scrubKnown } from "../../lib/session/scrub.ts";

const scrub = createScrubber([]);
const letters = "a1B2c3D4e5F6g7H8i9J0";
const long = letters.repeat(2);
const removed = "[key removed]";

/** Texts that hold a key, with the place of the key; made up, all of them. */
const keys: readonly (readonly [before: string, key: string, after: string])[] =
  [
    ["use ", `sk-${letters}`, "."],
    ["use ", `sk-proj-${long}`, ""],
    ["", `ghp_${long}`, "\n"],
    ["", `github_pat_${long}`, ""],
    ["", `glpat-${letters}`, ""],
    ["", `xoxb-${letters}`, ""],
    ["", `xapp-${letters}`, ""],
    ["", `AKIA${"A1B2C3D4E5F6G7H8"}`, ""],
    ["", `AIza${long}`, ""],
    ["", `hf_${letters}`, ""],
    ["", `gsk_${letters}`, ""],
    ["", `npm_${long}`, ""],
    ["", `pypi-${long}`, ""],
    ["", `sk_live_${letters}`, ""],
    ["", `eyJ${letters}.eyJ${letters}.${letters}`, ""],
    ["Authorization: Bearer ", letters, '"'],
    ["authorization=basic ", letters, ""],
    ["the bearer ", letters, ""],
    ["postgres://me:", "hunter2!", "@db/x"],
    ["MY_API_KEY=", letters, ""],
    ['{"password": "', letters, '"}'],
    ["token: ", letters, ", next"],
    [
      "",
      `-----BEGIN RSA PRIVATE KEY-----\n${long}\n-----END RSA PRIVATE KEY-----`,
      "\nmore",
    ],
    ["", `-----BEGIN PRIVATE KEY-----\n${long}`, ""],
  ];

Deno.test("createScrubber() takes out keys by their shapes, and only them", () => {
  for (const [before, key, after] of keys) {
    assertEquals(scrub(before + key + after), before + removed + after);
  }
});

Deno.test("createScrubber() leaves alone what only looks a little like a key", () => {
  const innocent = [
    "the task-list and the risk-free disk-usage",
    "const token = readToken(source);",
    "api_key: process.env.API_KEY",
    "password: string;",
    "https://example.com/path:8080/x@y",
    "sk-learn is a library",
    "commit 3f2a91c0d4e5f60718293a4b5c6d7e8f90123456",
    "secret = ${SECRET_FROM_VAULT_1234}",
    "max_tokens: 4096",
  ];
  for (const words of innocent) assertEquals(scrub(words), words);
});

Deno.test("createScrubber() takes out known keys, but no words that stand for one", () => {
  const known = createScrubber(["ollama", "lm-studio", "secretword99"]);
  const words = "ollama, lm-studio and secretword99";
  assertEquals(known(words), `ollama, lm-studio and ${removed}`);
});

Deno.test("createScrubber() takes time in proportion to the text, whatever it is", () => {
  const texts = [
    "token=",
    "authorization: bearer ",
    "://a:",
    "eyJaaaaaaaa.",
    "-----BEGIN PRIVATE KEY-----",
    "bearer   ",
    "sk-",
    "a_",
  ].map((piece) => piece.repeat(200_000 / piece.length));
  for (const words of texts) {
    const started = performance.now();
    scrub(words);
    const ms = performance.now() - started;
    assert(ms < 4_000, `${words.slice(0, 20)}: ${ms} ms`);
  }
});

Deno.test("scrubKnown() leaves JSON that is JSON", () => {
  const secret = 'quo"te\\back\nline-0123';
  const json = JSON.stringify({ text: `x ${secret} y`, "ollama": 1 });
  const clean = JSON.parse(scrubKnown(json, [secret, "ollama"]));
  assertEquals(clean, { text: `x ${removed} y`, ollama: 1 });
});
