import { assertEquals, assertThrows } from "@std/assert";
import { fixGrants } from "../../lib/app/grants.ts";
import { takePermissionWords } from "../../lib/app/permission_words.ts";
import { UserError } from "../../lib/core/error.ts";

const cwd = "/home/u/project";
const defaults = {
  read: [cwd],
  write: [cwd],
  net: ["localhost"],
  run: ["/usr/bin/bwrap"],
  env: ["HOME", "PATH"],
} as const;
const nothing = { read: [], write: [] };

const programs: Record<string, string> = {
  git: "/usr/bin/git",
  npm: "/usr/bin/npm",
};

function grants(...args: string[]) {
  return fixGrants(takePermissionWords(args), defaults, {
    cwd,
    findProgram: (name) => programs[name],
  });
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

Deno.test("takePermissionWords() reads short words and commas in names", () => {
  for (
    const [word, allow] of [
      ["-R=a,,b,c", { read: ["a,b", "c"] }],
      ["-RW=src", { read: true, write: ["src"] }],
      ["-N=api.example.com:443", { net: ["api.example.com:443"] }],
      ["-E=OPENAI_*", { env: ["OPENAI_*"] }],
      ["--allow-run=git,npm", { run: ["git", "npm"] }],
      ["-A", { read: true, write: true, net: true, run: true, env: true }],
    ] as const
  ) {
    const taken = takePermissionWords([word]);
    assertEquals(taken, { allow, deny: {}, rest: [] }, word);
  }
  const others = ["-RX", "-r", "--allow", "--allow_read", "--deny"];
  assertEquals(takePermissionWords(others).rest, others);
});

Deno.test("takePermissionWords() refuses categories and lists that mean nothing", () => {
  const words = [
    "--allow-ffi",
    "--deny-hrtime",
    "--allow-read=",
    "-W=a,",
    "-W=,a",
    "--allow-sys=hostname",
  ];
  for (const word of words) {
    const error = assertThrows(() => takePermissionWords([word]), UserError);
    assertEquals(error.exitCode, 2, word);
  }
});

Deno.test("fixGrants() replaces a default by what the user named", () => {
  assertEquals(grants(), { ...defaults, denied: nothing });
  assertEquals(grants("--allow-write=src").write, [`${cwd}/src`]);
  assertEquals(grants("--allow-write=../x,/y").write, ["/home/u/x", "/y"]);
  assertEquals(grants("-N").net, true);
  assertEquals(grants("-A", "--deny-run"), {
    read: true,
    write: true,
    net: true,
    run: [],
    env: true,
    denied: nothing,
  });
});

Deno.test("fixGrants() keeps a denial that it can keep", () => {
  assertEquals(grants("--deny-write").write, []);
  assertEquals(grants("--deny-env=PATH").env, ["HOME"]);
  assertEquals(grants("-E=A_ONE,B", "--deny-env=A_*").env, ["B"]);
  assertEquals(grants("--deny-read=.env", "--deny-write=/x/../y").denied, {
    read: [`${cwd}/.env`],
    write: ["/y"],
  });
  assertEquals(grants("-R=src,docs", "--deny-read=.").read, []);
  assertEquals(grants("-R=src", "--deny-read=src/key").read, [`${cwd}/src`]);
  assertEquals(
    grants("--allow-run=git,npm", "--deny-run=/usr/bin/npm").run,
    ["git"],
  );
  const hosts = "-N=a.example:80,b.example,c.example:8080";
  assertEquals(grants(hosts, "--deny-net=b.example").net, [
    "a.example:80",
    "c.example:8080",
  ]);
  assertEquals(grants(hosts, "--deny-net=A.example.:81,*.example").net, []);
  assertEquals(grants("--deny-net=localhost").net, []);
});

Deno.test("fixGrants() refuses to pretend that a denial is kept", () => {
  const lost = [
    ["-N", "--deny-net=evil.example"],
    ["-N=*.example", "--deny-net=evil.example"],
    ["-N=evil.example", "--deny-net=evil.example:22"],
    ["-N=any.example", "--deny-net=10.0.0.0/8"],
    ["--deny-net=127.0.0.1"],
    ["--allow-run", "--deny-run=curl"],
    ["--deny-run=curl"],
    ["--allow-run=git,/bin/sh", "--deny-run=curl"],
    ["-E=OPENAI_*", "--deny-env=OPENAI_API_KEY"],
    ["-E", "--deny-env=OPENAI_API_KEY"],
  ];
  for (const args of lost) {
    const error = assertThrows(() => grants(...args), UserError);
    assertEquals(error.exitCode, 2, args.join(" "));
  }
});
