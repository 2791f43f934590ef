import { assertEquals } from "@std/assert";
import { planLaunch } from "../../lib/app/launch.ts";
import { managedFile } from "../../lib/settings/places.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("planLaunch() lets the agent, and no tool, read the settings of the repository around", async () => {
  await using folder = await tempFolder(
    { ".git/HEAD": "", "secret": "", "sub/a": "" },
    { dir: new URL(".", import.meta.url).pathname },
  );
  const { agent, realm } = await planLaunch(["--cwd", folder.at("sub")]);
  const ofRoot = (read: unknown) =>
    (read as readonly string[]).filter((file) => {
      const isSub = file === folder.at("sub");
      return file.startsWith(folder.path) && !isSub;
    });
  const above = [folder.at(".git"), folder.at(".openclaude")];
  assertEquals(ofRoot(agent.read), above);
  assertEquals(ofRoot(agent.write), []);
  assertEquals(ofRoot(realm("full").read), []);
});

Deno.test("planLaunch() reads the owner's settings whatever the user grants", async () => {
  await using folder = await tempFolder({ "a": "" });
  const { agent, realm } = await planLaunch([
    `--allow-read=${folder.path}`,
    `--cwd=${folder.path}`,
  ]);
  assertEquals(agent.read, [folder.path, managedFile]);
  assertEquals(realm("full").read, [folder.path]);
});
