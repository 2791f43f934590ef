import { assertEquals } from "@std/assert";
import { tempFolder } from "./temp.ts";

Deno.test("needs() prints a line for each test that misses a program", async () => {
  const module = new URL("./needs.ts", import.meta.url).href;
  await using folder = await tempFolder({
    "bin/present": "#!/bin/sh\n",
    "bin/not_executable": "",
    "ask.ts": `import { needs } from ${JSON.stringify(module)};
      console.log(needs("present"), needs("absent", "present"),
        needs("not_executable"));`,
  });
  await Deno.chmod(folder.at("bin/present"), 0o755);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", folder.at("ask.ts")],
    env: { PATH: folder.at("bin") },
  }).output();
  assertEquals(new TextDecoder().decode(stdout).split("\n"), [
    "skipped: needs absent",
    "skipped: needs not_executable",
    "true false false",
    "",
  ]);
});
