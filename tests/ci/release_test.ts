import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { packArchive } from "../../.ci/archive.ts";
import { checkTag, makeRelease, stamp } from "../../.ci/release.ts";
import { fileNameOf, targetNamed } from "../../.ci/targets.ts";
import { version } from "../../lib/app/version.ts";
import { needs, needsCompiler } from "../support/needs.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "../e2e/program.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function unpack(folder: TempFolder, archive: string): Promise<void> {
  const { code, stderr } = await new Deno.Command("tar", {
    args: ["-xzf", archive],
    cwd: folder.path,
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
}

Deno.test({
  name: "packArchive() writes what tar unpacks, and the same bytes each time",
  ignore: !needs("tar"),
  async fn() {
    const files = new Map([
      ["a/empty.js", bytes("")],
      ["a/block.js", bytes("x".repeat(512))],
      ["a/long.js", bytes("é".repeat(700))],
    ]);
    await using folder = await tempFolder();
    const archive = await packArchive(files);
    assertEquals(await packArchive(files), archive);
    await folder.write("a.tar.gz", archive);
    await unpack(folder, "a.tar.gz");
    for (const [name, content] of files) {
      assertEquals(await Deno.readFile(folder.at(name)), content);
    }
  },
});

Deno.test("packArchive() refuses a name that tar would cut", async () => {
  const files = new Map([["n".repeat(101), bytes("")]]);
  await assertRejects(() => packArchive(files), Error, "over 100 bytes");
});

Deno.test("stamp() refuses an address that would be code in a script", () => {
  const script = 'a\nrelease_url=""\nb\n';
  assertEquals(
    stamp(script, "https://example.com/a-b/releases"),
    'a\nrelease_url="https://example.com/a-b/releases"\nb\n',
  );
  for (const url of ["", "example.com", 'https://x/"; rm -rf ~; "', "$(id)"]) {
    assertThrows(() => stamp(script, url), Error, "no plain web address");
  }
  assertThrows(() => stamp("echo\n", "https://x"), Error, "no release_url");
});

Deno.test("checkTag() lets only this version's tag be released", () => {
  checkTag(`v${version}`);
  for (const tag of ["", version, "v999.0.0"]) {
    assertThrows(() => checkTag(tag), Error, `v${version}`);
  }
});

Deno.test({
  name: "makeRelease() makes all files, sums them, and its archive runs",
  ignore: !needsCompiler() || !needs("tar", "sha256sum"),
  async fn() {
    await using folder = await tempFolder();
    const host = targetNamed(Deno.build.target);
    const archive = `openclaude-${version}-bundle.tar.gz`;
    const names = await makeRelease(folder.path, {
      url: "https://example.com/openclaude/releases",
      wanted: [host],
    });
    assertEquals(names, [
      fileNameOf(host),
      archive,
      "install.sh",
      "install.ps1",
    ]);
    const check = await new Deno.Command("sha256sum", {
      args: ["--check", "--strict", "SHA256SUMS"],
      cwd: folder.path,
    }).output();
    assertEquals(check.code, 0, new TextDecoder().decode(check.stderr));
    const address = /^\$?release_url ?= ?"https:\/\/example\.com\/.*"$/m;
    for (const script of ["install.sh", "install.ps1"]) {
      assertEquals(address.test(await folder.read(script)), true, script);
    }
    await unpack(folder, archive);
    const { code, stdout } = await runProgram(["--version"], {
      cwd: folder.path,
      command: denoRun([], folder.at(`openclaude-${version}/main.js`)),
    });
    assertEquals([code, stdout], [0, `openclaude ${version}\n`]);
  },
});
