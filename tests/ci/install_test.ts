/** docs/how-to/install.sh, against a server with the layout of releases. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileNameOf, targetNamed } from "../../.ci/targets.ts";
import { findProgram, needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";

const script =
  new URL("../../docs/how-to/install.sh", import.meta.url).pathname;
const shells = ["dash", "bash"];
const program = "#!/bin/sh\necho openclaude 1.2.3\n";
const name = Deno.build.os === "windows"
  ? ""
  : fileNameOf(targetNamed(Deno.build.target));
const canInstall = needs(...shells, "awk", "sha256sum");

async function sumOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return new Uint8Array(digest).toHex();
}

/** Serves these files by path, for example "latest/download/SHA256SUMS". */
function serveRelease(files: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const path = new URL(request.url).pathname.slice(1);
      asked.push(path);
      const text = files[path];
      return text === undefined
        ? new Response("no such file", { status: 404 })
        : new Response(text);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Installed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the folder that was installed to. */
  readonly left: readonly string[];
}

async function install(
  shell: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Installed> {
  const { code, stdout, stderr } = await new Deno.Command(shell, {
    args: [script],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      OPENCLAUDE_INSTALL: `${folder}/bin`,
      ...environment,
    },
  }).output();
  const decoder = new TextDecoder();
  const left = await Array.fromAsync(Deno.readDir(`${folder}/bin`))
    .catch(() => []);
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    left: left.map(({ name }) => name).toSorted(),
  };
}

for (const shell of shells) {
  Deno.test({
    name: `install.sh in ${shell} puts the executable into ~/.local/bin`,
    ignore: !canInstall,
    async fn() {
      await using folder = await tempFolder();
      await using host = serveRelease({
        "latest/download/SHA256SUMS": `${"0".repeat(64)}  ${name}.other\n` +
          `${await sumOf(program)}  ${name}\n`,
        [`latest/download/${name}`]: program,
      });
      const { code, stdout, stderr } = await install(shell, folder.path, {
        OPENCLAUDE_BASE_URL: host.url,
        OPENCLAUDE_INSTALL: "",
      });
      assertEquals([code, stderr], [0, ""]);
      const file = folder.at(".local/bin/openclaude");
      assertEquals(await Deno.readTextFile(file), program);
      assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o755);
      assertStringIncludes(stdout, `Installed openclaude 1.2.3 to ${file}`);
      const advice = `export PATH="${folder.at(".local/bin")}:$PATH"`;
      assertStringIncludes(stdout, advice);
      assertEquals(host.asked.length, 2);
      const left = await Array.fromAsync(
        Deno.readDir(folder.at(".local/bin")),
      );
      assertEquals(left.map(({ name }) => name), ["openclaude"]);
    },
  });

  Deno.test({
    name: `install.sh in ${shell} takes the version and folder that are named`,
    ignore: !canInstall,
    async fn() {
      await using folder = await tempFolder();
      await using host = serveRelease({
        "download/v1.2.3/SHA256SUMS": `${await sumOf(program)}  ${name}\n`,
        [`download/v1.2.3/${name}`]: program,
      });
      for (const version of ["1.2.3", "v1.2.3"]) {
        const { code, stdout, left } = await install(shell, folder.path, {
          OPENCLAUDE_BASE_URL: host.url,
          OPENCLAUDE_VERSION: version,
          PATH: `${Deno.env.get("PATH")}:${folder.at("bin")}`,
        });
        assertEquals([code, left], [0, ["openclaude"]]);
        assertEquals(stdout.trim().split("\n").length, 1, stdout);
      }
    },
  });

  Deno.test({
    name:
      `install.sh in ${shell} refuses what is not whole, and changes nothing`,
    ignore: !canInstall,
    async fn() {
      const sums = `${await sumOf(program)}  ${name}\n`;
      const broken = "#!/bin/sh\nexit 1\n";
      const cases: readonly [string, string, Record<string, string>][] = [
        ["an altered file", "is not what was published", {
          SHA256SUMS: sums,
          [name]: `${program}# altered\n`,
        }],
        ["no sum for this system", "does not name", {
          SHA256SUMS: `${await sumOf(program)}  ${name}.exe\n`,
          [name]: program,
        }],
        ["no sums", "cannot download", { [name]: program }],
        ["no file", "cannot download", { SHA256SUMS: sums }],
        ["a file that does not start", "does not start", {
          SHA256SUMS: `${await sumOf(broken)}  ${name}\n`,
          [name]: broken,
        }],
      ];
      for (const [what, said, files] of cases) {
        await using folder = await tempFolder({ "bin/openclaude": "before" });
        await using host = serveRelease(
          Object.fromEntries(
            Object.entries(files)
              .map(([path, text]) => [`latest/download/${path}`, text]),
          ),
        );
        const { code, stdout, stderr, left } = await install(
          shell,
          folder.path,
          { OPENCLAUDE_BASE_URL: host.url },
        );
        assertEquals([code, stdout, left], [1, "", ["openclaude"]], what);
        assertStringIncludes(stderr, said);
        assertEquals(await folder.read("bin/openclaude"), "before");
      }
    },
  });
}

Deno.test({
  name: "install.sh without a release's address says which variable is missing",
  ignore: !canInstall,
  async fn() {
    await using folder = await tempFolder();
    const { code, stderr, left } = await install("dash", folder.path, {});
    assertEquals([code, left], [1, []]);
    assertStringIncludes(stderr, "OPENCLAUDE_BASE_URL");
  },
});

Deno.test({
  name: "install.sh downloads with wget where there is no curl",
  ignore: !canInstall || !needs("wget"),
  async fn() {
    await using folder = await tempFolder();
    await Deno.mkdir(folder.at("programs"));
    const used = ["awk", "cut", "chmod", "grep", "mkdir", "mktemp", "mv"];
    used.push("rm", "sha256sum", "sh", "uname", "wget");
    for (const each of used) {
      const place = folder.at(`programs/${each}`);
      await Deno.symlink(findProgram(each) ?? "", place);
    }
    await using host = serveRelease({
      "latest/download/SHA256SUMS": `${await sumOf(program)}  ${name}\n`,
      [`latest/download/${name}`]: program,
    });
    const dash = findProgram("dash") ?? "";
    const { code, stderr, left } = await install(dash, folder.path, {
      OPENCLAUDE_BASE_URL: host.url,
      PATH: folder.at("programs"),
    });
    assertEquals([code, stderr, left], [0, "", ["openclaude"]]);
  },
});
