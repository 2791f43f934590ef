import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  compileAll,
  compileArguments,
  explainFailure,
} from "../../.ci/compile.ts";
import { fileNameOf, targetNamed, targets } from "../../.ci/targets.ts";
import { needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("compileArguments() bakes listed permissions and what the realm needs", () => {
  const words = compileArguments({ entry: "/b/main.js", output: "/o" });
  const permissions = words.filter((word) => /^--(allow|deny|no-p)/.test(word));
  assertEquals(permissions, [
    "--allow-read",
    "--allow-write",
    "--allow-net",
    "--allow-env",
    "--allow-sys",
    "--allow-run",
    "--allow-ffi",
    "--no-prompt",
  ]);
  assertEquals(words.some((word) => /^(-A|--allow-all)$/.test(word)), false);
  assert(words.includes("--unstable-worker-options"));
  assert(words.some((word) => word.startsWith("--v8-flags=")));
  assertEquals(words.slice(-2), ["--output=/o", "/b/main.js"]);
});

Deno.test("compileArguments() names a target only where one is asked for", () => {
  const files = { entry: "/b/main.js", output: "/o" };
  const named = (words: readonly string[]) =>
    words.filter((word) => word.startsWith("--target"));
  assertEquals(named(compileArguments(files)), []);
  const target = targetNamed("aarch64-apple-darwin");
  assertEquals(named(compileArguments({ ...files, target })), [
    "--target=aarch64-apple-darwin",
  ]);
});

Deno.test("fileNameOf() names the system, and .exe where Windows wants it", () => {
  assertEquals(targets.map(fileNameOf), [
    "openclaude-x86_64-unknown-linux-gnu",
    "openclaude-aarch64-unknown-linux-gnu",
    "openclaude-x86_64-apple-darwin",
    "openclaude-aarch64-apple-darwin",
    "openclaude-x86_64-pc-windows-msvc.exe",
  ]);
});

Deno.test("explainFailure() says what to do about a base that is missing or wrong", () => {
  const trace = "\n\nStack backtrace:\n   0: <unknown>";
  const target = "aarch64-apple-darwin";
  const url = "https://example.com/v2.9.6/denort-aarch64-apple-darwin.zip";
  assertEquals(
    explainFailure(
      `Download ${url}\nerror: error sending request for url (${url}): ` +
        `client error${trace}`,
      target,
    ),
    `Cannot compile for ${target}: its base could not be downloaded from ` +
      `${url}. Where there is one, name it: DENORT_BIN=FILE deno task ` +
      `compile --target=${target}`,
  );
  assertEquals(
    explainFailure(`error: x\n    1: Invalid object: No segment${trace}`, "t"),
    "Cannot compile for t: DENORT_BIN is no base for this target (No segment)",
  );
  assertEquals(
    explainFailure(`error: disk full${trace}`, "t"),
    "Cannot compile for t: error: disk full",
  );
});

Deno.test({
  name:
    "compileAll() makes what it can, sums it, and names the base of the others",
  ignore: !needsCompiler(),
  async fn() {
    await using folder = await tempFolder({ "main.js": "console.log(1);\n" });
    const environment = {
      ...Deno.env.toObject(),
      // Nothing listens there: a machine without network.
      HTTPS_PROXY: "http://127.0.0.1:9",
      DENO_DIR: folder.at("deno"),
    };
    const host = targetNamed(Deno.build.target);
    const other = targets.find((target) => target !== host) ?? host;
    const all = await compileAll(folder.at("main.js"), folder.path, {
      wanted: [other, host],
      environment,
    });
    const made = all.filter(({ failure }) => failure === undefined);
    assertStringIncludes(all[0]?.failure ?? "", `denort-${other}.zip`);
    assertEquals(made, [{ target: host, name: fileNameOf(host) }]);
    const { stdout } = await new Deno.Command(folder.at(fileNameOf(host)))
      .output();
    assertEquals(new TextDecoder().decode(stdout), "1\n");
    assertEquals(
      await folder.read("SHA256SUMS"),
      `${await sumOf(folder.at(fileNameOf(host)))}  ${fileNameOf(host)}\n`,
    );
  },
});

async function sumOf(file: string): Promise<string> {
  const bytes = await Deno.readFile(file);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

Deno.test("deno task compile knows its words and refuses others", async () => {
  for (const word of ["--target=amiga", "--everything"]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ".ci/compile.ts", word],
      cwd: new URL("../../", import.meta.url),
      stdout: "null",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 1);
    assert(said.startsWith("Cannot compile"), said);
    assertEquals(said.trim().split("\n").length, 1, said);
  }
});
