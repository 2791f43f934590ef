import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import { readValue } from "../../lib/settings/edit.ts";
import { setSetting, storeRule } from "../../lib/settings/store.ts";
import { tempFolder } from "../support/temp.ts";

const local = "work/.openclaude/settings.local.json";

Deno.test("storeRule() makes the file for the user alone and keeps it out of git", async () => {
  await using folder = await tempFolder({
    "work/.git/info/exclude": "# mine",
    "work/.gitignore": "dist\n",
  });
  const options = { workspace: folder.at("work"), locks: folder.at("locks") };
  for (const text of ["Bash(npm test *)", "Read", "Read"]) {
    assertEquals(await storeRule("allow", text, options), folder.at(local));
  }
  const stored = readValue(await folder.read(local)) as {
    permissions: unknown;
  };
  assertEquals(stored.permissions, { allow: ["Bash(npm test *)", "Read"] });
  const { mode } = await Deno.stat(folder.at(local));
  if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o600);
  assertEquals(
    await folder.read("work/.git/info/exclude"),
    "# mine\n/.openclaude/settings.local.json\n",
  );
  assertEquals(await folder.read("work/.gitignore"), "dist\n");
});

Deno.test("storeRule() loses nothing when two processes store at once", async () => {
  await using folder = await tempFolder({ "work/.keep": "" });
  const worker = new URL("store_worker.ts", import.meta.url).pathname;
  const runs = ["one", "two", "three"].map((name) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", worker, folder.at("work"), folder.at("locks"), name],
    }).output()
  );
  for (const { success, stderr } of await Promise.all(runs)) {
    assertEquals(success, true, new TextDecoder().decode(stderr));
  }
  const { permissions } = readValue(await folder.read(local)) as {
    permissions: { allow: string[] };
  };
  assertEquals(new Set(permissions.allow).size, 30);
});

Deno.test("storeRule() writes through no link that leads out of the workspace", async () => {
  await using folder = await tempFolder({ "work/a": "", "out/a": "" });
  await Deno.symlink(folder.at("out"), folder.at("work/.openclaude"));
  const options = { workspace: folder.at("work"), locks: folder.at("locks") };
  await assertRejects(() => storeRule("allow", "Read", options), UserError);
  const names = await Array.fromAsync(Deno.readDir(folder.at("out")));
  assertEquals(names.map(({ name }) => name), ["a"]);
});

Deno.test("storeRule() leaves a file that it can't read as it was", async () => {
  await using folder = await tempFolder({ [local]: "{ // broken" });
  const options = { workspace: folder.at("work"), locks: folder.at("locks") };
  const error = await assertRejects(
    () => storeRule("allow", "Read", options),
    UserError,
  );
  assertEquals(error.exitCode, 52);
  assertStringIncludes(error.message, "line 1");
  assertEquals(await folder.read(local), "{ // broken");
});

Deno.test("storeRule() follows no link of .git to another exclude file", async () => {
  const links = [["out", "info"], ["out/exclude", "info/exclude"]] as const;
  for (const [target, name] of links) {
    await using folder = await tempFolder({
      "work/.git/HEAD": "",
      "out/exclude": "# theirs\n",
    });
    if (name !== "info") await Deno.mkdir(folder.at("work/.git/info"));
    await Deno.symlink(folder.at(target), folder.at(`work/.git/${name}`));
    await storeRule("deny", "Bash", {
      workspace: folder.at("work"),
      locks: folder.at("locks"),
    });
    assertEquals(await folder.read("out/exclude"), "# theirs\n", name);
    assertEquals(readValue(await folder.read(local)), {
      permissions: { deny: ["Bash"] },
    });
  }
});

Deno.test("storeRule() keeps the comments of a file that says nothing", async () => {
  await using folder = await tempFolder({ [local]: "// mine" });
  const options = { workspace: folder.at("work"), locks: folder.at("locks") };
  await storeRule("allow", "Read", options);
  const text = await folder.read(local);
  assertEquals(text.startsWith("// mine\n{"), true, text);
  assertEquals(readValue(text), { permissions: { allow: ["Read"] } });
});

Deno.test("setSetting() changes nothing when its check refuses", async () => {
  const before = '{ "model": "a" }';
  await using folder = await tempFolder({ "a.json": before });
  const set = (name: string) =>
    setSetting(folder.at(name), {
      within: folder.path,
      locks: folder.at("locks"),
      keys: ["model"],
      value: "b",
      check(was, is) {
        assertEquals(is, { model: "b" });
        throw new UserError(`it was ${JSON.stringify(was)}`, 2);
      },
    });
  await assertRejects(() => set("a.json"), UserError, 'it was {"model":"a"}');
  await assertRejects(() => set("b.json"), UserError, "it was {}");
  assertEquals(await folder.read("a.json"), before);
  await assertRejects(() => Deno.stat(folder.at("b.json")));
});
