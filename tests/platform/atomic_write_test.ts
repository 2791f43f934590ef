import { assertEquals, assertRejects } from "@std/assert";
import {
  FileChangedError,
  writeAtomically,
} from "../../lib/platform/atomic_write.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("writeAtomically() creates a file with its folders", async () => {
  await using folder = await tempFolder();
  const stamp = await writeAtomically(folder.at("a/b/c.txt"), bytes("new\n"));
  assertEquals(await folder.read("a/b/c.txt"), "new\n");
  assertEquals(stamp.size, 4);
  assertEquals(await names(folder, "a/b"), ["c.txt"]);
});

Deno.test("writeAtomically() keeps mode bits and replaces the file", async () => {
  await using folder = await tempFolder({ "run.sh": "old" });
  const file = folder.at("run.sh");
  for (const mode of [0o755, 0o640, 0o600, 0o4755]) {
    await Deno.chmod(file, mode);
    const { ino } = await Deno.stat(file);
    await writeAtomically(file, bytes(`mode ${mode}`));
    const now = await Deno.stat(file);
    assertEquals((now.mode ?? 0) & 0o7777, mode);
    assertEquals(now.ino === ino, false, "it was written in place");
  }
});

Deno.test("writeAtomically() never shows a reader half a file", async () => {
  await using folder = await tempFolder({ "a.txt": "" });
  const file = folder.at("a.txt");
  const sizes = [200_000, 300_000];
  await writeAtomically(file, new Uint8Array(200_000));
  let isDone = false;
  const reader = (async () => {
    const seen = new Set<number>();
    while (!isDone) seen.add((await Deno.readFile(file)).length);
    return seen;
  })();
  for (let round = 0; round < 40; round++) {
    await writeAtomically(file, new Uint8Array(sizes[round % 2] ?? 0));
  }
  isDone = true;
  for (const size of await reader) assertEquals(sizes.includes(size), true);
});

Deno.test("writeAtomically() leaves nothing behind when it fails or is stopped", async () => {
  await using folder = await tempFolder({ "a.txt": "old", "dir/x": "" });
  await assertRejects(() => writeAtomically(folder.at("dir"), bytes("new")));
  const signal = AbortSignal.abort(new Error("stopped"));
  await assertRejects(
    () => writeAtomically(folder.at("a.txt"), bytes("new"), { signal }),
    Error,
    "stopped",
  );
  assertEquals(await folder.read("a.txt"), "old");
  assertEquals(await names(folder, "."), ["a.txt", "dir"]);
});

Deno.test("writeAtomically() refuses a target that was changed or made meanwhile", async () => {
  await using folder = await tempFolder({ "a.txt": "old" });
  const file = folder.at("a.txt");
  const expected = await Deno.stat(file);
  await folder.write("a.txt", "changed by another");
  await assertRejects(
    () => writeAtomically(file, bytes("new"), { expected }),
    FileChangedError,
  );
  await assertRejects(
    () => writeAtomically(file, bytes("new"), { expected: null }),
    FileChangedError,
  );
  assertEquals(await folder.read("a.txt"), "changed by another");
});

Deno.test("writeAtomically() writes in place under a grant for one file", async () => {
  await using folder = await tempFolder({ "a.txt": "old", "b.txt": "b" });
  const module = new URL("../../lib/platform/atomic_write.ts", import.meta.url);
  await folder.write(
    "run.ts",
    `import { writeAtomically } from ${JSON.stringify(module.href)};
    await writeAtomically(Deno.args[0], new TextEncoder().encode("new"));`,
  );
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      `--allow-read=${folder.path}`,
      `--allow-write=${folder.at("a.txt")}`,
      folder.at("run.ts"),
      folder.at("a.txt"),
    ],
    stderr: "inherit",
  }).output();
  assertEquals([success, await folder.read("a.txt")], [true, "new"]);
});

async function names(folder: TempFolder, of: string): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(folder.at(of)));
  return found.map((entry) => entry.name).sort();
}
