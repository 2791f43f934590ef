import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { exportToNewFile } from "../../lib/app/export_session.ts";
import { UserError } from "../../lib/core/error.ts";
import { createMemorySession } from "../../lib/session/open.ts";
import { modelSays, sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";

const key = "sk-0123456789abcdef0123456789";

function lemon(name?: string) {
  const session = createMemorySession(sessionOptions());
  if (name !== undefined) session.append({ type: "session_info", name });
  session.append({ type: "message", message: userSays("Which fruit?") });
  const message = modelSays(`A lemon, by ${key}.`);
  session.append({ type: "message", message });
  return session;
}

const formats: readonly (readonly [string, string])[] = [
  ["out.md", "A lemon"],
  ["out.JSON", '"entries"'],
  ["out.html", "<!doctype html>"],
  ["notes", "A lemon"],
  ["sub/out.md", "A lemon"],
];

for (const [file, expected] of formats) {
  Deno.test(`exportToNewFile() writes ${file} without keys`, async () => {
    await using folder = await tempFolder({ "sub/there.md": "mine\n" });
    const target = await exportToNewFile(lemon(), {
      ...{ file, cwd: folder.path, secrets: [key] },
    });
    assertEquals(target, folder.at(file));
    const text = await folder.read(file);
    assertStringIncludes(text.toLowerCase(), expected.toLowerCase());
    assertEquals(text.includes(key), false);
  });
}

Deno.test("exportToNewFile() names a file by the session", async () => {
  await using folder = await tempFolder();
  const options = { file: "", cwd: folder.path, secrets: [] };
  const unnamed = lemon();
  assertEquals(
    await exportToNewFile(unnamed, options),
    folder.at(`session-${unnamed.header.id.slice(0, 8)}.md`),
  );
  for (
    const [name, file] of [
      ["The lemon / lime", "The-lemon-lime.md"],
      ["../../etc/passwd", "etc-passwd.md"],
      ["檸檬 v1.2", "檸檬-v1.2.md"],
    ]
  ) {
    const target = await exportToNewFile(lemon(name), options);
    assertEquals(target, folder.at(file ?? ""));
  }
});

Deno.test("exportToNewFile() leaves a file that is there", async () => {
  await using folder = await tempFolder({ "there.md": "mine\n" });
  const options = { file: "there.md", cwd: folder.path, secrets: [] };
  await assertRejects(
    () => exportToNewFile(lemon(), options),
    UserError,
    "it is there already",
  );
  assertEquals(await folder.read("there.md"), "mine\n");
});

Deno.test("exportToNewFile() refuses an ending that is no format's, and no folder", async () => {
  await using folder = await tempFolder();
  for (
    const [file, reason] of [
      ["out.pdf", "must end in .md, .json or .html"],
      ["none/out.md", "it does not exist"],
      ["/proc/out.md", "Cannot export"],
    ]
  ) {
    await assertRejects(
      () =>
        exportToNewFile(lemon(), {
          ...{ file: file ?? "", cwd: folder.path, secrets: [] },
        }),
      UserError,
      reason,
    );
  }
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});
