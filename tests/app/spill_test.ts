import { assertEquals } from "@std/assert";
import { openSpill } from "../../lib/app/spill.ts";
import { tempFolder } from "../support/temp.ts";

function spillIn(results: string) {
  return openSpill({
    folders: () => Promise.resolve({ temp: results, results }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

Deno.test("openSpill() saves a text under a name that is no path", async () => {
  await using folder = await tempFolder();
  const saved = await spillIn(folder.path).save("../a/b", "whole");
  assertEquals(saved, folder.at("___a_b.txt"));
  assertEquals(await folder.read("___a_b.txt"), "whole");
});

Deno.test("openSpill() follows no link that stands in a result's place", async () => {
  await using folder = await tempFolder({ "kept.txt": "kept" });
  await Deno.symlink("kept.txt", folder.at("call.txt"));
  await Deno.symlink("made.txt", folder.at("dangling.txt"));
  const spill = spillIn(folder.path);
  assertEquals(await spill.save("call", "evil"), null);
  assertEquals(await spill.save("dangling", "evil"), null);
  assertEquals(await folder.read("kept.txt"), "kept");
  const names = await Array.fromAsync(Deno.readDir(folder.path));
  assertEquals(names.some(({ name }) => name === "made.txt"), false);
});

Deno.test("openSpill() saves nothing where a link took the folder's place", async () => {
  await using folder = await tempFolder({ "elsewhere/a.txt": "a" });
  await Deno.symlink("elsewhere", folder.at("results"));
  assertEquals(await spillIn(folder.at("results")).save("call", "x"), null);
  const names = await Array.fromAsync(Deno.readDir(folder.at("elsewhere")));
  assertEquals(names.map(({ name }) => name), ["a.txt"]);
});
