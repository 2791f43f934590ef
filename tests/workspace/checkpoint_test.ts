import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Access } from "../../lib/core/permission.ts";
import {
  type BlobStore,
  openBlobFolder,
  openBlobMemory,
} from "../../lib/workspace/blob_store.ts";
import { gitObject } from "../../lib/workspace/git.ts";
import { type CallChanges, Recorder } from "../../lib/workspace/recorder.ts";
import { restore, type RestoreReport } from "../../lib/workspace/restore.ts";
import { tempFolder } from "../support/temp.ts";

const signal = new AbortController().signal;
/** Generous: what is tested here is not how fast a loaded machine is. */
const budgetMs = 20_000;
const environment = {
  PATH: Deno.env.get("PATH") ?? "",
  HOME: "/nonexistent",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};
const command: Access[] = [{ kind: "run", line: "x", readOnly: false }];

async function shell(cwd: string, line: string): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command("sh", {
    args: ["-c", line],
    cwd,
    clearEnv: true,
    env: environment,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Everything below a folder but `.git`: mode, kind, name and content. */
async function listing(cwd: string): Promise<string> {
  return await shell(
    cwd,
    "find . -path ./.git -prune -o -type f -exec sh -c " +
      `'stat -c "%a %n" "$1"; sha256sum < "$1"' _ {} \\; -o ` +
      "-type l -printf '%p -> %l\\n' | sort",
  );
}

interface World {
  readonly cwd: string;
  readonly store: BlobStore;
  /** Runs a line as a command would; what it changed. */
  run(line: string): Promise<CallChanges | null>;
  undo(calls: readonly (CallChanges | null)[]): Promise<RestoreReport>;
}

function worldIn(cwd: string, store: BlobStore, gitRoot?: string): World {
  const recorder = new Recorder({ root: cwd, gitRoot, store, budgetMs });
  return {
    cwd,
    store,
    async run(line) {
      const before = await recorder.before(command, signal);
      await shell(cwd, line);
      return await recorder.after(before, signal);
    },
    undo: (calls) =>
      restore(calls.filter((each) => each !== null), {
        store,
        roots: [cwd],
        gitObject: (id) => gitObject(cwd, id, { environment }),
      }),
  };
}

const files = {
  "src/a.ts": "export const a = 1;\n",
  "src/deep/b.ts": "export const b = 2;\n",
  "run.sh": "#!/bin/sh\n",
  ".gitignore": "*.log\nnode_modules/\n",
  "debug.log": "ignored, and wanted\n",
};

/** A repository with a commit, a staged, a changed and an untracked file. */
async function dirtyRepository(cwd: string): Promise<void> {
  await shell(
    cwd,
    "git init -q -b main && chmod +x run.sh && git add . && " +
      "git commit -q -m one && sleep 0.02 && git status >/dev/null && " +
      "echo staged >> run.sh && git add run.sh && " +
      "echo changed >> src/a.ts && echo new > untracked.txt && " +
      "printf '\\000\\001' > bytes.bin && ln -s src/a.ts link",
  );
}

for (
  const line of [
    "rm -rf src",
    "git reset -q --hard",
    "git checkout -q -- .",
    "git clean -qfdx",
    "git stash -q",
    "rm -rf ./* .gitignore",
    "sed -i s/const/let/ src/a.ts src/deep/b.ts",
    "git mv src/a.ts src/c.ts",
    "mv src lib && mkdir -p src/deep && touch src/deep/b.ts",
    "chmod -x run.sh; rm link; mkdir link; echo x > link/in",
    "python3 -c \"import shutil; shutil.rmtree('src')\" || rm -r src",
  ]
) {
  Deno.test(`restore() brings everything back after: ${line}`, async () => {
    await using folder = await tempFolder(files);
    await dirtyRepository(folder.path);
    const world = worldIn(folder.path, openBlobMemory(), folder.path);
    const before = await listing(world.cwd);
    const status = await shell(world.cwd, "git status --porcelain");
    const changes = await world.run(line);
    assert(changes !== null);
    assert(await listing(world.cwd) !== before || changes.git !== undefined);
    const report = await world.undo([changes]);
    assertEquals([report.failed, report.foreign], [[], []]);
    assertEquals(await listing(world.cwd), before);
    assertEquals(await shell(world.cwd, "git status --porcelain"), status);
  });
}

Deno.test("restore() of its own changes is a redo", async () => {
  await using folder = await tempFolder(files);
  await dirtyRepository(folder.path);
  const world = worldIn(folder.path, openBlobMemory(), folder.path);
  const changes = await world.run("rm -r src; echo made > made.txt");
  const after = await listing(world.cwd);
  const undone = await world.undo([changes]);
  await world.undo([{ changes: undone.changes, newFolders: [] }]);
  assertEquals(await listing(world.cwd), after);
});

Deno.test("restore() takes several calls back to before the first", async () => {
  await using folder = await tempFolder({ a: "1", b: "1" });
  const world = worldIn(folder.path, openBlobMemory());
  const before = await listing(world.cwd);
  const calls = [
    await world.run("echo 2 > a; mkdir -p new/deep; echo 1 > new/deep/c"),
    await world.run("rm a b; echo 2 > new/deep/c"),
    await world.run("echo 3 > a; echo 3 > d"),
  ];
  const report = await world.undo(calls);
  assertEquals(report.failed, []);
  assertEquals(await listing(world.cwd), before);
  assertEquals(
    (await Array.fromAsync(Deno.readDir(world.cwd))).length,
    2,
    "the folders that a command made are gone",
  );
});

Deno.test("restore() saves what somebody else changed meanwhile and says so", async () => {
  await using folder = await tempFolder({ a: "1" });
  const world = worldIn(folder.path, openBlobMemory());
  const changes = await world.run("echo 2 > a");
  await folder.write("a", "by the user");
  const report = await world.undo([changes]);
  assertEquals(report.foreign, [folder.at("a")]);
  assertEquals(await folder.read("a"), "1");
  await world.undo([{ changes: report.changes, newFolders: [] }]);
  assertEquals(await folder.read("a"), "by the user");
});

Deno.test("restore() touches nothing outside its folders, whatever a record says", async () => {
  await using folder = await tempFolder({
    "work/a": "1",
    "work/.git/config": "1",
    "work-evil/a": "1",
    "outside/a": "1",
  });
  await Deno.symlink(folder.at("outside"), folder.at("work/link"));
  const store = openBlobMemory();
  const blob = await store.put(new TextEncoder().encode("0"));
  assert(blob !== null);
  const before = { kind: "file", blob, size: 1, mode: 0o644 } as const;
  const after = { kind: "absent" } as const;
  const names = [
    "outside/a",
    "work-evil/a",
    "work/../outside/a",
    "work/link/a",
    "work/link/new/deep",
    "work/.git/config",
  ];
  const changes = names.flatMap((name) => {
    const path = `${folder.path}/${name}`;
    return [{ path, before, after }];
  });
  const report = await restore([{
    changes: [
      ...changes,
      { path: folder.at("outside/b"), before: after, after: before },
    ],
    newFolders: [folder.at("outside")],
  }], {
    store,
    roots: [folder.at("work")],
    gitObject: () => Promise.resolve(null),
  });
  assertEquals(
    report.failed.map(({ path }) => path).sort(),
    [...names, "outside/b"].map((name) => `${folder.path}/${name}`).sort(),
  );
  assertEquals([report.restored, report.removed], [[], []]);
  for (const name of ["outside/a", "work-evil/a", "work/.git/config"]) {
    assertEquals(await folder.read(name), "1");
  }
});

Deno.test("restore() takes back a file whose new content nobody kept", async () => {
  await using folder = await tempFolder({ a: "1", made: "2" });
  const store = openBlobMemory();
  const blob = await store.put(new TextEncoder().encode("0"));
  assert(blob !== null);
  const after = { kind: "lost", why: "not saved in time", size: 1 } as const;
  const before = { kind: "file", blob, size: 1, mode: 0o644 } as const;
  const report = await restore([{
    changes: [
      { path: folder.at("a"), before, after },
      { path: folder.at("made"), before: { kind: "absent" }, after },
    ],
    newFolders: [],
  }], {
    store,
    roots: [folder.path],
    gitObject: () => Promise.resolve(null),
  });
  assertEquals([report.failed, report.foreign], [[], []]);
  assertEquals(await folder.read("a"), "0");
  assertEquals(report.removed, [folder.at("made")]);
});

Deno.test("restore() says that HEAD moved and leaves it", async () => {
  await using folder = await tempFolder(files);
  await dirtyRepository(folder.path);
  const world = worldIn(folder.path, openBlobMemory(), folder.path);
  const changes = await world.run("git commit -q -am two");
  const { notes } = await world.undo([changes]);
  assertStringIncludes(notes.join(), "Git's HEAD moved from main");
  const advice = /git reset [0-9a-f]{40}/.exec(notes.join())?.[0] ?? "false";
  assertEquals(
    (await shell(world.cwd, "git log --oneline")).split("\n").length,
    3,
  );
  const undone = await listing(world.cwd);
  await shell(world.cwd, advice);
  assertEquals(await listing(world.cwd), undone);
  assertEquals(
    (await shell(world.cwd, "git log --oneline")).split("\n").length,
    2,
  );
});

Deno.test("Recorder says what it can't bring back, and why", async () => {
  await using folder = await tempFolder({ small: "1" });
  await Deno.writeFile(folder.at("large"), new Uint8Array(3_000_000));
  const store = openBlobMemory();
  const recorder = new Recorder({ root: folder.path, store, budgetMs });
  const before = await recorder.before(command, signal);
  assertEquals(before.gap, "1 files above 2 MB are not saved");
  await Deno.remove(folder.at("large"));
  const changes = await recorder.after(before, signal);
  const report = await restore(changes === null ? [] : [changes], {
    store,
    roots: [folder.path],
    gitObject: () => Promise.resolve(null),
  });
  assertEquals(report.failed, [
    { path: folder.at("large"), why: "it was too large" },
  ]);
});

Deno.test("Recorder gives up in time on a workspace that is too large", async () => {
  await using folder = await tempFolder({ a: "1" });
  const store = openBlobMemory();
  const recorder = new Recorder({ root: folder.path, store, budgetMs: -1 });
  const before = await recorder.before(command, signal);
  assertStringIncludes(before.gap ?? "", "too large to look at");
  assertEquals(await recorder.after(before, signal), null);
});

Deno.test("Recorder copies a file before a tool of ours writes it", async () => {
  await using folder = await tempFolder({ a: "1" });
  const store = openBlobFolder(folder.at(".blobs"));
  const recorder = new Recorder({ root: folder.path, store, budgetMs });
  const access: Access[] = ["a", "new/b"].map((name) => ({
    kind: "write",
    path: folder.at(name),
  }));
  const before = await recorder.before(access, signal);
  // Another length: in one tick of the clock nothing else would tell.
  await folder.write("a", "22");
  await Deno.mkdir(folder.at("new"));
  await folder.write("new/b", "2");
  const changes = await recorder.after(before, signal);
  assertEquals(
    changes?.changes.map(({ path, before, after }) => [
      path,
      before.kind,
      after.kind,
    ]),
    [[folder.at("a"), "file", "file"], [folder.at("new/b"), "absent", "file"]],
  );
  assertEquals(changes?.newFolders, [folder.at("new")]);
});

Deno.test("openBlobFolder() takes a damaged blob for lost and keeps files to the user", async () => {
  await using folder = await tempFolder();
  const store = openBlobFolder(folder.at("blobs"));
  const id = await store.put(new TextEncoder().encode("content"));
  assert(id !== null);
  const file = folder.at(`blobs/${id.slice(0, 2)}/${id.slice(2)}`);
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  await Deno.writeTextFile(file, "conten");
  assertEquals(await openBlobFolder(folder.at("blobs")).get(id), null);
  assertEquals(
    await openBlobFolder(folder.at("blobs")).get("0".repeat(64)),
    null,
  );
});

Deno.test("openBlobMemory() holds no more than it may", async () => {
  const store = openBlobMemory(10);
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert(await store.put(bytes("12345")) !== null);
  assert(await store.put(bytes("12345")) !== null);
  assertEquals(await store.put(bytes("1234567")), null);
});

Deno.test("Recorder.before() takes a file that can't be looked at as it is", async () => {
  await using folder = await tempFolder({ "a.txt": "one" });
  const recorder = new Recorder({
    root: folder.path,
    store: openBlobMemory(),
    budgetMs,
  });
  const access: Access[] = [
    { kind: "write", path: folder.at("x".repeat(300)) },
    { kind: "write", path: folder.at(`${"y".repeat(300)}/z`) },
  ];
  const before = await recorder.before(access, signal);
  assertEquals(await recorder.after(before, signal), null);
});
