/** Stores rules of its own, for the test of two processes at once. */
import { storeRule } from "../../lib/settings/store.ts";

const [workspace = "", locks = "", name = ""] = Deno.args;
for (let index = 0; index < 10; index++) {
  await storeRule("allow", `Bash(${name} ${index})`, { workspace, locks });
}
