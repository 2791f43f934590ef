import { assertEquals } from "@std/assert";
import { createSession } from "../../lib/session/open.ts";
import { copiesFolderOf } from "../../lib/session/places.ts";
import { modelServer } from "../support/model_server.ts";
import { sessionOptions, userSays } from "../support/session.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** A session that nobody has written to for so many days. */
async function oldSession(
  root: string,
  days: number,
  name?: string,
): Promise<string> {
  let time = Date.now() - days * dayMs;
  const session = await createSession(
    root,
    sessionOptions({ now: () => time++ }),
  );
  session.append({ type: "message", message: userSays("hello") });
  if (name !== undefined) session.append({ type: "session_info", name });
  const file = session.file ?? "";
  await session[Symbol.asyncDispose]();
  await Deno.mkdir(copiesFolderOf(file));
  const date = new Date(time);
  await Deno.utime(file, date, date);
  return file;
}

async function exists(file: string): Promise<boolean> {
  return await Deno.lstat(file).then(() => true, () => false);
}

Deno.test("a run removes old sessions with their copies at its end, once a day, as the user set it", async () => {
  await using workspace = await tempFolder({
    ".openclaude/settings.json": '{"cleanupPeriodDays": 1}',
  });
  await using home = await tempFolder();
  await using server = await modelServer(() => ({ text: "Done." }));
  const root = home.at("state/sessions");
  const run = async () => {
    const { code, stderr } = await runProgram(
      [`--base-url=${server.url}`, "--model=abc", "--trust", "Go"],
      { cwd: workspace.path, env: { OPENCLAUDE_CONFIG_DIR: home.path } },
    );
    assertEquals(code, 0, stderr);
  };
  const [old, recent, named] = [
    await oldSession(root, 31),
    await oldSession(root, 29),
    await oldSession(root, 400, "keep me"),
  ];
  await run();
  const here = (files: string[]) => Promise.all(files.map(exists));
  assertEquals(await here([old, copiesFolderOf(old)]), [false, false]);
  assertEquals(await here([recent, copiesFolderOf(recent)]), [true, true]);
  assertEquals(await exists(named), true);
  await home.write("settings.json", '{"cleanupPeriodDays": 20}');
  await run();
  assertEquals(await exists(recent), true, "not twice a day");
  const yesterday = new Date(Date.now() - 1.1 * dayMs);
  await Deno.utime(home.at("state/sessions.cleaned"), yesterday, yesterday);
  await run();
  assertEquals(await here([recent, named]), [false, true]);
});
