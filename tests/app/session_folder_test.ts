import { assertEquals } from "@std/assert";
import { openSessionFolder } from "../../lib/app/session_folder.ts";
import { needsBwrap } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("openSessionFolder() leaves nothing behind", async () => {
  const session = openSessionFolder();
  const folders = await session.folders();
  await Deno.writeTextFile(`${folders?.temp}/a.txt`, "one\n");
  await session[Symbol.asyncDispose]();
  const left = await Deno.stat(folders?.temp ?? "/").catch(() => null);
  assertEquals(left, null);
});

Deno.test({
  name: "openSessionFolder() removes a folder that nobody may look into",
  // Root may look everywhere, but for one without capabilities.
  ignore: !await needsBwrap(),
  async fn() {
    await using temp = await tempFolder({ "outside/kept.txt": "kept\n" });
    const url = new URL("../../lib/app/session_folder.ts", import.meta.url);
    await temp.write(
      "play.ts",
      `import { openSessionFolder } from ${JSON.stringify(url)};
const session = openSessionFolder();
const { temp } = (await session.folders())!;
await Deno.mkdir(temp + "/shut/in", { recursive: true });
await Deno.symlink("${temp.at("outside")}", temp + "/shut/link");
await Deno.chmod("${temp.at("outside")}", 0o500);
await Deno.chmod(temp + "/shut/in", 0);
await Deno.chmod(temp + "/shut", 0);
try { Deno.readDirSync(temp + "/shut").next(); } catch { console.log("shut"); }
await session[Symbol.asyncDispose]();
console.log([...Deno.readDirSync("${temp.at("tmp")}")].length);
console.log((Deno.statSync("${temp.at("outside")}").mode! & 0o777).toString(8));
`,
    );
    await Deno.mkdir(temp.at("tmp"));
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command("bwrap", {
      args: [
        ...["--dev-bind", "/", "/", "--unshare-user", "--cap-drop", "ALL"],
        ...["--setenv", "TMPDIR", temp.at("tmp"), "--"],
        ...[Deno.execPath(), "run", "-A", "-q", "-c", config],
        temp.at("play.ts"),
      ],
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(new TextDecoder().decode(stdout), "shut\n0\n500\n", said);
    assertEquals(await temp.read("outside/kept.txt"), "kept\n");
  },
});
