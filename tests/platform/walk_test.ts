import { assert, assertEquals, assertRejects } from "@std/assert";
import { findRepository, walk } from "../../lib/platform/walk.ts";
import { path } from "../../lib/platform/paths.ts";
import { needs } from "../support/needs.ts";
import { makeTree, type Tree } from "../support/tree.ts";

const signal = new AbortController().signal;

async function walked(root: string, includeIgnored = false): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of walk(root, { signal, includeIgnored })) {
    for (const name of [...batch.files, ...batch.links]) {
      found.push(batch.folder + name);
    }
  }
  return found.sort();
}

async function git(root: string, ...args: string[]): Promise<string> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["-C", root, ...args],
    env: { HOME: root, XDG_CONFIG_HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function listedByGit(root: string): Promise<string[]> {
  const args = ["ls-files", "-z", "-co", "--exclude-standard"];
  return (await git(root, ...args)).split("\0").filter(Boolean).sort();
}

/** A tree in which each rule of gitignore(5) has a file for and against. */
function thorny(): Tree {
  const tree = makeTree({
    ".gitignore": [
      "\uFEFF*.log",
      "!keep.log",
      "# a comment",
      "\\#hash",
      "node_modules/",
      "/only_root",
      "docs/*.html",
      "!docs/index.html",
      "**/generated",
      "deep/**/leaf.txt",
      "any/**",
      "trailing   ",
      "space\\ ",
      "*.py[co]",
      "[Bb]in",
      "[!a-y].z",
      "*~",
      "a*b*c.x",
      "folder_only/",
      "build",
      "!build/keep",
      "q?.md",
      "*.tar.gz",
      "[[:upper:]]x",
      "back\\*slash",
      "crlf.txt\r",
      "foo**bar",
      "ünï*",
    ].join("\n"),
    "sub/.gitignore": "/local\n!*.log\n*.tmp\n../up\ninner/*.k\n",
    "sub/deeper/.gitignore": "*\n!.gitignore\n!wanted\n",
  });
  const files =
    "a.log keep.log #hash node_modules/x/y.js x/node_modules/z.js " +
    "only_root sub/only_root docs/a.html docs/index.html docs/x/a.html " +
    "generated x/generated/y deep/leaf.txt deep/1/leaf.txt deep/1/2/leaf.txt " +
    "deep/other any/a any/b/c trailing a.pyc a.pyo a.py bin/x Bin/y x/bin z.z " +
    "b.z A.z old~ abc.x aXbYc.x acb.x folder_only/a x/folder_only build/keep " +
    "x/build/a qa.md q.md qab.md a.tar.gz a.gz Ax bx back*slash backslash " +
    "crlf.txt fooXbar foo/bar foobar sub/local sub/x/local sub/b.log " +
    "sub/c.tmp c.tmp up sub/inner/a.k sub/inner/x/a.k sub/deeper/wanted " +
    "sub/deeper/unwanted sub/deeper/more/wanted .hidden .github/w.yml ünïcode " +
    "plain/file.txt";
  for (const name of files.split(" ")) tree.add({ [name]: name });
  tree.add({ "space ": "", "empty/": "" });
  return tree;
}

const gitless = !needs("git");

Deno.test({
  name: "walk() lists exactly what git ls-files -co --exclude-standard lists",
  ignore: gitless,
  async fn() {
    using tree = thorny();
    await git(tree.root, "init", "-q");
    tree.add({ ".git/info/exclude": "plain/\n*.gz\n" });
    await Deno.symlink("docs", tree.path("link_to_folder"));
    await Deno.symlink("a.py", tree.path("link_to_file"));
    await Deno.symlink("nowhere", tree.path("dangling.log"));
    const expected = await listedByGit(tree.root);
    assert(expected.length > 25);
    assertEquals(await walked(tree.root), expected);
  },
});

Deno.test({
  name: "walk() of a subfolder obeys the rules above up to the repository",
  ignore: gitless,
  async fn() {
    using tree = thorny();
    await git(tree.root, "init", "-q");
    tree.add({ ".git/info/exclude": "/sub/x\n" });
    for (const folder of ["sub", "docs", "sub/deeper", "deep/1"]) {
      const root = tree.path(folder);
      assertEquals(await walked(root), await listedByGit(root), folder);
    }
  },
});

Deno.test({
  name: "walk() obeys the exclude file of the main checkout in a worktree",
  ignore: gitless,
  async fn() {
    using tree = makeTree({ "main/a": "a" });
    const main = tree.path("main");
    await git(main, "init", "-q");
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    await git(main, "add", "a");
    await git(main, ...identity, "commit", "-qm", "a");
    await git(main, "worktree", "add", "-q", tree.path("other"));
    tree.add({
      "main/.git/info/exclude": "secret\n",
      "other/secret": "",
      "other/b": "",
    });
    assertEquals(await walked(tree.path("other")), ["a", "b"]);
    assertEquals(await listedByGit(tree.path("other")), ["a", "b"]);
  },
});

Deno.test("walk() without a repository reads the rules from its root down", async () => {
  using tree = makeTree({
    ".gitignore": "*.a\n",
    "inner/.gitignore": "*.b\n",
    "inner/1.a": "",
    "inner/1.b": "",
    "inner/1.c": "",
  });
  assertEquals(await walked(tree.root), [
    ".gitignore",
    "inner/.gitignore",
    "inner/1.c",
  ]);
  assertEquals(await walked(tree.path("inner")), [".gitignore", "1.a", "1.c"]);
});

Deno.test("walk() starts afresh in a repository inside another", async () => {
  using tree = makeTree({
    ".git/": "",
    ".gitignore": "*.a\n",
    "nested/.git/info/exclude": "*.b\n",
    "nested/1.a": "",
    "nested/1.b": "",
  });
  assertEquals(await walked(tree.root), [".gitignore", "nested/1.a"]);
});

Deno.test("walk() includes ignored files when asked, but never .git", async () => {
  using tree = makeTree({
    ".git/config": "",
    ".gitignore": "x/\n",
    "x/a": "",
  });
  assertEquals(await walked(tree.root), [".gitignore"]);
  assertEquals(await walked(tree.root, true), [".gitignore", "x/a"]);
});

Deno.test("walk() does not enter folders that enter() refuses", async () => {
  using tree = makeTree({ "a/b/c": "", "a/d/e": "", "f/g": "" });
  const folders: string[] = [];
  const enter = (folder: string) => folder === "a" || folder === "a/b";
  for await (const batch of walk(tree.root, { signal, enter })) {
    folders.push(batch.folder);
  }
  assertEquals(folders.sort(), ["", "a/", "a/b/"]);
});

Deno.test("walk() reports what it may not list and goes on", async () => {
  using tree = makeTree({ "denied/a": "", "open/b": "" });
  const script = `
    import { walk } from ${
    JSON.stringify(import.meta.resolve("../../lib/platform/walk.ts"))
  };
    const signal = new AbortController().signal;
    for await (const batch of walk(Deno.args[0], { signal })) {
      console.log(\`\${batch.folder}|\${batch.unreadable}|\${batch.files}\`);
    }`;
  tree.add({ "script.ts": script });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--config=${path.fromFileUrl(import.meta.resolve("../../deno.json"))}`,
      "--allow-read",
      `--deny-read=${tree.path("denied")}`,
      tree.path("script.ts"),
      tree.root,
    ],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").sort();
  assertEquals(
    lines,
    ["denied/|true|", "open/|false|b", "|false|script.ts"],
    new TextDecoder().decode(stderr),
  );
});

Deno.test("walk() stops when its signal is aborted", async () => {
  using tree = makeTree({ "a/b": "" });
  await assertRejects(
    async () => {
      const options = { signal: AbortSignal.abort(new Error("enough")) };
      for await (const _ of walk(tree.root, options));
    },
    Error,
    "enough",
  );
});

Deno.test("findRepository() finds the nearest folder with .git, file or folder", () => {
  using tree = makeTree({ ".git/": "", "a/.git": "gitdir: x", "a/b/c": "" });
  assertEquals(findRepository(tree.path("a/b")), tree.path("a"));
  assertEquals(findRepository(tree.root), tree.root);
});
