import { assert, assertEquals } from "@std/assert";
import { manFile, manPage } from "../../.ci/man_page.ts";
import { options } from "../../lib/app/option_table.ts";
import { subcommands } from "../../lib/app/subcommands.ts";
import { needs } from "../support/needs.ts";

Deno.test("openclaude.1 is what `deno task man` writes", async () => {
  assertEquals(await Deno.readTextFile(manFile), manPage());
});

Deno.test({
  name: "openclaude.1 reads in groff with each option and subcommand, unwarned",
  ignore: !needs("groff"),
  async fn() {
    const { stdout, stderr } = await new Deno.Command("groff", {
      args: ["-man", "-Tascii", "-ww", "-P-cbou", manFile.pathname],
      env: { LC_ALL: "C" },
    }).output();
    const text = new TextDecoder().decode(stdout).replaceAll(/\s+/g, " ");
    assertEquals(new TextDecoder().decode(stderr), "");
    for (const { name } of options) {
      assert(text.includes(`--${name}`), `--${name} is missing`);
    }
    for (const { name } of subcommands) {
      assert(text.includes(`openclaude ${name}`), `${name} is missing`);
    }
  },
});
