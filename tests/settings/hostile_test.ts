import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import { loadLayers } from "../../lib/settings/load.ts";
import { needs } from "../support/needs.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";

const project = "work/.openclaude/settings.json";
const user = "config/settings.json";

function load(folder: TempFolder) {
  return loadLayers({
    workspace: folder.at("work"),
    isTrusted: true,
    config: folder.at("config"),
    home: folder.at("home"),
    managed: folder.at("managed.json"),
  });
}

async function places(): Promise<TempFolder> {
  return await tempFolder({ "config/a": "", "work/.openclaude/a": "" });
}

async function refuses(folder: TempFolder, reason: string): Promise<void> {
  const error = await assertRejects(() => load(folder), UserError, reason);
  assertEquals(error.exitCode, 52);
}

const texts:
  readonly (readonly [what: string, text: string, reason: string])[] = [
    ["deep brackets", "[".repeat(1_000_000), "nested more than 64 deep"],
    [
      "deep objects",
      '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
      "nested more than 64 deep",
    ],
    ["__proto__", '{"__proto__": {"model": "x"}}', "can't be used"],
    [
      "__proto__ within",
      '{"endpoints": {"__proto__": {"baseUrl": "http://x"}}}',
      "can't be used",
    ],
    [
      "a rule's list twice",
      '{"permissions": {"deny": ["Bash"], "deny": []}}',
      "stands here twice",
    ],
    [
      "a key twice by an escape",
      '{"permissions": {"deny": ["Bash"]}, "permission\\u0073": {}}',
      "stands here twice",
    ],
    ["a comment without end", '{"model": "a"} /* x', "a comment has no end"],
    ["two values", '{"model": "a"} {}', "there is more after the end"],
    ["a megabyte and more", " ".repeat(1_048_577), "larger than 1 MiB"],
  ];

for (const [what, text, reason] of texts) {
  Deno.test(`loadLayers() refuses ${what}`, async () => {
    for (const name of [user, project]) {
      await using folder = await places();
      await folder.write(name, text);
      await refuses(folder, reason);
    }
    assertEquals(Object.hasOwn(Object.prototype, "model"), false);
  });
}

Deno.test("loadLayers() refuses what is no text", async () => {
  await using folder = await places();
  await folder.write(user, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]));
  await refuses(folder, "not UTF-8");
});

Deno.test("loadLayers() does not wait for a pipe", {
  ignore: !needs("mkfifo"),
}, async () => {
  for (const name of [user, project]) {
    await using folder = await places();
    await new Deno.Command("mkfifo", { args: [folder.at(name)] }).output();
    await refuses(folder, "no plain file");
  }
});

Deno.test("loadLayers() refuses a folder and a device in a file's place", async () => {
  await using folder = await places();
  await Deno.mkdir(folder.at(user));
  await refuses(folder, "no plain file");
  await Deno.remove(folder.at(user));
  await Deno.symlink("/dev/zero", folder.at(user));
  await refuses(folder, "no plain file");
});

Deno.test("loadLayers() does not read a file of a gigabyte", async () => {
  await using folder = await places();
  await folder.write(project, "");
  await Deno.truncate(folder.at(project), 2 ** 30);
  const before = Deno.memoryUsage().rss;
  await refuses(folder, "larger than 1 MiB");
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 128 * 2 ** 20, `${grown} bytes more`);
});

Deno.test("loadLayers() follows no link of a project out of the workspace", async () => {
  await using folder = await places();
  await folder.write("out.json", '{"permissions": {"deny": ["Bash"]}}');
  await Deno.symlink(folder.at("out.json"), folder.at(project));
  await refuses(folder, "leads out of");
});

Deno.test("loadLayers() follows a link of the user's own file", async () => {
  await using folder = await places();
  await folder.write("dotfiles/openclaude.json", '{"model": "a"}');
  await Deno.symlink(
    folder.at("dotfiles/openclaude.json"),
    folder.at(user),
  );
  assertEquals((await load(folder)).merged, { model: "a" });
});

Deno.test("loadLayers() reads Windows line ends and a byte order mark", async () => {
  await using folder = await places();
  const text = '\ufeff{\r\n  // mine\r\n  "model": "a", /* b\r\n */\r\n}\r\n';
  for (const name of [user, project]) {
    await folder.write(name, text);
    assertEquals((await load(folder)).merged, { model: "a" });
  }
});

Deno.test("loadLayers() takes a file that says nothing for no settings", async () => {
  const blank = ["", " \r\n\t", "\ufeff", "// nothing yet\n", "/* a */", "{}"];
  for (const text of [...blank, " ".repeat(1_000_000)]) {
    await using folder = await places();
    await folder.write(user, text);
    await folder.write(project, text);
    const { layers, warnings } = await load(folder);
    assertEquals([layers, warnings], [[], []], text.slice(0, 20));
  }
});

Deno.test("loadLayers() names few of very many faults", async () => {
  await using folder = await places();
  const fields = Array.from({ length: 40_000 }, (_, i) => `"f${i}": 1`);
  await folder.write(user, `{${fields.join(",")}}`);
  const { warnings } = await load(folder);
  assertEquals(warnings.length, 6);
  assertEquals(warnings.at(-1)?.includes("39995 more entries"), true);
});
