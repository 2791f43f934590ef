import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type GuardedPath,
  guardPath,
  resolvePath,
} from "../../lib/platform/guard_path.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("guardPath() gives the real path of what exists and of what does not", async () => {
  await using folder = await tempFolder({ "w/a.txt": "a", "w/sub/b.txt": "b" });
  const options = workspace(folder.at("w"));
  const cases = {
    "a.txt": "a.txt",
    "./sub/../a.txt": "a.txt",
    "sub/b.txt": "sub/b.txt",
    "new/deep/c.txt": "new/deep/c.txt",
    [folder.at("w/a.txt")]: "a.txt",
    [`file://${folder.at("w/a.txt")}`]: "a.txt",
    '"a.txt"': "a.txt",
    "`a.txt`": "a.txt",
    "a.txt\n": "a.txt",
    "~/a.txt": "a.txt",
    ".": "",
  };
  for (const [given, expected] of Object.entries(cases)) {
    const guarded = guardPath(given, options);
    const path = folder.at(expected === "" ? "w" : `w/${expected}`);
    assertEquals(guarded, { ok: true, path }, given);
  }
});

Deno.test("guardPath() refuses every way out of the workspace", async () => {
  await using folder = await tempFolder({
    "w/a.txt": "a",
    "w-evil/b.txt": "b",
    "out/secret.txt": "s",
  });
  await Deno.symlink(folder.at("out/secret.txt"), folder.at("w/file"));
  await Deno.symlink(folder.at("out"), folder.at("w/dir"));
  await Deno.symlink("file", folder.at("w/chain"));
  await Deno.symlink("chain", folder.at("w/longer"));
  await Deno.symlink("../out/missing.txt", folder.at("w/dangling"));
  await Deno.symlink("../out/missing", folder.at("w/danglingdir"));
  await Deno.symlink("/dev/zero", folder.at("w/zero"));
  const ways = [
    "..",
    "../w-evil/b.txt",
    folder.at("w-evil/b.txt"),
    "sub/../../out/secret.txt",
    "/etc/passwd",
    "/",
    "/dev/zero",
    "file",
    "dir",
    "dir/secret.txt",
    "dir/new.txt",
    "dir/new/deeper.txt",
    "chain",
    "longer",
    "dangling",
    "danglingdir/new.txt",
    "zero",
    `file://${folder.at("out/secret.txt")}`,
    "~/../out/secret.txt",
  ];
  for (const kind of ["read", "write"] as const) {
    for (const given of ways) {
      const options = { ...workspace(folder.at("w")), kind };
      const guarded = guardPath(given, options);
      assertEquals(refuser(guarded), "workspace", `${kind} ${given}`);
    }
  }
});

Deno.test("guardPath() names the place to which a link leads", async () => {
  await using folder = await tempFolder({ "w/a": "", "out/secret.txt": "s" });
  await Deno.symlink("../out/secret.txt", folder.at("w/link"));
  assertEquals(guardPath("link", workspace(folder.at("w"))), {
    ok: false,
    by: "workspace",
    message: `Cannot read "link": it leads to "${
      folder.at("out/secret.txt")
    }", outside the workspace`,
    hint: `Use paths inside ${folder.at("w")}`,
  });
});

Deno.test("guardPath() follows links that stay inside, and links to a root", async () => {
  await using folder = await tempFolder({ "real/a.txt": "a" });
  await Deno.symlink("real", folder.at("root"));
  await Deno.symlink("a.txt", folder.at("real/alias"));
  await Deno.symlink("later.txt", folder.at("real/dangling"));
  const options = workspace(folder.at("root"));
  assertEquals(guardPath("alias", options), {
    ok: true,
    path: folder.at("real/a.txt"),
  });
  assertEquals(guardPath(folder.at("real/a.txt"), options), {
    ok: true,
    path: folder.at("real/a.txt"),
  });
  assertEquals(guardPath("dangling", { ...options, kind: "write" }), {
    ok: true,
    path: folder.at("real/later.txt"),
  });
});

Deno.test("guardPath() makes a failure of what no file system takes", async () => {
  await using folder = await tempFolder({ "w/a.txt": "a" });
  await Deno.symlink("loop", folder.at("w/loop"));
  const options = workspace(folder.at("w"));
  const cases = [
    ["a\0b", "input", "a path has no NUL character"],
    ["", "input", "the path is empty"],
    [" \n", "input", "the path is empty"],
    ["n".repeat(300), "system", "the name is too long"],
    ["d/".repeat(3000), "system", "the name is too long"],
    ["loop", "system", "its symlinks form a loop"],
    ["a.txt/b", "system", "a part of the path is a file, not a folder"],
  ] as const;
  for (const [given, by, state] of cases) {
    const guarded = guardPath(given, options);
    assertEquals(refuser(guarded), by, given.slice(0, 20));
    assert(!guarded.ok);
    assertStringIncludes(guarded.message, state);
  }
});

Deno.test("guardPath() says which flag would lift Deno's refusal", async () => {
  await using folder = await tempFolder({ "w/a.txt": "a", "w/no/b.txt": "b" });
  await Deno.symlink("../out", folder.at("w/link"));
  const root = folder.at("w");
  const script = new URL("../../lib/platform/guard_path.ts", import.meta.url);
  await folder.write(
    "ask.ts",
    `import { guardPath } from ${JSON.stringify(script.href)};
    const [cwd, kind, ...paths] = Deno.args;
    const found = [];
    for (const path of paths) {
      found.push(guardPath(path, { cwd, roots: [cwd], kind }));
    }
    console.log(JSON.stringify(found));`,
  );
  const ask = async (flags: string[], kind: string, ...paths: string[]) => {
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const output = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--config",
        config,
        ...flags,
        folder.at("ask.ts"),
        root,
        kind,
        ...paths,
      ],
      stderr: "inherit",
    }).output();
    return JSON.parse(new TextDecoder().decode(output.stdout));
  };
  assertEquals(await ask([`--allow-read=${root}`], "write", "a.txt"), [{
    ok: false,
    by: "deno",
    message: 'Cannot write "a.txt": Deno\'s permissions do not cover it',
    hint:
      `Do without it; the user can start the program with --allow-write=${root}`,
  }]);
  assertEquals(await ask([`--allow-write=${root}`], "write", "a.txt"), [{
    ok: false,
    by: "deno",
    message: 'Cannot write "a.txt": Deno\'s permissions do not cover it',
    hint:
      `Do without it; the user can start the program with --allow-read=${root}`,
  }]);
  const [denied, outside, fine] = await ask(
    [`--allow-read=${root}`, `--deny-read=${root}/no`],
    "read",
    "no/b.txt",
    "/etc/passwd",
    "a.txt",
  );
  assertEquals([denied.by, outside.by, fine.ok], ["deno", "workspace", true]);
  assertStringIncludes(denied.message, "denied by --deny-read");
});

Deno.test("resolvePath() goes by the text alone", () => {
  assertEquals(resolvePath("a/../b.txt", "/w", "/home/u"), "/w/b.txt");
  assertEquals(resolvePath("~/b.txt", "/w", "/home/u"), "/home/u/b.txt");
  assertEquals(resolvePath("~user/b.txt", "/w", "/home/u"), "/w/~user/b.txt");
  assertEquals(resolvePath("file:///x/a%20b", "/w", "/home/u"), "/x/a b");
  assertEquals(resolvePath("file:///x/%zz", "/w", "/h"), "/x/%zz");
  assertEquals(resolvePath("file://[x", "/w", "/h"), "/w/file:/[x");
  assertEquals(resolvePath("'q.txt'\r\n", "/w", "/home/u"), "/w/q.txt");
  assertEquals(resolvePath("/no/such/place", "/w"), "/no/such/place");
});

function workspace(root: string) {
  return { cwd: root, roots: [root], kind: "read" as const, home: root };
}

function refuser(guarded: GuardedPath): string {
  return guarded.ok ? `nobody (${guarded.path})` : guarded.by;
}
