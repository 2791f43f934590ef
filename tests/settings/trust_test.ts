import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import { addTrust, readTrust } from "../../lib/settings/trust.ts";
import { canKeepTrust, mainRoot } from "../../lib/settings/trust_key.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("addTrust() keeps what was accepted, for each workspace by itself", async () => {
  await using folder = await tempFolder();
  const file = folder.at("state/trust.json");
  assertEquals((await readTrust(file, "/a")).isTrusted, false);
  await Promise.all(
    ["one", "two", "three"].map((given) =>
      addTrust(file, "/a", { given: [given], now: 0 })
    ),
  );
  await addTrust(file, "/__proto__", { given: [], now: 0 });
  const trust = await readTrust(file, "/a");
  assertEquals(trust.isTrusted, true);
  const answers = ["one", "two", "three", "four"].map(trust.accepts);
  assertEquals(await Promise.all(answers), [true, true, true, false]);
  assertEquals((await readTrust(file, "/b")).isTrusted, false);
  const { mode } = await Deno.stat(file);
  if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o600);
});

Deno.test("readTrust() does not guess what a damaged file said", async () => {
  await using folder = await tempFolder({ "trust.json": '{"version": 2}' });
  const error = await assertRejects(
    () => readTrust(folder.at("trust.json"), "/a"),
    UserError,
  );
  assertEquals(error.exitCode, 52);
});

Deno.test("mainRoot() is shared by worktrees and borrowed by nobody", async () => {
  await using folder = await tempFolder({
    "main/.git/worktrees/w/x": "",
    "tree/a": "",
    "evil/a": "",
  });
  const link = `gitdir: ${folder.at("main/.git/worktrees/w")}\n`;
  await folder.write("tree/.git", link);
  await folder.write("evil/.git", link);
  await folder.write(
    "main/.git/worktrees/w/gitdir",
    `${folder.at("tree/.git")}\n`,
  );
  assertEquals(await mainRoot(folder.at("main")), folder.at("main"));
  assertEquals(await mainRoot(folder.at("tree")), folder.at("main"));
  assertEquals(await mainRoot(folder.at("evil")), folder.at("evil"));
});

Deno.test("canKeepTrust() keeps none in the home folder and above it", () => {
  const roots = ["/", "/home", "/home/u", "/home/u/work", "/home/us"];
  assertEquals(
    roots.map((root) => canKeepTrust(root, "/home/u")),
    [false, false, false, true, true],
  );
});
