import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  deniedPaths,
  denyPaths,
  isDenied,
} from "../../lib/platform/denied_paths.ts";
import { guardPath } from "../../lib/platform/guard_path.ts";
import { walk } from "../../lib/platform/walk.ts";
import { grep } from "../../tools/grep.ts";
import { tempFolder } from "../support/temp.ts";
import { shownText, toolContext } from "../support/tool_call.ts";

// What is denied to a thread stays denied, so each test has paths of its own.

Deno.test("guardPath() keeps a deny list against every name of a path", async () => {
  await using folder = await tempFolder({
    ".env": "KEY=1",
    "secret/deep/a.txt": "a",
    "secret-not/b.txt": "b",
    "c.txt": "c",
  });
  await Deno.symlink(".env", folder.at("alias"));
  await Deno.symlink("alias", folder.at("chain"));
  await Deno.symlink("secret", folder.at("folder"));
  const { path } = folder;
  denyPaths({
    read: [folder.at(".env"), folder.at("x/../secret/")],
    write: [],
  });
  const read = { cwd: path, roots: [path], kind: "read" } as const;
  const ways = [
    ".env",
    "./secret/../.env",
    folder.at(".env"),
    `file://${path}/.env`,
    "alias",
    "chain",
    "secret",
    "secret/deep/a.txt",
    "secret/new.txt",
    "folder/deep/a.txt",
    "folder/../.env",
  ];
  for (const way of ways) {
    const guarded = guardPath(way, read);
    assert(!guarded.ok, way);
    assertEquals(guarded.by, "deno");
    assertStringIncludes(guarded.message, "--deny-read");
  }
  for (const way of ["c.txt", "secret-not/b.txt", ".env.example"]) {
    assert(guardPath(way, read).ok, way);
  }
  assert(guardPath(".env", { ...read, kind: "write" }).ok);
});

Deno.test("guardPath() keeps a denied path that does not exist yet, and a denied link", async () => {
  await using folder = await tempFolder({ "real/a.txt": "a" });
  await Deno.symlink("real", folder.at("link"));
  const { path } = folder;
  denyPaths({ read: [], write: [folder.at("later"), folder.at("link")] });
  const write = { cwd: path, roots: [path], kind: "write" } as const;
  for (const way of ["later", "later/x", "link/a.txt", "real/a.txt"]) {
    assert(!guardPath(way, write).ok, way);
  }
  assert(guardPath("latest", write).ok);
});

Deno.test("isDenied() follows a folder that was exchanged for a link", async () => {
  await using folder = await tempFolder({ "one/x": "1", "two/x": "2" });
  denyPaths({ read: [folder.at("one")], write: [] });
  assert(!isDenied("read", folder.at("two/x")));
  await Deno.remove(folder.at("one"), { recursive: true });
  await Deno.symlink("two", folder.at("one"));
  assert(isDenied("read", folder.at("two/x")));
  assert(deniedPaths().read.includes(folder.at("one")));
});

Deno.test("walk() and Grep pass over what is denied, ignored or not", async () => {
  await using folder = await tempFolder({
    "a.txt": "needle\n",
    "secret/b.txt": "needle\n",
    "key.txt": "needle\n",
  });
  denyPaths({
    read: [folder.at("secret"), folder.at("key.txt")],
    write: [],
  });
  const files: string[] = [];
  for (const includeIgnored of [false, true]) {
    const { signal } = new AbortController();
    for await (const found of walk(folder.path, { signal, includeIgnored })) {
      files.push(...found.files.map((name) => found.folder + name));
    }
  }
  assertEquals(files, ["a.txt", "a.txt"]);
  const outcome = await grep.run(
    grep.input.parse({ pattern: "needle", output_mode: "files_with_matches" }),
    toolContext(folder.path),
  );
  const shown = shownText(outcome);
  assertStringIncludes(shown, "a.txt");
  assert(!/secret|key/.test(shown), shown);
});
