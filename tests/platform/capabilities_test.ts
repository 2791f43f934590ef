import { assertEquals } from "@std/assert";
import { tempFolder } from "../support/temp.ts";

const module = new URL("../../lib/platform/capabilities.ts", import.meta.url);
const config = new URL("../../deno.json", import.meta.url).pathname;

async function missing(root: string, flags: readonly string[]) {
  await using folder = await tempFolder({
    "ask.ts": `import { missingNeeds } from ${JSON.stringify(module.href)};
    const needs = ["read", "write", "net", "run", "run"];
    console.log(JSON.stringify(missingNeeds(needs, [Deno.args[0]])));`,
  });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "-c", config, ...flags],
      ...[folder.at("ask.ts"), root],
    ],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("missingNeeds() names each missing permission once, with its flag", async () => {
  assertEquals(await missing("/srv/code", []), [
    { need: "read", flag: "--allow-read=/srv/code" },
    { need: "write", flag: "--allow-write=/srv/code" },
    { need: "net", flag: "--allow-net" },
    { need: "run", flag: "--allow-run=bash,sh" },
  ]);
});

Deno.test("missingNeeds() takes a grant that covers a root", async () => {
  const flags = ["--allow-read=/srv/code", "--allow-write=/", "--allow-run=sh"];
  assertEquals(await missing("/srv/code/project", flags), [
    { need: "net", flag: "--allow-net" },
  ]);
});

Deno.test("missingNeeds() counts a part of a root that is denied as given", async () => {
  const flags = ["-A", "--deny-write=/srv/code/project/.git"];
  assertEquals(await missing("/srv/code/project", flags), []);
});
Deno.test("missingNeeds() wants a shell, whatever else may be run", async () => {
  const other = Deno.execPath();
  const flags = ["--allow-read", "--allow-write", `--allow-run=${other},bwrap`];
  assertEquals(await missing("/srv/code", [...flags, "--allow-net"]), [
    { need: "run", flag: "--allow-run=bash,sh" },
  ]);
});
