import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  fileVersion,
  hashCap,
  readVersion,
  sameVersion,
} from "../../lib/platform/file_version.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("sameVersion() sees content, not time", async () => {
  await using folder = await tempFolder({ "a.txt": "one\n" });
  const file = folder.at("a.txt");
  const first = await readVersion(file);
  await Deno.utime(file, 1, 1);
  const touched = await readVersion(file);
  assertNotEquals(first.mtime, touched.mtime);
  assert(sameVersion(first, touched));

  await folder.write("a.txt", "two\n");
  await Deno.utime(file, 1, 1);
  assert(!sameVersion(first, await readVersion(file)));
  await folder.write("a.txt", "longer\n");
  assert(!sameVersion(first, await readVersion(file)));
});

Deno.test("sameVersion() goes by size and time where there is no hash", () => {
  const large = { mtime: 5, size: 99, hash: "" };
  assert(sameVersion(large, { ...large }));
  assert(!sameVersion(large, { ...large, mtime: 6 }));
  assert(!sameVersion(large, { ...large, size: 98 }));
});

Deno.test("readVersion() does not read a file above the cap", async () => {
  await using folder = await tempFolder({ "big": "" });
  await Deno.truncate(folder.at("big"), hashCap + 1);
  const version = await readVersion(folder.at("big"));
  assertEquals([version.size, version.hash], [hashCap + 1, ""]);
  await Deno.truncate(folder.at("big"), hashCap);
  assertEquals((await readVersion(folder.at("big"))).hash.length, 32);
});

Deno.test("fileVersion() blocks the event loop for less than 50 ms at the cap", async () => {
  const bytes = new Uint8Array(hashCap).fill(65);
  await fileVersion({ mtime: null, size: 0 }, bytes);
  const blocked: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const hashing = fileVersion({ mtime: null, size: 0 }, bytes);
    blocked.push(performance.now() - start);
    await hashing;
  }
  assert(Math.min(...blocked) < 50, `blocked ${blocked}`);
});
