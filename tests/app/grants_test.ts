import { assertEquals, assertThrows } from "@std/assert";
import { fixGrants, takePermissionWords } from "../../lib/app/grants.ts";
import { UserError } from "../../lib/core/error.ts";

const defaults = {
  read: ["/home/u/project"],
  write: ["/home/u/project"],
  net: ["localhost"],
  run: true,
  env: ["HOME", "PATH"],
} as const;

function grants(...args: string[]) {
  return fixGrants(takePermissionWords(args), defaults, "/home/u/project");
}

Deno.test("takePermissionWords() takes Deno's words and leaves the rest", () => {
  assertEquals(
    takePermissionWords([
      "--allow-read=src,docs",
      "-W",
      "-m",
      "qwen3",
      "--deny-run",
      "--no-prompt",
      "--allow-read=tests",
      "fix it",
      "--",
      "--allow-net",
    ]),
    {
      allow: { read: ["src", "docs", "tests"], write: true },
      deny: { run: true },
      rest: ["-m", "qwen3", "fix it", "--", "--allow-net"],
    },
  );
});

Deno.test("takePermissionWords() refuses categories and lists that mean nothing", () => {
  for (const word of ["--allow-ffi", "--deny-hrtime", "--allow-read="]) {
    assertThrows(() => takePermissionWords([word]), UserError, word);
  }
});

Deno.test("fixGrants() replaces a default by what the user named", () => {
  assertEquals(grants(), { ...defaults });
  assertEquals(grants("--allow-write=src").write, ["/home/u/project/src"]);
  assertEquals(grants("-N").net, true);
  assertEquals(grants("-A", "--deny-run"), {
    read: true,
    write: true,
    net: true,
    run: [],
    env: true,
  });
});

Deno.test("fixGrants() keeps a denial or refuses to pretend", () => {
  assertEquals(grants("--deny-write").write, []);
  assertEquals(grants("--deny-env=PATH").env, ["HOME"]);
  const lost = [
    ["--deny-read=.env"],
    ["--deny-write=.git"],
    ["--deny-net=evil.example"],
    ["--deny-run=curl"],
    ["-E=OPENAI_*", "--deny-env=OPENAI_API_KEY"],
  ];
  for (const args of lost) {
    const error = assertThrows(() => grants(...args), UserError);
    assertEquals(error.exitCode, 2);
  }
});
